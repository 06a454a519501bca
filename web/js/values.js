// A value specification of a panel's options: where a number comes from, and how it is written.
//   {column} or {numerator, denominator}, with label, format, decimals, scale, unit, whenNull, alarmAbove, alarmBelow

import { formatDecimal, formatDuration, formatRatio, nothing, toNumber } from "./format.js";
import { pick } from "./language.js";

const defaultDecimals = { percent: 2, duration: 2 };

export class Value {
  constructor(specification, columns) {
    const options = typeof specification === "string" ? { column: specification } : specification ?? {};
    const position = (name) => columns.indexOf(name);
    this.options = options;
    this.format = options.format ?? "number";
    this.decimals = options.decimals ?? defaultDecimals[this.format] ?? 0;
    this.scale = options.scale ?? 1;
    this.isRatio = options.numerator !== undefined;
    this.columns = this.isRatio ? [options.numerator, options.denominator] : [options.column];
    this.positions = this.columns.map(position);
  }

  /** Names of wanted columns that the query does not have. */
  get missing() {
    return this.columns.filter((name, place) => this.positions[place] < 0).map(String);
  }

  get label() {
    return this.options.label ? pick(this.options.label) : this.columns.join(" / ");
  }

  cell(row, place = 0) {
    const cell = row?.[this.positions[place]];
    return cell === null || cell === undefined ? this.options.whenNull ?? null : cell;
  }

  /** The value as a number to draw, scaled; null when there is none. */
  number(row) {
    if (this.isRatio) {
      const top = toNumber(this.cell(row, 0)), bottom = toNumber(this.cell(row, 1));
      return top === null || !bottom ? null : (top / bottom) * this.scale;
    }
    const value = toNumber(this.cell(row));
    return value === null ? null : value * this.scale;
  }

  /** The value as people read it: {number, unit}. */
  written(row) {
    const unit = pick(this.options.unit);
    if (this.format === "text") return { number: String(this.cell(row) ?? nothing), unit };
    if (this.format === "duration") return formatDuration(this.number(row), this.decimals);
    const power = this.format === "percent" ? 2 : 0;
    const number = this.isRatio && this.scale === 1
      ? formatRatio(this.cell(row, 0), this.cell(row, 1), this.decimals, power)
      : this.isRatio
        ? formatDecimal(this.number(row), this.decimals, 10 ** power)
        : formatDecimal(this.cell(row), this.decimals, this.scale * 10 ** power);
    return { number, unit: number === nothing ? "" : this.format === "percent" ? "%" : unit };
  }

  text(row) {
    const { number, unit } = this.written(row);
    return unit === "%" ? number + unit : unit ? `${number} ${unit}` : number;
  }

  /** Formats a number that was already scaled, for axes and tooltips. */
  describe(scaled) {
    if (scaled === null || scaled === undefined || Number.isNaN(scaled)) return nothing;
    if (this.format === "percent") return formatDecimal(scaled, this.decimals, 100) + "%";
    if (this.format === "duration") {
      const { number, unit } = formatDuration(scaled, this.decimals);
      return `${number} ${unit}`;
    }
    const unit = pick(this.options.unit);
    return formatDecimal(scaled, this.decimals) + (unit ? ` ${unit}` : "");
  }

  /** Whether the value is in its alarm range. */
  alarms(row) {
    const value = this.number(row);
    if (value === null) return false;
    const { alarmAbove, alarmBelow } = this.options;
    return (alarmAbove !== undefined && value > alarmAbove) || (alarmBelow !== undefined && value < alarmBelow);
  }
}

/** Turns a name/value result into one row: pivot {name, value} makes each name a column. */
export class Pivot {
  constructor(options, columns) {
    this.options = options.pivot ?? null;
    if (this.options) {
      this.name = columns.indexOf(this.options.name);
      this.value = columns.indexOf(this.options.value);
      this.columns = options.pivot.columns ?? [];
    } else {
      this.columns = columns;
    }
  }

  row(rows) {
    if (!this.options) return rows[0] ?? null;
    if (rows.length === 0) return null;
    const found = new Array(this.columns.length).fill(null);
    for (const row of rows) {
      const place = this.columns.indexOf(String(row[this.name]));
      if (place >= 0) found[place] = row[this.value];
    }
    return found;
  }
}

/** The text for a code: options.labels maps codes to {zh, en}; an unknown code stands for itself. */
export function labelled(labels, code, unknown) {
  if (code === null || code === undefined || code === "") return unknown;
  const found = labels && Object.hasOwn(labels, String(code)) ? labels[String(code)] : null;
  return found ? pick(found) : String(code);
}
