"""What the browser tests share: one headless Chromium, a page that is watched for misbehaviour, and the mock server."""

import os
import shutil
import sys
import threading
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from mock_server import MockServer, World, run_world  # noqa: E402
from page import Screen  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


def chromium_path():
    found = os.environ.get("MILLRACE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.exit("no chromium on the PATH: run dev/setup, or name one in MILLRACE_CHROMIUM", returncode=1)
    return found


@pytest.fixture(scope="session")
def playwright_driver():
    with sync_playwright() as driver:
        yield driver


def launch(driver, **more):
    arguments = ["--disable-dev-shm-usage", "--enable-precise-memory-info"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses its sandbox to root
    return driver.chromium.launch(executable_path=chromium_path(), args=arguments, **more)


@pytest.fixture(scope="session")
def browser(playwright_driver):
    started = launch(playwright_driver)
    yield started
    started.close()


@pytest.fixture
def open_screen(browser):
    """Opens pages; at the end each must have kept to its host and its content policy, without an error."""
    screens = []

    def open_one(url, language="zh", width=1920, height=1080, in_browser=None, **context):
        screen = Screen((in_browser or browser).new_context(viewport={"width": width, "height": height}, **context), url, language)
        screens.append(screen)
        return screen

    yield open_one
    for screen in screens:
        screen.close()
    for screen in screens:
        screen.check_conduct()


@pytest.fixture
def world():
    """A world that moves five times a second until the test ends."""
    made, stopping = World(), threading.Event()
    mover = threading.Thread(target=run_world, args=(made, stopping), daemon=True)
    mover.start()
    yield made
    stopping.set()
    mover.join(5)


@pytest.fixture
def server(world):
    if not (ROOT / "assets" / "echarts.min.js").exists():
        pytest.exit("the web assets are missing: run dev/fetch-assets", returncode=1)
    started = MockServer(world).start()
    yield started
    started.stop()
