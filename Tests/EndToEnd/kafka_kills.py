"""Idempotent producers against a queue that is killed again and again."""

import random
import threading
import time

import confluent_kafka
import kafka_clients

PRODUCERS = 4


def run(server, kills, seed):
    randomness = random.Random(seed)
    server.start()
    topic = "killed"
    kafka_clients.create(server.address, topic, PRODUCERS)
    acknowledged = [[] for _ in range(PRODUCERS)]
    handed_in = [0] * PRODUCERS
    stopping = threading.Event()

    def produce(number):
        producer = confluent_kafka.Producer({
            "bootstrap.servers": server.address, "enable.idempotence": True, "linger.ms": 2, "message.timeout.ms": 120000,
            "reconnect.backoff.max.ms": 200, "log_level": 0, "compression.type": ["none", "lz4", "zstd", "gzip"][number]})

        def delivered(error, message):
            assert error is None, error
            acknowledged[number].append(int(message.value()))

        while not stopping.is_set():
            if handed_in[number] - len(acknowledged[number]) < 5000:
                producer.produce(topic, value=str(handed_in[number]).encode(), partition=number, on_delivery=delivered)
                handed_in[number] += 1
            else:
                time.sleep(0.001)
            producer.poll(0)
        assert producer.flush(90) == 0, "not all records were delivered"

    threads = [threading.Thread(target=produce, args=(number,)) for number in range(PRODUCERS)]
    for thread in threads:
        thread.start()
    for _ in range(kills):
        before = sum(map(len, acknowledged))
        limit = time.monotonic() + 60
        # The kill falls into the work: after something new was acknowledged, at a moment of its own.
        while sum(map(len, acknowledged)) < before + 200:
            assert time.monotonic() < limit, f"nothing is acknowledged any more: {server.log()}"
            time.sleep(0.005)
        end = time.monotonic() + randomness.random() * 0.3
        while time.monotonic() < end:
            time.sleep(0.002)
        server.kill()
        server.start()
    stopping.set()
    for thread in threads:
        thread.join(120)
    for number in range(PRODUCERS):
        assert len(acknowledged[number]) == handed_in[number], f"{len(acknowledged[number])} of {handed_in[number]} acknowledged"
    for number in range(PRODUCERS):
        out = kafka_clients.kcat(server.address, "-C", "-t", topic, "-p", str(number), "-o", "beginning", "-e", "-q", seconds=120)
        found = [int(line) for line in out.split()]
        assert found == list(range(handed_in[number])), f"partition {number}: {len(found)} records, {handed_in[number]} handed in, in order: {found == sorted(found)}"
    server.stop()
    return f"{kills} kills, {sum(handed_in)} records, none lost, doubled or out of order"
