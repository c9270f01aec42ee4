// Sorting and searching of all tables of models; the address holds the view, beside the usual anchors.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const text = byId("filter-model"), group = byId("filter-group");
  const tables = [...document.querySelectorAll("table.sortable")];
  const first = new Map(tables.map((table) => [table, [...table.tBodies[0].rows]]));
  const natural = new Intl.Collator("en", { numeric: true });
  let sortKey = "", ascending = true, anchor = "";

  const rowsOf = (table, column) => {
    const name = (row) => row.cells[0].textContent.trim();
    const key = (row) => row.cells[column].dataset.sort ?? "";
    return [...first.get(table)].sort((a, b) => {
      if (column === 0) return (ascending ? 1 : -1) * natural.compare(name(a), name(b));
      const [x, y] = [key(a), key(b)];
      if (x === "" || y === "") return (x === "") - (y === "");  // nothing to compare: last
      return (ascending ? 1 : -1) * (Number(x) - Number(y));
    });
  };
  const show = () => {
    for (const table of tables) {
      const heads = [...[...table.tHead.rows].at(-1).cells], column = heads.findIndex((head) => head.dataset.key === sortKey);
      heads.forEach((head) => head.removeAttribute("aria-sort"));
      if (column >= 0) heads[column].setAttribute("aria-sort", ascending ? "ascending" : "descending");
      table.tBodies[0].append(...(column >= 0 ? rowsOf(table, column) : first.get(table)));
    }
    const words = text.value.trim().toLowerCase();
    for (const one of document.querySelectorAll("[data-group]")) {
      const name = (one.dataset.model + " " + (one.cells?.[0] ?? one.querySelector("summary")).textContent).toLowerCase();
      one.hidden = (words !== "" && !name.includes(words)) || (group.value === "models" && one.dataset.group === "trivial");
    }
  };
  const write = () => {
    const said = new URLSearchParams();
    if (sortKey) said.set("sort", (ascending ? "" : "-") + sortKey);
    if (text.value.trim()) said.set("model", text.value.trim());
    if (group.value) said.set("rows", group.value);
    const hash = said.size || !anchor ? String(said) : anchor;
    history.replaceState(null, "", "#" + hash);
  };
  const read = () => {
    const hash = decodeURIComponent(location.hash.slice(1)), target = byId(hash);
    if (hash && target) {  // an anchor; a card opens when it is linked to
      anchor = hash;
      if (target.tagName === "DETAILS") target.open = true;
      target.scrollIntoView();
      return;
    }
    const said = new URLSearchParams(location.hash.slice(1)), sort = said.get("sort") ?? "";
    sortKey = sort.replace(/^-/, "");
    ascending = !sort.startsWith("-");
    text.value = said.get("model") ?? "";
    group.value = said.get("rows") === "models" ? "models" : "";
    show();
  };
  for (const head of document.querySelectorAll("table.sortable th[data-key]")) {
    head.firstElementChild.addEventListener("click", () => {
      const key = head.dataset.key, upward = key === "model" || key.startsWith("rank");
      ascending = sortKey === key ? !ascending : upward;
      sortKey = key;
      show();
      write();
    });
  }
  byId("filters").addEventListener("input", () => { show(); write(); });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").hidden = tables.length === 0;
  window.addEventListener("hashchange", read);
  window.addEventListener("pageshow", read);
  show();
  read();
})();
