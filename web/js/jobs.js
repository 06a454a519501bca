// The jobs page: what each job reads, how fast, what it rejected, and when it last committed.

import { element, resizeChildren, setText } from "./dom.js";
import { formatAge, formatBytes, formatDecimal, formatDuration, formatLocalTime, nothing } from "./format.js";
import { onLanguage, startLanguage, text } from "./language.js";
import { poll } from "./poll.js";

const sourceColumns = ["name", "files", "lag", "rowsIn", "rejected", "lastRecord"];
const operatorColumns = ["name", "rowsIn", "rowsOut", "stateRows", "stateSize", "lateRows", "busy", "blocked"];
const sampleColumns = ["file", "offset", "reason", "text"];
const maximumSamples = 20;

function integer(value) {
  return value === null || value === undefined ? nothing : formatDecimal(Math.round(value));
}

function makeTable(columns) {
  const scroller = element("div", "table-scroll");
  scroller.tabIndex = 0;
  const table = element("table", "data");
  const head = table.createTHead().insertRow();
  for (const column of columns) {
    const cell = element("th", column === "name" || column === "file" || column === "reason" || column === "text" ? "" : "numeric");
    cell.scope = "col";
    cell.dataset.key = column;
    head.append(cell);
  }
  table.createTBody();
  scroller.append(table);
  return scroller;
}

function fillTable(scroller, columns, rows) {
  const table = scroller.firstElementChild;
  for (const cell of table.tHead.rows[0].cells) setText(cell, text(cell.dataset.key));
  resizeChildren(table.tBodies[0], rows.length, () => element("tr"));
  rows.forEach((row, place) => {
    const line = table.tBodies[0].children[place];
    resizeChildren(line, columns.length, (column) => element("td", table.tHead.rows[0].cells[column].className));
    row.forEach((value, column) => setText(line.children[column], value));
  });
}

function makeJob() {
  const box = element("article", "job");
  const head = element("header", "job-head");
  head.append(element("h2"), element("span", "job-state"), element("span", "job-started"));
  const error = element("p", "job-error");
  const figures = element("dl", "figures");
  const sources = element("h3"), operators = element("summary"), samples = element("h3");
  const noSamples = element("p", "empty");
  box.parts = {
    head, error, figures, sources, operators, details: element("details"), samples, noSamples,
    sourceTable: makeTable(sourceColumns), operatorTable: makeTable(operatorColumns), sampleTable: makeTable(sampleColumns),
  };
  box.parts.details.append(operators, box.parts.operatorTable);
  box.append(head, error, figures, sources, box.parts.sourceTable, samples, noSamples, box.parts.sampleTable, box.parts.details);
  return box;
}

function showFigures(list, figures) {
  resizeChildren(list, figures.length, () => {
    const box = element("div");
    box.append(element("dt"), element("dd", "number"));
    return box;
  });
  figures.forEach(([key, value, alarm], place) => {
    const box = list.children[place];
    box.dataset.key = key;
    box.classList.toggle("alarm", alarm === true);
    setText(box.children[0], text(key));
    setText(box.children[1], value);
  });
}

function epochText(epoch) {
  if (!epoch) return nothing;
  const took = formatDuration(epoch.durationMs, 1);
  return `#${epoch.number} · ${formatAge(Date.now() - epoch.at)} · ${took.number} ${took.unit} · ${formatBytes(epoch.bytes)}`;
}

function showJob(box, job) {
  const parts = box.parts;
  box.id = job.id;
  box.dataset.state = job.state;
  const [name, state, started] = parts.head.children;
  setText(name, job.name);
  setText(state, text(job.state));
  setText(started, job.startedAt ? `${text("startedAt")} ${formatLocalTime(job.startedAt)}` : "");
  setText(parts.error, job.error ?? "");
  parts.error.hidden = !job.error;
  const sources = job.sources ?? [], operators = job.operators ?? [];
  const lag = sources.reduce((sum, source) => sum + (source.lagBytes ?? 0), 0);
  showFigures(parts.figures, [
    ["rowsPerSecond", integer(job.rowsPerSecond)], ["rowsIn", integer(job.rowsIn)], ["rowsOut", integer(job.rowsOut)],
    ["rejected", integer(job.rejected), job.rejected > 0], ["lateRows", integer(job.lateRows)],
    ...(job.refusedRows > 0 ? [["refusedRows", integer(job.refusedRows), true]] : []),
    ["lag", lag > 0 ? formatBytes(lag) : text("caughtUp")], ["lastEpoch", epochText(job.lastEpoch)],
  ]);
  setText(parts.sources, text("sources"));
  fillTable(parts.sourceTable, sourceColumns, sources.map((source) => [
    source.name, integer(source.files), source.lagBytes > 0 ? formatBytes(source.lagBytes) : text("caughtUp"), integer(source.rowsIn),
    integer(source.rejected), source.lastRecordAt ? formatAge(Date.now() - source.lastRecordAt) : text("never"),
  ]));
  const samples = sources.flatMap((source) => source.samples ?? []).slice(-maximumSamples);
  setText(parts.samples, text("samples"));
  setText(parts.noSamples, text("noSamples"));
  parts.noSamples.hidden = samples.length > 0;
  parts.sampleTable.hidden = samples.length === 0;
  fillTable(parts.sampleTable, sampleColumns, samples.map((sample) => [
    String(sample.file ?? nothing), integer(sample.offset), String(sample.reason ?? ""), String(sample.text ?? "").slice(0, 500),
  ]));
  setText(parts.operators, `${text("operators")} (${operators.length})`);
  parts.details.hidden = operators.length === 0;
  fillTable(parts.operatorTable, operatorColumns, operators.map((operator) => [
    operator.name, integer(operator.rowsIn), integer(operator.rowsOut), integer(operator.stateRows),
    formatBytes(operator.stateBytes ?? 0), integer(operator.lateRows ?? 0), `${operator.busyPercent ?? 0} %`, `${operator.blockedPercent ?? 0} %`,
  ]));
}

function showJobs({ jobs }) {
  const list = document.getElementById("jobs");
  document.title = `${text("jobs")} · Millrace`;
  document.getElementById("no-jobs").hidden = jobs.length > 0;
  resizeChildren(list, jobs.length, makeJob);
  jobs.forEach((job, place) => showJob(list.children[place], job));
}

startLanguage();
onLanguage(poll("/api/v1/jobs", showJobs));
