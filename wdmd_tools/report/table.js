// A table that a script fills: sorted by its heads, fifty rows at a time. Text goes in as text, never as HTML.
"use strict";
const cell = (content, css) => {
  const td = document.createElement("td");
  td.className = css;
  td.append(content);
  return td;
};
const clipLink = (clip) => {
  const a = document.createElement("a");
  a.href = clip.href;
  a.textContent = clip.clip_id;
  return a;
};
const natural = new Intl.Collator("en", { numeric: true });
// rows(): those that the filters keep; value(row, key): what is sorted by, null comes last either way;
// line(row): its <tr>; upward(key): whether a first click sorts upward; changed(): after every click.
const clipTable = ({ rows, value, line, total, upward, changed = () => {} }) => {
  const PER_PAGE = 50, byId = (id) => document.getElementById(id);
  const heads = [...document.querySelectorAll("#clip-table th")], body = byId("clip-table").tBodies[0];
  const view = { page: 0, sortKey: "", ascending: true };
  const compare = (a, b) => {
    const [x, y] = [value(a, view.sortKey), value(b, view.sortKey)];
    if (x === null || y === null) return (x === null) - (y === null);
    const order = typeof x === "number" ? x - y : natural.compare(x, y);
    return view.ascending ? order : -order;
  };
  const show = () => {
    const kept = rows();
    if (view.sortKey) kept.sort(compare);
    const pages = Math.max(1, Math.ceil(kept.length / PER_PAGE));
    view.page = Math.min(view.page, pages - 1);
    body.replaceChildren(...kept.slice(view.page * PER_PAGE, (view.page + 1) * PER_PAGE).map(line));
    byId("clip-count").textContent = kept.length + " of " + total + " clips";
    byId("page-now").textContent = "page " + (view.page + 1) + " of " + pages;
    byId("page-back").disabled = view.page === 0;
    byId("page-next").disabled = view.page + 1 >= pages;
    byId("pager").hidden = pages === 1;
    for (const head of heads) {
      if (head.dataset.key !== view.sortKey) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", view.ascending ? "ascending" : "descending");
    }
  };
  const turn = (by) => { view.page += by; show(); changed(); };
  const again = () => { view.page = 0; turn(0); };
  const form = byId("filters");
  form.addEventListener("input", again);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(again));
  byId("page-back").addEventListener("click", () => turn(-1));
  byId("page-next").addEventListener("click", () => turn(1));
  for (const head of heads) {
    head.firstElementChild.addEventListener("click", () => {
      const key = head.dataset.key;
      view.ascending = view.sortKey === key ? !view.ascending : upward(key);
      view.sortKey = key;
      again();
    });
  }
  form.hidden = byId("clip-region").hidden = total === 0;
  return { view, show };
};
const clipData = () => {
  const data = JSON.parse(document.getElementById("clip-data").textContent);
  const clips = data.rows.map((row) => Object.fromEntries(data.fields.map((name, k) => [name, row[k]])));
  return { data, clips };
};
