"""What Kafka clients of other makers do with the queue: kcat, kafka-python, confluent-kafka. Each test takes an address."""

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import confluent_kafka
import confluent_kafka.admin
import kafka
import kafka.admin
from kafka.structs import OffsetAndMetadata

CODECS = [None, "gzip", "snappy", "lz4", "zstd"]


def fresh(name):
    return f"{name}-{uuid.uuid4().hex[:8]}"


def kcat(address, *arguments, text=None, seconds=30):
    done = subprocess.run(["kcat", "-b", address, "-X", "broker.address.family=v4", *arguments], input=text, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout


def create(address, topic, partitions=1, **configs):
    # Many records here are years old by their own time: without this the log's upkeep removes them as soon as it comes round.
    configs = {"retention_ms": "-1", **configs}
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": address})
    made = admin.create_topics([confluent_kafka.admin.NewTopic(topic, partitions, 1, config={k.replace("_", "."): v for k, v in configs.items()})])
    made[topic].result(20)


def read_with_python(address, topic, count, **settings):
    consumer = kafka.KafkaConsumer(topic, bootstrap_servers=address, auto_offset_reset="earliest", consumer_timeout_ms=15000, **settings)
    found = []
    for message in consumer:
        found.append(message)
        if len(found) == count:
            break
    consumer.close()
    assert len(found) == count, f"{len(found)} of {count} records"
    return found


def with_python_2(address, topic, count, prefix="two", consume=True, codecs=(None,), **settings):
    """Lets kafka-python 2 write and read; its modules have the names of version 3, so it has a process of its own."""
    folder = Path(sys.prefix) / "kafka-python-2"
    assert folder.exists(), f"{folder} is missing: run dev/setup"
    given = {"address": address, "topic": topic, "count": count, "prefix": prefix, "consume": consume, "codecs": list(codecs), **settings}
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("kafka_python_2.py"), json.dumps(given)], capture_output=True, text=True, timeout=120,
        env=os.environ | {"PYTHONPATH": str(folder)})
    assert done.returncode == 0 and done.stdout.strip() == "ok", done.stderr[-500:]


def python_2(address):
    """The second generation of kafka-python, which asks for fetch sessions: its data and that of the others."""
    topic = fresh("py2")
    create(address, topic, 1)
    with_python_2(address, topic, 100, codecs=CODECS)
    found = read_with_confluent(address, topic, 500)
    assert {message.headers()[0][1].decode() for message in found} == {str(codec) for codec in CODECS}
    return "5 codecs, headers, groups, offsets by time"


def read_with_confluent(address, topic, count, seconds=20, **settings):
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": address, "group.id": fresh("readers"), "auto.offset.reset": "earliest", "enable.partition.eof": False, **settings})
    consumer.subscribe([topic])
    found, limit = [], time.monotonic() + seconds
    while len(found) < count and time.monotonic() < limit:
        message = consumer.poll(0.5)
        if message is not None:
            assert message.error() is None, message.error()
            found.append(message)
    consumer.close()
    assert len(found) == count, f"{len(found)} of {count} records"
    return found


