// The list of clips: filters on events, sorting, fifty rows at a time; the address holds the view.
// Text goes in as text, never as HTML.
"use strict";
(() => {
  const PER_PAGE = 50, EVENT = 4;
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("clip-data").textContent);
  const clips = data.rows.map((row) => Object.fromEntries(data.fields.map((name, k) => [name, row[k]])));
  const body = byId("clip-table").tBodies[0], form = byId("filters");
  const FILTERS = ["text", "model", "kind", "state", "ms", "me", "split"];
  const field = (name) => byId("filter-" + name), chosen = (name) => field(name).value;
  const natural = new Intl.Collator("en", { numeric: true });
  const plain = ["clip_id", "recording", "subject", "split", "state"];
  let page = 0, sortKey = "", ascending = true;

  data.models.forEach((name, k) => field("model").append(new Option(data.displays[k], name)));
  data.kinds.forEach((name) => field("kind").append(new Option(name, name)));
  data.states.forEach((name) => field("state").append(new Option(name, name)));
  [...new Set(clips.map((c) => c.split))].filter((v) => v !== "").sort(natural.compare)
    .forEach((v) => field("split").append(new Option(v, v)));

  // The events of a clip that all chosen conditions keep.
  const matching = () => {
    const model = data.models.indexOf(chosen("model")), kind = chosen("kind");
    const state = data.states.indexOf(chosen("state"));
    const [from, to] = chosen("ms") === "" ? [0, Infinity] : chosen("ms").split("-").map(Number);
    const until = to === 0 ? Infinity : to, hit = data.kinds.indexOf("hit"), only = data.kinds.indexOf(kind);
    return (events, k) =>
      (model < 0 || events[k] === model)
      && (kind === "" || (kind === "wrong" ? events[k + 1] !== hit : events[k + 1] === only))
      && (state < 0 || events[k + 2] === state)
      && events[k + 3] >= from && events[k + 3] < until;
  };

  const kept = () => {
    const words = chosen("text").trim().toLowerCase(), keeps = matching();
    const any = !["kind", "state", "ms"].some((name) => chosen(name) !== "");
    const model = data.models.indexOf(chosen("model"));
    let found = 0;
    const rows = [];
    for (const clip of clips) {
      if (words && ![clip.clip_id, clip.recording, clip.subject].some((v) => v.toLowerCase().includes(words))) continue;
      if (chosen("me") !== "" && (chosen("me") === "yes") !== clip.me > 0) continue;
      if (chosen("split") !== "" && chosen("split") !== clip.split) continue;
      const counts = new Array(data.kinds.length).fill(0);
      let mine = 0;
      for (let k = 0; k < clip.events.length; k += EVENT) {
        if (keeps(clip.events, k)) mine += 1;
        if (model < 0 || clip.events[k] === model) counts[clip.events[k + 1]] += 1;
      }
      if (!any && mine === 0) continue;
      found += mine;
      rows.push({ clip, counts });
    }
    return { rows, found };
  };

  const value = (row) => (data.kinds.includes(sortKey) ? row.counts[data.kinds.indexOf(sortKey)] : row.clip[sortKey]);
  const compare = (a, b) => {
    const [x, y] = [value(a), value(b)];
    const order = typeof x === "number" ? x - y : natural.compare(x, y);
    return ascending ? order : -order;
  };

  const cell = (text, css) => {
    const td = document.createElement("td");
    td.className = css;
    td.append(text);
    return td;
  };
  const link = (clip) => {
    const a = document.createElement("a");
    a.href = clip.href;
    a.textContent = clip.clip_id;
    return a;
  };
  const line = ({ clip, counts }) => {
    const tr = document.createElement("tr");
    tr.append(cell(link(clip), "left"), cell(clip.recording, "left name"), cell(clip.subject, "left name"),
      cell(clip.split, "left"), cell(clip.state, "left"), cell(clip.seconds.toFixed(1), ""), cell(String(clip.me), ""),
      ...counts.map((count) => cell(String(count), count ? "" : "zero")));
    return tr;
  };

  const show = () => {
    const { rows, found } = kept();
    if (sortKey) rows.sort(compare);
    const pages = Math.max(1, Math.ceil(rows.length / PER_PAGE));
    page = Math.min(page, pages - 1);
    body.replaceChildren(...rows.slice(page * PER_PAGE, (page + 1) * PER_PAGE).map(line));
    byId("clip-count").textContent = rows.length + " of " + clips.length + " clips";
    byId("event-count").textContent = found + " events";
    byId("page-now").textContent = "page " + (page + 1) + " of " + pages;
    byId("page-back").disabled = page === 0;
    byId("page-next").disabled = page + 1 >= pages;
    byId("pager").hidden = pages === 1;
    for (const head of document.querySelectorAll("#clip-table th")) {
      if (head.dataset.key !== sortKey) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    }
  };
  const write = () => {
    const said = new URLSearchParams(FILTERS.filter((name) => chosen(name) !== "").map((name) => [name, chosen(name)]));
    if (sortKey) said.set("sort", (ascending ? "" : "-") + sortKey);
    if (page) said.set("page", String(page + 1));
    history.replaceState(null, "", "#" + said);
  };
  const read = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    const wanted = clips.find((clip) => clip.clip_id === said.get("clip"));
    if (wanted) return location.replace(wanted.href);
    FILTERS.forEach((name) => { field(name).value = said.get(name) ?? ""; });
    // A value that is not offered chooses nothing; that must read as "any".
    FILTERS.forEach((name) => { if (field(name).selectedIndex === -1) field(name).value = ""; });
    const sort = said.get("sort") ?? "", key = sort.replace(/^-/, "");
    sortKey = [...data.fields, ...data.kinds].includes(key) && key !== "events" ? key : "";
    ascending = !sort.startsWith("-");
    page = Math.max(0, (parseInt(said.get("page") ?? "1", 10) || 1) - 1);
    show();
  };
  const again = () => { page = 0; show(); write(); };
  const turn = (by) => { page += by; show(); write(); };
  form.addEventListener("input", again);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(again));
  byId("page-back").addEventListener("click", () => turn(-1));
  byId("page-next").addEventListener("click", () => turn(1));
  for (const head of document.querySelectorAll("#clip-table th")) {
    head.firstElementChild.addEventListener("click", () => {
      ascending = sortKey === head.dataset.key ? !ascending : plain.includes(head.dataset.key);
      sortKey = head.dataset.key;
      again();
    });
  }
  form.hidden = false;
  byId("clip-region").hidden = false;
  window.addEventListener("hashchange", read);
  window.addEventListener("pageshow", read);
  read();
})();
