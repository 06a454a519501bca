"""A stand-in for the server: the same HTTP contract over made-up data, for working on the pages and for quick tests.

    mock_server.py [--port 8090] [--rate 400]

The panels of the real dashboard files are evaluated for real: the tables live in SQLite, whose dialect is near enough to
that of the panel queries. A walk of orders fills the tables; tests can stop it, make it stale, or restart the server.
"""

import argparse
import gzip
import json
import mimetypes
import random
import sqlite3
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
POLICY = ("default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
          "base-uri 'none'; frame-ancestors 'none'")
PAGES = {"/": "/app/home.html", "/jobs": "/app/jobs.html"}
SERVICES = ["orderCreateReq", "payReq", "payNotifyReq", "reChargeReq", "reChargeNotifyReq"]
TABLES = """
CREATE TABLE order_totals (day TEXT PRIMARY KEY, created_orders INTEGER);
CREATE TABLE recharge_totals (day TEXT PRIMARY KEY, notices INTEGER, successes INTEGER, amount_fen INTEGER, duration_count INTEGER,
    duration_sum INTEGER, duration_min INTEGER, duration_max INTEGER, negative_durations INTEGER);
CREATE TABLE payment_totals (day TEXT PRIMARY KEY, notices INTEGER, duration_count INTEGER, duration_sum INTEGER, duration_min INTEGER,
    duration_max INTEGER, negative_durations INTEGER);
CREATE TABLE recharge_minutes (minute TEXT PRIMARY KEY, orders INTEGER, successes INTEGER, amount_fen INTEGER);
CREATE TABLE recharge_provinces (province_code TEXT PRIMARY KEY, province_name TEXT, orders INTEGER, successes INTEGER, failures INTEGER, amount_fen INTEGER);
CREATE TABLE interface_totals (service_name TEXT PRIMARY KEY, calls INTEGER, failures INTEGER);
CREATE TABLE interface_minutes (minute TEXT PRIMARY KEY, calls INTEGER, failures INTEGER);
CREATE TABLE future_totals (day TEXT PRIMARY KEY, lines INTEGER);
"""
PROVINCES = dict(zip(
    "100 200 210 220 230 240 250 270 280 290 311 351 371 431 451 471 531 551 571 591 731 771 791 851 871 891 898 931 951 971 991".split(),
    "北京 广东 上海 天津 重庆 辽宁 江苏 湖北 四川 陕西 河北 山西 河南 吉林 黑龙江 内蒙古 山东 安徽 浙江 福建 湖南 广西 江西 贵州 云南 西藏 海南 甘肃 宁夏 青海 新疆".split()))


