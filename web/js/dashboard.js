// The dashboard page: builds the panels from the dashboard's description, then lets the stream drive them.

import { element, resizeChildren, setText } from "./dom.js";
import { formatAge, formatBytes, formatEventTime, formatLocalTime } from "./format.js";
import { onLanguage, pick, startLanguage, text } from "./language.js";
import { panelTypes } from "./panels/index.js";
import { PanelData } from "./store.js";
import { LiveStream } from "./stream.js";

// A page that stays open for weeks keeps no list of its requests.
performance.setResourceTimingBufferSize(0);

const identifier = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
const grid = document.getElementById("grid");
const notice = document.getElementById("notice");
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const panels = new Map();
let dashboard = null;
let linkState = "connecting";
let asOf = null;
let sources = [];
let jobCounters = {};
let frame = 0;

/** A length that is right at 1920 x 1080 and follows the screen. */
function px(length) {
  return (length * parseFloat(getComputedStyle(document.documentElement).fontSize)) / 16;
}

/** One panel on the screen: its frame, its data, and its view. */
class PanelView {
  constructor(definition) {
    this.definition = definition;
    this.data = new PanelData(definition);
    this.dirty = false;
    this.visible = true;
    this.drawnAt = -Infinity;
    this.element = element("section", `panel panel-${definition.type}`);
    this.element.dataset.panel = definition.id;
    this.title = element("h2", "panel-title");
    this.title.id = `panel-${definition.id}`;
    this.element.setAttribute("aria-labelledby", this.title.id);
    this.body = element("div", "panel-body");
    this.message = element("p", "panel-message");
    this.message.hidden = true;
    this.element.append(this.title, this.body, this.message);
    const { column = 0, row = 0, width = 6, height = 4 } = definition.at ?? {};
    this.element.style.setProperty("--at-column", `${column + 1} / span ${width}`);
    this.element.style.setProperty("--at-row", `${row + 1} / span ${height}`);
    this.element.style.setProperty("--height", String(height));
    grid.append(this.element);
  }

  build() {
    const type = Object.hasOwn(panelTypes, this.definition.type) ? panelTypes[this.definition.type] : null;
    const context = { px, columns: this.data.columns, reducedMotion: reducedMotion.matches, jobCounter: (name) => jobCounters[name] ?? null };
    this.view = type?.create(this.body, this.definition, context) ?? null;
    this.restyle();
  }

  restyle() {
    setText(this.title, pick(this.definition.title));
    this.view?.restyle(this.data.rows);
    this.say();
  }

  say() {
    const missing = this.view?.missing ?? [];
    const problem = !this.view ? `${text("unsupported")}: ${this.definition.type}`
      : missing.length > 0 ? `${text("panelError")}: ${missing.join(", ")}`
      : this.data.error ? `${text("panelError")}: ${this.data.error.message ?? ""}`
      : !this.data.filled || this.view.empty?.(this.data.rows) ? text("noData") : "";
    setText(this.message, problem);
    this.message.hidden = problem === "";
    this.element.classList.toggle("failed", !this.view || missing.length > 0 || this.data.error !== null);
  }

  draw(now) {
    this.dirty = false;
    this.drawnAt = now;
    this.view?.draw(this.data.rows);
    this.say();
  }
}

/** Draws what has changed, on the browser's clock, and only what can be seen. */
function drawDirty(now) {
  frame = 0;
  let waiting = false;
  for (const panel of panels.values()) {
    if (!panel.dirty || !panel.visible) continue;
    if (now - panel.drawnAt < (panel.view?.interval ?? 0)) {
      waiting = true;
      continue;
    }
    panel.draw(now);
  }
  if (waiting) schedule();
}

function schedule() {
  if (frame === 0 && !document.hidden) frame = requestAnimationFrame(drawDirty);
}

function takeFrame(kind, data) {
  asOf = data.asOf ?? asOf;
  sources = Array.isArray(data.sources) ? data.sources.slice(0, 12) : sources;
  for (const [name, part] of Object.entries(data.panels ?? {})) {
    const panel = panels.get(name);
    if (!panel) continue;
    panel.data.apply(part);
    panel.dirty = true;
  }
  showFreshness();
  schedule();
}

function showState(state) {
  linkState = state;
  showFreshness();
}

