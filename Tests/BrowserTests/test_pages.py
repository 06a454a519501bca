"""The pages over the mock server: what they show, how they behave when data stops or the server goes away."""

import threading
import time

import figures
from mock_server import PROVINCES, MockServer, World


def pause(world, screen):
    """Stops the world and waits until the page has the last of it."""
    world.moving = False
    time.sleep(0.3)  # a step of the world may be under way
    [[wanted]] = world.query("SELECT SUM(successes) FROM recharge_totals")[1]
    screen.until(lambda: screen.flip("successful_orders"), figures.grouped(wanted))


def expected_table(world):
    names = {"orderCreateReq": "创建订单", "payReq": "支付请求", "payNotifyReq": "支付通知", "reChargeReq": "充值请求", "reChargeNotifyReq": "充值通知"}
    rows = world.query("SELECT service_name, calls, failures FROM interface_totals ORDER BY calls DESC")[1]
    return [[names[name], figures.grouped(calls), figures.grouped(failures), figures.percent(failures, calls) + "%"] for name, calls, failures in rows]


def test_numbers_equal_the_frames(open_screen, server, world):
    screen = open_screen(server.url + "/d/recharge")
    screen.wait_drawn()
    pause(world, screen)
    columns, [row] = world.query("SELECT SUM(notices) AS n, SUM(successes) AS s, SUM(amount_fen) AS a, SUM(duration_sum) AS ds, SUM(duration_count) AS dc,"
                                 "MIN(duration_min) AS low, MAX(duration_max) AS high, SUM(negative_durations) AS neg FROM recharge_totals")
    total = dict(zip(columns, row))
    [[created]] = world.query("SELECT SUM(created_orders) FROM order_totals")[1]
    [[low, high]] = world.query("SELECT MIN(duration_min), MAX(duration_max) FROM payment_totals")[1]
    screen.until(lambda: screen.flip("amount"), figures.yuan(total["a"]))
    screen.until(lambda: screen.kpi("success_rates"), {
        "successes/notices": figures.percent(total["s"], total["n"]) + "|%", "successes/created": figures.percent(total["s"], created) + "|%"})
    average = figures.spoken(figures.average_duration(total["ds"], total["dc"]))
    screen.until(lambda: screen.kpi("recharge_duration"), {
        "duration_sum/duration_count": average, "duration_max": figures.spoken(figures.duration(total["high"])),
        "duration_min": figures.spoken(figures.duration(total["low"]))})
    screen.until(lambda: screen.kpi("payment_duration"), {
        "duration_max": figures.spoken(figures.duration(high)), "duration_min": figures.spoken(figures.duration(low))})
    screen.until(lambda: screen.table("interfaces"), expected_table(world))
    leaders = world.query("SELECT province_name, successes, orders FROM recharge_provinces WHERE province_name IS NOT NULL ORDER BY successes DESC LIMIT 10")[1]
    screen.until(lambda: screen.rank("top_provinces"), [
        [name, figures.grouped(successes), figures.percent(successes, orders, 1) + "%"] for name, successes, orders in leaders])
    [[unknown]] = world.query("SELECT SUM(orders) FROM recharge_provinces WHERE province_name IS NULL")[1]
    quality = screen.kpi("data_quality")
    assert quality["unknown_province"] == figures.grouped(unknown) + "|"
    assert quality["recharge_negative"] == figures.grouped(total["neg"]) + "|"
    screen.until(lambda: screen.kpi("data_quality")["rejected"], figures.grouped(world.rejected) + "|")


def test_trend_holds_the_newest_hour(open_screen, server, world):
    screen = open_screen(server.url + "/d/recharge")
    screen.wait_drawn()
    pause(world, screen)
    rows = world.query("SELECT minute, orders, successes, amount_fen FROM recharge_minutes ORDER BY minute DESC LIMIT 60")[1][::-1]

    def read():
        return [[point[1] for point in line] for line in screen.series("minute_amounts")]

    screen.until(read, [[row[2] for row in rows], [row[3] * 0.01 for row in rows]])
    # Another panel may be drawn a frame later.
    screen.until(lambda: [point[1] for point in screen.series("business_trend")[1]], [row[2] / row[1] for row in rows])
    screen.until(lambda: screen.texts("[data-panel='business_trend'] .twin tbody tr:last-child td"),
                 [rows[-1][0], figures.grouped(rows[-1][1]), figures.percent(rows[-1][2], rows[-1][1]) + "%"])


