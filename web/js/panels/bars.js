// Bars by category. Options: name, labels, bars (values), horizontal, stacked, values (numbers on the bars), orderBy {column,
// descending}, limit.

import { Chart, TableTwin, colours, fontFamily, textWidth } from "../charts.js";
import { element } from "../dom.js";
import { formatCompact } from "../format.js";
import { pick, text } from "../language.js";
import { compareCells } from "../store.js";
import { Value, labelled } from "../values.js";

export function create(body, definition, context) {
  const options = definition.options ?? {};
  const name = context.columns.indexOf(options.name);
  const values = (options.bars ?? []).map((item) => new Value(item, context.columns));
  const order = options.orderBy ? context.columns.indexOf(options.orderBy.column) : -1;
  const limit = Math.min(options.limit ?? 20, 100);
  const host = element("div", "chart");
  host.setAttribute("role", "img");
  body.append(host);
  const chart = new Chart(host, context);
  const twin = new TableTwin(body, pick(definition.title));

  function tip(items) {
    return [items[0].name, ...items.map((item) => `${item.seriesName}  ${values[item.seriesIndex].describe(item.value)}`)];
  }

  function restyle(rows) {
    twin.say(pick(definition.title));
    const px = context.px;
    const axis = chart.axis();
    const category = { ...axis, type: "category", splitLine: { show: false }, inverse: options.horizontal === true };
    const amount = { ...axis, type: "value", splitNumber: 3, axisLabel: { ...axis.axisLabel, formatter: formatCompact } };
    chart.restyle({
      tooltip: { ...chart.tooltip(tip), trigger: "axis", axisPointer: { type: "shadow" } },
      legend: { ...chart.legend(), show: values.length > 1, data: values.map((value) => value.label) },
      grid: { left: px(4), right: px(12), top: values.length > 1 ? px(28) : options.values ? px(20) : px(8), bottom: px(4), containLabel: true },
      xAxis: options.horizontal ? amount : category, yAxis: options.horizontal ? category : amount,
      series: values.map((value, place) => ({
        id: String(place), type: "bar", name: value.label, color: colours.series[place % colours.series.length], barMaxWidth: px(22),
        stack: options.stacked ? "all" : null, itemStyle: { borderRadius: options.stacked ? 0 : px(2) }, data: [],
        label: { show: options.values === true, position: options.horizontal ? "right" : "top", color: "#e6f0ff", fontSize: px(12), fontFamily,
          formatter: (item) => value.describe(item.value) },
      })),
    });
    draw(rows);
  }

  /** Names that do not fit side by side stand aslant, so that none is left out. */
  function fitted(names) {
    const room = host.clientWidth / Math.max(1, names.length) - context.px(4);
    const longest = Math.max(0, ...names.map((written) => textWidth(written, context.px(12))));
    return { interval: 0, hideOverlap: false, rotate: longest > room ? 40 : 0 };
  }

  /** How far the first name, aslant, reaches beyond the numbers of the axis on its left. */
  function overhang(names, degrees) {
    if (!degrees || !names.length) return 0;
    const reach = textWidth(names[0], context.px(12)) * Math.cos((degrees * Math.PI) / 180);
    return Math.max(0, reach - host.clientWidth / names.length / 2 - context.px(24));
  }

  function draw(rows) {
    let sorted = rows;
    if (order >= 0) {
      const sign = options.orderBy.descending ? -1 : 1;
      sorted = [...rows].sort((a, b) => sign * compareCells(a[order], b[order]));
    }
    sorted = sorted.slice(0, limit);
    const names = sorted.map((row) => labelled(options.labels, row[name], text("unknown")));
    const axis = { data: names, axisLabel: options.horizontal ? {} : fitted(names) };
    chart.data({
      grid: { left: context.px(4) + overhang(names, axis.axisLabel.rotate ?? 0) },
      [options.horizontal ? "yAxis" : "xAxis"]: axis,
      series: values.map((value, place) => ({ id: String(place), data: sorted.map((row) => value.number(row)) })),
    });
    twin.write([String(options.name), ...values.map((value) => value.label)],
      sorted.map((row, place) => [names[place], ...values.map((value) => value.text(row))]));
    host.setAttribute("aria-label", pick(definition.title));
  }

  return { draw, restyle, chart, interval: 500, missing: values.flatMap((value) => value.missing), empty: (rows) => rows.length === 0 };
}
