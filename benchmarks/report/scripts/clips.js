// The filters of the list of clips; the address holds the view. The table itself is table.js of wdmd report.
"use strict";
(() => {
  const EVENT = 4;
  const { data, clips } = clipData();
  const FILTERS = ["text", "model", "kind", "state", "ms", "me", "split"];
  const field = (name) => document.getElementById("filter-" + name), chosen = (name) => field(name).value;
  const plain = ["clip_id", "recording", "subject", "split", "state"];

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
    document.getElementById("event-count").textContent = found + " events";
    return rows;
  };

  const line = ({ clip, counts }) => {
    const tr = document.createElement("tr");
    tr.append(cell(clipLink(clip), "left"), cell(clip.recording, "left name"), cell(clip.subject, "left name"),
      cell(clip.split, "left"), cell(clip.state, "left"), cell(clip.seconds.toFixed(1), ""), cell(String(clip.me), ""),
      ...counts.map((count) => cell(String(count), count ? "" : "zero")));
    return tr;
  };
  const write = () => {
    const { view } = table;
    const said = new URLSearchParams(FILTERS.filter((name) => chosen(name) !== "").map((name) => [name, chosen(name)]));
    if (view.sortKey) said.set("sort", (view.ascending ? "" : "-") + view.sortKey);
    if (view.page) said.set("page", String(view.page + 1));
    history.replaceState(null, "", "#" + said);
  };
  const table = clipTable({
    rows: kept,
    value: ({ clip, counts }, key) => (data.kinds.includes(key) ? counts[data.kinds.indexOf(key)] : clip[key]),
    line,
    total: clips.length,
    upward: (key) => plain.includes(key),
    changed: write,
  });
  const read = () => {
    const said = new URLSearchParams(location.hash.slice(1)), { view } = table;
    const wanted = clips.find((clip) => clip.clip_id === said.get("clip"));
    if (wanted) return location.replace(wanted.href);
    FILTERS.forEach((name) => { field(name).value = said.get(name) ?? ""; });
    // A value that is not offered chooses nothing; that must read as "any".
    FILTERS.forEach((name) => { if (field(name).selectedIndex === -1) field(name).value = ""; });
    const sort = said.get("sort") ?? "", key = sort.replace(/^-/, "");
    view.sortKey = [...data.fields, ...data.kinds].includes(key) && key !== "events" ? key : "";
    view.ascending = !sort.startsWith("-");
    view.page = Math.max(0, (parseInt(said.get("page") ?? "1", 10) || 1) - 1);
    table.show();
  };
  window.addEventListener("hashchange", read);
  window.addEventListener("pageshow", read);
  read();
})();
