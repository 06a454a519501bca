// The home page: dashboards, and jobs with their state in a plain word.

import { element, resizeChildren, setText } from "./dom.js";
import { formatDecimal } from "./format.js";
import { onLanguage, pick, startLanguage, text } from "./language.js";
import { poll } from "./poll.js";

function card() {
  const item = element("li");
  const link = element("a", "card");
  link.append(element("strong"), element("span", "card-note"));
  item.append(link);
  return item;
}

function showDashboards({ dashboards }) {
  const list = document.getElementById("dashboards");
  document.getElementById("no-dashboards").hidden = dashboards.length > 0;
  resizeChildren(list, dashboards.length, card);
  dashboards.forEach((dashboard, place) => {
    const link = list.children[place].firstElementChild;
    link.href = `/d/${encodeURIComponent(dashboard.id)}`;
    setText(link.children[0], pick(dashboard.title) || dashboard.id);
    setText(link.children[1], `${dashboard.panels} ${text("panels")}`);
  });
}

function showJobs({ jobs }) {
  const list = document.getElementById("jobs");
  document.getElementById("no-jobs").hidden = jobs.length > 0;
  resizeChildren(list, jobs.length, card);
  jobs.forEach((job, place) => {
    const link = list.children[place].firstElementChild;
    link.href = `/jobs#${encodeURIComponent(job.id)}`;
    link.dataset.state = job.state;
    setText(link.children[0], job.name);
    const rate = job.state === "running" ? ` · ${formatDecimal(Math.round(job.rowsPerSecond ?? 0))} ${text("rowsPerSecond")}` : "";
    setText(link.children[1], `${text(job.state)}${rate}${job.error ? ` · ${job.error}` : ""}`);
  });
}

startLanguage();
document.title = "Millrace";
const again = [poll("/api/v1/dashboards", showDashboards), poll("/api/v1/jobs", showJobs)];
onLanguage(() => again.forEach((show) => show()));
