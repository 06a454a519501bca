"""The producer of the described system, run as it is but for its broker's address and its sleeps, against the live show.

The script is not part of this project; the test takes it from beside the project where there is a copy.
"""

import json
import subprocess
import sys
import time

import live_show
import recharge

SCRIPT = recharge.ROOT.parent / "shared" / "systems" / "live-show-generator.py"
TOPICS = ("live_streaming_log", "live_gift_total")


def adapted(address):
    text = SCRIPT.read_text(encoding="utf-8")
    for written, wanted in (("['172.28.28.13:9092']", f"['{address}']"), ("time.sleep(60)", "time.sleep(0.05)"), ("time.sleep(1)", "time.sleep(0)")):
        assert written in text, f"the script has no {written}"
        text = text.replace(written, wanted)
    return text


def consumed(address, topic):
    """All records of a topic, as another maker's client reads them."""
    import kafka
    consumer = kafka.KafkaConsumer(bootstrap_servers=address)
    try:
        parts = [kafka.TopicPartition(topic, part) for part in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        ends, found = consumer.end_offsets(parts), []
        limit = time.monotonic() + 60
        while any(consumer.position(part) < ends[part] for part in parts):
            assert time.monotonic() < limit, f"{len(found)} records of {topic} within 60 s"
            for batch in consumer.poll(timeout_ms=500).values():
                found += [json.loads(message.value) for message in batch]
        return found
    finally:
        consumer.close()


def run(binary, place, wait):
    if not SCRIPT.exists():
        raise recharge.Skipped(f"there is no {SCRIPT}")
    try:
        import kafka  # noqa: F401
    except ImportError:
        raise recharge.Skipped("kafka-python is not installed")
    server = live_show.Server(binary, place)
    address = f"127.0.0.1:{recharge.free_port()}"
    server.options = ["--kafka", address]
    server.start()
    producer = None
    try:
        script = place / "producer.py"
        script.write_text(adapted(address), encoding="utf-8")
        with open(place / "producer.log", "wb") as output:
            producer = subprocess.Popen([sys.executable, str(script)], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        limit = time.monotonic() + 90
        while int((server.rows("SELECT presents FROM gift_totals") or [[0]])[0][0]) < 300:
            assert producer.poll() is None, (place / "producer.log").read_text(errors="replace")[-1500:]
            assert time.monotonic() < limit, f"the script's gifts do not arrive: {server.log()}"
            time.sleep(0.1)
        server.kill()
        server.start()
        producer.kill()
        producer.wait()
        visits, gifts = (consumed(address, topic) for topic in TOPICS)
        wait(server, live_show.expected(visits, gifts))
        return f"{len(visits)} visits and {len(gifts)} gifts of the script, all equal, also after a kill"
    finally:
        if producer and producer.poll() is None:
            producer.kill()
            producer.wait()
        server.stop()
