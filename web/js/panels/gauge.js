// One value on a dial. Options: value, minimum, maximum (both in drawn units; 0 to 1 for percentages), bands [{upTo, tone}], pivot.

import { Chart, colours } from "../charts.js";
import { element } from "../dom.js";
import { pick } from "../language.js";
import { Pivot, Value } from "../values.js";

const tones = { good: "#34d399", fair: "#fbbf24", bad: "#fb7185", plain: "#22d3ee" };

export function create(body, definition, context) {
  const options = definition.options ?? {};
  const pivot = new Pivot(options, context.columns);
  const value = new Value(options.value, pivot.columns);
  const minimum = options.minimum ?? 0;
  const maximum = options.maximum ?? (value.format === "percent" ? 1 : 100);
  const host = element("div", "chart");
  const spoken = element("span", "visually-hidden value");
  host.setAttribute("role", "img");
  body.append(host, spoken);
  const chart = new Chart(host, context);
  let row = null;

  function bands() {
    const given = options.bands ?? [{ upTo: maximum, tone: "plain" }];
    return given.map((band) => [(band.upTo - minimum) / (maximum - minimum), tones[band.tone] ?? tones.plain]);
  }

  function restyle(rows) {
    const px = context.px;
    const width = px(9);
    chart.restyle({
      series: [{
        id: "0", type: "gauge", min: minimum, max: maximum, radius: "96%", center: ["50%", "62%"], startAngle: 205, endAngle: -25,
        axisLine: { lineStyle: { width, color: bands(), opacity: 0.85 } }, axisTick: { show: false },
        splitLine: { length: width, lineStyle: { color: "#0a1733", width: px(2) } }, axisLabel: { show: false },
        pointer: { length: "62%", width: px(4), itemStyle: { color: colours.text } }, anchor: { show: true, size: px(8), itemStyle: { color: colours.text } },
        title: { show: true, offsetCenter: [0, "62%"], color: colours.faint, fontSize: px(12) },
        detail: { offsetCenter: [0, "34%"], color: "#fff", fontSize: px(30), fontFamily: "Millrace Digits", formatter: () => value.text(row) },
        data: [{ value: minimum, name: "" }],
      }],
    });
    draw(rows);
  }

  function draw(rows) {
    row = pivot.row(rows);
    const name = options.value?.label ? value.label : "";
    chart.data({ series: [{ id: "0", data: [{ value: value.number(row) ?? minimum, name }] }] });
    spoken.textContent = value.text(row);
    host.setAttribute("aria-label", `${pick(definition.title)} ${value.text(row)}`);
  }

  return { draw, restyle, chart, interval: 500, missing: value.missing };
}