def test_map_shows_failing_provinces_and_lists_what_it_does_not_know(open_screen, server, world):
    with world.lock:
        world.database.execute("INSERT INTO recharge_provinces VALUES ('777', '<img src=x onerror=\"window.broken=1\">', 10, 3, 7, 100)")
        world.database.execute("INSERT INTO recharge_provinces VALUES ('778', '台湾', 900, 100, 800, 100), ('779', '香港特别行政区', 90, 10, 80, 100)")
        world.version += 1
    screen = open_screen(server.url + "/d/recharge")
    screen.wait_drawn()
    pause(world, screen)
    failures = {name or code: lost for code, name, lost in world.query("SELECT province_code, province_name, failures FROM recharge_provinces")[1]}
    wanted = {name: failures[name] for name in PROVINCES.values()} | {"台湾": 800, "香港": 80, "澳门": 0}
    screen.until(lambda: {name: value for name, (value, _, _) in screen.map_values("failures_map").items()}, wanted, 15)
    drawn = screen.map_values("failures_map")
    assert len(drawn) == 34 and all(shape for _, _, shape in drawn.values()), "every division is drawn"
    least, most = drawn["澳门"][1], drawn[max(wanted, key=wanted.get)][1]
    assert least != most and most == "rgba(255,154,87,1)", "the province with most failures has the strongest colour"
    assert dict(screen.unmatched("failures_map")) == {
        "未知 999": figures.grouped(failures["999"]), '<img src=x onerror="window.broken=1">': "7"}
    assert screen.page.evaluate("window.broken") is None, "data is text, never markup"
    screen.until(lambda: len(screen.texts("[data-panel='failures_map'] .twin tbody tr")), 31 + 2 + 2)


def test_tooltips_are_text_in_the_embedded_font(open_screen, server, world):
    screen = open_screen(server.url + "/d/recharge")
    screen.wait_drawn()
    pause(world, screen)
    for panel, wanted in [("failures_map", "失败笔数"), ("minute_amounts", "成功笔数")]:
        box = screen.page.locator(f"[data-panel='{panel}'] .chart").bounding_box()
        screen.page.mouse.move(box["x"] + box["width"] * 0.55, box["y"] + box["height"] * 0.5)
        tip = f"[data-panel='{panel}'] .chart-tip"
        screen.wait("(selector) => document.querySelector(selector)?.textContent.length > 0", 5, tip)
        lines = screen.texts(tip + " div")
        assert any(line.startswith(wanted + "  ") for line in lines), lines
        assert screen.page.eval_on_selector(tip, "(found) => getComputedStyle(found).fontFamily").startswith('"Millrace Text"')


def test_stale_appears_and_clears_by_itself(open_screen, server, world):
    screen = open_screen(server.url + "/d/recharge")
    screen.wait_drawn()
    stopped = time.monotonic()
    world.moving = False
    screen.wait_badge("stale", 6)
    assert time.monotonic() - stopped < 4, "the server says stale after 2 s, the page at once"
    assert screen.page.text_content("#badge-text") == "数据停滞"
    assert screen.texts("#sources li") == ["recharge_log · 空闲"]
    world.moving = True
    assert screen.wait_badge("live", 6) < 3


def test_silence_of_the_server_is_stale_and_a_restart_needs_no_reload(open_screen, server, world):
    screen = open_screen(server.url + "/d/recharge")
    screen.wait_drawn()
    server.stop()
    assert screen.wait_badge("stale", 6) < 3.5
    with world.lock:
        world.advance(60, orders=50_000)
    began = time.monotonic()
    server.start()
    screen.wait_badge("live", 8)
    assert time.monotonic() - began < 5
    pause(world, screen)
    assert server.streams_opened == 1, "one stream for the page"


def test_an_answer_other_than_200_is_survived(open_screen, server, world):
    """A proxy or a starting server answers with an error, after which a browser never retries by itself."""
    screen = open_screen(server.url + "/d/recharge")
    screen.wait_drawn()
    document = server.dashboards.pop("recharge")
    server.stop()
    server.start()
    screen.wait_badge("stale", 6)
    screen.page.wait_for_timeout(1500)
    server.dashboards["recharge"] = document
    screen.wait_badge("live", 8)


def test_language_switches_without_reload_and_is_remembered(open_screen, server):
    screen = open_screen(server.url + "/d/recharge", "zh")
    screen.wait_drawn()
    assert screen.page.get_attribute("html", "lang") == "zh-CN"
    assert screen.page.text_content("#title") == "全国充值实时监控平台"
    screen.page.click("#language")
    assert screen.page.get_attribute("html", "lang") == "en"
    assert screen.page.text_content("#title") == "National Recharge Monitor"
    screen.until(lambda: screen.texts("[data-panel='payment_duration'] dt"), ["Maximum", "Minimum"])
    screen.until(lambda: screen.page.text_content("#badge-text"), "LIVE")
    labels = screen.page.evaluate("() => echarts.getInstanceByDom(document.querySelector(\"[data-panel='business_trend'] .chart\")).getOption().series.map((s) => s.name)")
    assert labels == ["Orders", "Success rate"]
    other = screen.context.new_page()
    other.goto(server.url + "/")
    assert other.get_attribute("html", "lang") == "en"
    assert other.text_content("#dashboards-title") == "Dashboards"
    other.close()


