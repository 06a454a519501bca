"""A queue of its own on a free port, for tests that start, stop and kill it."""

import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path


def free_port():
    """A port that nobody has. None of those that the system gives to whoever connects: who connects to such a port while nobody
    listens there may be given that very port, and is then connected to itself."""
    while True:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", random.randrange(15_000, 32_000)))
                return probe.getsockname()[1]
            except OSError:
                continue


class QueueServer:
    def __init__(self, binary, folder, options=()):
        self.options = list(options)
        self.binary = binary
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.port = free_port()
        self.http = None
        self.process = None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self, seconds=20):
        output = open(self.folder / "server.log", "ab")
        self.http = f"127.0.0.1:{free_port()}"
        self.process = subprocess.Popen(
            [self.binary, "up", "--kafka", self.address, "--listen", self.http, "--data", self.folder / "data", *self.options],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=os.environ | {"SWIFT_BACKTRACE": "enable=no"})
        limit = time.monotonic() + seconds
        while True:
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}: {self.log()}"
            try:
                for port in (self.port, int(self.http.split(":")[1])):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                assert time.monotonic() < limit, f"the queue does not listen within {seconds} s: {self.log()}"
                time.sleep(0.01)

    def log(self):
        return (self.folder / "server.log").read_text(errors="replace")[-800:]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        assert status == 0, f"exit {status}: {self.log()}"
        return f"exit 0 after {1000 * (time.monotonic() - began):.0f} ms"
