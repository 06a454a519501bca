// A table. Options: columns (values; format: text with labels for codes; bar: true), orderBy {column, descending}, limit.

import { element, resizeChildren, setText } from "../dom.js";
import { text } from "../language.js";
import { compareCells } from "../store.js";
import { Value, labelled } from "../values.js";

export function create(body, definition, context) {
  const options = definition.options ?? {};
  const given = options.columns ?? context.columns.map((column) => ({ column, format: "text" }));
  const columns = given.map((column) => new Value(column, context.columns));
  const order = options.orderBy ? context.columns.indexOf(options.orderBy.column) : -1;
  const limit = Math.min(options.limit ?? 100, 500);
  const scroller = element("div", "table-scroll");
  scroller.tabIndex = 0;
  const table = element("table", "data");
  const head = table.createTHead().insertRow();
  const lines = table.createTBody();
  for (const column of columns) {
    const cell = element("th", column.format === "text" ? "" : "numeric");
    cell.scope = "col";
    head.append(cell);
  }
  scroller.append(table);
  body.append(scroller);

  function line() {
    const row = element("tr");
    for (const column of columns) {
      const cell = element("td", column.format === "text" ? "" : "numeric number");
      if (column.options.bar) {
        const bar = element("i", "cell-bar");
        bar.setAttribute("aria-hidden", "true");
        cell.append(bar);
      }
      cell.append(element("span"));
      row.append(cell);
    }
    return row;
  }

  function draw(rows) {
    let sorted = rows;
    if (order >= 0) {
      const sign = options.orderBy.descending ? -1 : 1;
      sorted = [...rows].sort((a, b) => sign * compareCells(a[order], b[order]));
    }
    sorted = sorted.slice(0, limit);
    columns.forEach((column, place) => setText(head.children[place], column.label));
    resizeChildren(lines, sorted.length, line);
    columns.forEach((column, place) => {
      const largest = column.options.bar ? Math.max(1e-9, ...sorted.map((row) => column.number(row) ?? 0)) : 1;
      sorted.forEach((row, index) => {
        const cell = lines.children[index].children[place];
        const shown = column.format === "text" ? labelled(column.options.labels, column.cell(row), text("unknown")) : column.text(row);
        setText(cell.lastElementChild, shown);
        cell.classList.toggle("alarm", column.alarms(row));
        if (column.options.bar) cell.firstElementChild.style.transform = `scaleX(${Math.max(0, (column.number(row) ?? 0) / largest).toFixed(4)})`;
      });
    });
  }

  return { draw, restyle: draw, missing: columns.flatMap((column) => column.missing), empty: (rows) => rows.length === 0 };
}
