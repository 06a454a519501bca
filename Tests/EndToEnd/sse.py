"""A reader of a dashboard's live stream that notes when each frame came. Standard library only."""

import json
import socket
import threading
import time


class LiveFeed:
    """The frames of one dashboard, read on a thread of its own. Each is kept as (moment, event, data)."""

    def __init__(self, port, dashboard):
        self.frames, self.arrived = [], threading.Condition()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.sendall(
            f"GET /api/v1/dashboards/{dashboard}/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n".encode())
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        pending, body, in_head = b"", b"", True
        try:
            while chunk := self.socket.recv(1 << 16):
                now = time.time()
                pending += chunk
                if in_head:
                    head, gap, pending = pending.partition(b"\r\n\r\n")
                    if not gap:
                        pending = head
                        continue
                    assert b" 200 " in head.splitlines()[0], head
                    in_head, chunked = False, b"transfer-encoding: chunked" in head.lower()
                if chunked:
                    while b"\r\n" in pending:
                        size, _, rest = pending.partition(b"\r\n")
                        length = int(size, 16)
                        if len(rest) < length + 2:
                            break
                        body, pending = body + rest[:length], rest[length + 2:]
                else:
                    body, pending = body + pending, b""
                *whole, body = body.split(b"\n\n")
                for frame in whole:
                    self.keep(now, frame)
        except OSError:
            pass

    def keep(self, now, frame):
        event, data = "message", []
        for line in frame.decode().split("\n"):
            name, _, value = line.partition(":")
            if name == "event":
                event = value.strip()
            elif name == "data":
                data.append(value.removeprefix(" "))
        if data:
            with self.arrived:
                self.frames.append((now, event, json.loads("\n".join(data))))
                self.arrived.notify_all()

    def wait(self, wanted, seconds):
        """Waits until a frame is wanted; returns it."""
        limit, seen = time.monotonic() + seconds, 0
        with self.arrived:
            while True:
                for frame in self.frames[seen:]:
                    if wanted(frame):
                        return frame
                seen = len(self.frames)
                assert self.arrived.wait(limit - time.monotonic()) or time.monotonic() < limit, f"no such frame within {seconds} s"

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.socket.close()
