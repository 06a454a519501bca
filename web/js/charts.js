// What every ECharts panel shares: colours, text, one instance for the life of the page, and the hidden table that says the
// same as the picture.

import { element, resizeChildren, setText } from "./dom.js";

export const colours = {
  series: ["#22d3ee", "#fbbf24", "#34d399", "#a78bfa", "#fb7185", "#60a5fa"],
  text: "#c7d7f0", faint: "#8aa2c8", grid: "rgba(110,150,210,0.16)", axis: "rgba(110,150,210,0.4)",
  tip: "rgba(6,16,38,0.95)", tipBorder: "#2c5fa8",
};
export const fontFamily = '"Millrace Text", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';

/** About how wide a text is at a font size: Chinese characters are as wide as they are high, others little more than half. */
export function textWidth(written, size) {
  let width = 0;
  for (const character of written) width += character.codePointAt(0) > 0x2e80 ? size : size * 0.58;
  return width;
}

/** The one chart of a panel. */
export class Chart {
  constructor(host, context) {
    this.context = context;
    this.host = host;
    this.instance = globalThis.echarts.init(host, null, { renderer: "canvas" });
  }

  /** Sets everything but the data; called at the start, and when the size or the language changes. */
  restyle(option) {
    const animation = !this.context.reducedMotion;
    this.instance.resize();
    this.instance.setOption({
      animation, animationDuration: 0, animationDurationUpdate: animation ? 300 : 0, animationEasingUpdate: "linear",
      textStyle: { fontFamily, color: colours.text }, useUTC: true, ...option,
    });
  }

  data(option) {
    this.instance.setOption(option, { lazyUpdate: false, silent: true });
  }

  /**
   * A tooltip whose lines come from `lines(parameters)`. They are put into elements as text: the chart library gets nodes, never
   * markup. (Its canvas tooltips always use the system's font, which may have no Chinese.)
   */
  tooltip(lines) {
    return {
      renderMode: "html", confine: true, className: "chart-tip", backgroundColor: colours.tip, borderColor: colours.tipBorder, borderWidth: 1,
      padding: this.context.px(8), textStyle: { color: "#e6f0ff", fontSize: this.context.px(13), fontFamily }, transitionDuration: 0,
      formatter: (parameters) => lines(parameters).map((line) => element("div", "", line)),
    };
  }

  /** Axis parts with sizes that follow the screen. */
  axis(more = {}) {
    const size = this.context.px(12);
    return {
      axisLabel: { color: colours.faint, fontSize: size, fontFamily, hideOverlap: true },
      axisLine: { lineStyle: { color: colours.axis } }, axisTick: { show: false },
      splitLine: { lineStyle: { color: colours.grid } }, ...more,
    };
  }

  legend() {
    const size = this.context.px(12);
    return {
      top: 0, right: 0, itemWidth: size * 1.2, itemHeight: size * 0.7, itemGap: size,
      textStyle: { color: colours.text, fontSize: size, fontFamily }, selectedMode: false,
    };
  }
}

/** A visually hidden table beside a chart; written at most once a second and never longer than `maximumRows`. */
export class TableTwin {
  static maximumRows = 64;

  constructor(body, caption) {
    this.box = element("div", "visually-hidden");
    this.table = element("table", "twin");
    this.box.append(this.table);
    this.caption = this.table.createCaption();
    this.head = this.table.createTHead().insertRow();
    this.rows = this.table.createTBody();
    this.writtenAt = -Infinity;
    this.pending = null;
    body.append(this.box);
    this.say(caption);
  }

  say(caption) {
    setText(this.caption, caption);
  }

  /** Takes headers and rows of text. */
  write(headers, rows) {
    this.latest = [headers, rows];
    if (this.pending !== null) return;
    const wait = Math.max(0, this.writtenAt + 1000 - performance.now());
    this.pending = setTimeout(() => this.flush(), wait);
  }

  flush() {
    this.pending = null;
    this.writtenAt = performance.now();
    const [headers, rows] = this.latest;
    this.latest = null;
    const shown = rows.length > TableTwin.maximumRows ? rows.slice(-TableTwin.maximumRows) : rows;
    resizeChildren(this.head, headers.length, () => {
      const cell = element("th");
      cell.scope = "col";
      return cell;
    });
    headers.forEach((header, place) => setText(this.head.children[place], header));
    resizeChildren(this.rows, shown.length, () => element("tr"));
    shown.forEach((row, place) => {
      const line = this.rows.children[place];
      resizeChildren(line, row.length, () => element("td"));
      row.forEach((cell, column) => setText(line.children[column], cell));
    });
  }
}
