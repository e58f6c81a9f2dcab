"use strict";
// Draws the plots of #data, which report_data.cc makes: lines over the time of the run, and latencies by
// percentile. All text goes in as text nodes.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const HEIGHT = 210, TOP = 8, BOTTOM = 22, RIGHT = 10;
  const SCALES = {
    ns: [[1, " ns"], [1e3, " µs"], [1e6, " ms"], [1e9, " s"]],
    per_second: [[1, "/s"], [1e3, " k/s"], [1e6, " M/s"], [1e9, " G/s"], [1e12, " T/s"]],
    bytes: [[1, " B"], [1e3, " kB"], [1e6, " MB"], [1e9, " GB"], [1e12, " TB"]],
    share: [[0.01, " %"]],
  };
  // What an axis of nothing but zeros goes up to.
  const LEAST = {ns: 1e3, per_second: 1, bytes: 1e6, share: 0.001};

  // --- Numbers ---

  const scaleFor = (unit, value) =>
    SCALES[unit].reduce((best, scale) => (Math.abs(value) >= scale[0] * 0.9995 ? scale : best));
  const digits = (value, precision) => {
    if (value !== 0 && Math.abs(value) < 1e-6) return value.toExponential(1);
    const text = Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(precision);
    return String(Number(text));
  };
  const format = (unit, value) => {
    if (value === null) return "–";
    const [factor, name] = scaleFor(unit, value);
    return digits(value / factor, 3) + name;
  };
  const duration = (s) => {
    const whole = Math.round(s * 100) / 100;
    if (whole < 600) return `${whole} s`;
    const minutes = Math.floor(whole / 60), seconds = Math.floor(whole % 60);
    return `${minutes}:${String(seconds).padStart(2, "0")}`;
  };
  // 99.9 % for 1000: a share as its distance from all, 1 / (1 - share).
  const percentile = (distance) => {
    const decimals = Math.max(0, Math.ceil(Math.log10(distance) - 1e-9) - 2);
    return `${(100 - 100 / distance).toFixed(decimals)} %`;
  };

  // --- Axes: a domain, ticks, and where a value is between 0 and 1 ---

  const niceStep = (span, count) => {
    const raw = span / count, power = 10 ** Math.floor(Math.log10(raw));
    return power * [1, 2, 5, 10].find((step) => step * power >= raw * 0.9999);
  };
  const linearTicks = (high, count) => {
    const step = niceStep(high, count), ticks = [];
    for (let i = 0; i * step <= high * 1.0001; ++i) ticks.push(i * step);
    return ticks;
  };
  const linearAxis = (unit, high) => {
    const factor = scaleFor(unit, high)[0];
    const step = niceStep(high / factor, 4), top = Math.ceil(high / factor / step - 1e-6) * step;
    const name = scaleFor(unit, top * factor)[1];
    const rescale = factor / scaleFor(unit, top * factor)[0];
    return {
      place: (value) => value / factor / top,
      ticks: linearTicks(top, top / step).map((tick) => ({
        at: tick * factor, text: digits(tick * rescale, 6) + (tick === 0 ? "" : name)})),
    };
  };
  // The next number below or above that begins with 1, 2 or 5 and has only zeros behind it.
  const roundDown = (value) => {
    const power = 10 ** Math.floor(Math.log10(value));
    return power * [5, 2, 1].find((step) => step * power <= value * 1.0001);
  };
  const roundUp = (value) => {
    const power = 10 ** Math.floor(Math.log10(value));
    return power * [1, 2, 5, 10].find((step) => step * power >= value * 0.9999);
  };
  const logAxis = (unit, lowest, highest) => {
    const low = roundDown(lowest), high = roundUp(highest);
    const decades = Math.log10(high / low), steps = decades <= 3 ? [1, 2, 5] : [1];
    const every = Math.max(1, Math.ceil(decades / 6)), ticks = [];
    for (let power = Math.floor(Math.log10(low) + 1e-9); 10 ** power <= high * 1.0001; power += every) {
      for (const step of steps) {
        const at = step * 10 ** power;
        if (at >= low * 0.9999 && at <= high * 1.0001) ticks.push({at, text: format(unit, at)});
      }
    }
    // What is below the lowest positive value is drawn at the bottom.
    return {place: (value) => Math.max(0, Math.log10(Math.max(value, low) / low) / decades), ticks};
  };
  // Logarithmic if a linear one would squash what is small.
  const valueAxis = (plot) => {
    const all = plot.series.flatMap((series) => series.values).filter((value) => value !== null);
    const high = all.reduce((a, b) => Math.max(a, b), 0);
    const positive = all.filter((value) => value > 0);
    const low = positive.reduce((a, b) => Math.min(a, b), high);
    if (plot.log && low > 0 && high > 20 * low) return logAxis(plot.unit, low, high);
    return linearAxis(plot.unit, high > 0 ? high : LEAST[plot.unit]);
  };
  const timeAxis = () => {
    const begin = data.start[0] ?? 0;
    const end = data.end[data.end.length - 1] ?? begin + 1;
    const span = Math.max(end - begin, 1e-3);
    return {
      place: (s) => (s - begin) / span,
      ticks: linearTicks(span, 6).map((s) => ({at: begin + s, text: duration(begin + s)})),
    };
  };
  const percentileAxis = (points) => {
    const decades = Math.max(1, Math.ceil(Math.log10(Math.max(...points)) - 1e-9));
    const ticks = [];
    for (let i = 0; i <= decades; ++i) ticks.push({at: 10 ** i, text: percentile(10 ** i)});
    return {place: (distance) => Math.log10(distance) / decades, ticks};
  };

  // --- Drawing ---

  const element = (parent, name, attributes, text) => {
    const made = document.createElementNS(
      name in {figure: 1, div: 1, h2: 1, span: 1, i: 1, b: 1}
        ? "http://www.w3.org/1999/xhtml" : "http://www.w3.org/2000/svg", name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  };

  const drawTicks = (svg, frame, x, y) => {
    for (const {at, text} of y.ticks) {
      const line = frame.y(y.place(at));
      element(svg, "line", {class: at === 0 ? "base" : "grid", x1: frame.left, x2: frame.right, y1: line, y2: line});
      element(svg, "text", {x: frame.left - 6, y: line + 4, "text-anchor": "end"}, text);
    }
    let free = -Infinity;
    for (const {at, text} of x.ticks) {
      const centre = frame.x(x.place(at)), half = text.length * 3.2;
      if (centre > frame.right + 1) continue;
      element(svg, "line", {class: "grid", x1: centre, x2: centre, y1: frame.bottom, y2: frame.bottom + 4});
      const middle = Math.min(centre, frame.right + RIGHT - half);
      if (middle - half < free) continue;
      free = middle + half + 8;
      element(svg, "text", {x: middle, y: HEIGHT - 5, "text-anchor": "middle"}, text);
    }
  };

  // Lines between neighbours that were measured, and dots for those without.
  const drawSeries = (svg, spots, role) => {
    let path = "";
    spots.forEach((spot, i) => {
      if (spot === null) return;
      const before = i > 0 && spots[i - 1], after = i + 1 < spots.length && spots[i + 1];
      path += `${before ? "L" : "M"}${spot[0].toFixed(1)} ${spot[1].toFixed(1)}`;
      if (!before && !after) element(svg, "circle", {class: `dot ${role}`, cx: spot[0], cy: spot[1], r: 3});
    });
    element(svg, "path", {class: `curve ${role}`, d: path});
  };

  // Draws into `figure` and returns what shows the values at one of the plot's points, or, for null,
  // none. `xs` are the points' places on the axis x.
  const draw = (figure, plot, xs, x, onPoint) => {
    figure.replaceChildren();
    const title = element(figure, "div", {class: "title"});
    element(title, "h2", {}, plot.title);
    const at = element(title, "span", {class: "at"}, plot.note);
    const legend = element(figure, "div", {class: "legend"});
    const readouts = plot.series.map((series) => {
      const key = element(legend, "span", {class: series.role});
      element(key, "i", {});
      key.append(series.name + " ");
      return element(key, "b", {});
    });

    const style = getComputedStyle(figure);
    const width = Math.max(240, figure.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
    const svg = element(figure, "svg", {viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": plot.title});
    if (!plot.series.some((series) => series.values.some((value) => value !== null))) {
      element(svg, "text", {class: "nothing", x: width / 2, y: HEIGHT / 2, "text-anchor": "middle"}, "not measured");
      return () => {};
    }
    const y = valueAxis(plot);
    const left = 12 + 6.2 * Math.max(...y.ticks.map((tick) => tick.text.length));
    const frame = {
      left, right: width - RIGHT, bottom: HEIGHT - BOTTOM,
      x: (place) => left + place * (width - RIGHT - left),
      y: (place) => HEIGHT - BOTTOM - place * (HEIGHT - BOTTOM - TOP),
    };
    drawTicks(svg, frame, x, y);
    const columns = xs.map((value) => frame.x(x.place(value)));
    for (const series of [...plot.series].reverse()) {
      drawSeries(svg, series.values.map((value, i) => value === null ? null : [columns[i], frame.y(y.place(value))]), series.role);
    }
    const cursor = element(svg, "line", {class: "cursor", y1: TOP, y2: frame.bottom});
    const pane = element(svg, "rect", {class: "catch", x: left, y: 0, width: width - RIGHT - left, height: HEIGHT});
    const nearest = (event) => {
      const box = svg.getBoundingClientRect();
      const place = (event.clientX - box.left) * width / box.width;
      return columns.reduce((best, column, i) =>
        Math.abs(column - place) < Math.abs(columns[best] - place) ? i : best, 0);
    };
    pane.addEventListener("pointermove", (event) => onPoint(nearest(event)));
    pane.addEventListener("pointerdown", (event) => onPoint(nearest(event)));
    pane.addEventListener("pointerleave", () => onPoint(null));
    return (i) => {
      cursor.style.visibility = i === null ? "hidden" : "visible";
      if (i !== null) { cursor.setAttribute("x1", columns[i]); cursor.setAttribute("x2", columns[i]); }
      at.textContent = i === null ? plot.note : plot.label(i);
      readouts.forEach((readout, s) => {
        readout.textContent = i === null ? "" : format(plot.unit, plot.series[s].values[i]);
      });
    };
  };

  // --- The page ---

  const place = document.getElementById("plots");
  const figures = data.plots.map(() => element(place, "figure", {}));
  const middles = data.start.map((s, i) => (s + data.end[i]) / 2);
  const span = (i) => `${duration(data.start[i])} – ${duration(data.end[i])}`;

  const drawAll = () => {
    // A point in time shows its values in all plots over time at once.
    const overTime = [];
    const showTime = (i) => overTime.forEach((show) => show(i));
    data.plots.forEach((plot, n) => {
      if (plot.distances === undefined) {
        overTime.push(draw(figures[n], {...plot, label: span}, middles, timeAxis(), showTime));
        return;
      }
      const label = (i) => percentile(plot.distances[i]);
      const show = draw(figures[n], {...plot, label}, plot.distances, percentileAxis(plot.distances),
                        (i) => show(i));
    });
  };
  drawAll();
  let drawn = place.clientWidth;
  new ResizeObserver(() => {
    if (place.clientWidth === drawn) return;
    drawn = place.clientWidth;
    // Drawing changes the height, which is not for within the observer.
    requestAnimationFrame(drawAll);
  }).observe(place);
})();
