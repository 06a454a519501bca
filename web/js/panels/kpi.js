// Several labelled values. Options: items (values; bar: true draws a percentage as a bar; from: jobs takes a counter of the
// jobs instead of the query), perRow, pivot.

import { element, setText } from "../dom.js";
import { Pivot, Value } from "../values.js";

export function create(body, definition, context) {
  const options = definition.options ?? {};
  const pivot = new Pivot(options, context.columns);
  const items = (options.items ?? []).map((item) => ({
    value: new Value(item.from === "jobs" ? { ...item, column: item.field } : item, item.from === "jobs" ? [item.field] : pivot.columns),
    item,
  }));
  const list = element("dl", "kpi");
  const perRow = Math.max(1, options.perRow ?? items.length);
  list.style.setProperty("--per-row", String(perRow));
  list.style.setProperty("--lines", String(Math.max(1, Math.ceil(items.length / perRow))));
  for (const entry of items) {
    const box = element("div", "kpi-item");
    box.dataset.item = entry.item.field ?? entry.value.columns.join("/");
    entry.label = element("dt");
    entry.number = element("span", "number value");
    entry.unit = element("span", "unit");
    const line = element("dd");
    line.append(entry.number, entry.unit);
    box.append(line, entry.label);
    if (entry.item.bar) {
      const track = element("div", "kpi-bar");
      track.setAttribute("aria-hidden", "true");
      entry.bar = element("i");
      track.append(entry.bar);
      box.append(track);
    }
    entry.box = box;
    list.append(box);
  }
  body.append(list);

  function draw(rows) {
    const shared = pivot.row(rows);
    for (const entry of items) {
      const row = entry.item.from === "jobs" ? [context.jobCounter(entry.item.field)] : shared;
      const { number, unit } = entry.value.written(row);
      setText(entry.number, number);
      setText(entry.unit, unit);
      setText(entry.label, entry.value.label);
      entry.box.classList.toggle("alarm", entry.value.alarms(row));
      if (entry.bar) {
        const share = Math.min(1, Math.max(0, entry.value.number(row) ?? 0));
        entry.bar.style.transform = `scaleX(${share.toFixed(4)})`;
      }
    }
  }

  const needsJobs = items.some((entry) => entry.item.from === "jobs");
  const missing = items.filter((entry) => entry.item.from !== "jobs").flatMap((entry) => entry.value.missing);
  return { draw, restyle: draw, needsJobs, missing };
}
