"""A dashboard page under test: reading what it shows, waiting for what it will show, and watching how it behaves."""

import json
import time
from typing import NamedTuple

WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
window.loadedAt = performance.timeOrigin;
"""
CHART = "globalThis.echarts.getInstanceByDom(document.querySelector(`[data-panel='${panel}'] .chart`))"


class Heap(NamedTuple):
    """Sizes in bytes, and counts."""

    objects: int
    everything: int
    nodes: int
    listeners: int


class Screen:
    """One browser context with one page."""

    def __init__(self, context, url, language):
        self.context = context
        self.url = url
        self.errors, self.foreign, self.violations = [], [], []
        self.page = context.new_page()
        self.page.add_init_script(WATCH)
        self.page.on("pageerror", lambda error: self.errors.append(str(error.stack or error)))
        self.page.on("console", self.console)
        self.page.on("request", self.request)
        self.host = url.split("/")[2]
        self.page.goto(f"{url}?lang={language}", wait_until="domcontentloaded")
        self.time_origin = self.page.evaluate("performance.timeOrigin")

    def console(self, message):
        if message.type == "error" and "Failed to load resource" not in message.text and "ERR_" not in message.text:
            self.errors.append(message.text)

    def request(self, request):
        if not request.url.startswith(("data:", "blob:")) and request.url.split("/")[2] != self.host:
            self.foreign.append(request.url)

    def close(self):
        try:
            self.violations = self.page.evaluate("window.violations")
            self.was_reloaded = self.page.evaluate("performance.timeOrigin") != self.time_origin
        finally:
            self.context.close()

    def check_conduct(self):
        assert self.violations == [], f"content policy violations: {self.violations}"
        assert self.foreign == [], f"requests to other hosts: {self.foreign}"
        assert self.errors == [], f"errors on the page: {self.errors}"
        assert not self.was_reloaded, "the page was reloaded"

    # --- reading

    def wait(self, expression, seconds=10, argument=None):
        """Waits until a JavaScript expression holds; returns the seconds that took."""
        began = time.monotonic()
        self.page.wait_for_function(expression, arg=argument, timeout=seconds * 1000, polling=50)
        return time.monotonic() - began

    def until(self, read, wanted, seconds=10):
        """Waits until a reading equals what is wanted, and says the difference when it never does."""
        limit = time.monotonic() + seconds
        found = None
        while time.monotonic() < limit:
            found = read()
            if found == wanted:
                return found
            self.page.wait_for_timeout(50)
        raise AssertionError(f"after {seconds} s the page shows {json.dumps(found, ensure_ascii=False)}, "
                             f"wanted {json.dumps(wanted, ensure_ascii=False)}")

    def badge(self):
        return self.page.get_attribute("#badge", "data-state")

    def wait_badge(self, state, seconds=10):
        return self.wait("(wanted) => document.getElementById('badge').dataset.state === wanted", seconds, state)

    def wait_drawn(self, seconds=15):
        """Waits for the first numbers and for the map."""
        self.wait_badge("live", seconds)
        self.wait("() => [...document.querySelectorAll('.panel-message')].every((message) => message.hidden)", seconds)

    def texts(self, selector):
        return self.page.eval_on_selector_all(selector, "(found) => found.map((element) => element.textContent)")

    def flip(self, panel):
        """The number as a screen reader hears it, checked against the digits that are seen."""
        return self.page.evaluate("""(panel) => {
            const box = document.querySelector(`[data-panel='${panel}'] .flip`);
            const spoken = box.querySelector('.value').textContent;
            const seen = [...box.querySelector('.drum').children].map((cell) => cell.dataset.digit ?? cell.textContent).join('');
            return spoken === seen ? spoken : `spoken ${spoken}, seen ${seen}`;
        }""", panel)

    def kpi(self, panel):
        return self.page.evaluate("""(panel) => Object.fromEntries([...document.querySelectorAll(`[data-panel='${panel}'] .kpi-item`)]
            .map((item) => [item.dataset.item, item.querySelector('.number').textContent + '|' + item.querySelector('.unit').textContent]))""", panel)

    def table(self, panel):
        return self.page.evaluate("""(panel) => [...document.querySelectorAll(`[data-panel='${panel}'] table.data tbody tr`)]
            .map((row) => [...row.children].map((cell) => cell.textContent))""", panel)

    def rank(self, panel):
        return self.page.evaluate("""(panel) => [...document.querySelectorAll(`[data-panel='${panel}'] .rank li`)]
            .map((row) => [row.children[0].textContent, row.children[2].textContent, row.children[3].textContent])""", panel)

    def series(self, panel):
        """The data of each series as the chart holds it."""
        return self.page.evaluate("(panel) => " + CHART + ".getOption().series.map((series) => series.data)", panel)

    def map_values(self, panel):
        """Value and drawn colour of every division, taken from the drawn shapes of the chart."""
        return self.page.evaluate("""(panel) => {
            const series = """ + CHART + """.getModel().getSeriesByIndex(0);
            const data = series.getData(), found = {};
            for (let place = 0; place < data.count(); place += 1) {
                const drawn = data.getItemGraphicEl(place);
                found[data.getName(place)] = [data.get('value', place), data.getItemVisual(place, 'style').fill, Boolean(drawn)];
            }
            return found;
        }""", panel)

    def unmatched(self, panel):
        return self.page.evaluate("""(panel) => {
            const side = document.querySelector(`[data-panel='${panel}'] .map-unmatched`);
            return side.hidden ? [] : [...side.querySelectorAll('li')].map((item) => [...item.children].map((part) => part.textContent));
        }""", panel)

    # --- memory

    def heap(self):
        """After forced collection: bytes of objects, bytes of everything, DOM nodes, listeners.

        Objects leave out compiled code, which the engine adds for minutes as it learns what is hot and which is no leak.
        """
        session = self.context.new_cdp_session(self.page)
        chunks = []
        session.on("HeapProfiler.addHeapSnapshotChunk", lambda event: chunks.append(event["chunk"]))
        for _ in range(3):
            session.send("HeapProfiler.collectGarbage")
        counters = session.send("Memory.getDOMCounters")
        session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
        session.detach()
        snapshot = json.loads("".join(chunks))
        fields = snapshot["snapshot"]["meta"]["node_fields"]
        code = snapshot["snapshot"]["meta"]["node_types"][0].index("code")
        kinds, sizes = (snapshot["nodes"][fields.index(name)::len(fields)] for name in ("type", "self_size"))
        objects = sum(size for kind, size in zip(kinds, sizes) if kind != code)
        return Heap(objects, sum(sizes), counters["nodes"], counters["jsEventListeners"])
