// Draws each chart from the table beside it, which is what is read aloud and what the server keeps
// true. Colours are the page's own, so that a chart is light or dark with it.

const HEIGHT_PX = 220;
const LABEL_PX = 90; // room of the longest label; uPlot passes over those that do not fit
const compact = new Intl.NumberFormat(navigator.languages, { notation: "compact" });
const drawn = new WeakMap();

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function read(table) {
  const rows = [...table.tBodies[0].rows];
  const values = (at) =>
    rows.map((row) => {
      const { value } = row.cells[at].dataset;
      return Number(value) || null; // of nothing there is no bar, not a flat one
    });
  const columns = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
  return {
    labels: rows.map((row) => row.cells[0].textContent),
    columns,
    data: [rows.map((_, at) => at), ...columns.map((_, at) => values(at + 1))],
  };
}

function series(label, at) {
  const bars = at === 0;
  return {
    label,
    stroke: colour(bars ? "--accent" : "--quiet"),
    fill: bars ? colour("--bar") : undefined,
    width: bars ? 1 : 2,
    dash: bars ? undefined : [6, 4],
    paths: bars ? uPlot.paths.bars({ size: [0.7, 48] }) : uPlot.paths.stepped({ align: 1 }),
    points: { show: false },
  };
}

function options(width, { labels, columns }, divisor) {
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--rule"), width: 1 }, ticks: { show: false } };
  return {
    width,
    height: HEIGHT_PX,
    cursor: { show: false },
    legend: { show: columns.length > 1, live: false },
    scales: {
      x: { time: false, range: [-0.6, Math.max(labels.length - 0.4, 0.6)] },
      y: { range: (_, least, most) => [Math.min(0, least), Math.max(1, most * 1.05)] },
    },
    series: [{}, ...columns.map(series)],
    axes: [
      { ...axis, space: LABEL_PX, grid: { show: false }, values: (_, at) => at.map((place) => labels[place] ?? "") },
      { ...axis, size: 60, values: (_, at) => at.map((value) => compact.format(value / divisor)) },
    ],
  };
}

// A plot may get its width late, and another one with the window: of no width nothing is to be seen.
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const chart = drawn.get(target);
    if (target.clientWidth && chart?.width !== target.clientWidth) {
      chart?.setSize({ width: target.clientWidth, height: HEIGHT_PX });
    }
  }
});

function draw(figure) {
  const plot = figure.querySelector(".plot");
  const table = figure.querySelector("details table");
  const read_ = read(table);
  drawn.get(plot)?.destroy();
  drawn.set(plot, new uPlot(options(plot.clientWidth, read_, Number(figure.dataset.divisor || 1)), read_.data, plot));
  widths.observe(plot);
}

function drawAll() {
  document.querySelectorAll("[data-chart]").forEach(draw);
}

drawAll();
document.addEventListener("htmx:after:swap", ({ target }) => {
  const figure = target.closest?.("[data-chart]") ?? target.querySelector?.("[data-chart]");
  if (figure) draw(figure);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
