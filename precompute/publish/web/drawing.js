"use strict";
// Making elements, and drawing pictures that lie in sheets. Text is only ever set as text.

const drawing = (() => {
  const sheets = new Map(); // address -> promise of a loaded image

  function make(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== undefined) made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== undefined && child !== ""));
    return made;
  }

  function number(value) {
    if (value === undefined || value === null) return "";
    if (value === 0) return "0";
    const size = Math.abs(value);
    return size >= 1000 || size < 0.001 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
  }

  function sheet(address) {
    if (!sheets.has(address)) {
      if (sheets.size > 24) sheets.delete(sheets.keys().next().value);
      const image = new Image();
      image.src = address;
      sheets.set(address, image.decode().then(() => image));
    }
    return sheets.get(address);
  }

  // A canvas with one picture of a sheet, in the middle of a square; place: [x, y, width, height].
  function picture(address, place, label, side) {
    const [x, y, width, height] = place;
    const canvas = make("canvas", { role: "img", "aria-label": label });
    sheet(address).then((image) => {
      // cut out first: a browser that scales straight from the sheet mixes in the neighbours
      const cut = make("canvas", { width, height });
      cut.getContext("2d").drawImage(image, x, y, width, height, 0, 0, width, height);
      canvas.width = canvas.height = side;
      const context = canvas.getContext("2d");
      const scale = side / Math.max(width, height);
      context.imageSmoothingQuality = "high";
      context.drawImage(cut, (side - width * scale) / 2, (side - height * scale) / 2, width * scale, height * scale);
    }, () => canvas.replaceWith(make("span", {}, `${address} is missing`)));
    return canvas;
  }

  // A <span> that shows tile `index` of a sheet with `laid` = {tile, edge, columns}, `side` CSS pixels large.
  function tile(address, laid, index, inARow, rows, side) {
    const pitch = laid.tile + 2 * laid.edge, scale = side / laid.tile;
    const column = index % laid.columns, row = Math.floor(index / laid.columns);
    const made = make("span", { class: "tile", "aria-hidden": "true" });
    made.style.backgroundImage = `url("${address}")`;
    made.style.backgroundSize = `${inARow * pitch * scale}px ${rows * pitch * scale}px`;
    made.style.backgroundPosition = `${-(column * pitch + laid.edge) * scale}px ${-(row * pitch + laid.edge) * scale}px`;
    return made;
  }

  // The tile of a layer's unit, or an empty one.
  function unitTile(thumbs, unit, side) {
    const at = thumbs ? thumbs.places.get(unit) : undefined;
    if (at === undefined) return make("span", { class: "tile", "aria-hidden": "true" });
    const file = Math.floor(at / thumbs.in_a_sheet);
    const here = Math.min(thumbs.units.length - file * thumbs.in_a_sheet, thumbs.in_a_sheet);
    const inARow = Math.min(here, thumbs.columns), rows = Math.ceil(here / thumbs.columns);
    return tile(thumbs.files[file], thumbs, at % thumbs.in_a_sheet, inARow, rows, side);
  }

  // Pairs of words as a definition list; empty values are left out.
  function facts(pairs) {
    const list = make("dl");
    for (const [name, value] of pairs) {
      if (value !== undefined && value !== null && value !== "") list.append(make("dt", {}, name), make("dd", {}, String(value)));
    }
    return list;
  }

  return { make, number, sheet, picture, tile, unitTile, facts };
})();
