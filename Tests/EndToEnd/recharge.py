"""The recharge monitor as a process, and its result tables against the generator's own count. Standard library only."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = ROOT / "Apps" / "recharge-monitor"


class Skipped(Exception):
    """A test cannot run here: the message says what is missing. It is told, and counts neither as passed nor as failed."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def generate(binary, logs, lines, seed=7, rate=20000, malformed=0, rotate=None):
    """Writes the logs of 23 nodes as fast as possible; returns what a reader must have counted."""
    oracle = Path(logs).parent / "oracle.json"
    command = [binary, "generate", "recharge-monitor", "--out", logs, "--nodes", "23", "--rate", rate, "--count", lines,
               "--seed", seed, "--oracle", oracle, "--malformed", malformed]
    if rotate:
        command += ["--rotate", rotate]
    subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return json.loads(oracle.read_text())


class Server:
    """`millrace up` over the application, on a data folder and a log folder of its own."""

    # All that were started, for a test to end what a failure left behind.
    running = []
    application = APPLICATION
    # The variable that tells the application where its data is.
    variable = "MILLRACE_LOGS"
    # More of the command line.
    options = []

    def __init__(self, binary, folder, parallelism=2, epoch=1000):
        self.binary, self.folder = str(binary), Path(folder)
        self.parallelism, self.epoch = parallelism, epoch
        self.logs = self.folder / "logs"
        self.port = free_port()
        self.process = None

    def start(self, seconds=20):
        output = open(self.folder / "server.log", "ab")
        environment = os.environ | {self.variable: str(self.logs), "SWIFT_BACKTRACE": "enable=no"}
        command = [self.binary, "up", str(self.application), "--data", str(self.folder / "data"), "--listen",
                   f"127.0.0.1:{self.port}", "--parallelism", str(self.parallelism), "--epoch", str(self.epoch), *self.options]
        began = time.monotonic()
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
        Server.running.append(self)
        while time.monotonic() < began + seconds:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log()}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1):
                    return time.monotonic() - began
            except (urllib.error.URLError, OSError):
                time.sleep(0.002)
        raise AssertionError(f"the server did not answer within {seconds} s:\n{self.log()}")

    def log(self):
        return (self.folder / "server.log").read_text(errors="replace")[-3000:]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                code = self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"the server did not stop within 30 s:\n{self.log()}") from None
            assert code == 0, f"the server ended with {code}:\n{self.log()}"

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return json.load(answer)

    def job(self):
        """The job over the topic; lines that the job in front of it rejected are added to its own."""
        jobs = self.get("/api/v1/jobs")["jobs"]
        assert len(jobs) == 2, jobs
        for job in jobs:
            assert job["state"] == "running", f"{job['name']} {job['state']}: {job['error']}"
        collecting, counting = jobs
        return counting | {"rejected": collecting["rejected"] + counting["rejected"], "sources": collecting["sources"] + counting["sources"]}

    def rows(self, sql):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/query", data=json.dumps({"sql": sql}).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["rows"]

    def tables(self):
        """The metrics of the result tables, in the shape of the oracle."""
        number = lambda value: None if value is None else int(value)
        one = lambda sql: [number(value) or 0 for value in self.rows(sql)[0]]
        created = one("SELECT SUM(created_orders) FROM order_totals")
        recharge = self.rows(
            "SELECT SUM(notices), SUM(successes), SUM(amount_fen), SUM(duration_count), SUM(duration_sum), MIN(duration_min), "
            "MAX(duration_max), SUM(negative_durations) FROM recharge_totals")[0]
        payment = self.rows(
            "SELECT SUM(duration_count), SUM(duration_sum), MIN(duration_min), MAX(duration_max), SUM(negative_durations) FROM payment_totals")[0]
        recharge, payment = [number(v) for v in recharge], [number(v) for v in payment]
        durations = lambda values: dict(zip(("count", "sum", "min", "max"), values))
        return {
            "created_orders": created[0], "recharge_notices": recharge[0], "recharge_successes": recharge[1], "amount_fen": recharge[2],
            "recharge_duration_ms": durations(recharge[3:7]), "recharge_negative_durations": recharge[7],
            "payment_duration_ms": durations(payment[0:4]), "payment_negative_durations": payment[4],
            "minutes": [{"minute": r[0], "orders": int(r[1]), "successes": int(r[2]), "amount_fen": int(r[3])}
                        for r in sorted(self.rows("SELECT `minute`, orders, successes, amount_fen FROM recharge_minutes"))],
            "provinces": [{"code": r[0], "name": r[1] or "", "orders": int(r[2]), "successes": int(r[3]), "failures": int(r[4]), "amount_fen": int(r[5])}
                          for r in sorted(self.rows("SELECT province_code, province_name, orders, successes, failures, amount_fen FROM recharge_provinces"))],
            "interfaces": [{"service": r[0], "calls": int(r[1]), "failures": int(r[2])}
                           for r in sorted(self.rows("SELECT service_name, calls, failures FROM interface_totals"))],
            "interface_minutes": [{"minute": r[0], "calls": int(r[1]), "failures": int(r[2])}
                                  for r in sorted(self.rows("SELECT `minute`, calls, failures FROM interface_minutes"))],
            "future_lines": sum(int(r[0]) for r in self.rows("SELECT `lines` FROM future_totals")),
        }


def differences(oracle, tables):
    """What differs, one line a metric; empty when every metric is equal."""
    found = []
    for name, got in tables.items():
        wanted = oracle.get(name, 0)
        if isinstance(wanted, list):
            order = lambda row: str(next(iter(row.values())))
            wanted, got = sorted(wanted, key=order), sorted(got, key=order)
            for a, b in zip(wanted, got):
                if a != b:
                    found.append(f"{name}: want {a}, got {b}")
                    break
            if len(wanted) != len(got):
                found.append(f"{name}: want {len(wanted)} rows, got {len(got)}")
        elif wanted != got:
            found.append(f"{name}: want {wanted}, got {got}")
    return found


def wait_for_equality(server, oracle, seconds, poll=0.1, differences=differences):
    """Waits until every metric equals the oracle; returns the seconds it took, fails with what differs."""
    began = time.monotonic()
    while True:
        server.job()
        found = differences(oracle, server.tables())
        if not found:
            return time.monotonic() - began
        if time.monotonic() > began + seconds:
            raise AssertionError(f"after {seconds} s: " + "; ".join(found[:6]))
        time.sleep(poll)
