// The filters of the table of clips; the table itself is in table.js.
"use strict";
(() => {
  const { clips } = clipData();
  const field = (name) => document.getElementById("filter-" + name), chosen = (name) => field(name).value;

  const offer = (name, values) => {
    const select = field(name);
    // Values are prefixed so that a subject called "none" is not mistaken for one of our own words.
    [...new Set(values)].filter((v) => v !== "").sort(natural.compare).forEach((v) =>
      select.append(new Option(v, "=" + v)));
    select.closest("label").hidden = select.options.length < 3 && name !== "flag";
  };
  offer("state", clips.map((c) => c.state));
  offer("subject", clips.map((c) => c.subject));
  offer("recording", clips.map((c) => c.recording));
  offer("split", clips.map((c) => c.split));
  offer("flag", clips.flatMap((c) => c.flags));

  const equal = (name, value) => chosen(name) === "" || chosen(name) === "=" + value;
  const wanted = (clip) => {
    const words = chosen("text").trim().toLowerCase();
    const flag = chosen("flag");
    return (words === "" || [clip.clip_id, clip.recording, clip.subject].some((v) => v.toLowerCase().includes(words)))
      && (chosen("me") === "" || (chosen("me") === "yes") === clip.me > 0)
      && equal("state", clip.state) && equal("subject", clip.subject)
      && equal("recording", clip.recording) && equal("split", clip.split)
      && (flag === "" || (flag === "none" ? clip.flags.length === 0 : clip.flags.includes(flag.slice(1))));
  };

  const written = { seconds: 1, coverage: 1, yaw: 1, jitter: 3 };
  const badges = (flags) => {
    const all = document.createDocumentFragment();
    for (const flag of flags) {
      const span = document.createElement("span");
      span.className = "badge";
      span.textContent = flag;
      all.append(span, " ");
    }
    return all;
  };
  const line = (clip) => {
    const tr = document.createElement("tr");
    const number = (name) => cell(clip[name] === null ? "n/a" : clip[name].toFixed(written[name]), "");
    tr.append(cell(clipLink(clip), "left"), cell(clip.recording, "left name"), cell(clip.subject, "left name"),
      cell(clip.split, "left"), cell(clip.state, "left"), cell(String(clip.me), ""), number("seconds"),
      number("coverage"), number("yaw"), number("jitter"), cell(badges(clip.flags), "left flags"));
    return tr;
  };

  const numeric = ["me", "seconds", "coverage", "yaw", "jitter", "flags"];
  const table = clipTable({
    rows: () => clips.filter(wanted),
    value: (clip, key) => (key === "flags" ? clip.flags.length : clip[key]),
    line,
    total: clips.length,
    upward: (key) => !numeric.includes(key),
  });
  // Going back to the page, a browser puts the form's values back without telling anyone else.
  window.addEventListener("pageshow", table.show);
  table.show();
})();
