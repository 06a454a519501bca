// The map of China by province. Options: name, fallback (a column for rows without a name), value, details (more values for
// the tooltip), top (how many names to list beside the map). Names that are not on the map are listed, never dropped.

import { Chart, TableTwin, colours } from "../charts.js";
import { element, resizeChildren, setText } from "../dom.js";
import { formatCompact } from "../format.js";
import { language, pick, text } from "../language.js";
import { Value } from "../values.js";

const southOfMainMap = 17.6; // islands south of Hainan are shown in the inset
const shades = ["#13305c", "#3f3f94", "#8a3c93", "#d8456b", "#ff9a57"];
let outline = null;

/** Loads and registers the outline once for the page. */
function loadOutline() {
  outline ??= fetch("/app/maps/china.json").then((answer) => {
    if (!answer.ok) throw new Error(`map: ${answer.status}`);
    return answer.json();
  }).then((geography) => {
    const divisions = geography.features.filter((feature) => !feature.properties.line);
    const main = { type: "FeatureCollection", features: divisions.map(withoutFarSouth) };
    globalThis.echarts.registerMap("divisions", main);
    globalThis.echarts.registerMap("south-sea", geography.inset);
    return new Divisions(divisions);
  });
  return outline;
}

function withoutFarSouth(feature) {
  if (feature.geometry.type !== "MultiPolygon") return feature;
  const kept = feature.geometry.coordinates.filter((polygon) => polygon[0].some((point) => point[1] > southOfMainMap));
  return { ...feature, geometry: { type: "MultiPolygon", coordinates: kept } };
}

/** Finds a division by short name, full name, English name or division code. */
class Divisions {
  constructor(features) {
    this.names = features.map((feature) => feature.properties.name);
    this.english = new Map(features.map((feature) => [feature.properties.name, feature.properties.english]));
    this.known = new Map();
    for (const { properties } of features) {
      for (const key of [properties.name, properties.fullName, properties.english, String(properties.adcode)]) this.known.set(key, properties.name);
    }
  }

  find(written) {
    return this.known.get(String(written ?? "").trim()) ?? null;
  }

  label(name) {
    return language() === "zh" ? name : this.english.get(name) ?? name;
  }
}

