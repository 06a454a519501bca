// The two languages of the pages. The choice comes from ?lang=, then from the last visit, then from the browser.

const texts = {
  zh: {
    home: "首页", jobs: "作业", dashboards: "看板", asOf: "数据截至", fullScreen: "全屏", leaveFullScreen: "退出全屏",
    noDashboards: "还没有看板。", noJobs: "没有作业。", panels: "个面板", other: "English",
    live: "实时", stale: "数据停滞", connecting: "连接中", staleSource: "数据源已停", staleLink: "与服务器的连接中断",
    noData: "暂无数据", unmatched: "地图上没有的名称", unknown: "未知", less: "少", more: "多",
    running: "运行中", finished: "已完成", failed: "失败", restarting: "重启中", idle: "空闲", sourceLive: "有数据", sourceWaits: "等待中",
    rowsPerSecond: "行/秒", rowsIn: "读入行", rowsOut: "输出行", rejected: "拒收行", lateRows: "迟到行", refusedRows: "违反约束行", lag: "积压",
    lastEpoch: "最近一次提交", startedAt: "启动于", files: "文件", lastRecord: "最近记录", sources: "数据源", operators: "算子",
    stateRows: "状态行", stateSize: "状态大小", busy: "繁忙", blocked: "反压", samples: "拒收样本", file: "文件", offset: "位置", reason: "原因", text: "内容", name: "名称",
    never: "从未", ago: "前", unreachable: "服务器没有应答，正在重试", notFound: "没有这个看板", caughtUp: "已追上",
    took: "耗时", secondShort: "秒", millisecond: "毫秒", minuteShort: "分", hourShort: "小时", dayShort: "天", open: "打开",
    noSamples: "没有拒收的行", size: "大小", state: "状态", panelError: "此面板的查询出错", badReply: "服务器的应答无法理解",
    unsupported: "未知的面板类型",
  },
  en: {
    home: "Home", jobs: "Jobs", dashboards: "Dashboards", asOf: "Data as of", fullScreen: "Full screen", leaveFullScreen: "Leave full screen",
    noDashboards: "No dashboards yet.", noJobs: "No jobs.", panels: "panels", other: "中文",
    live: "LIVE", stale: "STALE", connecting: "CONNECTING", staleSource: "source has stopped", staleLink: "no contact with the server",
    noData: "No data yet", unmatched: "Not on the map", unknown: "Unknown", less: "fewer", more: "more",
    running: "running", finished: "finished", failed: "failed", restarting: "restarting", idle: "idle", sourceLive: "receiving", sourceWaits: "waiting",
    rowsPerSecond: "rows/s", rowsIn: "rows in", rowsOut: "rows out", rejected: "rejected", lateRows: "late", refusedRows: "refused", lag: "lag",
    lastEpoch: "last commit", startedAt: "started", files: "files", lastRecord: "last record", sources: "Sources", operators: "Operators",
    stateRows: "state rows", stateSize: "state size", busy: "busy", blocked: "held back", samples: "Rejected lines, samples", file: "file", offset: "offset", reason: "reason", text: "text", name: "name",
    never: "never", ago: "ago", unreachable: "The server does not answer, trying again", notFound: "There is no such dashboard", caughtUp: "caught up",
    took: "took", secondShort: "s", millisecond: "ms", minuteShort: "min", hourShort: "h", dayShort: "d", open: "Open",
    noSamples: "no rejected lines", size: "size", state: "state", panelError: "The query of this panel failed", badReply: "The server's answer makes no sense",
    unsupported: "Unknown panel type",
  },
};

const storageKey = "millrace.language";
const listeners = new Set();

function remembered() {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null; // storage may be forbidden; the page works without
  }
}

function initial() {
  const asked = new URLSearchParams(location.search).get("lang") ?? remembered();
  if (asked !== null && Object.hasOwn(texts, asked)) return asked;
  return (navigator.language || "zh").toLowerCase().startsWith("zh") ? "zh" : "en";
}

let current = initial();

export function language() {
  return current;
}

/** The text of a key in the current language. */
export function text(key) {
  return texts[current][key] ?? key;
}

/** Picks from {zh, en}; a plain string serves both. */
export function pick(pair) {
  if (pair === null || pair === undefined) return "";
  if (typeof pair !== "object") return String(pair);
  return String(pair[current] ?? pair.zh ?? pair.en ?? "");
}

/** Calls back after each change of the language. */
export function onLanguage(callback) {
  listeners.add(callback);
}

export function setLanguage(name) {
  if (!Object.hasOwn(texts, name)) return;
  current = name;
  try {
    localStorage.setItem(storageKey, name);
  } catch {
    // see remembered()
  }
  applyTexts();
  for (const callback of listeners) callback();
}

/** Fills every element that names a text by data-text. */
export function applyTexts() {
  document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  const button = document.getElementById("language");
  if (button) {
    button.textContent = text("other");
    button.lang = current === "zh" ? "en" : "zh-CN";
  }
}

/** Wires the language button of the page. */
export function startLanguage() {
  applyTexts();
  document.getElementById("language")?.addEventListener("click", () => setLanguage(current === "zh" ? "en" : "zh"));
}
