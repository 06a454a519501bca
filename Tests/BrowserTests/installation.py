"""A real server and a real generator on a folder of their own, for the tests that need the binary."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    """One data folder, one log folder, one port; processes are started, stopped and killed as a test wants."""

    def __init__(self, binary, folder, application="recharge-monitor", variable="MILLRACE_LOGS"):
        self.binary = str(binary)
        self.application, self.variable = application, variable
        self.folder = Path(folder)
        self.logs = self.folder / "logs"
        self.logs.mkdir(parents=True)
        self.oracle_file = self.folder / "oracle.json"
        self.port = free_port()
        self.server = self.generator = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def spawn(self, name, arguments):
        output = open(self.folder / f"{name}.log", "ab")
        environment = os.environ | {self.variable: str(self.logs), "TZ": "UTC", "SWIFT_BACKTRACE": "enable=no"}
        return subprocess.Popen([self.binary, *map(str, arguments)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)

    def tail(self, name):
        file = self.folder / f"{name}.log"
        return file.read_text(errors="replace")[-3000:] if file.exists() else ""

    # --- the server

    def start_server(self, seconds=20):
        self.server = self.spawn("server", ["up", ROOT / "Apps" / self.application, "--data", self.folder / "data", "--listen", f"127.0.0.1:{self.port}"])
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            assert self.server.poll() is None, f"the server ended with {self.server.returncode}:\n{self.tail('server')}"
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        raise AssertionError(f"the server did not answer /healthz within {seconds} s:\n{self.tail('server')}")

    def kill_server(self):
        self.server.kill()
        self.server.wait()

    # --- the generator

    def start_generator(self, rate, seed=7, keeps=False):
        self.generator = self.spawn("generator", [
            "generate", "recharge-monitor", "--out", self.logs, "--nodes", 23, "--rate", rate, "--seed", seed, "--oracle", self.oracle_file,
            *(["--keep"] if keeps else [])])
        limit = time.monotonic() + 20
        while not any(file.stat().st_size for file in self.logs.rglob("*.log")):
            assert self.generator.poll() is None and time.monotonic() < limit, f"the generator writes nothing:\n{self.tail('generator')}"
            time.sleep(0.05)

    def write_history(self, minutes, rate=50, seed=8):
        """The logs of the minutes up to now, at once; a generator started afterwards goes on beside them."""
        start = int(time.time() * 1000) - minutes * 60_000
        subprocess.run([
            self.binary, "generate", "recharge-monitor", "--out", str(self.logs), "--nodes", "23", "--rate", str(rate), "--steady",
            "--start", str(start), "--count", str(minutes * 60 * rate), "--seed", str(seed)], check=True, capture_output=True, timeout=120)

    def stop_generator(self):
        """Stops it as Ctrl-C does and returns what it expects a reader to have counted."""
        self.generator.send_signal(signal.SIGINT)
        assert self.generator.wait(20) == 0, self.tail("generator")
        self.generator = None
        return json.loads(self.oracle_file.read_text(encoding="utf-8"))

    def newest_write(self):
        """When the newest log line was written, in seconds since 1970."""
        return max(file.stat().st_mtime for file in self.logs.rglob("*.log"))

    def a_line(self):
        """Some finished line of the logs as a dictionary, to make others after its model."""
        for file in sorted(self.logs.rglob("*.log")):
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines()[:-1]:
                try:
                    return json.loads(line)
                except ValueError:
                    continue
        raise AssertionError("there is no finished line in the logs")

    def append(self, text):
        """Writes to the log of a node that the generator does not know."""
        file = self.logs / "node-99" / "recharge.log"
        file.parent.mkdir(exist_ok=True)
        with open(file, "a", encoding="utf-8") as output:
            output.write(text)

    def close(self):
        for process in (self.generator, self.server):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
