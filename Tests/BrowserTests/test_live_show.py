"""The live show on the big screen over the real server: what it shows equals an oracle that counts the same records.

Needs MILLRACE_BINARY. MILLRACE_SHOTS names a folder for pictures of the screen, to be looked at.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import figures
import pytest
from installation import Installation

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))
import live_show  # noqa: E402

BINARY = os.environ.get("MILLRACE_BINARY", "")
SHOTS = os.environ.get("MILLRACE_SHOTS", "")
pytestmark = pytest.mark.skipif(not Path(BINARY).is_file(), reason="MILLRACE_BINARY names no file")
GRADES = ["一级", "二级", "三级", "四级", "五级"]


@pytest.fixture
def installation(tmp_path):
    made = Installation(BINARY, tmp_path / "installation", application="live-show", variable="MILLRACE_LIVE_SHOW")
    yield made
    made.close()


def write_records(installation, count, seed=5):
    """Records of the hours up to now, as a producer would have left them."""
    start = int(time.time() * 1000) - 7 * 3_600_000
    subprocess.run([BINARY, "generate", "live-show", "--out", str(installation.logs), "--rate", str(count / (7 * 3600)), "--count", str(count),
                    "--seed", str(seed), "--start", str(start)], check=True, capture_output=True, timeout=120)


def oracle(installation):
    return live_show.expected(live_show.records(installation.logs, live_show.VISITS), live_show.records(installation.logs, live_show.GIFTS))


def check_numbers(screen, tables, seconds=60):
    """Everything the screen shows, against the oracle."""
    number = figures.grouped
    visits, viewers = tables["viewer_totals"]
    gifts, _, givers = tables["gift_totals"]
    minutes = sorted(tables["viewer_minutes"])
    screen.until(lambda: screen.kpi("audience"), {
        "viewers": number(viewers) + "|", "visits": number(visits) + "|", "minute": number(tables["viewer_minutes"][minutes[-2]]) + "|"}, seconds)
    screen.until(lambda: screen.flip("gifts_6h"), number(live_show.last_six_hours(tables)), seconds)
    screen.until(lambda: screen.kpi("gift_totals"), {"gifts": number(gifts) + "|", "givers": number(givers) + "|"}, seconds)
    screen.until(lambda: screen.kpi("data_quality"), {"rejected": "0|", "future": "0|"})
    screen.until(lambda: screen.series("member_grades"), [[members for _, members in sorted(tables["member_grades"].items())]], seconds)
    screen.until(lambda: [line[1] for line in screen.rank("gift_types")],
                 [number(amount) for amount in sorted(tables["gift_type_totals"].values(), reverse=True)], seconds)
    screen.until(lambda: [line[:2] for line in screen.rank("top_givers")],
                 [[name or str(user), number(amount)] for user, name, amount in tables["top_givers"]], seconds)
    shares = [number(amount) for amount in sorted(tables["module_gift_totals"].values(), reverse=True)]
    screen.until(lambda: [line[1] for line in screen.rank("modules")], shares, seconds)
    screen.until(lambda: {name: value for name, (value, _, drawn) in screen.map_values("viewers_map").items() if value and drawn},
                 tables["region_viewers"], seconds)
    regions = sorted(tables["region_viewers"], key=lambda region: -sum(tables["region_grades"].get((region, grade), 0) for grade in range(1, 6)))
    members = lambda grade: [tables["region_grades"].get((region, grade), 0) for region in regions]
    screen.until(lambda: sorted(zip(*screen.series("region_grades"))), sorted(zip(*(members(grade) for grade in range(1, 6)))), seconds)
    last_hour = sorted(tables["gift_minutes"])[-60:]
    screen.until(lambda: [point[1] for point in screen.series("minutes")[0]], [tables["gift_minutes"][minute] for minute in last_hour], seconds)


def shoot(screen, name):
    if SHOTS:
        screen.page.wait_for_timeout(800)
        screen.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def test_the_screen_equals_the_oracle_before_and_after_a_kill(installation, open_screen):
    write_records(installation, 20_000)
    installation.start_server()
    screen = open_screen(installation.url + "/d/live-show")
    tables = oracle(installation)
    assert len(tables["region_viewers"]) > 30
    check_numbers(screen, tables)
    assert screen.unmatched("viewers_map") == []
    assert screen.texts(".panel.failed .panel-title") == []
    shoot(screen, "live-show-zh-1920")
    installation.kill_server()
    screen.wait_badge("stale", 15)
    installation.start_server()
    # A visit and a gift from a place that is on no map, while the page is open.
    visit = next(live_show.records(installation.logs, live_show.VISITS)) | {"user_id": 77, "province": "火星"}
    gift = next(live_show.records(installation.logs, live_show.GIFTS)) | {"user_id": 2000, "gift_total_amount": 100}
    for name, record in ((live_show.VISITS, visit), (live_show.GIFTS, gift)):
        with open(installation.logs / name, "a", encoding="utf-8") as out:
            out.write(json.dumps(record) + "\n")
    tables = oracle(installation)
    screen.until(lambda: screen.unmatched("viewers_map"), [["火星", "1"]], 60)
    del tables["region_viewers"]["火星"]
    screen.until(lambda: screen.kpi("audience")["visits"], figures.grouped(tables["viewer_totals"][0]) + "|", 60)
    screen.until(lambda: screen.flip("gifts_6h"), figures.grouped(live_show.last_six_hours(tables)), 60)
    screen.page.click("#language")
    screen.until(lambda: screen.page.text_content("#title"), "Live Show Operations")
    shoot(screen, "live-show-en-1920")


def test_the_layout_fits_and_no_region_is_left_unnamed(installation, open_screen):
    write_records(installation, 6_000)
    installation.start_server()
    for width, height, language in ((1920, 1080, "zh"), (1366, 768, "en")):
        screen = open_screen(installation.url + "/d/live-show", language, width=width, height=height)
        screen.until(lambda: screen.texts(".panel-message:not([hidden])"), [], 60)
        overflow = screen.page.evaluate("() => [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]")
        assert max(overflow) <= 1, f"{width}x{height}: the page is larger than the screen by {overflow}"
        cut = screen.page.evaluate("""() => [...document.querySelectorAll('.kpi dd, .panel-title, .rank-value')]
            .filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.textContent)""")
        assert cut == [], f"{width}x{height}: cut off: {cut}"
        labels = screen.page.evaluate("""() => {
            const chart = globalThis.echarts.getInstanceByDom(document.querySelector("[data-panel='region_grades'] .chart"));
            return chart.getModel().getComponent('xAxis', 0).axis.getViewLabels().length;
        }""")
        assert labels >= 30, f"{width}x{height}: {labels} regions are named"
        shoot(screen, f"live-show-{language}-{width}")