function showFreshness() {
  if (document.hidden) return;
  const badge = document.getElementById("badge");
  const stale = linkState.startsWith("stale");
  badge.dataset.state = stale ? "stale" : linkState;
  setText(document.getElementById("badge-text"), text(stale ? "stale" : linkState));
  const waiting = sources.find((source) => source.problem)?.problem;
  badge.title = linkState === "stale-link" ? text("staleLink") : linkState === "stale-source" ? waiting ?? text("staleSource") : "";
  document.body.classList.toggle("is-stale", stale);
  setText(document.getElementById("as-of"), formatEventTime(asOf));
  const list = document.getElementById("sources");
  resizeChildren(list, sources.length, () => {
    const item = element("li");
    item.append(element("i"), element("span"));
    item.firstElementChild.setAttribute("aria-hidden", "true");
    return item;
  });
  sources.forEach((source, place) => {
    const item = list.children[place];
    const state = { live: "sourceLive", idle: "idle", waiting: "sourceWaits", failed: "failed" }[source.state] ?? source.state;
    if (item.dataset.state !== source.state) item.dataset.state = source.state;
    const lag = source.lagBytes > 0 ? ` · ${text("lag")} ${formatBytes(source.lagBytes)}` : "";
    const problem = source.problem ? ` (${source.problem})` : "";
    setText(item.lastElementChild, `${source.name} · ${text(state)}${lag}${problem}`);
    const age = source.lastRecordAt ? formatAge(Date.now() - source.lastRecordAt) : text("never");
    const title = `${text("lastRecord")}: ${age}`;
    if (item.title !== title) item.title = title;
  });
}

function tick() {
  if (!document.hidden) setText(document.getElementById("clock"), formatLocalTime(Date.now()));
}

function restyleAll() {
  setText(document.getElementById("title"), pick(dashboard.title));
  document.title = `${pick(dashboard.title)} · Millrace`;
  setText(document.getElementById("full-screen"), text(document.fullscreenElement ? "leaveFullScreen" : "fullScreen"));
  for (const panel of panels.values()) panel.restyle();
  showFreshness();
}

function watchVisibility() {
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const panel = panels.get(entry.target.dataset.panel);
      if (panel) panel.visible = entry.isIntersecting;
    }
    schedule();
  }, { rootMargin: "200px" });
  for (const panel of panels.values()) observer.observe(panel.element);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    tick();
    showFreshness();
    schedule();
  });
  let resizing = 0;
  new ResizeObserver(() => {
    clearTimeout(resizing);
    resizing = setTimeout(restyleAll, 120);
  }).observe(grid);
}

function watchFullScreen() {
  const button = document.getElementById("full-screen");
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => {
    const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    change.catch(() => {}); // the browser may refuse; the page is the same without
  });
  document.addEventListener("fullscreenchange", () => setText(button, text(document.fullscreenElement ? "leaveFullScreen" : "fullScreen")));
}

/** Some panels show counters of the jobs, which no table holds. */
async function followJobs() {
  const counted = [...panels.values()].filter((panel) => panel.view?.needsJobs);
  if (counted.length === 0) return;
  for (;;) {
    if (!document.hidden) {
      try {
        const answer = await fetch("/api/v1/jobs");
        const { jobs } = await answer.json();
        const sums = {};
        for (const job of jobs) {
          for (const field of ["rowsIn", "rowsOut", "rejected", "lateRows", "rowsPerSecond"]) sums[field] = (sums[field] ?? 0) + (job[field] ?? 0);
        }
        jobCounters = sums;
        for (const panel of counted) panel.dirty = true;
        schedule();
      } catch {
        // the stream's watchdog tells the reader that the server is away
      }
    }
    await new Promise((resume) => setTimeout(resume, 2000));
  }
}

/** Asks for the description until the server gives it. */
async function load() {
  for (let wait = 500; ; wait = Math.min(wait * 2, 3000)) {
    try {
      const answer = await fetch(`/api/v1/dashboards/${encodeURIComponent(identifier)}`);
      if (answer.ok) return await answer.json();
      notice.hidden = false;
      setText(notice, answer.status === 404 ? `${text("notFound")}: ${identifier}` : `${text("unreachable")} (${answer.status})`);
    } catch {
      notice.hidden = false;
      setText(notice, text("unreachable"));
    }
    await new Promise((resume) => setTimeout(resume, wait));
  }
}

async function start() {
  startLanguage();
  tick();
  setInterval(tick, 1000);
  dashboard = await load();
  // Charts measure text when they are drawn, so the fonts come first, within reason.
  const fonts = [document.fonts.load('16px "Millrace Text"', "省A"), document.fonts.load('16px "Millrace Digits"', "0")];
  await Promise.race([Promise.allSettled(fonts), new Promise((resume) => setTimeout(resume, 1500))]);
  notice.hidden = true;
  grid.style.setProperty("--columns", String(dashboard.layout?.columns ?? 24));
  grid.style.setProperty("--rows", String(dashboard.layout?.rows ?? 16));
  // Reading order follows the places on the screen, which is also the order of the single column on a phone.
  const ordered = [...dashboard.panels].sort((a, b) => (a.at?.row ?? 0) - (b.at?.row ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0));
  for (const definition of ordered) panels.set(definition.id, new PanelView(definition));
  for (const panel of panels.values()) panel.build();
  restyleAll();
  onLanguage(restyleAll);
  watchVisibility();
  watchFullScreen();
  new LiveStream(`/api/v1/dashboards/${encodeURIComponent(identifier)}/live`, { frame: takeFrame, state: showState });
  followJobs();
}

start();
