#!/usr/bin/env python3
"""The queue over its sockets, beside what the disk gives and beside nats-server (JetStream), in one run.

    Benchmarks/queue.py .build/release/millrace DIR [seconds of each part]
    Benchmarks/queue.py .build/release/millrace DIR footprint [records]
    Benchmarks/queue.py .build/release/millrace DIR restart [gigabytes] [times]

Records of 1 KB in batches of 256 with lz4, 4 producers with 4 requests under way each, 12 partitions, acks=all; then 4
processes that read them as whole batches, and 4 processes of kcat that unpack each record and write it to /dev/null; then single
records one by one, in turns with bare fdatasync. Needs the Python packages lz4 and confluent-kafka, Debian's kcat, and for the
comparison its nats-server. Prints a line of JSON for each part.

`footprint` makes 100 topics and looks at the memory; then a consumer reads a little and stops while as many records come as in
an hour at 20,000 a second (72 million of 100 bytes, as fast as they go in), and goes on.

`restart` fills a log of 20 GB, and five times kills the server under load, empties the system's page cache (as root) and looks
how long it takes until a record is acknowledged again.
"""
import json
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import confluent_kafka.admin
import lz4.frame

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "EndToEnd"))
from kafka_hostile import crc32c, header, receive
from kafka_server import QueueServer, free_port

RECORDS, SIZE, PARTITIONS, CLIENTS, DEPTH = 256, 1024, 12, 4, 4


def told(**figures):
    print(json.dumps(figures), flush=True)


def line(randomness, words):
    """A log line of 1 KB: words from a small vocabulary, numbers that differ."""
    text = f'{{"id":{randomness.getrandbits(60)}'
    while len(text) < SIZE - 34:
        text += f',"{words[randomness.randrange(20)][:5]}":"{words[randomness.randrange(200)]}"'
    return text[:SIZE].ljust(SIZE).encode()


def varint(number):
    number = (number << 1) ^ (number >> 63)
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def batch(values, codec):
    records = b""
    for index, value in enumerate(values):
        body = b"\0" + varint(0) + varint(index) + varint(-1) + varint(len(value)) + value + varint(0)
        records += varint(len(body)) + body
    if codec == 3:
        records = lz4.frame.compress(records)
    now, count = int(time.time() * 1000), len(values)
    rest = struct.pack(">hiqqqhii", codec, count - 1, now, now, -1, -1, -1, count) + records
    return struct.pack(">qiib", 0, len(rest) + 9, 0, 2) + struct.pack(">I", crc32c(rest)) + rest


def produce_frame(topic, parts):
    name = topic.encode()
    body = struct.pack(">hhi", -1, -1, 30000) + struct.pack(">ih", 1, len(name)) + name + struct.pack(">i", len(parts))
    for partition, records in parts:
        body += struct.pack(">ii", partition, len(records)) + records
    frame = header(0, 7, False) + body
    return struct.pack(">i", len(frame)) + frame


def answer(connection):
    return receive(connection, struct.unpack(">i", receive(connection, 4))[0])


def producer_error(body, topic, count):
    at = 4 + 4 + 2 + len(topic) + 4
    return [code for code in (struct.unpack_from(">h", body, at + 30 * number + 4)[0] for number in range(count)) if code]