def overlaps(screen):
    return screen.page.evaluate("""() => {
        const boxes = [...document.querySelectorAll('.panel')].map((panel) => [panel.dataset.panel, panel.getBoundingClientRect()]);
        const found = [];
        for (const [name, a] of boxes) for (const [other, b] of boxes) {
            if (name < other && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1) found.push(`${name} ${other}`);
        }
        for (const body of document.querySelectorAll('.panel-body')) {
            if (body.scrollWidth > body.clientWidth + 1) found.push(`${body.parentElement.dataset.panel} is too wide`);
        }
        return found;
    }""")


def test_layout_fits_the_screens(open_screen, server):
    for width, height in [(1920, 1080), (3840, 2160), (1366, 768)]:
        screen = open_screen(server.url + "/d/recharge", width=width, height=height)
        screen.wait_drawn()
        assert overlaps(screen) == []
        size = screen.page.evaluate("() => [document.documentElement.scrollWidth, document.body.scrollHeight]")
        assert size[0] <= width and size[1] <= height + 1, f"{width}x{height} does not scroll, got {size}"


def test_a_phone_shows_a_single_column(open_screen, server):
    screen = open_screen(server.url + "/d/recharge", width=375, height=812)
    screen.wait_badge("live")
    assert overlaps(screen) == []
    lefts = screen.page.evaluate("() => [...new Set([...document.querySelectorAll('.panel')].map((panel) => Math.round(panel.getBoundingClientRect().left)))]")
    assert len(lefts) == 1
    assert screen.page.evaluate("() => document.documentElement.scrollWidth") <= 375
    smallest = screen.page.evaluate("""() => Math.min(...[...document.querySelectorAll('dt, dd .number, .rank li span, td, th, .panel-title')]
        .filter((element) => !element.closest('.visually-hidden')).map((element) => parseFloat(getComputedStyle(element).fontSize)))""")
    assert smallest >= 12


