"""The recharge screen over the real server, fed by the real generator: the numbers equal the generator's own count.

Needs MILLRACE_BINARY. MILLRACE_LONG_TESTS=1 compares the heap of minute 10 with minute 2 instead of the short version.
"""

import json
import os
import random
import threading
import time
from pathlib import Path

import figures
import pytest
from installation import Installation

BINARY = os.environ.get("MILLRACE_BINARY", "")
LONG = os.environ.get("MILLRACE_LONG_TESTS") == "1"
pytestmark = pytest.mark.skipif(not Path(BINARY).is_file(), reason="MILLRACE_BINARY names no file")

NAMES = {"orderCreateReq": "创建订单", "payReq": "支付请求", "payNotifyReq": "支付通知", "reChargeReq": "充值请求", "reChargeNotifyReq": "充值通知"}
OBSERVE_STALE = """() => {
    window.staleAt = null;
    new MutationObserver(() => {
        const state = document.getElementById('badge').dataset.state;
        if (state === 'stale' && window.staleAt === null) window.staleAt = Date.now();
        if (state === 'live') window.staleAt = null;
    }).observe(document.getElementById('badge'), { attributes: true, attributeFilter: ['data-state'] });
}"""
OBSERVE_PROBE = """() => {
    window.probeSeen = [];
    new MutationObserver(() => {
        for (const row of document.querySelectorAll("[data-panel='interfaces'] tbody tr")) {
            if (row.cells[0].textContent !== 'probeReq') continue;
            const calls = Number(row.cells[1].textContent.replaceAll(',', ''));
            if (calls > (window.probeSeen.at(-1)?.[1] ?? 0)) window.probeSeen.push([Date.now(), calls]);
        }
    }).observe(document.querySelector("[data-panel='interfaces']"), { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture
def installation(tmp_path):
    made = Installation(BINARY, tmp_path / "installation")
    yield made
    made.close()


def check_numbers(screen, oracle, seconds=30):
    """Everything the screen shows, against the oracle."""
    successes, notices, created = oracle["recharge_successes"], oracle["recharge_notices"], oracle["created_orders"]
    recharge, payment = oracle["recharge_duration_ms"], oracle["payment_duration_ms"]
    screen.until(lambda: screen.flip("successful_orders"), figures.grouped(successes), seconds)
    screen.until(lambda: screen.flip("amount"), figures.yuan(oracle["amount_fen"]))
    screen.until(lambda: screen.kpi("success_rates"), {
        "successes/notices": figures.percent(successes, notices) + "|%", "successes/created": figures.percent(successes, created) + "|%"})
    average = figures.spoken(figures.average_duration(recharge["sum"], recharge["count"]))
    screen.until(lambda: screen.kpi("average_duration"), {"created": figures.grouped(created) + "|", "duration_sum/duration_count": average})
    screen.until(lambda: screen.kpi("recharge_duration"), {
        "duration_sum/duration_count": average, "duration_max": figures.spoken(figures.duration(recharge["max"])),
        "duration_min": figures.spoken(figures.duration(recharge["min"]))})
    screen.until(lambda: screen.kpi("payment_duration"), {
        "duration_max": figures.spoken(figures.duration(payment["max"])), "duration_min": figures.spoken(figures.duration(payment["min"]))})
    interfaces = sorted([NAMES[row["service"]], figures.grouped(row["calls"]), figures.grouped(row["failures"]),
                         figures.percent(row["failures"], row["calls"]) + "%"] for row in oracle["interfaces"])
    screen.until(lambda: sorted(screen.table("interfaces")), interfaces)
    check_provinces(screen, oracle)
    minutes = oracle["minutes"][-60:]
    screen.until(lambda: [[point[1] for point in line] for line in screen.series("minute_amounts")],
                 [[row["successes"] for row in minutes], [row["amount_fen"] * 0.01 for row in minutes]])
    screen.until(lambda: [point[1] for point in screen.series("business_trend")[0]], [row["orders"] for row in minutes])
    screen.until(lambda: [point[1] for point in screen.series("interface_trend")[0]], [row["calls"] for row in oracle["interface_minutes"][-60:]])
    unknown = sum(row["orders"] for row in oracle["provinces"] if not row["name"])
    wanted = {"rejected": oracle["rejected_lines"], "recharge_negative": oracle["recharge_negative_durations"],
              "payment_negative": oracle["payment_negative_durations"], "unknown_province": unknown, "future": oracle["future_lines"]}
    screen.until(lambda: screen.kpi("data_quality"), {name: figures.grouped(number) + "|" for name, number in wanted.items()})


def check_provinces(screen, oracle):
    known = {row["name"]: row for row in oracle["provinces"] if row["name"]}
    leaders = sorted((row["successes"] for row in known.values()), reverse=True)[:10]
    screen.until(lambda: [line[1] for line in screen.rank("top_provinces")], [figures.grouped(number) for number in leaders])
    for name, shown, _ in screen.rank("top_provinces"):
        assert shown == figures.grouped(known[name]["successes"])
    screen.until(lambda: {name: value for name, (value, _, _) in screen.map_values("failures_map").items() if value},
                 {name: row["failures"] for name, row in known.items() if row["failures"]})
    drawn = screen.map_values("failures_map")
    assert len(drawn) == 34 and all(shape for _, _, shape in drawn.values())
    unmatched = [["未知 " + row["code"], figures.grouped(row["failures"])] for row in oracle["provinces"] if not row["name"]]
    screen.until(lambda: screen.unmatched("failures_map"), unmatched)


def test_numbers_equal_the_oracle_and_stale_tells_that_the_source_stopped(installation, open_screen):
    installation.start_server()
    installation.start_generator(2000)
    screen = open_screen(installation.url + "/d/recharge")
    screen.wait_badge("live")
    screen.page.evaluate(OBSERVE_STALE)
    screen.page.wait_for_timeout(6000)
    oracle = installation.stop_generator()
    screen.wait_badge("stale", 10)
    silence = screen.page.evaluate("window.staleAt") / 1000 - installation.newest_write()
    check_numbers(screen, oracle)
    assert silence < 3.2, f"STALE came {silence:.2f} s after the last line"

    jobs = open_screen(installation.url + "/jobs")
    jobs.until(lambda: set(jobs.texts(".job-state")), {"运行中"})
    home = open_screen(installation.url + "/")
    home.until(lambda: "全国充值实时监控平台" in home.texts("#dashboards strong"), True)


def test_stale_clears_when_the_source_goes_on(installation, open_screen):
    installation.start_server()
    installation.start_generator(500)
    screen = open_screen(installation.url + "/d/recharge")
    screen.wait_badge("live")
    line = json.dumps(installation.a_line())
    installation.stop_generator()
    screen.wait_badge("stale", 10)
    installation.append(line + "\n")
    assert screen.wait_badge("live", 10) < 3


def test_a_killed_server_comes_back_without_reload_and_without_a_wrong_number(installation, open_screen):
    installation.start_server()
    installation.start_generator(2000)
    screen = open_screen(installation.url + "/d/recharge")
    screen.wait_badge("live")
    for _ in range(2):
        screen.page.wait_for_timeout(random.Random(11).randint(1500, 3000))
        installation.kill_server()
        assert screen.wait_badge("stale", 10) < 3.5
        installation.start_server()
        assert screen.wait_badge("live", 15) < 8
    check_numbers(screen, installation.stop_generator())


def test_a_rejected_line_is_counted_and_shown_as_text(installation, open_screen):
    installation.start_server()
    installation.start_generator(200)
    jobs = open_screen(installation.url + "/jobs")
    jobs.until(lambda: set(jobs.texts(".job-state")), {"运行中"})
    installation.append('{"serviceName": <img src=x onerror="window.broken=1">\n')
    jobs.until(lambda: any("<img src=x" in cell for cell in jobs.texts(".job td")), True, 15)
    assert jobs.page.evaluate("window.broken") is None
    installation.stop_generator()


def test_a_written_line_is_on_the_page_within_a_second(installation, open_screen):
    """Lines of a service of our own are written among 20,000 lines/s; the page tells when their number changed."""
    installation.start_server()
    installation.start_generator(int(os.environ.get("MILLRACE_FRESHNESS_RATE", "20000")))
    screen = open_screen(installation.url + "/d/recharge")
    screen.wait_badge("live")
    screen.page.evaluate(OBSERVE_PROBE)
    model, chance, written = installation.a_line(), random.Random(3), []

    def write_probes():
        for number in range(80):
            line = model | {"serviceName": "probeReq", "orderId": f"probe{number:027d}"}
            written.append(time.time())
            installation.append(json.dumps(line, separators=(",", ":")) + "\n")
            time.sleep(chance.uniform(0.1, 0.35))

    screen.page.wait_for_timeout(2000)
    writer = threading.Thread(target=write_probes)
    writer.start()
    screen.wait("() => (window.probeSeen.at(-1)?.[1] ?? 0) >= 80", 60)
    writer.join()
    seen = screen.page.evaluate("window.probeSeen")
    delays = sorted(next(at for at, count in seen if count > number) / 1000 - moment for number, moment in enumerate(written))
    middle, high = delays[len(delays) // 2], delays[int(len(delays) * 0.95)]
    print(f"freshness of {len(delays)} lines: p50 {middle * 1000:.0f} ms, p95 {high * 1000:.0f} ms, largest {delays[-1] * 1000:.0f} ms")
    assert high < 1.0, f"p95 is {high:.2f} s"


def test_heap_does_not_grow(installation, open_screen):
    first, last = (120, 600) if LONG else (25, 60)
    # A screen that hangs on a wall has an hour behind it: its trends are full and only move on.
    installation.write_history(70)
    installation.start_server()
    installation.start_generator(2000, keeps=True)
    screen = open_screen(installation.url + "/d/recharge")
    screen.wait_badge("live")
    screen.until(lambda: screen.page.locator("[data-panel='business_trend'] table.twin tbody tr").count(), 60, 60)
    began = time.monotonic()
    screen.page.wait_for_timeout(first * 1000)
    before = screen.heap()
    screen.page.wait_for_timeout((last - (time.monotonic() - began)) * 1000)
    after = screen.heap()
    print(f"after {first} s {before}, after {last} s {after}")
    assert after.objects < before.objects * 1.05, f"from {before} to {after}"
    assert after.listeners <= before.listeners + 5, f"from {before} to {after}"
    if LONG:
        assert after.everything < before.everything * 1.05, f"from {before} to {after}"
