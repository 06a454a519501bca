// The newest rows of each panel, kept from snapshots and deltas.

const maximumRows = 5000;

export class PanelData {
  constructor(definition) {
    this.columns = definition.columns.map((column) => column.name);
    this.keys = (definition.key ?? []).map((name) => this.columns.indexOf(name));
    if (this.keys.some((position) => position < 0)) this.keys = [];
    this.byKey = new Map();
    this.plain = [];
    this.listed = null;
    this.error = null;
    this.filled = false;
  }

  keyOf(row) {
    return this.keys.length === 1 ? String(row[this.keys[0]]) : JSON.stringify(this.keys.map((position) => row[position]));
  }

  /** Takes the panel's part of a frame. */
  apply(part) {
    this.error = part.error ?? null;
    if (Array.isArray(part.rows)) this.replace(part.rows);
    if (Array.isArray(part.upserts) || Array.isArray(part.deletes)) this.change(part.upserts ?? [], part.deletes ?? []);
    if (this.byKey.size > maximumRows) this.drop(this.byKey.size - maximumRows);
    this.listed = null;
  }

  replace(rows) {
    this.filled = true;
    if (this.keys.length === 0) {
      this.plain = rows.slice(0, maximumRows);
      return;
    }
    this.byKey.clear();
    for (const row of rows) this.byKey.set(this.keyOf(row), row);
  }

  change(upserts, deletes) {
    this.filled = true;
    for (const key of deletes) this.byKey.delete(key.length === 1 ? String(key[0]) : JSON.stringify(key));
    for (const row of upserts) this.byKey.set(this.keyOf(row), row);
  }

  drop(count) {
    for (const key of this.byKey.keys()) {
      if (count-- <= 0) break;
      this.byKey.delete(key);
    }
  }

  get rows() {
    if (this.keys.length === 0) return this.plain;
    this.listed ??= [...this.byKey.values()];
    return this.listed;
  }
}

/** Compares cells of one column: numbers by value, texts by code point, nulls last. */
export function compareCells(left, right) {
  const leftEmpty = left === null || left === undefined, rightEmpty = right === null || right === undefined;
  if (leftEmpty || rightEmpty) return leftEmpty === rightEmpty ? 0 : leftEmpty ? 1 : -1;
  if (typeof left === "number" && typeof right === "number") return left - right;
  const leftNumber = Number(left), rightNumber = Number(right);
  if (!Number.isNaN(leftNumber) && !Number.isNaN(rightNumber)) return leftNumber - rightNumber;
  return left < right ? -1 : left > right ? 1 : 0;
}
