// Numbers as people read them. Cells arrive as numbers or, beyond 2^53 and for decimals, as strings: money is never put
// through floating point here.

import { language, text } from "./language.js";

const decimalPattern = /^([+-]?)(\d+)(?:\.(\d*))?$/;
export const nothing = "—";

/** A cell as a number for drawing, or null. */
export function toNumber(cell) {
  if (cell === null || cell === undefined || cell === "") return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

/** A cell as an exact decimal: units times ten to the minus places; null when it is no number. */
export function toDecimal(cell) {
  if (typeof cell === "boolean" || cell === null || cell === undefined) return null;
  let written = String(cell).trim();
  if (typeof cell === "number") {
    if (!Number.isFinite(cell)) return null;
    if (written.includes("e")) written = Number.isInteger(cell) ? BigInt(cell).toString() : cell.toFixed(18);
  }
  const match = decimalPattern.exec(written);
  if (!match) return null;
  const fraction = match[3] ?? "";
  const units = BigInt(match[2] + fraction);
  return { units: match[1] === "-" ? -units : units, places: fraction.length };
}

/** Divides and rounds half away from zero. */
function roundedQuotient(numerator, denominator) {
  const negative = numerator < 0n !== denominator < 0n;
  const top = numerator < 0n ? -numerator : numerator;
  const bottom = denominator < 0n ? -denominator : denominator;
  const rounded = (2n * top + bottom) / (2n * bottom);
  return negative ? -rounded : rounded;
}

function written(units, places) {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(places + 1, "0");
  const whole = places > 0 ? digits.slice(0, -places) : digits;
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return (negative ? "-" : "") + grouped + (places > 0 ? "." + digits.slice(-places) : "");
}

/** The exponent of a scale such as 0.01, or null when it is no power of ten. */
function powerOfTen(scale) {
  const exponent = Math.round(Math.log10(scale));
  return Math.abs(10 ** exponent - scale) <= scale * 1e-12 ? exponent : null;
}

/** A number with grouped digits and fixed decimals, exact for any size when the scale is a power of ten. */
export function formatDecimal(cell, decimals = 0, scale = 1) {
  const decimal = toDecimal(cell);
  if (!decimal) return nothing;
  const exponent = powerOfTen(scale);
  if (exponent === null) return formatDecimal(Number(cell) * scale, decimals);
  const places = decimal.places - exponent;
  const shift = decimals - places;
  const units = shift >= 0 ? decimal.units * 10n ** BigInt(shift) : roundedQuotient(decimal.units, 10n ** BigInt(-shift));
  return written(units, decimals);
}

/** numerator / denominator * 10^power, exactly rounded to the given decimals. */
export function formatRatio(numerator, denominator, decimals, power = 0) {
  const top = toDecimal(numerator), bottom = toDecimal(denominator);
  if (!top || !bottom || bottom.units === 0n) return nothing;
  const exponent = bottom.places - top.places + decimals + power;
  const units = exponent >= 0
    ? roundedQuotient(top.units * 10n ** BigInt(exponent), bottom.units)
    : roundedQuotient(top.units, bottom.units * 10n ** BigInt(-exponent));
  return written(units, decimals);
}

/** A number in units of `size`, rounded away from zero at the half: as whole steps, for 1.575 is a little less in binary. */
function inUnits(milliseconds, size, decimals) {
  const steps = Math.round(Math.abs(milliseconds) * 10 ** decimals / size);
  return formatDecimal((Math.sign(milliseconds) * steps / 10 ** decimals).toFixed(decimals), decimals);
}

/** Milliseconds as {number, unit}. */
export function formatDuration(milliseconds, decimals = 2) {
  if (milliseconds === null) return { number: nothing, unit: "" };
  if (Math.abs(milliseconds) < 1000) return { number: formatDecimal(Math.round(milliseconds)), unit: text("millisecond") };
  if (Math.abs(milliseconds) < 600000) return { number: inUnits(milliseconds, 1000, decimals), unit: text("secondShort") };
  if (Math.abs(milliseconds) < 36000000) return { number: inUnits(milliseconds, 60000, 1), unit: text("minuteShort") };
  return { number: inUnits(milliseconds, 3600000, 1), unit: text("hourShort") };
}

/** A short form for axes: 1.2万, 3.4亿, 12K, 3.4M. */
export function formatCompact(value) {
  const size = Math.abs(value);
  const steps = language() === "zh" ? [[1e8, "亿"], [1e4, "万"]] : [[1e9, "B"], [1e6, "M"], [1e3, "K"]];
  for (const [step, name] of steps) {
    if (size >= step) return String(Number((value / step).toPrecision(3))) + name;
  }
  return String(Number(value.toPrecision(3)));
}

/** Bytes as 12.3 MB. */
export function formatBytes(bytes) {
  if (bytes === null || bytes === undefined) return nothing;
  const names = ["B", "KB", "MB", "GB", "TB"];
  let value = Number(bytes), step = 0;
  while (value >= 1024 && step < names.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${step === 0 ? value : value.toFixed(1)} ${names[step]}`;
}

/** A time as written in the logs: event times are wall-clock readings carried as if they were UTC. */
export function formatEventTime(milliseconds) {
  return milliseconds === null || milliseconds === undefined ? nothing : new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
}

/** A moment in the reader's own time zone. */
export function formatLocalTime(milliseconds) {
  const date = new Date(milliseconds);
  const pad = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ` +
    `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** How long ago, in the largest fitting unit. */
export function formatAge(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const space = language() === "zh" ? "" : " ";
  const unit = (value, key) => `${value}${space}${text(key)}${space}${text("ago")}`;
  if (seconds < 120) return unit(seconds, "secondShort");
  if (seconds < 7200) return unit(Math.floor(seconds / 60), "minuteShort");
  if (seconds < 172800) return unit(Math.floor(seconds / 3600), "hourShort");
  return unit(Math.floor(seconds / 86400), "dayShort");
}

/** Parses "yyyy-MM-dd HH:mm[:ss[.SSS]]" (or a number of milliseconds) without any time zone. */
export function parseTime(cell) {
  if (typeof cell === "number") return cell;
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?/.exec(String(cell ?? ""));
  if (!match) return null;
  const fraction = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3));
  return Date.UTC(+match[1], +match[2] - 1, +match[3], +(match[4] ?? 0), +(match[5] ?? 0), +(match[6] ?? 0), fraction);
}
