// The table of clips: filters, sorting, fifty rows at a time. Text goes in as text, never as HTML.
"use strict";
(() => {
  const PER_PAGE = 50;
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("clip-data").textContent);
  const clips = data.rows.map((row) => Object.fromEntries(data.fields.map((name, k) => [name, row[k]])));
  const body = byId("clip-table").tBodies[0];
  const form = byId("filters");
  const text = byId("filter-text");
  const chosen = (name) => byId("filter-" + name).value;
  let page = 0, sortKey = "", ascending = true;

  const natural = new Intl.Collator("en", { numeric: true });
  const offer = (name, values) => {
    const select = byId("filter-" + name);
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
    const words = text.value.trim().toLowerCase();
    const flag = chosen("flag");
    return (words === "" || [clip.clip_id, clip.recording, clip.subject].some((v) => v.toLowerCase().includes(words)))
      && (chosen("me") === "" || (chosen("me") === "yes") === clip.me > 0)
      && equal("state", clip.state) && equal("subject", clip.subject)
      && equal("recording", clip.recording) && equal("split", clip.split)
      && (flag === "" || (flag === "none" ? clip.flags.length === 0 : clip.flags.includes(flag.slice(1))));
  };

  const compare = (a, b) => {
    const [x, y] = [a, b].map((clip) => (sortKey === "flags" ? clip.flags.length : clip[sortKey]));
    if (x === null || y === null) return (x === null) - (y === null);  // undefined comes last either way
    const order = typeof x === "number" ? x - y : natural.compare(x, y);
    return ascending ? order : -order;
  };

  const written = { seconds: 1, coverage: 1, yaw: 1, jitter: 3 };
  const cell = (value, css) => {
    const td = document.createElement("td");
    td.className = css;
    td.append(value);
    return td;
  };
  const link = (clip) => {
    const a = document.createElement("a");
    a.href = clip.href;
    a.textContent = clip.clip_id;
    return a;
  };
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
  const row = (clip) => {
    const tr = document.createElement("tr");
    const number = (name) => cell(clip[name] === null ? "n/a" : clip[name].toFixed(written[name]), "");
    tr.append(cell(link(clip), "left"), cell(clip.recording, "left name"), cell(clip.subject, "left name"),
      cell(clip.split, "left"), cell(clip.state, "left"), cell(String(clip.me), ""), number("seconds"),
      number("coverage"), number("yaw"), number("jitter"), cell(badges(clip.flags), "left flags"));
    return tr;
  };

  const show = () => {
    const kept = clips.filter(wanted);
    if (sortKey) kept.sort(compare);
    const pages = Math.max(1, Math.ceil(kept.length / PER_PAGE));
    page = Math.min(page, pages - 1);
    body.replaceChildren(...kept.slice(page * PER_PAGE, (page + 1) * PER_PAGE).map(row));
    byId("clip-count").textContent = kept.length + " of " + clips.length + " clips";
    byId("page-now").textContent = "page " + (page + 1) + " of " + pages;
    byId("page-back").disabled = page === 0;
    byId("page-next").disabled = page + 1 >= pages;
    byId("pager").hidden = pages === 1;
  };
  const again = () => { page = 0; show(); };
  form.addEventListener("input", again);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(again));
  byId("page-back").addEventListener("click", () => { page -= 1; show(); });
  byId("page-next").addEventListener("click", () => { page += 1; show(); });
  for (const head of document.querySelectorAll("#clip-table th")) {
    head.firstElementChild.addEventListener("click", () => {
      const numeric = ["me", "seconds", "coverage", "yaw", "jitter", "flags"].includes(head.dataset.key);
      ascending = sortKey === head.dataset.key ? !ascending : !numeric;
      sortKey = head.dataset.key;
      document.querySelectorAll("#clip-table th").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      again();
    });
  }
  form.hidden = clips.length === 0;
  byId("clip-region").hidden = clips.length === 0;
  // Going back to the page, a browser puts the form's values back without telling anyone else.
  window.addEventListener("pageshow", show);
  show();
})();