def kcat_round_trip(address):
    topic = fresh("kcat")
    create(address, topic, 3)
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        lines = "".join(f"{codec}-{number}:value {number} {'x' * 200}\n" for number in range(300))
        kcat(address, "-P", "-t", topic, "-K", ":", "-z", codec, "-H", f"codec={codec}", text=lines)
    out = kcat(address, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%k|%h|%s\n")
    rows = out.splitlines()
    assert len(rows) == 1500 and len(set(rows)) == 1500, len(rows)
    assert all(row.split("|")[1] == "codec=" + row.split("-")[0] for row in rows)
    return "5 codecs, keys, headers"


def python_to_confluent(address):
    topic = fresh("py2c")
    create(address, topic, 2)
    for codec in CODECS:
        producer = kafka.KafkaProducer(bootstrap_servers=address, compression_type=codec, acks="all", linger_ms=5)
        for number in range(200):
            producer.send(topic, key=b"%d" % number, value=b"%s %d" % (str(codec).encode(), number), headers=[("n", b"%d" % number)], timestamp_ms=1_700_000_000_000 + number)
        producer.flush(20)
        producer.close()
    found = read_with_confluent(address, topic, 1000)
    assert len({message.value() for message in found}) == 1000
    assert all(message.headers() == [("n", message.key())] for message in found)
    assert all(message.timestamp()[1] == 1_700_000_000_000 + int(message.key()) for message in found)
    return "5 codecs, keys, headers, timestamps"


def confluent_to_python(address):
    topic = fresh("c2py")
    create(address, topic, 2)
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        failures = []
        producer = confluent_kafka.Producer({"bootstrap.servers": address, "compression.type": codec, "enable.idempotence": True, "linger.ms": 5})
        for number in range(200):
            producer.produce(topic, key=b"%d" % number, value=f"{codec} {number}".encode(), headers={"n": b"%d" % number}, on_delivery=lambda error, _: error and failures.append(error))
        assert producer.flush(20) == 0 and failures == [], failures
    found = read_with_python(address, topic, 1000)
    assert len({message.value for message in found}) == 1000
    assert all(message.headers == [("n", message.key)] for message in found)
    return "idempotent, 5 codecs"


# What a commit may be answered with while members come and go.
REBALANCING = (
    confluent_kafka.KafkaError.REBALANCE_IN_PROGRESS, confluent_kafka.KafkaError.ILLEGAL_GENERATION,
    confluent_kafka.KafkaError.UNKNOWN_MEMBER_ID, confluent_kafka.KafkaError._ASSIGNMENT_LOST)


def commit(consumer, message, backlog):
    """Commits a record; again behind a rebalance, unless its partition went to another member, which sees it anew."""
    while True:
        try:
            return consumer.commit(message, asynchronous=False)
        except confluent_kafka.KafkaException as error:
            assert error.args[0].code() in REBALANCING, error
        more = consumer.poll(0.1)
        if more is not None and not more.error():
            backlog.append(more)
        if (message.topic(), message.partition()) not in {(place.topic, place.partition) for place in consumer.assignment()}:
            return None


def groups_rebalance_cooperative(address):
    """The same with an assignor that takes partitions away from one member before another gets them."""
    return groups_rebalance(address, "cooperative-sticky")


def groups_rebalance(address, strategy="range"):
    """Three members come and go; every record is seen, and what was committed is not seen again."""
    topic, group = fresh("shared"), fresh("group")
    create(address, topic, 6)
    producer = confluent_kafka.Producer({"bootstrap.servers": address})
    seen, lock, stops = {}, threading.Lock(), [threading.Event() for _ in range(3)]

    def member(number):
        consumer = confluent_kafka.Consumer({
            "bootstrap.servers": address, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False,
            "session.timeout.ms": 6000, "heartbeat.interval.ms": 500, "partition.assignment.strategy": strategy})
        consumer.subscribe([topic])
        backlog = []
        while backlog or not stops[number].is_set():
            message = backlog.pop(0) if backlog else consumer.poll(0.1)
            if message is None or message.error():
                continue
            with lock:
                seen[message.value()] = seen.get(message.value(), 0) + 1
            commit(consumer, message, backlog)
        consumer.close()

    threads = [threading.Thread(target=member, args=(number,)) for number in range(3)]
    total = 0

    def produce(count):
        nonlocal total
        for _ in range(count):
            producer.produce(topic, value=str(total).encode(), partition=total % 6)
            total += 1
        producer.flush(20)

    def wait(seconds=40):
        limit = time.monotonic() + seconds
        while len(seen) < total:
            assert time.monotonic() < limit, f"{len(seen)} of {total} seen"
            time.sleep(0.05)

    produce(60)
    threads[0].start()
    wait()
    threads[1].start()
    produce(60)
    threads[2].start()
    produce(60)
    wait()
    stops[0].set()
    threads[0].join(20)
    produce(60)
    wait()
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": address})
    described = admin.describe_consumer_groups([group])[group].result(10)
    assert len(described.members) == 2 and str(described.state).endswith("STABLE"), described
    for stop in stops[1:]:
        stop.set()
    for thread in threads[1:]:
        thread.join(20)
    repeated = sum(1 for count in seen.values() if count > 1)
    assert repeated <= 12, f"{repeated} records seen more than once"
    committed = kafka.KafkaConsumer(bootstrap_servers=address, group_id=group)
    ends = [committed.committed(kafka.TopicPartition(topic, partition)) for partition in range(6)]
    committed.close()
    assert sum(ends) == total, ends
    return f"{total} records over 3 members, {strategy}, {repeated} seen twice"


def offsets_by_time(address):
    topic = fresh("times")
    create(address, topic, 1)
    producer = kafka.KafkaProducer(bootstrap_servers=address, linger_ms=20)
    for number in range(500):
        producer.send(topic, value=b"%d" % number, timestamp_ms=1_600_000_000_000 + 1000 * number)
    producer.flush(20)
    producer.close()
    place = kafka.TopicPartition(topic, 0)
    consumer = kafka.KafkaConsumer(bootstrap_servers=address)
    assert consumer.offsets_for_times({place: 1_600_000_123_456})[place].offset == 124
    assert consumer.offsets_for_times({place: 1_900_000_000_000})[place] is None
    assert consumer.beginning_offsets([place])[place] == 0 and consumer.end_offsets([place])[place] == 500
    consumer.close()
    reader = confluent_kafka.Consumer({"bootstrap.servers": address, "group.id": fresh("t")})
    found = reader.offsets_for_times([confluent_kafka.TopicPartition(topic, 0, 1_600_000_123_456)], timeout=10)
    assert found[0].offset == 124 and reader.get_watermark_offsets(found[0], timeout=10) == (0, 500)
    reader.close()
    return "found by time, ends right"


def transactions(address):
    """Records of an aborted transaction are not seen, those of a committed one together with their offsets."""
    source, target, group = fresh("in"), fresh("out"), fresh("etl")
    create(address, source, 1)
    create(address, target, 2)
    feeder = confluent_kafka.Producer({"bootstrap.servers": address})
    for number in range(20):
        feeder.produce(source, value=str(number).encode())
    feeder.flush(20)
    identity = fresh("tx")
    first = confluent_kafka.Producer({"bootstrap.servers": address, "transactional.id": identity})
    first.init_transactions(20)
    first.begin_transaction()
    for number in range(10):
        first.produce(target, value=b"aborted %d" % number, partition=number % 2)
    first.flush(20)
    first.abort_transaction(20)
    consumer = confluent_kafka.Consumer({"bootstrap.servers": address, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe([source])
    batch, limit = [], time.monotonic() + 20
    while len(batch) < 20 and time.monotonic() < limit:
        message = consumer.poll(0.5)
        if message is not None and not message.error():
            batch.append(message)
    assert len(batch) == 20
    first.begin_transaction()
    for number, message in enumerate(batch):
        first.produce(target, value=b"kept " + message.value(), partition=number % 2)
    first.send_offsets_to_transaction(consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 20)
    try:
        # While the transaction is open the offset is neither the old one nor the new one.
        consumer.committed([confluent_kafka.TopicPartition(source, 0)], timeout=1)
        raise AssertionError("an offset of an open transaction was given out")
    except confluent_kafka.KafkaException as error:
        assert error.args[0].code() == confluent_kafka.KafkaError._TIMED_OUT, error
    first.commit_transaction(20)
    after = [part.offset for part in consumer.committed([confluent_kafka.TopicPartition(source, 0)], timeout=10)]
    assert after == [20], after
    consumer.close()
    found = read_with_confluent(address, target, 20, **{"isolation.level": "read_committed"})
    assert all(message.value().startswith(b"kept") for message in found)
    uncommitted = read_with_confluent(address, target, 30, **{"isolation.level": "read_uncommitted"})
    assert sum(message.value().startswith(b"aborted") for message in uncommitted) == 10
    # A second producer of the same id fences the first.
    second = confluent_kafka.Producer({"bootstrap.servers": address, "transactional.id": identity})
    second.init_transactions(20)
    try:
        first.begin_transaction()
        first.produce(target, value=b"zombie")
        first.commit_transaction(20)
        raise AssertionError("the fenced producer could commit")
    except confluent_kafka.KafkaException as error:
        assert error.args[0].code() in (confluent_kafka.KafkaError._FENCED, confluent_kafka.KafkaError.PRODUCER_FENCED, confluent_kafka.KafkaError._STATE), error
    return "abort, commit with offsets, fencing"


def python_transactions(address):
    """kafka-python's own idempotent and transactional producers."""
    topic = fresh("pytx")
    create(address, topic, 2)
    producer = kafka.KafkaProducer(bootstrap_servers=address, enable_idempotence=True, linger_ms=5)
    for number in range(100):
        producer.send(topic, value=b"plain %d" % number)
    producer.flush(30)
    producer.close()
    identity = fresh("tx")
    producer = kafka.KafkaProducer(bootstrap_servers=address, transactional_id=identity)
    producer.init_transactions()
    for word, ends in [(b"aborted", producer.abort_transaction), (b"kept", producer.commit_transaction)]:
        producer.begin_transaction()
        for number in range(50):
            producer.send(topic, value=word + b" %d" % number)
        producer.flush(30)
        ends()
    producer.close()
    committed = read_with_python(address, topic, 150, isolation_level="read_committed", group_id=fresh("g"))
    assert {message.value.split()[0] for message in committed} == {b"plain", b"kept"}
    found = read_with_confluent(address, topic, 150, **{"isolation.level": "read_committed"})
    assert {message.value() for message in found} == {message.value for message in committed}
    lines = kcat(address, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-X", "isolation.level=read_committed").splitlines()
    assert len(lines) == 150 and not any(line.startswith("aborted") for line in lines), len(lines)
    return "idempotent, aborted and committed, seen alike by three clients"


def kcat_groups_and_times(address):
    topic, group = fresh("kcatg"), fresh("group")
    create(address, topic, 2)
    producer = confluent_kafka.Producer({"bootstrap.servers": address})
    for number in range(200):
        producer.produce(topic, value=str(number), partition=number % 2, timestamp=1_600_000_000_000 + 1000 * number)
    assert producer.flush(30) == 0
    late = kcat(address, "-C", "-t", topic, "-o", "s@1600000150000", "-e", "-q", "-f", "%s %T\n").splitlines()
    assert sorted(late) == sorted(f"{number} {1_600_000_000_000 + 1000 * number}" for number in range(150, 200)), late[:3]
    first = kcat(address, "-G", group, "-X", "auto.offset.reset=earliest", "-c", "200", "-q", topic, seconds=60).split()
    assert sorted(map(int, first)) == list(range(200)), len(first)
    kcat(address, "-P", "-t", topic, "-X", "enable.idempotence=true", text="".join(f"{number}\n" for number in range(200, 300)))
    # What the group has seen it does not see again.
    second = kcat(address, "-G", group, "-X", "auto.offset.reset=earliest", "-c", "100", "-q", topic, seconds=60).split()
    assert sorted(map(int, second)) == list(range(200, 300)), len(second)
    return "groups, times, idempotent"


def python_groups_rebalance(address):
    """Two members of kafka-python share the partitions, and one goes on alone."""
    topic, group = fresh("pyg"), fresh("group")
    create(address, topic, 4)
    seen, lock, stops = set(), threading.Lock(), [threading.Event() for _ in range(2)]

    def member(number):
        consumer = kafka.KafkaConsumer(topic, bootstrap_servers=address, group_id=group, auto_offset_reset="earliest", session_timeout_ms=6000, heartbeat_interval_ms=500)
        while not stops[number].is_set():
            for messages in consumer.poll(200).values():
                with lock:
                    seen.update(message.value for message in messages)
        consumer.close()

    threads = [threading.Thread(target=member, args=(number,)) for number in range(2)]
    producer = kafka.KafkaProducer(bootstrap_servers=address)
    total = 0
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": address})

    def produce_and_wait():
        nonlocal total
        for _ in range(80):
            producer.send(topic, value=b"%d" % total, partition=total % 4)
            total += 1
        producer.flush(30)
        limit = time.monotonic() + 60
        while len(seen) < total:
            assert time.monotonic() < limit, f"{len(seen)} of {total} seen"
            time.sleep(0.05)

    try:
        threads[0].start()
        produce_and_wait()
        threads[1].start()
        limit = time.monotonic() + 60
        while len(admin.describe_consumer_groups([group])[group].result(20).members) < 2:
            assert time.monotonic() < limit, "the second member did not join"
            time.sleep(0.2)
        produce_and_wait()
        stops[0].set()
        threads[0].join(60)
        produce_and_wait()
    finally:
        for stop in stops:
            stop.set()
        for thread in threads:
            if thread.is_alive():
                thread.join(60)
        producer.close()
    return f"{total} records over 2 members"


def administration(address):
    topic = fresh("admin")
    create(address, topic, 2, retention_ms="60000")
    admin = kafka.admin.KafkaAdminClient(bootstrap_servers=address)
    try:
        admin.create_topics([kafka.admin.NewTopic(topic, 2, 1)])
        raise AssertionError("the topic was made twice")
    except kafka.errors.TopicAlreadyExistsError:
        pass
    admin.create_partitions({topic: kafka.admin.NewPartitions(5)})
    assert len(admin.describe_topics([topic])[0]["partitions"]) == 5
    client = confluent_kafka.admin.AdminClient({"bootstrap.servers": address})
    resource = confluent_kafka.admin.ConfigResource(confluent_kafka.admin.ConfigResource.Type.TOPIC, topic)
    assert client.describe_configs([resource])[resource].result(10)["retention.ms"].value == "60000"
    resource.add_incremental_config(confluent_kafka.admin.ConfigEntry(
        "cleanup.policy", "compact", incremental_operation=confluent_kafka.admin.AlterConfigOpType.SET))
    client.incremental_alter_configs([resource])[resource].result(10)
    assert client.describe_configs([resource])[resource].result(10)["cleanup.policy"].value == "compact"
    wrong = confluent_kafka.admin.NewTopic(fresh("wrong"), 1, 1, config={"retention.sm": "1"})
    try:
        client.create_topics([wrong])[wrong.topic].result(10)
        raise AssertionError("a setting that does not exist was taken")
    except confluent_kafka.KafkaException as error:
        assert "retention.sm" in str(error), error
    producer = kafka.KafkaProducer(bootstrap_servers=address)
    for number in range(10):
        producer.send(topic, key=b"k", value=b"%d" % number, partition=0)
    producer.flush(20)
    producer.close()
    deleted = admin.delete_records({kafka.TopicPartition(topic, 0): 4})
    consumer = kafka.KafkaConsumer(bootstrap_servers=address)
    assert consumer.beginning_offsets([kafka.TopicPartition(topic, 0)])[kafka.TopicPartition(topic, 0)] == 4, deleted
    consumer.close()
    admin.delete_topics([topic])
    assert topic not in admin.list_topics()
    admin.close()
    return "topics, partitions, settings, records deleted"


def latest_times(address):
    """The record of the latest time, which need not be the last."""
    topic = fresh("latest")
    create(address, topic, 1)
    producer = confluent_kafka.Producer({"bootstrap.servers": address})
    for number, time_of in enumerate([5000, 9000, 7000]):
        producer.produce(topic, value=str(number), timestamp=1_600_000_000_000 + time_of)
        # A batch for each: the time of a batch is known without its records.
        assert producer.flush(30) == 0
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": address})
    place = confluent_kafka.TopicPartition(topic, 0)
    found = admin.list_offsets({place: confluent_kafka.admin.OffsetSpec.max_timestamp()})[place].result(20)
    assert (found.offset, found.timestamp) == (1, 1_600_000_009_000), (found.offset, found.timestamp)
    first = admin.list_offsets({place: confluent_kafka.admin.OffsetSpec.earliest()})[place].result(20)
    assert first.offset == 0, first.offset
    return "max timestamp"


def offsets_deleted(address):
    """What a group has committed for one topic is forgotten, and for another kept; not while it is read by the group."""
    group, kept, gone = fresh("group"), fresh("kept"), fresh("gone")
    for topic in (kept, gone):
        create(address, topic, 1)
    consumer = confluent_kafka.Consumer({"bootstrap.servers": address, "group.id": group})
    consumer.commit(offsets=[confluent_kafka.TopicPartition(topic, 0, 0) for topic in (kept, gone)], asynchronous=False)
    consumer.close()
    admin = kafka.admin.KafkaAdminClient(bootstrap_servers=address)
    try:
        admin.delete_group_offsets(group, [kafka.TopicPartition(gone, 0)])
        left = {place.topic for place in admin.list_group_offsets(group)[group]}
    finally:
        admin.close()
    assert left == {kept}, left
    return "one of two forgotten"


def log_dirs(address):
    """What a partition takes on the disk."""
    topic = fresh("dirs")
    create(address, topic, 2)
    producer = confluent_kafka.Producer({"bootstrap.servers": address})
    producer.produce(topic, value=b"x" * 10_000, partition=1)
    assert producer.flush(30) == 0
    admin = kafka.admin.KafkaAdminClient(bootstrap_servers=address)
    try:
        found = [entry for broker in admin.describe_log_dirs() for folder in broker["log_dirs"] for entry in folder["topics"] if entry["name"] == topic]
    finally:
        admin.close()
    sizes = {part["partition_index"]: part["partition_size"] for entry in found for part in entry["partitions"]}
    assert sizes.keys() == {0, 1} and sizes[1] >= 10_000 > sizes[0], sizes
    return "sizes of partitions"


TESTS = [kcat_round_trip, python_to_confluent, confluent_to_python, groups_rebalance, groups_rebalance_cooperative, latest_times, offsets_deleted, log_dirs, offsets_by_time, transactions, python_transactions, kcat_groups_and_times, python_groups_rebalance, administration, python_2]
