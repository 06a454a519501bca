// A large number whose digits roll. Options: value, or column and the other members of a value; unit; pivot.

import { element, setText } from "../dom.js";
import { Pivot, Value } from "../values.js";

function reel() {
  const cell = element("span", "reel");
  const strip = element("span", "strip");
  for (let digit = 0; digit <= 9; digit += 1) strip.append(element("i", "", String(digit)));
  cell.append(strip);
  return cell;
}

export function create(body, definition, context) {
  const options = definition.options ?? {};
  const pivot = new Pivot(options, context.columns);
  const value = new Value(options.value ?? options, pivot.columns);
  const box = element("div", "flip");
  const spoken = element("span", "visually-hidden value");
  const drum = element("span", "drum");
  const unit = element("span", "unit");
  drum.setAttribute("aria-hidden", "true");
  box.append(spoken, drum, unit);
  body.append(box);
  let shape = "";

  function draw(rows) {
    const row = pivot.row(rows);
    const { number, unit: name } = value.written(row);
    setText(spoken, number);
    setText(unit, name);
    // The shape is the number with its digits masked: cells are rebuilt only when it changes, which is rare.
    const next = number.replace(/\d/g, "0");
    if (next !== shape) rebuild(next, name);
    const cells = drum.children;
    for (let place = 0; place < number.length; place += 1) {
      const cell = cells[place];
      if (!cell.firstElementChild) continue;
      if (cell.dataset.digit !== number[place]) {
        cell.dataset.digit = number[place];
        cell.firstElementChild.style.transform = `translateY(-${number[place]}0%)`;
      }
    }
  }

  /** Brings the cells to the new shape, aligned at the right, keeping every cell that still fits. */
  function rebuild(next, name) {
    shape = next;
    while (drum.children.length > next.length) drum.firstElementChild.remove();
    while (drum.children.length < next.length) drum.prepend(element("span"));
    [...next].forEach((character, place) => {
      const old = drum.children[place];
      if (old.dataset.kind === character) return;
      const made = character === "0" ? reel() : element("span", /[,.]/.test(character) ? "mark" : "sign", character);
      made.dataset.kind = character;
      old.replaceWith(made);
    });
    const marks = next.replace(/[^,.]/g, "").length;
    box.style.setProperty("--cells", String(next.length - marks * 0.6 + (name ? 1.4 : 0)));
  }

  return { draw, restyle: draw, missing: value.missing };
}