export function create(body, definition, context) {
  const options = definition.options ?? {};
  const name = context.columns.indexOf(options.name);
  const fallback = options.fallback ? context.columns.indexOf(options.fallback) : -1;
  const value = new Value(options.value, context.columns);
  const details = (options.details ?? []).map((item) => new Value(item, context.columns));
  const host = element("div", "chart map");
  host.setAttribute("role", "img");
  const side = element("div", "map-unmatched");
  const sideTitle = element("h3");
  const sideList = element("ul");
  side.append(sideTitle, sideList);
  side.hidden = true;
  const failure = element("p", "map-failure");
  failure.hidden = true;
  body.append(host, side, failure);
  const chart = new Chart(host, context);
  const twin = new TableTwin(body, pick(definition.title));
  let divisions = null;
  let byName = new Map();
  let latest = [];

  loadOutline().then((loaded) => {
    divisions = loaded;
    restyle(latest);
  }).catch((error) => {
    failure.hidden = false;
    failure.textContent = String(error.message ?? error);
  });

  function tip(item) {
    const row = byName.get(item.name);
    if (!divisions.english.has(item.name)) return [item.name];
    const lines = [divisions.label(item.name), `${value.label}  ${row ? value.text(row) : "0"}`];
    for (const detail of details) if (row) lines.push(`${detail.label}  ${detail.text(row)}`);
    return lines;
  }

  function mapSeries(id, map, layout, labels) {
    const px = context.px;
    return {
      id, type: "map", map, selectedMode: false, animation: false, ...layout,
      itemStyle: { areaColor: shades[0], borderColor: "rgba(120,190,255,0.55)", borderWidth: 0.8 },
      label: { show: labels, color: "#e6f0ff", fontSize: px(10.5), formatter: (item) => divisions.label(item.name),
        textBorderColor: "rgba(4,12,30,0.85)", textBorderWidth: px(2) },
      labelLayout: { hideOverlap: true },
      emphasis: { label: { show: labels, color: "#fff" }, itemStyle: { areaColor: "#67e8f9" } },
      data: [],
    };
  }

  function restyle(rows) {
    latest = rows;
    twin.say(pick(definition.title));
    if (!divisions) return;
    const px = context.px;
    const height = host.clientHeight, width = host.clientWidth;
    const insetHeight = Math.max(px(84), Math.min(height * 0.27, px(150)));
    const insetWidth = insetHeight * 0.72;
    const line = Math.round(px(4));
    chart.restyle({
      tooltip: { ...chart.tooltip(tip), trigger: "item" },
      visualMap: {
        type: "continuous", left: px(6), bottom: px(4), itemWidth: px(10), itemHeight: px(92), calculable: false, seriesIndex: [0, 1],
        inRange: { color: shades }, text: [text("more"), text("less")], textStyle: { color: colours.faint, fontSize: px(11) }, formatter: formatCompact,
        min: 0, max: 1,
      },
      graphic: [{
        id: "inset-frame", type: "rect", silent: true, shape: { x: width - insetWidth - line, y: height - insetHeight - line, width: insetWidth, height: insetHeight, r: 2 },
        style: { fill: "rgba(10,28,60,0.55)", stroke: colours.axis, lineWidth: 1 },
      }],
      series: [
        mapSeries("main", "divisions", { left: px(4), right: px(4), top: px(2), bottom: px(2), aspectScale: 0.8 }, width > px(420)),
        mapSeries("inset", "south-sea", {
          left: width - insetWidth + line, top: height - insetHeight + line, width: insetWidth - line * 4, height: insetHeight - line * 4, aspectScale: 0.96, silent: true,
        }, false),
      ],
    });
    draw(rows);
  }

  function draw(rows) {
    latest = rows;
    if (!divisions) return;
    byName = new Map();
    const unmatched = [];
    let largest = 0;
    for (const row of rows) {
      const written = row[name];
      const division = divisions.find(written);
      const number = value.number(row);
      if (division && !byName.has(division)) {
        byName.set(division, row);
        largest = Math.max(largest, number ?? 0);
      } else if (number !== null) {
        const code = fallback >= 0 ? row[fallback] : null;
        unmatched.push([written ?? (code === null || code === "" ? text("unknown") : `${text("unknown")} ${code}`), row]);
      }
    }
    const data = divisions.names.map((division) => ({ name: division, value: byName.has(division) ? value.number(byName.get(division)) ?? 0 : 0 }));
    const insetLine = { name: "南海诸岛", value: 0, itemStyle: { borderColor: "#7cc4ff", borderWidth: 1.4 } };
    chart.data({ visualMap: { max: Math.max(1, largest) }, series: [{ id: "main", data }, { id: "inset", data: [...data, insetLine] }] });
    list(unmatched);
    const ordered = [...byName].sort((a, b) => (value.number(b[1]) ?? 0) - (value.number(a[1]) ?? 0));
    twin.write([text("name"), value.label], [...ordered.map(([division, row]) => [divisions.label(division), value.text(row)]),
      ...unmatched.map(([written, row]) => [String(written), value.text(row)])]);
    const leading = ordered.slice(0, 3).map(([division, row]) => `${divisions.label(division)} ${value.text(row)}`);
    host.setAttribute("aria-label", [pick(definition.title), ...leading].join(", "));
  }

  function list(unmatched) {
    side.hidden = unmatched.length === 0;
    setText(sideTitle, text("unmatched"));
    const shown = unmatched.sort((a, b) => (value.number(b[1]) ?? 0) - (value.number(a[1]) ?? 0)).slice(0, 40);
    resizeChildren(sideList, shown.length, () => {
      const item = element("li");
      item.append(element("span"), element("b", "number"));
      return item;
    });
    shown.forEach(([written, row], place) => {
      const [label, amount] = sideList.children[place].children;
      setText(label, String(written));
      setText(amount, value.text(row));
    });
  }

  return { draw, restyle, chart, interval: 1000, missing: value.missing };
}
