"""Topic -> SQL -> topic and tables: clients of other makers write and read what a job of `millrace up` works on."""

import json
import os
import random
import subprocess
import time
from pathlib import Path

import confluent_kafka
import confluent_kafka.admin
import kafka
import kafka_clients
import recharge

PARTITIONS = 3

JOB = """
CREATE TABLE events (
    id BIGINT, name STRING, amount BIGINT,
    place INT METADATA FROM 'partition' VIRTUAL, written TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL
) WITH (
    'connector' = 'kafka', 'topic' = 'events', 'topic.partitions' = '3', 'format' = 'json',
    'properties.bootstrap.servers' = '${MILLRACE_KAFKA}', 'properties.group.id' = 'sql',
    'scan.startup.mode' = 'earliest-offset'
);
CREATE TABLE copies (
    made TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', id BIGINT, name STRING, headers MAP<STRING, BYTES> METADATA, amount BIGINT
) WITH (
    'connector' = 'kafka', 'topic' = 'copies', 'topic.partitions' = '3', 'key.format' = 'raw', 'key.fields' = 'name',
    'value.format' = 'json', 'sink.delivery-guarantee' = 'exactly-once', 'properties.compression.type' = 'lz4'
);
CREATE TABLE newest (name STRING, n BIGINT, amount BIGINT, PRIMARY KEY (name) NOT ENFORCED) WITH (
    'connector' = 'upsert-kafka', 'topic' = 'newest', 'key.format' = 'raw', 'value.format' = 'json',
    'value.fields-include' = 'EXCEPT_KEY'
);
CREATE TABLE totals (name STRING, n BIGINT, amount BIGINT, PRIMARY KEY (name) NOT ENFORCED);
EXECUTE STATEMENT SET BEGIN
INSERT INTO copies
SELECT TO_TIMESTAMP_LTZ(1900000000000 + id, 3), id, name,
    MAP['by', ENCODE('millrace', 'UTF-8'), 'name', ENCODE(name, 'UTF-8')], amount * 2
FROM events;
INSERT INTO newest SELECT name, COUNT(*), SUM(amount) FROM events GROUP BY name;
INSERT INTO totals SELECT name, COUNT(*), SUM(amount) FROM events GROUP BY name;
END;
"""


class Server(recharge.Server):
    """`millrace up` over an application of its own, with the door for Kafka clients open."""

    variable = "MILLRACE_KAFKA"

    def __init__(self, binary, folder, sql=JOB):
        super().__init__(binary, folder, epoch=100)
        self.application = self.folder / "application"
        (self.application / "sql").mkdir(parents=True)
        (self.application / "millrace.yaml").write_text("name: topics\n")
        (self.application / "sql" / "job.sql").write_text(sql)
        self.address = f"127.0.0.1:{recharge.free_port()}"
        self.logs = self.address
        self.options = ["--kafka", self.address]


def wait_for(server, what, condition, seconds=90):
    limit = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < limit, f"{what} not within {seconds} s: {server.log()}"
        time.sleep(0.02)


def produce(address, events):
    producer = confluent_kafka.Producer({
        "bootstrap.servers": address, "enable.idempotence": True, "linger.ms": 5, "message.timeout.ms": 120000,
        "reconnect.backoff.max.ms": 200, "log_level": 0})
    for event in events:
        while True:
            try:
                producer.produce("events", value=json.dumps(event).encode(), partition=event["id"] % PARTITIONS)
                break
            except BufferError:
                producer.poll(0.05)
        producer.poll(0)
    return producer


def make_events(first, count, randomness):
    return [{"id": first + n, "name": f"user {randomness.randrange(20)}", "amount": randomness.randrange(1000)} for n in range(count)]


def expected(events):
    totals = {}
    for event in events:
        n, amount = totals.get(event["name"], (0, 0))
        totals[event["name"]] = (n + 1, amount + event["amount"])
    return totals


def totals(server):
    return {row[0]: (int(row[1]), int(row[2])) for row in server.rows("SELECT name, n, amount FROM totals")}


