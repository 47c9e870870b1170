"use strict";
// Which page is shown: "#" all layers, "#LAYER" one layer, "#LAYER/UNIT" one unit; keys; the larger picture.

const deepvis = (() => {
  const { make, facts, picture } = drawing;
  const layers = new Map(); // name -> data, once loaded
  const waiting = new Map(); // name -> functions to call when it is there
  const mode = { kind: "", words: "" };
  const byId = (id) => document.getElementById(id);
  let index, here = {}, opened;

  const KEYS = [
    ["← →, j l", "the unit before, the next unit; in a layer: from tile to tile"],
    ["↑ ↓, i k", "in a layer: from row to row; on a unit's page ↑ goes back to its layer"],
    ["u o", "the layer before, the next layer (the unit number is kept)"],
    ["s", "in a layer: the next kind of pictures"], ["/", "in a layer: find a unit by number or class name"],
    ["Enter", "open the unit or the picture that is marked"], ["Esc", "close; one page up"],
    ["t", "light, dark, or as the system"], ["h", "this page"],
  ];

  // Called by the files in data/.
  function take(value) {
    if (index === undefined) {
      index = value;
      addEventListener("hashchange", show);
      show();
      return;
    }
    value.byUnit = new Map(value.units.map((unit) => [unit.unit, unit]));
    for (const thumbs of Object.values(value.thumbs)) thumbs.places = new Map(thumbs.units.map((unit, at) => [unit, at]));
    layers.set(value.name, value);
    for (const call of waiting.get(value.name) || []) call();
    waiting.delete(value.name);
  }

  function whereTo() {
    let text = location.hash.slice(1);
    try { text = decodeURIComponent(text); } catch { /* a half-typed %: taken as it is */ }
    const named = (name) => index.layers.find((layer) => layer.name === name) || index.layers.find((layer) => layer.alias === name);
    if (!text) return {};
    if (named(text)) return { layer: named(text) };
    const cut = text.lastIndexOf("/"), number = text.slice(cut + 1);
    const layer = cut > 0 ? named(text.slice(0, cut)) : undefined;
    return layer && /^\d+$/.test(number) ? { layer, unit: Number(number) } : { unknown: text };
  }

  function load(layer) {
    if (waiting.has(layer.name)) { waiting.get(layer.name).push(show); return; }
    waiting.set(layer.name, [show]);
    const script = make("script", { src: layer.data });
    script.addEventListener("error", () => { waiting.delete(layer.name); tell(`${layer.data} is missing: copy the whole folder of the gallery.`); });
    document.head.append(script);
  }

  function tell(text) {
    byId("page").replaceChildren(make("p", {}, text), make("p", {}, make("a", { href: "#" }, "All layers")));
  }

  function show() {
    byId("closer").close();
    const before = here;
    here = whereTo();
    const { layer, unit, unknown } = here;
    const path = [make("a", { href: "#" }, index.title)];
    if (layer) path.push(make("a", { href: pages.link(layer.name) }, layer.alias));
    if (unit !== undefined) path.push(make("span", { "aria-current": "page" }, String(unit)));
    byId("path").replaceChildren(...path);
    document.title = [unit, layer && layer.alias, index.title].filter((part) => part !== undefined).join(" · ");
    if (unknown !== undefined) { tell(`There is no ${unknown} in this gallery.`); return; }
    if (layer && !layers.has(layer.name)) { tell("Loading …"); load(layer); return; }
    const data = layer && layers.get(layer.name);
    const page = unit === undefined ? undefined : data.byUnit.get(unit);
    if (unit !== undefined && !page) { tell(`There is nothing of ${layer.alias} unit ${unit} in this gallery.`); return; }
    if (!layer) byId("page").replaceChildren(...pages.start(index));
    else if (!page) byId("page").replaceChildren(...pages.layer(index, data, mode, show));
    else { byId("page").replaceChildren(...pages.unit(index, data, page, open)); prefetch(data, page); }
    if (before.layer !== layer || before.unit !== unit) arrive(before, layer, unit);
  }

  // From a unit back to its layer: to its tile. Else to the top.
  function arrive(before, layer, unit) {
    const tile = before.layer === layer && layer && unit === undefined
      ? [...document.querySelectorAll("#tiles a")].find((one) => one.getAttribute("href") === pages.link(layer.name, before.unit)) : undefined;
    if (tile) { tile.focus(); tile.scrollIntoView({ block: "center" }); } else { byId("page").focus({ preventScroll: true }); scrollTo(0, 0); }
  }

  function prefetch(data, page) {
    const at = data.units.indexOf(page);
    for (const near of [data.units[at + 1], data.units[at - 1]]) if (near && near.sheet) drawing.sheet(near.sheet).catch(() => {});
  }

  function open(kind, one) {
    const page = layers.get(here.layer.name).byUnit.get(here.unit);
    const all = page.kinds[kind], at = all.indexOf(one);
    opened = (step) => { if (all[at + step]) open(kind, all[at + step]); };
    const room = Math.floor(Math.min(innerWidth * 0.86, innerHeight * 0.6, 640));
    const box = byId("closer");
    box.replaceChildren(
      picture(page.sheet, one.place, `${kind} ${one.rank + 1}`, room),
      make("div", { class: "row" }, make("button", { type: "button", disabled: at ? undefined : "", onclick: () => opened(-1) }, "← previous"),
        make("button", { type: "button", autofocus: "", onclick: () => box.close() }, "close"),
        make("button", { type: "button", disabled: all[at + 1] ? undefined : "", onclick: () => opened(1) }, "next →")),
      facts(pages.pictureFacts(index, kind, one)));
    if (!box.open) box.showModal();
  }

  // Steps that stay on the page of a kind: to another unit, or to the same unit of another layer.
  function toUnit(step) {
    const all = layers.get(here.layer.name).units, at = all.findIndex((one) => one.unit === here.unit);
    if (all[at + step]) location.hash = pages.link(here.layer.name, all[at + step].unit);
  }

  function toLayer(step) {
    const next = index.layers[index.layers.indexOf(here.layer) + step];
    if (next) location.hash = pages.link(next.name, here.unit === undefined ? undefined : Math.min(here.unit, next.last));
  }

  function amongTiles(step, rows) {
    const all = [...document.querySelectorAll("#tiles a, .cards a")];
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const top = all[0].getBoundingClientRect().top;
    const columns = all.findIndex((one) => one.getBoundingClientRect().top > top + 4);
    const next = at < 0 ? 0 : at + step * (rows ? (columns < 1 ? all.length : columns) : 1);
    if (all[next]) all[next].focus();
  }

  function nextKind() {
    const kinds = Object.keys(layers.get(here.layer.name).thumbs);
    mode.kind = kinds[(kinds.indexOf(mode.kind || kinds[0]) + 1) % kinds.length];
    show();
  }

  function theme() {
    const root = document.documentElement, order = ["", "dark", "light"];
    const next = order[(order.indexOf(root.dataset.theme || "") + 1) % order.length];
    if (next) root.dataset.theme = next; else delete root.dataset.theme;
    byId("theme").textContent = next ? `Theme: ${next}` : "Theme";
    try { localStorage.setItem("deepvis-theme", next); } catch { /* a browser that keeps nothing for files */ }
  }

  function help() {
    const box = byId("help");
    box.replaceChildren(make("h2", {}, "Keys"), make("dl", {}, ...KEYS.flatMap(([key, what]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, what)])),
      make("p", { class: "row" }, make("button", { type: "button", onclick: () => box.close() }, "close")));
    box.showModal();
  }

  const STEPS = { ArrowLeft: -1, j: -1, ArrowRight: 1, l: 1 };
  const ROWS = { ArrowUp: -1, i: -1, ArrowDown: 1, k: 1 };

  function up() {
    if (here.unit !== undefined) location.hash = pages.link(here.layer.name);
    else if (here.layer || here.unknown) location.hash = "";
  }

  // True where the key meant something.
  function press(key) {
    const onUnit = here.layer && here.unit !== undefined && layers.has(here.layer.name);
    if (key in STEPS) { if (onUnit) toUnit(STEPS[key]); else amongTiles(STEPS[key], false); return true; }
    if (key in ROWS) {
      if (!onUnit) amongTiles(ROWS[key], true);
      else if (ROWS[key] < 0) up();
      return !onUnit || ROWS[key] < 0;
    }
    if ((key === "u" || key === "o") && here.layer) toLayer(key === "u" ? -1 : 1);
    else if (key === "s" && here.layer && !onUnit && layers.has(here.layer.name)) nextKind();
    else if (key === "/" && byId("search")) byId("search").focus();
    else if (key === "t") theme();
    else if (key === "h" || key === "?") help();
    else if (key === "Escape") up();
    else return false;
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !index) return;
    if (byId("help").open) return;
    if (byId("closer").open) {
      if (event.key in STEPS) { opened(STEPS[event.key]); event.preventDefault(); }
      return;
    }
    if (event.target.id === "search") {
      if (event.key === "Escape") { event.target.blur(); event.preventDefault(); }
      return;
    }
    if (press(event.key)) event.preventDefault();
  });

  // Cell k of the real pictures belongs to cell k of their deconv and guided pictures.
  function together(event) {
    const cell = event.target.closest && event.target.closest(".cell");
    for (const one of document.querySelectorAll(".cell")) {
      one.classList.toggle("same", Boolean(cell) && cell.dataset.kind !== "am" && one.dataset.kind !== "am" && one.dataset.rank === cell.dataset.rank);
    }
  }
  document.addEventListener("pointerover", together);
  document.addEventListener("focusin", together);
  byId("closer").addEventListener("click", (event) => { if (event.target === byId("closer")) byId("closer").close(); });
  byId("theme").addEventListener("click", theme);
  byId("keys").addEventListener("click", help);
  try {
    const kept = localStorage.getItem("deepvis-theme");
    if (kept === "dark" || kept === "light") { document.documentElement.dataset.theme = kept; byId("theme").textContent = `Theme: ${kept}`; }
  } catch { /* as above */ }

  return { take };
})();