def in_threads(work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


def disk(folder, block, seconds):
    """Plain writes of the same batches, each synced: what dd conv=fdatasync does with a round at a time."""
    rates = {}
    for count in (4, 16):
        file = os.open(folder / "plain", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        began, written = time.monotonic(), 0
        while time.monotonic() < began + seconds / 2:
            written += os.write(file, block * count)
            os.fdatasync(file)
        rates[count] = written / (time.monotonic() - began) / 1e6
        os.close(file)
    os.unlink(folder / "plain")
    return max(rates.values())


def write(server, topic, blocks, seconds):
    acknowledged = [0] * CLIENTS
    end = time.monotonic() + seconds

    def work(number):
        randomness = random.Random(number)
        frames = [produce_frame(topic, [(p, blocks[p % len(blocks)]) for p in randomness.sample(range(PARTITIONS), 4)]) for _ in range(8)]
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            sent = 0
            for _ in range(DEPTH):
                connection.sendall(frames[sent % 8])
                sent += 1
            got = 0
            while got < sent:
                errors = producer_error(answer(connection), topic, 4)
                assert not errors, errors
                got += 1
                if time.monotonic() < end:
                    acknowledged[number] += 4 * RECORDS
                    connection.sendall(frames[sent % 8])
                    sent += 1

    took = in_threads(work)
    return sum(acknowledged) * SIZE / min(took, seconds) / 1e6


def read(server, topic, ratio, seconds):
    """Whole batches, by a process for each reader: threads of one would wait for each other."""
    began = time.monotonic()
    taken = in_processes(lambda number: take_batches(server.port, topic, number, seconds))
    return sum(taken) * ratio / (time.monotonic() - began) / 1e6


def in_processes(work):
    """What `work` gives for each number, by a process each."""
    results = []
    for number in range(CLIENTS):
        result, told_by_child = os.pipe()
        if os.fork() == 0:
            try:
                os.write(told_by_child, str(work(number)).encode())
            finally:
                os._exit(0)
        os.close(told_by_child)
        results.append(result)
    return [int(os.read(result, 100)) for result in results]


def take_batches(port, topic, number, seconds):
    """Bytes of batches read from a quarter of the partitions."""
    name, taken = topic.encode(), 0
    own = [p for p in range(PARTITIONS) if p % CLIENTS == number]
    place = dict.fromkeys(own, 0)
    end = time.monotonic() + seconds
    with socket.create_connection(("127.0.0.1", port)) as connection:
        buffer = bytearray(64 << 20)
        while time.monotonic() < end:
            body = struct.pack(">iiiibii", -1, 100, 1, 48 << 20, 0, 0, -1) + struct.pack(">ih", 1, len(name)) + name + struct.pack(">i", len(own))
            for p in own:
                body += struct.pack(">iiqqi", p, -1, place[p], -1, 4 << 20)
            body += struct.pack(">i", 0) + struct.pack(">h", 0)
            frame = header(1, 11, False) + body
            connection.sendall(struct.pack(">i", len(frame)) + frame)
            found = answer_view(connection, buffer)
            at = 4 + 4 + 2 + 4 + 4 + 2 + len(name) + 4
            for _ in own:
                p, error, high, _, _, aborted = struct.unpack_from(">ihqqqi", found, at)
                assert error == 0, error
                at += 34 + 16 * max(0, aborted) + 4
                size = struct.unpack_from(">i", found, at)[0]
                at += 4
                stop, last = at + size, None
                while at + 61 <= stop:
                    base, length = struct.unpack_from(">qi", found, at)
                    if at + 12 + length > stop:
                        break
                    last = base + struct.unpack_from(">i", found, at + 23)[0]
                    taken += 12 + length
                    at += 12 + length
                at = stop
                # From the beginning again at the end: the log may be shorter than the measurement.
                place[p] = 0 if last is None or last + 1 >= high else last + 1
    return taken


def read_with_kcat(server, topic):
    """All records of the topic, by each of some processes of kcat."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": server.address, "group.id": "none"})
    ends = [consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, p))[1] for p in range(PARTITIONS)]
    consumer.close()
    command = ["kcat", "-C", "-e", "-q", "-b", server.address, "-t", topic, "-o", "beginning"]
    began, before = time.monotonic(), os.times()
    readers = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(CLIENTS)]
    assert [reader.wait() for reader in readers] == [0] * CLIENTS
    took, after = time.monotonic() - began, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return CLIENTS * sum(ends) * SIZE / took / 1e6, cpu


def processor(server):
    """Seconds of processor time of the server."""
    fields = open(f"/proc/{server.process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def answer_view(connection, buffer):
    size = struct.unpack(">i", receive(connection, 4))[0]
    view, filled = memoryview(buffer)[:size], 0
    while filled < size:
        count = connection.recv_into(view[filled:])
        if not count:
            raise EOFError
        filled += count
    return view


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def latency(server, folder, topic, rounds=8, each=400):
    """Single records, in turns with bare syncs of a block of 4 KB over an old file on the same disk: what the journal does with one.

    The first record of a turn meets a server that stood still meanwhile; the middle one of these is told beside the others.
    """
    frame = produce_frame(topic, [(0, batch([b"x" * 100], 0))])
    file = os.open(folder / "sync", os.O_CREAT | os.O_WRONLY)
    os.write(file, bytes(each * 4096))
    os.fsync(file)
    bare, own, first = [], [], []
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(rounds):
            for number in range(each):
                began = time.monotonic()
                os.pwrite(file, os.urandom(4096), number * 4096)
                os.fdatasync(file)
                bare.append(1000 * (time.monotonic() - began))
            first.append(len(own))
            for _ in range(each):
                began = time.monotonic()
                connection.sendall(frame)
                assert not producer_error(answer(connection), topic, 1)
                own.append(1000 * (time.monotonic() - began))
    os.close(file)
    os.unlink(folder / "sync")
    figures = {f"{name}_{label}_ms": round(quantile(values, share), 2)
               for name, values in (("fdatasync", bare), ("produce", own)) for label, share in (("p50", 0.5), ("p99", 0.99))}
    return {**figures, "first_of_turn_ms": round(quantile([own[place] for place in first], 0.5), 2)}


class Nats:
    """nats-server with JetStream, spoken to over its text protocol."""

    def __init__(self, folder, sync):
        self.port = free_port()
        configuration = folder / "nats.conf"
        always = ", sync_interval: always" if sync else ""
        configuration.write_text(f"port: {self.port}\njetstream {{ store_dir: \"{folder}/nats\", max_file_store: 60GB{always} }}\n")
        self.process = subprocess.Popen(["nats-server", "-c", configuration], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        limit = time.monotonic() + 10
        while True:
            assert self.process.poll() is None and time.monotonic() < limit, "nats-server does not start"
            try:
                self.connect().close()
                return
            except OSError:
                time.sleep(0.05)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.recv(65536)
        connection.sendall(b'CONNECT {"verbose":false,"pedantic":false}\r\nPING\r\n')
        assert b"PONG" in connection.recv(65536)
        return connection

    def ask(self, subject, body):
        with self.connect() as connection:
            text = json.dumps(body).encode()
            connection.sendall(b"SUB _INBOX.ask 1\r\n" + f"PUB {subject} _INBOX.ask {len(text)}\r\n".encode() + text + b"\r\n")
            connection.settimeout(10)
            got = b""
            while got.count(b"\r\n") < 2:
                got += connection.recv(65536)
            assert b'"error"' not in got, got

    def write(self, values, seconds):
        for number in range(CLIENTS):
            self.ask(f"$JS.API.STREAM.CREATE.S{number}", {"name": f"S{number}", "subjects": [f"bench.{number}"], "storage": "file", "num_replicas": 1})
        acknowledged = [0] * CLIENTS
        end = time.monotonic() + seconds

        def work(number):
            inbox = f"_INBOX.{number}"
            block = b"".join(f"PUB bench.{number} {inbox} {SIZE}\r\n".encode() + value + b"\r\n" for value in values)
            with self.connect() as connection:
                connection.sendall(f"SUB {inbox} 1\r\n".encode())
                sent, got = 0, 0
                for _ in range(DEPTH):
                    connection.sendall(block)
                    sent += RECORDS
                while got < sent:
                    got += connection.recv(1 << 20).count(b'"seq"')
                    while sent - got <= (DEPTH - 1) * RECORDS and time.monotonic() < end:
                        acknowledged[number] = got
                        connection.sendall(block)
                        sent += RECORDS

        took = in_threads(work)
        return sum(acknowledged) * SIZE / min(took, seconds) / 1e6

    def stop(self):
        self.process.terminate()
        self.process.wait()


def memory(server, name):
    for text in open(f"/proc/{server.process.pid}/status"):
        if text.startswith(name):
            return round(int(text.split()[1]) * 1024 / 1e6, 1)


def consume(address, topic, count):
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": address, "group.id": "slow", "auto.offset.reset": "earliest", "enable.auto.commit": False, "queued.max.messages.kbytes": 16384})
    consumer.subscribe([topic])
    taken, limit = 0, time.monotonic() + 120
    while taken < count:
        assert time.monotonic() < limit, f"{taken} of {count} records"
        taken += len(consumer.consume(10000, 1))
    consumer.commit(asynchronous=False)
    consumer.close()
    return taken


def footprint(binary, folder, records):
    server = QueueServer(binary, folder / "footprint")
    server.start()
    try:
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": server.address})
        for future in admin.create_topics([confluent_kafka.admin.NewTopic(f"topic-{number}", 1, 1) for number in range(100)]).values():
            future.result(60)
        time.sleep(5)
        told(part="idle", topics=100, resident_mb=memory(server, "VmRSS"))
        randomness = random.Random(3)
        words = [f"{randomness.getrandbits(52):x}" for _ in range(200)]
        frame = produce_frame("topic-7", [(0, batch([line(randomness, words)[:100] for _ in range(2000)], 3))])
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            def send(count):
                sent = got = 0
                while got < count:
                    while sent < count and sent - got < 8:
                        connection.sendall(frame)
                        sent += 1
                    assert not producer_error(answer(connection), "topic-7", 1)
                    got += 1
            send(10)
            consume(server.address, "topic-7", 10000)
            began = time.monotonic()
            send(records // 2000)
            took = time.monotonic() - began
        behind, peak = memory(server, "VmRSS"), memory(server, "VmHWM")
        taken = consume(server.address, "topic-7", min(records // 2, 2_000_000))
        told(part="consumer stopped", records=records, seconds=round(took, 1), resident_mb=behind, peak_mb=peak,
             records_read_then=taken, resident_after_mb=memory(server, "VmRSS"), peak_after_mb=memory(server, "VmHWM"))
    finally:
        server.stop()
    shutil.rmtree(folder)


def restart(binary, folder, gigabytes, times):
    server = QueueServer(binary, folder / "restart")
    server.start()
    randomness = random.Random(7)
    words = [f"{randomness.getrandbits(52):x}" for _ in range(200)]
    blocks = [batch([line(randomness, words) for _ in range(RECORDS)], 3)]
    one = produce_frame("bench", [(0, batch([b"x"], 0))])
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": server.address, "log_level": 0})
    admin.create_topics([confluent_kafka.admin.NewTopic("bench", PARTITIONS, 1)])["bench"].result(20)

    def stored():
        return sum(file.stat().st_size for file in (folder / "restart").rglob("*.log")) / 1e9

    def load():
        try:
            write(server, "bench", blocks, 9)
        except (OSError, EOFError):
            pass

    # Producers see their connections end.
    threading.excepthook = lambda _: None
    while stored() < gigabytes:
        told(part="filling", record_mb_s=round(write(server, "bench", blocks, 10)), log_gb=round(stored(), 1))
    for _ in range(times):
        under_load = threading.Thread(target=load)
        under_load.start()
        time.sleep(7)
        server.kill()
        under_load.join()
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3")
        began = time.monotonic()
        server.start(60)
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(one)
            assert not producer_error(answer(connection), "bench", 1)
        told(part="restart", log_gb=round(stored(), 1), seconds=round(time.monotonic() - began, 2), resident_mb=memory(server, "VmRSS"))
    server.kill()
    shutil.rmtree(folder)


def main():
    binary, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve() / "queue-bench"
    if "footprint" in sys.argv[3:]:
        folder.mkdir(parents=True)
        return footprint(binary, folder, int(sys.argv[4]) if len(sys.argv) > 4 else 72_000_000)
    if "restart" in sys.argv[3:]:
        folder.mkdir(parents=True)
        size, times = (float(sys.argv[4]) if len(sys.argv) > 4 else 20), (int(sys.argv[5]) if len(sys.argv) > 5 else 5)
        return restart(binary, folder, size, times)
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 8
    folder.mkdir(parents=True)
    randomness = random.Random(7)
    words = [f"{randomness.getrandbits(52):x}" for _ in range(200)]
    values = [[line(randomness, words) for _ in range(RECORDS)] for _ in range(4)]
    blocks = [batch(each, 3) for each in values]
    ratio = RECORDS * SIZE / (sum(map(len, blocks)) / len(blocks))
    server = QueueServer(binary, folder / "millrace")
    server.start()
    try:
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": server.address})
        for topic, count in (("bench", PARTITIONS), ("single", 1)):
            admin.create_topics([confluent_kafka.admin.NewTopic(topic, count, 1)])[topic].result(20)
        plain = disk(folder, blocks[0], seconds)
        own = write(server, "bench", blocks, seconds)
        told(part="write", record_mb_s=round(own), stored_mb_s=round(own / ratio), disk_mb_s=round(plain), share_of_disk=round(own / ratio / plain, 2), lz4_ratio=round(ratio, 2))
        before = processor(server)
        out = read(server, "bench", ratio, seconds)
        told(part="read", clients="batches", record_mb_s=round(out), stored_mb_s=round(out / ratio), server_cpu_s=round(processor(server) - before, 2))
        if shutil.which("kcat"):
            before = processor(server)
            out, cpu = read_with_kcat(server, "bench")
            told(part="read", clients="kcat", record_mb_s=round(out), server_cpu_s=round(processor(server) - before, 2), client_cpu_s=round(cpu, 2))
        told(part="latency", **latency(server, folder, "single"))
    finally:
        server.stop()
    if shutil.which("nats-server"):
        for sync in (True, False):
            try:
                nats = Nats(folder, sync)
            except AssertionError as error:
                told(part="nats", sync_always=sync, error=str(error))
                continue
            told(part="nats", sync_always=sync, record_mb_s=round(nats.write(values[0], seconds)))
            nats.stop()
            shutil.rmtree(folder / "nats", ignore_errors=True)
    shutil.rmtree(folder)


main()
