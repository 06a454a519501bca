// Bars and lines over time. Options: x, bars, lines (values; lines go to the second axis unless axis: left), window.

import { Chart, TableTwin, colours } from "../charts.js";
import { element } from "../dom.js";
import { formatCompact, parseTime } from "../format.js";
import { pick } from "../language.js";
import { Value } from "../values.js";

const minute = 60000;
// With fewer points than this the axis is as long as if there were so many: one minute is no trend.
const fewestShown = 15;

export function create(body, definition, context) {
  const options = definition.options ?? {};
  const x = context.columns.indexOf(options.x);
  const limit = Math.min(options.window ?? 60, 1440);
  const bars = (options.bars ?? []).map((item) => ({ value: new Value(item, context.columns), kind: "bar" }));
  const lines = (options.lines ?? []).map((item) => ({ value: new Value(item, context.columns), kind: "line" }));
  const series = [...bars, ...lines];
  // Points are written into the same arrays again and again: the ring never grows.
  for (const entry of series) entry.points = [];
  const host = element("div", "chart");
  host.setAttribute("role", "img");
  body.append(host);
  const chart = new Chart(host, context);
  const twin = new TableTwin(body, pick(definition.title));
  let shown = [];

  function side(entry) {
    const wanted = entry.value.options.axis;
    return (wanted ? wanted === "right" : entry.kind === "line" && bars.length > 0) ? 1 : 0;
  }

  function valueAxis(position) {
    const owners = series.filter((entry) => side(entry) === position);
    const percent = owners.length > 0 && owners.every((entry) => entry.value.format === "percent");
    const duration = owners.length > 0 && owners.every((entry) => entry.value.format === "duration");
    const label = percent
      ? (value) => `${Number((value * 100).toFixed(1))}%`
      : duration ? (value) => owners[0].value.describe(value) : formatCompact;
    const axis = chart.axis();
    return {
      ...axis, type: "value", show: owners.length > 0, scale: options.fromZero === false,
      // Rates stand on a scale in steps of five points, so that noise is not drawn as drama.
      min: percent ? (range) => Math.max(0, Math.floor((range.min - 0.01) * 20) / 20) : null,
      max: percent ? (range) => Math.min(Math.max(1, range.max), Math.ceil((range.max + 0.01) * 20) / 20) : null,
      splitNumber: 3, minInterval: percent ? 0.05 : null, splitLine: { show: position === 0, lineStyle: { color: colours.grid } },
      axisLabel: { ...axis.axisLabel, formatter: label },
    };
  }

  function tip(parameters) {
    const time = new Date(parameters[0].value[0]).toISOString().slice(0, 16).replace("T", " ");
    return [time, ...parameters.map((item) => `${item.seriesName}  ${series[item.seriesIndex].value.describe(item.value[1])}`)];
  }

  function restyle(rows) {
    twin.say(pick(definition.title));
    const px = context.px;
    chart.restyle({
      tooltip: { ...chart.tooltip(tip), trigger: "axis", axisPointer: { lineStyle: { color: colours.axis } } },
      legend: { ...chart.legend(), data: series.map((entry) => entry.value.label) },
      grid: { left: px(4), right: px(8), top: px(28), bottom: px(2), containLabel: true },
      xAxis: { ...chart.axis(), type: "time", splitLine: { show: false }, minInterval: 60000, splitNumber: Math.max(3, Math.round(host.clientWidth / px(90))),
        axisLabel: { ...chart.axis().axisLabel, formatter: "{HH}:{mm}" } },
      yAxis: [valueAxis(0), valueAxis(1)],
      series: series.map((entry, place) => {
        const colour = colours.series[place % colours.series.length];
        const common = { id: String(place), name: entry.value.label, yAxisIndex: side(entry), color: colour, animation: false, data: entry.points };
        if (entry.kind === "bar") {
          return { ...common, type: "bar", barMaxWidth: px(18), itemStyle: { borderRadius: [px(2), px(2), 0, 0], color: {
            type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color: colour }, { offset: 1, color: colour + "30" }] } } };
        }
        return { ...common, type: "line", showSymbol: shown.length < 2, symbolSize: px(7), smooth: 0.25, smoothMonotone: "x", connectNulls: true,
          lineStyle: { width: px(2) }, areaStyle: bars.length === 0 ? { color: colour, opacity: 0.12 } : null, z: 4 };
      }),
    });
    draw(rows);
  }

  /** From the first point to the last, with room for half a bar at each end. */
  function range() {
    if (shown.length === 0) return { min: null, max: null };
    const last = shown.at(-1)[0], first = Math.min(shown[0][0], last - (Math.min(fewestShown, limit) - 1) * minute);
    return { min: first - minute / 2, max: last + minute / 2 };
  }

  function draw(rows) {
    shown = rows.map((row) => [parseTime(row[x]), row]).filter((pair) => pair[0] !== null).sort((a, b) => a[0] - b[0]).slice(-limit);
    for (const entry of series) {
      entry.points.length = shown.length;
      shown.forEach(([time, row], place) => {
        const point = (entry.points[place] ??= [0, 0]);
        point[0] = time;
        point[1] = entry.value.number(row);
      });
    }
    chart.data({
      xAxis: range(),
      series: series.map((entry, place) => ({ id: String(place), data: entry.points, ...(entry.kind === "line" ? { showSymbol: shown.length < 2 } : {}) })),
    });
    twin.write([String(options.x), ...series.map((entry) => entry.value.label)],
      shown.map(([, row]) => [String(row[x]), ...series.map((entry) => entry.value.text(row))]));
    const last = shown.at(-1)?.[1];
    host.setAttribute("aria-label", [pick(definition.title), ...(last ? [String(last[x]), ...series.map((entry) => `${entry.value.label} ${entry.value.text(last)}`)] : [])].join(", "));
  }

  return { draw, restyle, chart, interval: 500, missing: series.flatMap((entry) => entry.value.missing), empty: (rows) => rows.length === 0 };
}