class World:
    """The tables and what happens to them; it outlives a restart of the server, as data on disk does."""

    def __init__(self, seed=7, rate=400, minutes=60):
        self.random = random.Random(seed)
        self.rate = rate
        self.lock = threading.RLock()
        self.database = sqlite3.connect(":memory:", check_same_thread=False)
        self.database.executescript(TABLES)
        self.clock = datetime(2026, 11, 21, 10, 0, 0)
        self.last_record_at = time.time()
        self.lines = 0
        self.rejected = 0
        self.moving = True
        self.version = 0
        self.weights = [self.random.uniform(0.2, 1.0) ** 2 for _ in PROVINCES]
        for _ in range(minutes):
            self.advance(60, orders=int(rate * self.random.uniform(40, 75)))

    def advance(self, seconds, orders=None):
        """Lets orders happen over a span of event time."""
        with self.lock:
            self.clock += timedelta(seconds=seconds)
            orders = int(self.rate * seconds * self.random.uniform(0.8, 1.2)) if orders is None else orders
            self.lines += orders * 5
            self.rejected += self.random.random() < 0.05
            day, minute = self.clock.strftime("%Y-%m-%d"), self.clock.strftime("%Y-%m-%d %H:%M")
            run = self.database.execute
            notices = int(orders * 0.31)
            shares = [weight / sum(self.weights) for weight in self.weights]
            codes = [*zip(PROVINCES.items(), shares), (("999", None), 0.004)]
            successes = failures = amount = 0
            for (code, name), share in codes:
                here = int(notices * share + self.random.random())
                lost = min(here, int(here * (0.02 + 0.18 * (hash_of(code) % 10) / 10) + self.random.random()))
                fen = (here - lost) * self.random.choice([3000, 4975, 5000, 9990])
                successes, failures, amount = successes + here - lost, failures + lost, amount + fen
                run("INSERT INTO recharge_provinces VALUES (?,?,?,?,?,?) ON CONFLICT(province_code) DO UPDATE SET orders=orders+excluded.orders,"
                    "successes=successes+excluded.successes, failures=failures+excluded.failures, amount_fen=amount_fen+excluded.amount_fen",
                    (code, name, here, here - lost, lost, fen))
            notices = successes + failures
            durations = [self.random.randint(180, 9000), self.random.randint(900, 62000)]
            run("INSERT INTO order_totals VALUES (?,?) ON CONFLICT DO UPDATE SET created_orders=created_orders+excluded.created_orders", (day, orders))
            run("INSERT INTO recharge_totals VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET notices=notices+excluded.notices,"
                "successes=successes+excluded.successes, amount_fen=amount_fen+excluded.amount_fen, duration_count=duration_count+excluded.duration_count,"
                "duration_sum=duration_sum+excluded.duration_sum, duration_min=MIN(duration_min,excluded.duration_min),"
                "duration_max=MAX(duration_max,excluded.duration_max), negative_durations=negative_durations+excluded.negative_durations",
                (day, notices, successes, amount, notices, notices * self.random.randint(2200, 2900), *sorted(durations), self.random.random() < 0.1))
            run("INSERT INTO payment_totals VALUES (?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET notices=notices+excluded.notices,"
                "duration_min=MIN(duration_min,excluded.duration_min), duration_max=MAX(duration_max,excluded.duration_max)",
                (day, notices, notices, notices * 900, durations[0] // 2, durations[1] // 3, 0))
            run("INSERT INTO recharge_minutes VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET orders=orders+excluded.orders,"
                "successes=successes+excluded.successes, amount_fen=amount_fen+excluded.amount_fen", (minute, notices, successes, amount))
            for place, service in enumerate(SERVICES):
                calls = int(orders * (1, 0.8, 0.7, 0.35, 0.31)[place])
                failed = int(calls * 0.006 + self.random.random())
                run("INSERT INTO interface_totals VALUES (?,?,?) ON CONFLICT DO UPDATE SET calls=calls+excluded.calls, failures=failures+excluded.failures",
                    (service, calls, failed))
                run("INSERT INTO interface_minutes VALUES (?,?,?) ON CONFLICT DO UPDATE SET calls=calls+excluded.calls, failures=failures+excluded.failures",
                    (minute, calls, failed))
            run("DELETE FROM recharge_minutes WHERE minute NOT IN (SELECT minute FROM recharge_minutes ORDER BY minute DESC LIMIT 200)")
            run("INSERT INTO future_totals VALUES (?,?) ON CONFLICT DO UPDATE SET lines=lines+excluded.lines", (day, self.random.random() < 0.02))
            self.last_record_at = time.time()
            self.version += 1

    def query(self, sql):
        """Evaluates a panel query; integers beyond 2^53 and fractions go as text, as the contract says."""
        with self.lock:
            cursor = self.database.execute(sql.replace("AS STRING)", "AS TEXT)"))
            columns = [item[0] for item in cursor.description]
            rows = [[str(cell) if isinstance(cell, int) and abs(cell) > 2**53 else cell for cell in row] for row in cursor]
            return columns, rows


def hash_of(text):
    return sum(ord(character) * 31 for character in text)


def read_dashboards():
    found = {}
    for file in sorted(ROOT.glob("Apps/recharge-monitor/dashboards/*.yaml")):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        found[document["id"]] = document
    return found


class MockServer:
    """Serves a world on one port; stop() and start() on the same port are a restart."""

    def __init__(self, world, port=0, frames_per_second=4, dashboards=None):
        self.world = world
        self.frame_pause = 1 / frames_per_second
        self.dashboards = dashboards or read_dashboards()
        self.port = port
        self.server = None

    def start(self):
        self.epoch = int(time.time() * 1000)
        self.stopping = threading.Event()
        self.streams_opened = 0
        self.requests = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.handle(self)

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request, client_address):
                pass  # a browser that goes away in the middle of an answer

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    # --- requests

    def handle(self, request):
        if self.stopping.is_set():  # a connection kept alive from before the stop
            request.close_connection = True
            return None
        path = request.path.split("?")[0]
        self.requests.append(path)
        parts = path.strip("/").split("/")
        if path.startswith("/app/") or path in PAGES or parts[0] == "d":
            return self.file(request, PAGES.get(path) or ("/app/dashboard.html" if parts[0] == "d" else path))
        if path == "/api/v1/dashboards":
            return self.json(request, {"dashboards": [
                {"id": name, "title": document["title"], "panels": len(document["panels"])} for name, document in self.dashboards.items()]})
        if path == "/api/v1/jobs":
            return self.json(request, {"jobs": [self.job()]})
        if parts[:3] == ["api", "v1", "dashboards"] and len(parts) >= 4 and parts[3] in self.dashboards:
            document = self.dashboards[parts[3]]
            if len(parts) == 4:
                return self.json(request, self.description(document))
            if parts[4] == "live":
                return self.live(request, document)
        return self.json(request, {"error": {"code": "not_found", "message": path}}, 404)

    def answer(self, request, status, content_type, body, packed=False):
        request.send_response(status)
        request.send_header("Content-Type", content_type)
        request.send_header("Content-Length", str(len(body)))
        request.send_header("Content-Security-Policy", POLICY)
        request.send_header("X-Content-Type-Options", "nosniff")
        request.send_header("Cache-Control", "no-store")
        if packed:
            request.send_header("Content-Encoding", "gzip")
        request.end_headers()
        request.wfile.write(body)

    def json(self, request, value, status=200):
        self.answer(request, status, "application/json", json.dumps(value, ensure_ascii=False).encode())

    def file(self, request, path):
        name = path.removeprefix("/app/")
        for top in (ROOT / "web", ROOT / "assets"):
            file = (top / name).resolve()
            if file.is_relative_to(top) and file.is_file():
                kind = {".js": "text/javascript", ".woff2": "font/woff2"}.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "text/plain"
                body = file.read_bytes()
                packed = file.suffix != ".woff2" and "gzip" in request.headers.get("Accept-Encoding", "")
                return self.answer(request, 200, kind, gzip.compress(body, 1) if packed else body, packed)
        return self.json(request, {"error": {"code": "not_found", "message": path}}, 404)

    def description(self, document):
        panels = []
        for panel in document["panels"]:
            columns, _ = self.world.query(panel["query"])
            panels.append({
                "id": panel["id"], "title": panel["title"], "type": panel["type"], "at": panel["at"], "key": panel.get("key", []),
                "columns": [{"name": name, "type": "STRING"} for name in columns], "options": panel.get("options", {})})
        return {"id": document["id"], "title": document["title"], "layout": document["layout"], "panels": panels}

    def frame_head(self):
        world = self.world
        stale = time.time() - world.last_record_at > 2
        return {
            "serverTime": int(time.time() * 1000), "asOf": int(world.clock.replace(tzinfo=timezone.utc).timestamp() * 1000), "stale": stale,
            "sources": [{"name": "recharge_log", "state": "idle" if stale else "live", "lastRecordAt": int(world.last_record_at * 1000),
                         "lagBytes": 0 if stale else 40960}]}

    def live(self, request, document):
        """Snapshot, then what changed at most frames_per_second times a second, and a status each second of silence."""
        self.streams_opened += 1
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Cache-Control", "no-store")
        request.send_header("Content-Security-Policy", POLICY)
        request.end_headers()
        request.close_connection = True
        known, sequence, said_at, seen = {}, 0, 0.0, -1
        while not self.stopping.is_set():
            frames, kind = {}, "delta" if sequence else "snapshot"
            if seen != self.world.version:
                seen = self.world.version
                for panel in document["panels"]:
                    frames |= self.panel_frame(panel, known, kind)
            if frames or time.time() - said_at >= 1:
                sequence += 1
                data = self.frame_head() | {"panels": frames}
                text = f"id: {self.epoch}.{sequence}\nevent: {kind if frames else 'status'}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
                said_at = time.time()
                try:
                    request.wfile.write(("retry: 1000\n" if sequence == 1 else "").encode() + text.encode())
                    request.wfile.flush()
                except OSError:
                    return
            self.stopping.wait(self.frame_pause)

    def panel_frame(self, panel, known, kind):
        columns, rows = self.world.query(panel["query"])
        before, known[panel["id"]] = known.get(panel["id"]), rows
        if kind == "snapshot":
            return {panel["id"]: {"rows": rows, "error": None}}
        if before == rows:
            return {}
        keys = [columns.index(name) for name in panel.get("key", [])]
        if not keys:
            return {panel["id"]: {"rows": rows}}
        old = {tuple(row[key] for key in keys): row for row in before}
        new = {tuple(row[key] for key in keys): row for row in rows}
        return {panel["id"]: {
            "upserts": [row for key, row in new.items() if old.get(key) != row], "deletes": [list(key) for key in old if key not in new]}}

    def job(self):
        world, now = self.world, int(time.time() * 1000)
        sample = {"file": "logs/pc-03/recharge.log", "offset": 1234567, "reason": "not a JSON object", "text": '{"serviceName":"reChargeNotifyReq","bussin<b>'}
        return {
            "id": "recharge", "name": "recharge", "state": "running", "error": None, "startedAt": self.epoch, "rowsIn": world.lines,
            "rowsPerSecond": world.rate * 5.0 if world.moving else 0, "rowsOut": world.lines // 3, "rejected": world.rejected, "lateRows": 17,
            "lastEpoch": {"number": world.version, "at": now - 400, "durationMs": 6, "bytes": 48213},
            "sources": [{"name": "recharge_log", "files": 23, "lagBytes": 40960, "lagRows": None, "rowsIn": world.lines, "rejected": world.rejected,
                         "lastRecordAt": int(world.last_record_at * 1000), "samples": [sample] if world.rejected else []}],
            "operators": [{"name": "scan recharge_log", "rowsIn": world.lines, "rowsOut": world.lines, "stateRows": 0},
                          {"name": "deduplicate orderId", "rowsIn": world.lines, "rowsOut": world.lines, "stateRows": world.lines // 5}]}


def run_world(world, stopping, pause=0.2):
    """Moves the world in real time while it is allowed to."""
    while not stopping.wait(pause):
        if world.moving:
            world.advance(pause)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--rate", type=int, default=400)
    arguments = parser.parse_args()
    shared = World(rate=arguments.rate)
    running = MockServer(shared, arguments.port).start()
    print(f"{running.url}/d/recharge")
    try:
        run_world(shared, threading.Event())
    except KeyboardInterrupt:
        running.stop()
