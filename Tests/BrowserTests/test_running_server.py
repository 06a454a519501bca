"""Checks that hold for any running server: set MILLRACE_URL to its address."""

import json
import os
import urllib.request

import pytest

URL = os.environ.get("MILLRACE_URL", "").rstrip("/")
pytestmark = pytest.mark.skipif(not URL, reason="MILLRACE_URL is not set")


def dashboards():
    with urllib.request.urlopen(f"{URL}/api/v1/dashboards", timeout=5) as answer:
        return json.load(answer)["dashboards"]


def test_every_dashboard_goes_live_without_a_failed_panel(open_screen):
    assert dashboards()
    for dashboard in dashboards():
        screen = open_screen(f"{URL}/d/{dashboard['id']}")
        screen.wait("() => document.getElementById('badge').dataset.state !== 'connecting'", 15)
        screen.page.wait_for_timeout(1500)
        assert screen.texts(".panel.failed .panel-title") == []
        assert len(screen.texts(".panel-title")) == dashboard["panels"]
        assert screen.page.text_content("#title") == dashboard["title"]["zh"]
        screen.page.click("#language")
        assert screen.page.text_content("#title") == dashboard["title"]["en"]


def test_console_pages_answer(open_screen):
    home = open_screen(URL + "/")
    home.until(lambda: len(home.texts("#dashboards strong")), len(dashboards()))
    jobs = open_screen(URL + "/jobs")
    jobs.wait("() => document.querySelectorAll('.job').length > 0")


def test_every_asset_carries_the_policy():
    for path in ["/", "/jobs", "/app/js/dashboard.js", "/app/echarts.min.js", "/app/maps/china.json"]:
        with urllib.request.urlopen(URL + path, timeout=5) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "script-src 'self'" in policy and "unsafe" not in policy, f"{path}: {policy}"
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