def topic_lines(address, topic, form):
    out = kafka_clients.kcat(address, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", form, "-X", "isolation.level=read_committed", seconds=120)
    return out.splitlines()


def check(server, events):
    """The table, both topics and the group's offsets against the events, recomputed here."""
    wanted = expected(events)
    wait_for(server, "all events in the table", lambda: totals(server) == wanted)
    copies = wait_for(server, "all copies", lambda: (lambda lines: lines if len(lines) >= len(events) else None)(
        topic_lines(server.address, "copies", "%p\t%k\t%s\t%T\t%h\n")))
    assert len(copies) == len(events), f"{len(copies)} copies of {len(events)} events"
    found = {}
    for line in copies:
        place, key, value, time_of, headers = line.split("\t")
        record = json.loads(value)
        assert int(time_of) == 1900000000000 + record["id"], line
        assert set(headers.split(",")) == {"by=millrace", f"name={key}"}, line
        assert record.keys() == {"id", "name", "amount"}, line
        assert record["id"] not in found, f"{record['id']} is there twice"
        assert record["name"] == key
        found[record["id"]] = (record["name"], record["amount"], place)
    assert {i: v[:2] for i, v in found.items()} == {e["id"]: (e["name"], 2 * e["amount"]) for e in events}
    assert len({(name, place) for name, _, place in found.values()}) == len(wanted), "a key is in two partitions"

    def newest():
        rows = {}
        for line in topic_lines(server.address, "newest", "%k\t%s\n"):
            key, value = line.split("\t")
            record = json.loads(value)
            rows[key] = (record["n"], record["amount"])
        return rows == wanted

    wait_for(server, "the newest row of each key", newest)

    def lag():
        consumer = confluent_kafka.Consumer({"bootstrap.servers": server.address, "group.id": "sql"})
        places = consumer.committed([confluent_kafka.TopicPartition("events", p) for p in range(PARTITIONS)], timeout=10)
        ends = [consumer.get_watermark_offsets(place, timeout=10)[1] for place in places]
        consumer.close()
        return sum(ends) == len(events) and [place.offset for place in places] == ends

    wait_for(server, "the group's offsets at the end", lag)


def clients(server, seed):
    """kcat, kafka-python and confluent-kafka write; the job counts; each reads what the job wrote."""
    events = make_events(0, 3000, random.Random(seed))
    assert produce(server.address, events[:1000]).flush(60) == 0
    with_python = kafka.KafkaProducer(bootstrap_servers=server.address, compression_type="gzip")
    for event in events[1000:2000]:
        with_python.send("events", json.dumps(event).encode(), key=b"k", headers=[("h", b"1")])
    with_python.close()
    kafka_clients.kcat(server.address, "-P", "-t", "events", "-z", "zstd", text="".join(json.dumps(e) + "\n" for e in events[2000:]))
    check(server, events)
    for message in kafka_clients.read_with_python(server.address, "copies", len(events)):
        assert "amount" in json.loads(message.value)
    kafka_clients.read_with_confluent(server.address, "copies", len(events), seconds=90, **{"isolation.level": "read_committed"})
    add_partitions(server, events, seed)
    return f"{len(events)} records by three clients, counted and copied, and 600 in partitions that came later"


def add_partitions(server, events, seed):
    """A job that runs takes up partitions that come while it does."""
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": server.address})
    admin.create_partitions([confluent_kafka.admin.NewPartitions("events", 2 * PARTITIONS)])["events"].result(20)
    more = make_events(len(events), 600, random.Random(seed + 1))
    producer = confluent_kafka.Producer({"bootstrap.servers": server.address})
    for event in more:
        producer.produce("events", value=json.dumps(event).encode(), partition=PARTITIONS + event["id"] % PARTITIONS)
    assert producer.flush(60) == 0
    wanted = expected(events + more)
    wait_for(server, "the events of new partitions", lambda: totals(server) == wanted)


def kills(server, count, seed):
    """Exactly once through kill -9: topics and table equal what is computed from the events alone."""
    randomness = random.Random(seed)
    events = []
    for _ in range(count):
        more = make_events(len(events), randomness.randrange(200, 2000), randomness)
        events += more
        producer = produce(server.address, more)
        limit = time.monotonic() + randomness.random() * 0.4
        while time.monotonic() < limit:
            producer.poll(0.01)
        server.kill()
        server.start(60)
        assert producer.flush(120) == 0, f"not all events were taken: {server.log()}"
    check(server, events)
    server.stop()
    return f"{count} kills, {len(events)} events, each copied and counted once"


def foreign(binary, server, folder, seed):
    """A job that reaches the topics of `server` over the protocol, as those of any broker, while it is itself killed."""
    broker = f"'properties.bootstrap.servers' = '{server.address}', 'topic' = "
    sql = JOB.replace("    'properties.bootstrap.servers' = '${MILLRACE_KAFKA}', ", "    ").replace("'topic' = ", broker)
    for topic in ("events", "copies", "newest"):
        kafka_clients.create(server.address, topic, PARTITIONS)
    job = Server(binary, folder, sql)
    job.options = []
    job.start()
    randomness = random.Random(seed)
    events = []
    for _ in range(3):
        more = make_events(len(events), 1000, randomness)
        events += more
        assert produce(server.address, more).flush(60) == 0
        time.sleep(randomness.random() * 0.5)
        job.kill()
        job.start(60)
    job.address = server.address
    check(job, events)
    job.stop()
    return f"{len(events)} events over the protocol, 3 kills, each copied and counted once"


def script(binary, server, folder):
    """`millrace run` against a broker elsewhere: bounded reading, writing, keys, metadata."""
    path = Path(folder) / "script.sql"
    path.write_text(f"""
        CREATE TABLE t (k STRING, v BIGINT, o BIGINT METADATA FROM 'offset' VIRTUAL) WITH (
            'connector' = 'kafka', 'topic' = '{kafka_clients.fresh("script")}', 'properties.bootstrap.servers' = '{server.address}',
            'key.format' = 'raw', 'key.fields' = 'k', 'value.format' = 'json', 'value.fields-include' = 'EXCEPT_KEY',
            'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
        INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3);
        SELECT k, v, o FROM t;
        """)
    done = subprocess.run([str(binary), "run", str(path), "--output", "csv"], capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, env=os.environ | {"SWIFT_BACKTRACE": "enable=no"})
    assert done.returncode == 0, done.stderr[-600:]
    assert sorted(done.stdout.splitlines()) == ["a,1,0", "b,2,1", "c,3,2"], done.stdout
    return "3 rows there and back"


NEAR = """
CREATE TABLE near (name STRING) WITH (
    'connector' = 'kafka', 'topic' = 'near', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset');
CREATE TABLE near_totals (name STRING, n BIGINT, PRIMARY KEY (name) NOT ENFORCED);
INSERT INTO near_totals SELECT name, COUNT(*) FROM near GROUP BY name;
"""
# The INSERTs of a file are one job.
FAR = """
CREATE TABLE far (name STRING) WITH (
    'connector' = 'kafka', 'topic' = 'far', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset',
    'properties.bootstrap.servers' = '%s', 'properties.reconnect.backoff.max.ms' = '200');
CREATE TABLE far_totals (name STRING, n BIGINT, PRIMARY KEY (name) NOT ENFORCED);
INSERT INTO far_totals SELECT name, COUNT(*) FROM far GROUP BY name;
"""


def away(binary, queue, folder):
    """A broker that is away when the server starts, comes, and is away again at the next start."""
    server = Server(binary, folder, NEAR)
    (server.application / "sql" / "far.sql").write_text(FAR % queue.address)

    def send(address, topic, count):
        producer = confluent_kafka.Producer({"bootstrap.servers": address, "log_level": 0})
        for _ in range(count):
            producer.produce(topic, value=b'{"name": "a"}')
        assert producer.flush(60) == 0

    def counted(table, count):
        wait_for(server, f"{count} in {table}", lambda: server.rows(f"SELECT n FROM {table}") in ([[count]], [[str(count)]]))

    def waiting():
        errors = [job["error"] or "" for job in server.get("/api/v1/jobs")["jobs"]]
        return any("connection refused" in error and queue.address in error for error in errors)

    queue.start(60)
    kafka_clients.create(queue.address, "far", 2)
    queue.kill()
    server.start(60)
    wait_for(server, "the cause on /jobs", waiting)
    assert "restarting" in [job["state"] for job in server.get("/api/v1/jobs")["jobs"]]
    send(server.address, "near", 3)
    counted("near_totals", 3)
    queue.start(60)
    send(queue.address, "far", 5)
    counted("far_totals", 5)
    wait_for(server, "no cause on /jobs", lambda: not waiting())
    server.stop()
    queue.kill()
    # What was counted is there at once, though nothing can be read.
    server.start(60)
    counted("far_totals", 5)
    send(server.address, "near", 1)
    counted("near_totals", 4)
    wait_for(server, "the cause on /jobs again", waiting)
    queue.start(60)
    send(queue.address, "far", 2)
    counted("far_totals", 7)
    server.stop()
    return "the server runs without the broker, twice, and the job goes on when it comes"