def test_chinese_is_drawn_with_the_embedded_fonts(open_screen, server):
    screen = open_screen(server.url + "/d/recharge")
    screen.wait_drawn()
    session = screen.context.new_cdp_session(screen.page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    for selector in ["#title", ".panel-title", ".rank-name", "#sources li span", ".kpi dt", ".flip .unit", "#language"]:
        nodes = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"]
        assert nodes, selector
        for node in nodes:
            used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
            assert all(font["isCustomFont"] for font in used), f"{selector}: {used}"


def test_one_stream_and_no_polling_of_panels(open_screen, server):
    screen = open_screen(server.url + "/d/recharge")
    screen.wait_drawn()
    screen.page.wait_for_timeout(2500)
    assert server.streams_opened == 1
    late = [path for path in server.requests if path.startswith("/api/") and path != "/api/v1/jobs"]
    assert late == ["/api/v1/dashboards/recharge", "/api/v1/dashboards/recharge/live"]


def test_hidden_page_does_not_draw_and_catches_up(open_screen, server, world):
    screen = open_screen(server.url + "/d/recharge")
    screen.wait_drawn()
    screen.page.evaluate("""() => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => window.pretendHidden === true });
        window.pretendHidden = true;
    }""")
    screen.page.wait_for_timeout(300)
    before = screen.flip("successful_orders")
    screen.page.wait_for_timeout(1200)
    assert screen.flip("successful_orders") == before
    screen.page.evaluate("() => { window.pretendHidden = false; document.dispatchEvent(new Event('visibilitychange')); }")
    pause(world, screen)
    assert screen.flip("successful_orders") != before


def every_type():
    """A dashboard with the panel types and the mistakes that the recharge screen does not have."""
    at = [{"column": 6 * (place % 4), "row": 4 * (place // 4), "width": 6, "height": 4} for place in range(5)]
    services = "SELECT service_name, calls, failures FROM interface_totals"
    return {"id": "types", "title": {"zh": "类型", "en": "Types"}, "layout": {"columns": 24, "rows": 8}, "panels": [
        {"id": "dial", "title": {"zh": "成功率", "en": "Rate"}, "type": "gauge", "at": at[0], "query": "SELECT SUM(successes) AS s, SUM(notices) AS n FROM recharge_totals",
         "options": {"value": {"numerator": "s", "denominator": "n", "format": "percent"}, "bands": [{"upTo": 0.8, "tone": "bad"}, {"upTo": 1, "tone": "good"}]}},
        {"id": "columns", "title": {"zh": "接口", "en": "Interfaces"}, "type": "bars", "at": at[1], "key": ["service_name"], "query": services,
         "options": {"name": "service_name", "bars": [{"column": "calls"}, {"column": "failures"}], "orderBy": {"column": "calls", "descending": True}}},
        {"id": "plain", "title": {"zh": "表", "en": "Table"}, "type": "table", "at": at[2], "query": "SELECT 90071992547409931 AS big, NULL AS none, 'a<b>' AS t", "options": {}},
        {"id": "misspelt", "title": {"zh": "错列", "en": "Wrong column"}, "type": "flip", "at": at[3], "query": services, "options": {"value": {"column": "cals"}}},
        {"id": "stranger", "title": {"zh": "错型", "en": "Wrong type"}, "type": "hologram", "at": at[4], "query": services, "options": {}},
    ]}


def test_every_panel_type_and_mistakes_in_the_file(open_screen, world):
    server = MockServer(world, dashboards={"types": every_type()}).start()
    try:
        screen = open_screen(server.url + "/d/types", "en")
        screen.wait_badge("live")
        world.moving = False
        time.sleep(0.3)
        [[successes, notices]] = world.query("SELECT SUM(successes), SUM(notices) FROM recharge_totals")[1]
        screen.until(lambda: screen.texts("[data-panel='dial'] .value"), [figures.percent(successes, notices) + "%"])
        rows = world.query("SELECT calls, failures FROM interface_totals ORDER BY calls DESC")[1]
        screen.until(lambda: screen.series("columns"), [[row[0] for row in rows], [row[1] for row in rows]])
        assert screen.table("plain") == [["90071992547409931", "Unknown", "a<b>"]]
        assert screen.texts("[data-panel='misspelt'] .panel-message") == ["The query of this panel failed: cals"]
        assert screen.texts("[data-panel='stranger'] .panel-message") == ["Unknown panel type: hologram"]
    finally:
        server.stop()


def test_home_and_jobs_pages(open_screen, server, world):
    home = open_screen(server.url + "/", "en")
    home.until(lambda: home.texts("#dashboards strong"), ["National Recharge Monitor"])
    home.until(lambda: home.texts("#jobs .card-note")[:1], ["running · 2,000 rows/s"])
    assert home.page.get_attribute("#dashboards a", "href") == "/d/recharge"
    world.rejected = 3
    jobs = open_screen(server.url + "/jobs", "en")
    jobs.until(lambda: jobs.texts(".job h2"), ["recharge"])
    jobs.until(lambda: jobs.texts(".job-state"), ["running"])
    world.moving = False
    time.sleep(0.3)
    jobs.until(lambda: jobs.texts("[data-key='rowsIn'] dd"), [figures.grouped(world.lines)])
    jobs.until(lambda: jobs.texts("[data-key='rejected'] dd"), [str(world.rejected)])
    samples = jobs.texts(".job .table-scroll:nth-of-type(2) td") or jobs.texts(".job td")
    assert '{"serviceName":"reChargeNotifyReq","bussin<b>' in samples, "samples are shown as text"
    server.stop()
    jobs.until(lambda: jobs.page.text_content("#link-state"), "The server does not answer, trying again")
    server.start()
    jobs.until(lambda: jobs.page.text_content("#link-state"), "", 12)


def test_heap_is_stable_over_many_frames(open_screen):
    """Ten times the frames of real use, through every panel; the long version runs against the real server."""
    world, stopping = World(), threading.Event()

    def move():
        while not stopping.wait(0.025):
            world.advance(3)

    mover = threading.Thread(target=move, daemon=True)
    server = MockServer(world, frames_per_second=40).start()
    try:
        screen = open_screen(server.url + "/d/recharge")
        mover.start()
        screen.wait_drawn()
        screen.page.wait_for_timeout(5000)
        before = screen.heap()
        version = world.version
        screen.page.wait_for_timeout(12000)
        after = screen.heap()
        assert world.version - version > 150, "enough frames to mean something"
        print(before, after)
        assert after.objects < before.objects * 1.05, f"from {before} to {after}"
        assert after.nodes < before.nodes * 1.05 + 50, f"from {before} to {after}"
        assert after.listeners <= before.listeners + 5, f"from {before} to {after}"
    finally:
        stopping.set()
        server.stop()
