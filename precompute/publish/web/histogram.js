"use strict";
// A unit's largest value in each image of a data set, as bars, from its quantiles; marks are single values on it.

const histogram = (() => {
  const NS = "http://www.w3.org/2000/svg";
  const WIDTH = 480, HEIGHT = 170, TOP = 26, BOTTOM = 24, SIDE = 8, BARS = 48;

  // Share of images below a value, linear between the quantiles [[share, value], ...].
  function shareBelow(quantiles, value) {
    let [share, at] = quantiles[0];
    if (value < at) return 0;
    for (const [nextShare, nextAt] of quantiles.slice(1)) {
      if (value < nextAt) return share + ((nextShare - share) * (value - at)) / (nextAt - at);
      [share, at] = [nextShare, nextAt];
    }
    return 1;
  }

  function element(name, attributes, text) {
    const made = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // quantiles: rising; marks: [[text, value], ...]. Returns an <svg>.
  function draw(quantiles, marks, label) {
    const values = [...quantiles.map((pair) => pair[1]), ...marks.map((mark) => mark[1])];
    const low = Math.min(...values), high = Math.max(...values);
    const span = high - low || 1;
    const x = (value) => SIDE + ((value - low) / span) * (WIDTH - 2 * SIDE);
    const shares = [];
    for (let k = 0; k < BARS; k += 1) {
      // the last bar takes its upper end in, the first one what lies on its lower end
      const from = k === 0 ? 0 : shareBelow(quantiles, low + (span * k) / BARS);
      const to = k === BARS - 1 ? 1 : shareBelow(quantiles, low + (span * (k + 1)) / BARS);
      shares.push(to - from);
    }
    const most = Math.max(...shares);
    const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "histogram", role: "img", "aria-label": label });
    const floor = HEIGHT - BOTTOM, room = floor - TOP;
    shares.forEach((share, k) => {
      // the root keeps the rare high values, which matter most, visible beside the many low ones
      const height = room * Math.sqrt(share / most);
      const left = x(low + (span * k) / BARS);
      svg.append(element("rect", {
        class: "bar", x: left.toFixed(1), y: (floor - height).toFixed(1),
        width: ((WIDTH - 2 * SIDE) / BARS - 1).toFixed(1), height: height.toFixed(1),
      }));
    });
    svg.append(element("line", { class: "axis", x1: SIDE, x2: WIDTH - SIDE, y1: floor, y2: floor }));
    for (const [value, anchor] of [[low, "start"], [(low + high) / 2, "middle"], [high, "end"]]) {
      svg.append(element("text", { x: x(value).toFixed(1), y: HEIGHT - 8, "text-anchor": anchor }, drawing.number(value)));
    }
    marks.forEach(([text, value], k) => {
      const at = x(value), right = at > WIDTH / 2, y = 11 + 12 * k;
      svg.append(element("line", { class: "mark", x1: at.toFixed(1), x2: at.toFixed(1), y1: y + 3, y2: floor }));
      svg.append(element("text", {
        class: "mark-text", x: (at + (right ? -4 : 4)).toFixed(1), y, "text-anchor": right ? "end" : "start",
      }, text));
    });
    return svg;
  }

  return { draw, shareBelow };
})();
