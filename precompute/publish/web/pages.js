"use strict";
// The three pages: all layers, one layer, one unit. Each returns the elements of the page.

const pages = (() => {
  const { make, number, facts, picture, tile, unitTile } = drawing;
  const CELL = 192; // canvas pixels of a picture: enough for three in a row on a sharp screen
  const SHORT = { am: "synthetic", top: "real pictures", session: "from the live view" }; // else the kind itself

  function link(layer, unit) {
    const name = encodeURIComponent(layer);
    return unit === undefined ? `#${name}` : `#${name}/${unit}`;
  }

  function value(thing) {
    return typeof thing === "object" && thing !== null ? JSON.stringify(thing) : String(thing);
  }

  function runFacts(run) {
    return facts([
      ["started", run.started], ["finished", run.finished || "not finished"], ["seed", run.seed],
      ["data", run.data], ["data sha256", run.data_hash],
      ...Object.entries(run.parameters || {}).map(([name, given]) => [name, value(given)]),
      ...Object.entries(run.versions || {}).map(([name, given]) => [name, value(given)]),
    ]);
  }

  function provenance(runs) {
    const card = make("section", { class: "card" }, make("h2", {}, "How this was made"));
    for (const run of runs) {
      const title = `${run.job}${run.data ? `, from ${run.data}` : ""}${run.started ? `, ${run.started.slice(0, 10)}` : ""}`;
      card.append(make("details", {}, make("summary", {}, title), runFacts(run)));
    }
    if (!runs.length) card.append(make("p", { class: "soft" }, "The atlas does not say."));
    return card;
  }

  function plural(count, word) {
    return `${count} ${word}${count === 1 ? "" : "s"}`;
  }

  function having(layer) {
    return layer.have === layer.units ? plural(layer.units, "unit") : `${layer.have} of ${plural(layer.units, "unit")}`;
  }

  function layerCard(index, layer, row) {
    const strip = make("div", { class: "strip" });
    const laid = index.previews;
    if (laid.counts) {
      const widest = Math.max(...laid.counts);
      for (let k = 0; k < laid.counts[row]; k += 1) {
        strip.append(tile("thumbs/layers.webp", laid, row * laid.columns + k, widest, laid.counts.length, 52));
      }
    }
    const other = layer.alias === layer.name ? "" : ` (${layer.name})`;
    return make("li", {}, make("a", { class: "card", href: link(layer.name) },
      make("span", { class: "name" }, layer.alias), make("span", { class: "soft" }, other),
      make("div", { class: "soft" }, `${layer.kind}, ${layer.shape.join(" x ")}, ${having(layer)}`), strip));
  }

  function start(index) {
    const units = index.layers.reduce((sum, layer) => sum + layer.have, 0);
    return [
      make("div", { class: "head" }, make("div", {}, make("h1", {}, `${index.title}: what its units prefer`),
        make("div", { class: "soft" }, `${plural(index.layers.length, "layer")}, ${plural(units, "unit")}; choose a layer, then a unit.`))),
      make("ul", { class: "cards" }, ...index.layers.map((layer, row) => layerCard(index, layer, row))),
      make("div", { class: "below" }, provenance(index.runs), make("section", { class: "card" },
        make("h2", {}, "The network"), facts([
          ["name", index.title], ["weights", index.weights], ["fingerprint", index.fingerprint],
          ["pictures are given to it", index.preprocessing], ["gallery made", index.made],
        ]))),
    ];
  }

  // One layer; mode: {kind, words} is kept by the caller from page to page.
  function layer(index, data, mode, changed) {
    const about = index.layers.find((one) => one.name === data.name);
    const kinds = Object.keys(data.thumbs);
    const kind = kinds.includes(mode.kind) ? mode.kind : kinds[0];
    const list = make("ul", { class: "tiles", id: "tiles" });
    const told = make("p", { class: "soft", role: "status" });
    function fill() {
      const words = mode.words.trim().toLowerCase();
      const hits = data.units.filter((unit) => !words || String(unit.unit) === words || (unit.label || "").toLowerCase().includes(words));
      list.replaceChildren(...hits.map((unit) => make("li", {}, make("a", { href: link(data.name, unit.unit), title: unit.label || (unit.notes || {})[kind] },
        unitTile(data.thumbs[kind], unit.unit, 72), make("span", {}, unit.label || String(unit.unit))))));
      told.textContent = words ? `${plural(hits.length, "unit")} of ${data.units.length}` : "";
    }
    const search = make("input", { type: "search", id: "search", value: mode.words, placeholder: "unit or class name (/)", "aria-label": "Find a unit by its number or class name" });
    search.addEventListener("input", () => { mode.words = search.value; fill(); });
    const buttons = kinds.map((one) => make("button", {
      type: "button", "aria-pressed": String(one === kind), title: index.kinds[one], onclick: () => { mode.kind = one; changed(); },
    }, SHORT[one] || one));
    fill();
    return [
      make("div", { class: "head" }, make("div", {}, make("h1", {}, about.alias),
        make("div", { class: "soft" }, `${about.kind}, ${about.shape.join(" x ")}, ${having(about)}. ${index.kinds[kind] || "No pictures."}`)),
      make("div", { class: "row" }, ...(kinds.length > 1 ? buttons : []), search)),
      told, list,
    ];
  }

  function caption(one) {
    if (one.activation === undefined) return one.label || "\u00a0"; // an empty line: rows of all kinds stay level
    return number(one.activation) + (one.percentile === undefined ? "" : ` · ${Math.floor(one.percentile * 10) / 10} %`);
  }

  function pictureFacts(index, kind, one) {
    return [
      ["kind", index.kinds[kind] || kind], ["rank", one.rank + 1], ["activation", number(one.activation)],
      ["higher than in", one.percentile === undefined ? "" : `${number(one.percentile)} % of the images`],
      ["class", one.label], ["source", one.source], ["box (top, left, bottom, right)", (one.box || []).join(", ")], ["seed", one.seed],
      ...Object.entries(one.more || {}).map(([name, given]) => [name, value(given)]),
    ];
  }

  function set(index, page, kind, open) {
    const all = (page.kinds || {})[kind] || [], note = (page.notes || {})[kind];
    const nine = make("div", { class: all.length === 1 ? "nine one" : "nine" });
    all.forEach((one) => {
      const label = `${index.kinds[kind] || kind}, ${one.rank + 1}`;
      const hint = pictureFacts(index, kind, one).filter((pair) => pair[1] !== "" && pair[1] !== undefined).map((pair) => pair.join(": ")).join("\n");
      nine.append(make("button", {
        class: "cell", type: "button", title: hint, "data-rank": one.rank, "data-kind": kind, onclick: () => open(kind, one),
      }, picture(page.sheet, one.place, label, all.length === 1 ? 2 * CELL : CELL), make("span", { class: "number" }, caption(one))));
    });
    const legend = all.some((one) => one.percentile !== undefined)
      ? make("p", { class: "soft legend" }, "its value · the share of images in which it stays below that") : "";
    return make("section", { class: "card" }, make("h2", {}, index.kinds[kind] || kind),
      all.length ? nine : "", legend, note === undefined ? "" : make("p", { class: "soft" }, note || "Tried, and nothing was found."));
  }

  function statistics(page) {
    const stats = page.stats;
    const marks = Object.entries(page.kinds || {}).filter(([kind]) => kind === "am" || kind === "top")
      .map(([kind, all]) => [kind === "am" ? "best synthetic" : "best real picture here", Math.max(...all.map((one) => one.activation ?? -Infinity))])
      .filter((mark) => Number.isFinite(mark[1]));
    const label = `How the unit's largest value in an image is spread over ${stats.count} images`;
    const card = make("section", { class: "card" }, make("h2", {}, "Its largest value in each image"));
    if (stats.quantiles.length > 1) card.append(histogram.draw(stats.quantiles, marks, label));
    card.append(make("p", { class: "soft" }, "Heights are roots of the shares, so that rare high values can be seen."), facts([
      ["images", stats.count], ["mean", number(stats.mean)], ["standard deviation", number(stats.std)],
      ["nowhere above zero in", `${number(100 * stats.zeros)} % of the images`],
    ]));
    return card;
  }

  function unit(index, data, page, open) {
    const about = index.layers.find((one) => one.name === data.name);
    const at = data.units.indexOf(page);
    const turn = (step, text, title) => {
      const next = data.units[at + step];
      return make("button", { type: "button", title, disabled: next ? undefined : "", onclick: () => { location.hash = link(data.name, next.unit); } }, text);
    };
    const has = (kind) => kind in (page.kinds || {}) || kind in (page.notes || {});
    const kinds = [...new Set([...Object.keys(index.kinds), ...Object.keys(page.notes || {})])].filter(has);
    const used = new Set(Object.values(page.kinds || {}).flatMap((all) => all.map((one) => one.run)).concat(page.stats ? [page.stats.run] : []));
    return [
      make("div", { class: "head" }, make("h1", {}, `${about.alias} unit ${page.unit}${page.label ? `: ${page.label}` : ""}`),
        make("div", { class: "row turn" }, turn(-1, "← previous", "The unit before (left)"), turn(1, "next →", "The next unit (right)"))),
      make("div", { class: "sets" }, ...kinds.map((kind) => set(index, page, kind, open))),
      make("div", { class: "below" }, page.stats ? statistics(page) : "", provenance(index.runs.filter((run) => used.has(run.number)))),
    ];
  }

  return { link, start, layer, unit, pictureFacts };
})();
