// A click on a timeline shows that frame of the film; while it plays, a line follows it.
"use strict";
(() => {
  for (const clip of document.querySelectorAll("article.clip")) {
    const film = clip.querySelector("video"), strip = clip.querySelector(".timeline");
    const head = strip.querySelector(".playhead"), lane = strip.querySelector("svg");
    const frames = Number(clip.dataset.frames), fps = Number(clip.dataset.fps);
    if (!film) continue;
    strip.dataset.film = "yes";
    const show = () => {
      const box = lane.getBoundingClientRect(), left = strip.getBoundingClientRect().left;
      const share = Math.min(1, (film.currentTime * fps) / frames);
      head.style.left = box.left - left + share * box.width + "px";
      head.hidden = false;
      if (!film.paused) requestAnimationFrame(show);
    };
    strip.addEventListener("click", (event) => {
      if (!event.target.closest("svg")) return;
      const box = lane.getBoundingClientRect();
      const frame = Math.floor(((event.clientX - box.left) / box.width) * frames);
      const seek = () => { film.currentTime = (Math.min(Math.max(frame, 0), frames - 1) + 0.5) / fps; };
      if (film.readyState > 0) return seek();
      film.addEventListener("loadedmetadata", seek, { once: true });
      film.preload = "auto";
      film.load();
    });
    film.addEventListener("play", show);
    film.addEventListener("seeked", show);
  }
})();
