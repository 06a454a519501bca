"""Clients that mean harm, beside one that works: its records arrive, and the memory of the server stays bounded."""

import os
import random
import socket
import struct
import threading
import time
import zlib

import confluent_kafka
import kafka_clients
import zstandard

MEGABYTE = 1 << 20


def memory(server):
    for line in open(f"/proc/{server.process.pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the server is gone")


class Witness:
    """Writes and waits for each acknowledgement, all the time."""

    def __init__(self, server):
        self.topic = "witness"
        kafka_clients.create(server.address, self.topic, 1)
        self.server, self.count, self.slowest, self.failure = server, 0, 0.0, None
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        producer = confluent_kafka.Producer({"bootstrap.servers": self.server.address, "linger.ms": 0, "message.timeout.ms": 60000})
        while not self.stopping.is_set():
            outcome = []
            began = time.monotonic()
            producer.produce(self.topic, str(self.count), on_delivery=lambda error, _: outcome.append(error))
            producer.flush(60)
            if outcome != [None]:
                self.failure = outcome
                return
            self.count += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            time.sleep(0.01)

    def finish(self):
        self.stopping.set()
        self.thread.join(90)
        assert self.failure is None, self.failure
        lines = kafka_clients.kcat(self.server.address, "-C", "-t", self.topic, "-o", "beginning", "-e", "-q").split()
        assert lines == [str(number) for number in range(self.count)], f"{len(lines)} of {self.count} records"
        return f"{self.count} records of another client beside it, the slowest after {1000 * self.slowest:.0f} ms"


def connect(server, seconds=20):
    connection = socket.create_connection(("127.0.0.1", server.port), seconds)
    connection.settimeout(seconds)
    return connection


def header(api, version, flexible):
    return struct.pack(">hhih", api, version, 1, -1) + (b"\0" if flexible else b"")


def advertised(server):
    with connect(server) as connection:
        frame = header(18, 0, False)
        connection.sendall(struct.pack(">i", len(frame)) + frame)
        size = struct.unpack(">i", receive(connection, 4))[0]
        body = receive(connection, size)
    count = struct.unpack_from(">i", body, 6)[0]
    return [struct.unpack_from(">hhh", body, 10 + 6 * number) for number in range(count)]


def receive(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def wrong_bodies(server, seed):
    """Each request with bodies that are cut and with lengths at their extremes; every one is answered or its connection closed."""
    randomness = random.Random(seed)
    tried = 0
    for api, lowest, highest in advertised(server):
        for version in {lowest, highest}:
            for size in range(0, 48, 3):
                for extreme in [b"", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff\x0f"][: 3 if size % 12 == 0 else 1]:
                    body = bytes(randomness.choice([0, 0, 0, 1, 2, 3, 97]) for _ in range(size)) + extreme
                    with connect(server) as connection:
                        frame = header(api, version, randomness.random() < 0.5) + body
                        connection.sendall(struct.pack(">i", len(frame)) + frame)
                        connection.shutdown(socket.SHUT_WR)
                        tried += 1
    for size in [-1, -(1 << 31), (1 << 31) - 1, 101 << 20]:
        with connect(server) as connection:
            connection.sendall(struct.pack(">i", size))
            assert connection.recv(1) == b"", "a frame of a size that cannot be was waited for"
            tried += 1
    return f"{tried} wrong frames"


def connections_come_and_go(server, count):
    reset = struct.pack("ii", 1, 0)
    for number in range(count):
        connection = connect(server)
        if number % 3 == 1:
            connection.sendall(b"\0\0")
        if number % 3 == 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        connection.close()
    return f"{count} connections opened and dropped"


CRC = [0] * 256
for index in range(256):
    value = index
    for _ in range(8):
        value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    CRC[index] = value


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def batch(codec, records, count=1):
    rest = struct.pack(">hiqqqhii", codec, count - 1, 1, 1, -1, -1, -1, count) + records
    return struct.pack(">qiib", 0, len(rest) + 9, 0, 2) + struct.pack(">I", crc32c(rest)) + rest


def produce(server, topic, records):
    name = topic.encode()
    body = struct.pack(">hhi", -1, -1, 20000) + struct.pack(">i", 1) + struct.pack(">h", len(name)) + name
    body += struct.pack(">iii", 1, 0, len(records)) + records
    frame = header(0, 7, False) + body
    with connect(server, 60) as connection:
        connection.sendall(struct.pack(">i", len(frame)) + frame)
        size = struct.unpack(">i", receive(connection, 4))[0]
        answer = receive(connection, size)
    return struct.unpack_from(">h", answer, 4 + 4 + 2 + len(name) + 4 + 4)[0]


def bombs(server):
    """Batches that unpack to 256 MiB, into a topic whose batches are looked into."""
    topic = kafka_clients.fresh("bomb")
    kafka_clients.create(server.address, topic, 1, cleanup_policy="compact")
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(256)) + packer.flush()
    stuffed = {1: packed, 4: zstandard.ZstdCompressor(level=3).compress(bytes(256 * MEGABYTE)), 2: b"\xff\xff\xff\xff\x0f" + bytes(64), 3: os.urandom(64)}
    before = memory(server)
    for codec, records in stuffed.items():
        error = produce(server, topic, batch(codec, records))
        assert error != 0, f"a bomb of codec {codec} was taken"
    grown = memory(server) - before
    assert grown < 300 * MEGABYTE, f"{grown >> 20} MiB more after the bombs"
    return f"{len(stuffed)} bombs"


def slow_clients(server):
    """Some send a byte of a frame now and then, some ask for much and do not read; both are held without harm."""
    dripping = [connect(server) for _ in range(200)]
    topic = kafka_clients.fresh("much")
    kafka_clients.create(server.address, topic, 1)
    producer = confluent_kafka.Producer({"bootstrap.servers": server.address, "linger.ms": 20})
    for _ in range(40):
        producer.produce(topic, os.urandom(MEGABYTE // 2))
    assert producer.flush(60) == 0
    name = topic.encode()
    fetch = struct.pack(">iiiibii", -1, 100, 1, 50 * MEGABYTE, 0, 0, -1) + struct.pack(">ih", 1, len(name)) + name
    fetch += struct.pack(">iiiqqi", 1, 0, -1, 0, -1, 50 * MEGABYTE) + struct.pack(">i", 0) + struct.pack(">h", 0)
    frame = header(1, 11, False) + fetch
    deaf = [connect(server) for _ in range(60)]
    for connection in deaf:
        for _ in range(3):
            connection.sendall(struct.pack(">i", len(frame)) + frame)
    for _ in range(20):
        for connection in dripping:
            try:
                connection.sendall(b"\0")
            except OSError:
                pass
        time.sleep(0.05)
    size = memory(server)
    assert size < 1500 * MEGABYTE, f"{size >> 20} MiB for readers that do not read"
    for connection in dripping + deaf:
        connection.close()
    return f"200 slow writers and 60 readers that do not read, {size >> 20} MiB then"


def run(server, seed, connections):
    server.start()
    witness = Witness(server)
    before = memory(server)
    outcomes = [wrong_bodies(server, seed), connections_come_and_go(server, connections), bombs(server), slow_clients(server)]
    limit = time.monotonic() + 60
    while memory(server) > before + 500 * MEGABYTE:
        assert time.monotonic() < limit, f"{memory(server) >> 20} MiB in use, {before >> 20} before"
        time.sleep(0.5)
    outcomes.append(f"{before >> 20} MiB before, {memory(server) >> 20} after")
    outcomes.append(witness.finish())
    server.stop()
    return "; ".join(outcomes)
