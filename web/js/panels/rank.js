// Horizontal ranking. Options: name, labels, value, detail (a second value), limit.

import { element, resizeChildren, setText } from "../dom.js";
import { text } from "../language.js";
import { Value, labelled } from "../values.js";

export function create(body, definition, context) {
  const options = definition.options ?? {};
  const name = context.columns.indexOf(options.name);
  const value = new Value(options.value, context.columns);
  const detail = options.detail ? new Value(options.detail, context.columns) : null;
  const limit = Math.min(options.limit ?? 10, 50);
  const list = element("ol", "rank");
  list.tabIndex = 0;
  body.append(list);

  function line() {
    const item = element("li");
    const track = element("span", "rank-track");
    track.append(element("i"));
    item.append(element("span", "rank-name"), track, element("span", "rank-value number"), element("span", "rank-detail"));
    return item;
  }

  function draw(rows) {
    const sorted = rows.map((row) => [row, value.number(row) ?? -Infinity]).sort((a, b) => b[1] - a[1]).slice(0, limit);
    const largest = Math.max(1e-9, sorted[0]?.[1] ?? 0);
    list.style.setProperty("--count", String(Math.max(sorted.length, Math.min(limit, 5))));
    resizeChildren(list, sorted.length, line);
    sorted.forEach(([row, number], place) => {
      const [label, track, amount, more] = list.children[place].children;
      setText(label, labelled(options.labels, row[name], text("unknown")));
      setText(amount, value.text(row));
      setText(more, detail ? detail.text(row) : "");
      track.firstElementChild.style.transform = `scaleX(${Math.max(0, number / largest).toFixed(4)})`;
    });
    list.setAttribute("aria-label", `${value.label}`);
  }

  return { draw, restyle: draw, missing: value.missing.concat(detail?.missing ?? []), empty: (rows) => rows.length === 0 };
}
