"""Clients that are clumsy, out of date or unlucky, each beside what the broker must make of it. Each test takes a server."""

import select
import struct
import time

import confluent_kafka
import kafka_clients
import lz4.frame
from kafka_hostile import advertised, connect, crc32c, header, receive

INT32, INT64 = (1 << 31) - 1, (1 << 63) - 1


def text(value):
    data = value.encode() if isinstance(value, str) else value
    return struct.pack(">h", len(data)) + data


def block(data):
    return struct.pack(">i", len(data)) + data


def send(connection, api, version, body, flexible=False):
    frame = header(api, version, flexible) + body
    connection.sendall(struct.pack(">i", len(frame)) + frame)


def ask(connection, api, version, body, flexible=False):
    """The body of the answer, without its correlation id."""
    send(connection, api, version, body, flexible)
    return receive(connection, struct.unpack(">i", receive(connection, 4))[0])[4:]


def varint(number):
    number = (number << 1) ^ (number >> 63)
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def record(delta, value, time_delta=0):
    body = b"\0" + varint(time_delta) + varint(delta) + varint(-1) + varint(len(value)) + value + varint(0)
    return varint(len(body)) + body


def batch(records, count, codec=0, base_time=1, max_time=1, last_delta=None, producer=-1, epoch=-1, sequence=-1):
    last_delta = count - 1 if last_delta is None else last_delta
    rest = struct.pack(">hiqqqhii", codec, last_delta, base_time, max_time, producer, epoch, sequence, count) + records
    return struct.pack(">qiib", 0, len(rest) + 9, 0, 2) + struct.pack(">I", crc32c(rest)) + rest


def produce(connection, topic, records, acks=-1):
    body = struct.pack(">hhi", -1, acks, 20000) + struct.pack(">i", 1) + text(topic) + struct.pack(">ii", 1, 0) + block(records)
    answer = ask(connection, 0, 7, body)
    place = 4 + 2 + len(topic.encode()) + 4 + 4
    return struct.unpack_from(">hq", answer, place)


def fetch(connection, topic, offset, partition=0):
    """Error, high watermark and bytes of records."""
    body = struct.pack(">iiiibii", -1, 100, 1, 1 << 20, 0, 0, -1) + struct.pack(">i", 1) + text(topic)
    body += struct.pack(">iiiqqi", 1, partition, -1, offset, -1, 1 << 20) + struct.pack(">i", 0) + text("")
    answer = ask(connection, 1, 11, body)
    at = 4 + 2 + 4 + 4 + 2 + len(topic.encode()) + 4 + 4
    error, high = struct.unpack_from(">hq", answer, at)
    aborted = struct.unpack_from(">i", answer, at + 2 + 24)[0]
    size = struct.unpack_from(">i", answer, at + 2 + 24 + 4 + 16 * max(0, aborted) + 4)[0]
    return error, high, size


def unadvertised_versions(server):
    """A request of a version that was not offered is answered, or its connection closed; ApiVersions is always answered."""
    known = {api: (low, high) for api, low, high in advertised(server)}
    tried = 0
    for api in [*range(0, 95), 999, -1, 32767]:
        low, high = known.get(api, (0, -1))
        for version in {-1, low - 1, high + 1, high + 20, 32767} - set(range(low, high + 1)):
            if not -32768 <= version <= 32767:
                continue
            with connect(server) as connection:
                send(connection, api, version, bytes(40), flexible=True)
                head = connection.recv(4)
                if api == 18:
                    answer = receive(connection, struct.unpack(">i", head)[0])
                    assert struct.unpack_from(">h", answer, 4)[0] == 35, f"ApiVersions {version}"
                else:
                    assert head == b"", f"request {api} of version {version} was answered"
                tried += 1
    return f"{tried} requests of versions not offered"


def sequences_wrap_around(server):
    """The numbers of an idempotent producer go on with 0 behind the largest."""
    topic = kafka_clients.fresh("wrap")
    kafka_clients.create(server.address, topic, 1)
    with connect(server) as connection:
        answer = ask(connection, 22, 0, struct.pack(">hi", -1, 60000))
        error, producer, epoch = struct.unpack_from(">hqh", answer, 4)
        assert error == 0, error

        def write(sequence, count):
            records = b"".join(record(number, b"x") for number in range(count))
            return produce(connection, topic, batch(records, count, producer=producer, epoch=epoch, sequence=sequence))

        # A producer that begins anywhere is a new one.
        first = write(INT32 - 1, 4)
        assert first[0] == 0, f"across the end: error {first[0]}"
        assert write(INT32 - 1, 4) == first, "the same batch again has another place"
        second = write(2, 3)
        assert second == (0, first[1] + 4), f"behind the end: {second}"
        assert write(2, 3) == second, "the batch behind the end again has another place"
        assert write(9, 1)[0] == 45, "a gap behind the end was taken"
        for wrong in (-1, -5):
            assert write(wrong, 1)[0] != 0, f"sequence {wrong} was taken"
        assert fetch(connection, topic, 0)[1] == first[1] + 7
    return "sequences go on behind 2147483647"


def batches_that_lie(server):
    """Counts that are not those of the records are refused, or at least harm no reader of what lies behind."""
    topic = kafka_clients.fresh("lies")
    kafka_clients.create(server.address, topic, 1)
    two = record(0, b"a") + record(1, b"b")
    packed = lz4.frame.compress(two)
    refused = 0
    with connect(server) as connection:
        for count, last in [(0, -1), (0, 0), (-1, -2), (5, 4), (1, 0), (2, 7), (2, 0), (2, -1), (INT32, INT32 - 1), (1 << 20, 2)]:
            for codec, records in [(0, two), (3, packed)]:
                try:
                    error, _ = produce(connection, topic, batch(records, count, codec, last_delta=last))
                except EOFError:
                    raise AssertionError(f"count {count}, last {last}: the connection was closed")
                refused += error != 0
        for kind in (5, 6, 7):
            assert produce(connection, topic, batch(two, 2, kind))[0] != 0, f"codec {kind} was taken"
        assert produce(connection, topic, batch(two, 2))[0] == 0
        assert produce(connection, topic, batch(packed, 2, 3))[0] == 0
    # What was taken is readable by who wants the last of it.
    with connect(server) as connection:
        _, high, _ = fetch(connection, topic, 0)
        error, _, size = fetch(connection, topic, high - 4)
        assert error == 0 and size > 0
    lines = kafka_clients.kcat(server.address, "-C", "-t", topic, "-o", str(high - 4), "-e", "-q").split()
    assert lines == ["a", "b", "a", "b"], lines
    return f"{refused} of 20 batches with wrong counts refused, the others harmless"


def odd_times(server):
    """Records of no time, of the year 9999 and of the ends of 64 bits: stored, found by time, and read by SQL and clients."""
    topic = kafka_clients.fresh("times")
    kafka_clients.create(server.address, topic, 1)
    year_9999 = 253402300799000
    times = [-1, 0, year_9999, INT64, -INT64 - 1, 1700000000000]
    with connect(server) as connection:
        taken = []
        for number, at in enumerate(times):
            error, _ = produce(connection, topic, batch(record(0, str(number).encode()), 1, base_time=at, max_time=at))
            taken.append(error)
        assert taken[0] == taken[2] == taken[5] == 0, taken
        # A difference that runs over the end of the numbers.
        produce(connection, topic, batch(record(0, b"6", INT64), 1, base_time=INT64, max_time=5))
        for at in [0, year_9999, INT64, -1, -2, -3, -INT64 - 1]:
            body = struct.pack(">ib", -1, 0) + struct.pack(">i", 1) + text(topic) + struct.pack(">iiiq", 1, 0, -1, at)
            answer = ask(connection, 2, 5, body)
            assert struct.unpack_from(">h", answer, 4 + 4 + 2 + len(topic) + 4 + 4)[0] in (0, 42), f"offset at {at}"
    lines = kafka_clients.kcat(server.address, "-C", "-t", topic, "-o", "beginning", "-e", "-q").split()
    assert {"0", "2", "5"} <= set(lines), lines
    found = kafka_clients.read_with_python(server.address, topic, len(lines))
    assert [message.value.decode() for message in found] == lines
    return f"{len(lines)} of 7 records with times from -1 to the year 9999 and beyond"


def offsets_out_of_range(server):
    topic = kafka_clients.fresh("range")
    kafka_clients.create(server.address, topic, 1)
    with connect(server) as connection:
        for number in range(5):
            assert produce(connection, topic, batch(record(0, b"x"), 1))[0] == 0
        for offset in [-1, -2, 6, 1 << 40, INT64, -INT64 - 1]:
            assert fetch(connection, topic, offset)[0] == 1, f"offset {offset}"
        assert fetch(connection, topic, 5)[0] == 0
        for partition in [-1, 1, INT32, -INT32 - 1]:
            assert fetch(connection, topic, 0, partition)[0] == 3, f"partition {partition}"
    consumer = confluent_kafka.Consumer({"bootstrap.servers": server.address, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.assign([confluent_kafka.TopicPartition(topic, 0, 1000)])
    found, limit = [], time.monotonic() + 60
    while len(found) < 5:
        assert time.monotonic() < limit, f"{len(found)} of 5 records after the offset was reset"
        found += [message for message in consumer.consume(10, 1) if not message.error()]
    assert [message.offset() for message in found] == [0, 1, 2, 3, 4]
    consumer.close()
    return "fetches beyond the ends are refused, and a consumer begins anew"


def odd_names(server):
    """Names that Kafka refuses are refused, whichever way they come; those it takes are taken."""
    wrong = ["", ".", "..", "a b", "a/b", "../a", "ä", "a\0b", "a\nb", "x" * 250, "a:b", "a\"b"]
    right = ["x" * 249, "a.b_c-D9", "...", "-"]
    with connect(server) as connection:
        for names, expected in [(wrong, 17), (right, 0)]:
            for name in names:
                body = struct.pack(">i", 1) + text(name) + struct.pack(">ihii", 1, 1, 0, 0) + struct.pack(">ib", 10000, 0)
                answer = ask(connection, 19, 2, body)
                error = struct.unpack_from(">h", answer, 4 + 4 + 2 + len(name.encode()))[0]
                assert error == expected, f"topic {name[:20]!r}: error {error}"
        for name in wrong:
            answer = ask(connection, 3, 4, struct.pack(">i", 1) + text(name) + b"\1")
            brokers = struct.unpack_from(">i", answer, 4)[0]
            assert brokers == 1 and b"\0\x11" in answer[20:], f"metadata of {name[:20]!r}: {answer}"
            assert produce(connection, name, batch(record(0, b"x"), 1))[0] != 0, f"records for {name[:20]!r}"
    kafka_clients.kcat(server.address, "-P", "-t", right[0], text="one\n")
    assert kafka_clients.kcat(server.address, "-C", "-t", right[0], "-e", "-q") == "one\n"
    return f"{len(wrong)} names refused, {len(right)} taken"


def large_headers(server):
    """A header of almost 1 MB, and ten thousand small ones."""
    topic = kafka_clients.fresh("headers")
    kafka_clients.create(server.address, topic, 1)
    producer = confluent_kafka.Producer({"bootstrap.servers": server.address, "message.max.bytes": 4000000})
    errors = []
    large = [("big", b"h" * 900_000)]
    many = [(f"h{number}", b"v" * (number % 40)) for number in range(10_000)] + [("same", b"1"), ("same", b"2"), ("none", None), ("", b"")]
    for headers in (large, many):
        producer.produce(topic, b"value", headers=headers, on_delivery=lambda error, _: errors.append(error))
    assert producer.flush(60) == 0 and errors == [None, None], errors
    found = kafka_clients.read_with_confluent(server.address, topic, 2)
    assert [message.headers() for message in found] == [large, many]
    found = kafka_clients.read_with_python(server.address, topic, 2)
    assert [list(message.headers) for message in found] == [large, many]
    return "900 KB and 10,004 headers in one record each"


def a_topic_goes_while_it_is_read(server):
    """Who waits for records of a topic that is deleted is told; under its name made anew reading goes on."""
    topic = kafka_clients.fresh("going")
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": server.address})
    for turn in range(3):
        kafka_clients.create(server.address, topic, 4)
        with connect(server, 60) as connection:
            body = struct.pack(">iiiibii", -1, 30000, 1, 1 << 20, 0, 0, -1) + struct.pack(">i", 1) + text(topic)
            body += struct.pack(">iiiqqi", 1, 0, -1, 0, -1, 1 << 20) + struct.pack(">i", 0) + text("")
            send(connection, 1, 11, body)
            consumer = confluent_kafka.Consumer({
                "bootstrap.servers": server.address, "group.id": topic, "auto.offset.reset": "earliest", "topic.metadata.refresh.interval.ms": 500,
                "allow.auto.create.topics": False})
            consumer.subscribe([topic])
            consumer.poll(1)
            admin.delete_topics([topic])[topic].result(20)
            began = time.monotonic()
            answer = receive(connection, struct.unpack(">i", receive(connection, 4))[0])[4:]
            waited = time.monotonic() - began
            error = struct.unpack_from(">h", answer, 4 + 2 + 4 + 4 + 2 + len(topic) + 4 + 4)[0]
            assert error in (3, 100), f"a reader of a deleted topic was told {error}"
            assert waited < 25, f"a reader of a deleted topic waited {waited:.0f} s"
            consumer.poll(0.2)
            consumer.close()
    kafka_clients.create(server.address, topic, 1)
    kafka_clients.kcat(server.address, "-P", "-t", topic, text="anew\n")
    assert kafka_clients.kcat(server.address, "-C", "-t", topic, "-e", "-q", "-o", "beginning") == "anew\n"
    return "deleted three times under its readers"


def a_producer_is_fenced(server):
    """A second producer of one name ends the transaction of the first, which can write no more."""
    topic, name = kafka_clients.fresh("fenced"), kafka_clients.fresh("name")
    kafka_clients.create(server.address, topic, 1)
    settings = {"bootstrap.servers": server.address, "transactional.id": name, "transaction.timeout.ms": 60000, "linger.ms": 0}
    first = confluent_kafka.Producer(settings)
    first.init_transactions(30)
    first.begin_transaction()
    first.produce(topic, b"lost")
    assert first.flush(30) == 0
    second = confluent_kafka.Producer(settings)
    second.init_transactions(30)
    failure = None
    try:
        first.produce(topic, b"late")
        first.flush(30)
        first.commit_transaction(30)
    except confluent_kafka.KafkaException as error:
        failure = error.args[0]
    assert failure is not None and failure.fatal(), f"the first producer went on: {failure}"
    second.begin_transaction()
    second.produce(topic, b"kept")
    second.commit_transaction(30)
    found = kafka_clients.read_with_confluent(server.address, topic, 1, **{"isolation.level": "read_committed"})
    assert [message.value() for message in found] == [b"kept"], [message.value() for message in found]
    return f"the first is told {failure.name()}"


def many_names_at_once(server):
    """A request for a hundred thousand topics is answered, and makes none of them; one that may make them makes a hundred."""
    topics = b"".join(text(f"many-{number}") for number in range(100_000))
    with connect(server, 120) as connection:
        send(connection, 3, 4, struct.pack(">i", 100_000) + topics + b"\0")
        head = connection.recv(4)
        answer = receive(connection, struct.unpack(">i", head)[0]) if len(head) == 4 else b""
    with connect(server, 120) as connection:
        # All there are, by one who says so 30 times without reading.
        for _ in range(30):
            send(connection, 3, 4, struct.pack(">i", -1) + b"\0")
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": server.address})
    assert not [name for name in admin.list_topics(timeout=30).topics if name.startswith("many-")]
    topics = b"".join(text(f"some-{number}") for number in range(300))
    with connect(server, 120) as connection:
        ask(connection, 3, 4, struct.pack(">i", 300) + topics + b"\1")
    made = [name for name in admin.list_topics(timeout=30).topics if name.startswith("some-")]
    assert len(made) == 100, f"{len(made)} topics made"
    for future in admin.delete_topics(made, operation_timeout=60).values():
        future.result(60)
    return f"100,000 unknown topics in one request, {len(answer) >> 10} KiB of answer"


class Member:
    """A member of a group, by hand: hundreds of clients of a library would test the library."""

    def __init__(self, server, group, instance=None):
        self.group, self.instance, self.id, self.generation = group, instance, "", -1
        self.connection = connect(server, 90)

    def instance_text(self):
        return struct.pack(">h", -1) if self.instance is None else text(self.instance)

    def join(self):
        body = text(self.group) + struct.pack(">ii", 60000, 60000) + text(self.id) + self.instance_text() + text("consumer")
        send(self.connection, 11, 5, body + struct.pack(">i", 1) + text("range") + block(b"topics"))

    def joined(self):
        """Error, and whether it leads."""
        answer = receive(self.connection, struct.unpack(">i", receive(self.connection, 4))[0])[4:]
        error, self.generation = struct.unpack_from(">hi", answer, 4)
        at, texts = 10, []
        for _ in ("protocol", "leader", "own"):
            size = struct.unpack_from(">h", answer, at)[0]
            texts.append(answer[at + 2:at + 2 + max(0, size)])
            at += 2 + max(0, size)
        _, leader, own = texts
        self.id = own.decode()
        self.others = struct.unpack_from(">i", answer, at)[0]
        return error, leader == own

    def sync(self, assignments=()):
        body = text(self.group) + struct.pack(">i", self.generation) + text(self.id) + self.instance_text() + struct.pack(">i", len(assignments))
        for member, data in assignments:
            body += text(member) + block(data)
        send(self.connection, 14, 3, body)

    def synced(self):
        answer = receive(self.connection, struct.unpack(">i", receive(self.connection, 4))[0])[4:]
        error, size = struct.unpack_from(">hi", answer, 4)
        return error, answer[10:10 + size]

    def heartbeat(self):
        body = text(self.group) + struct.pack(">i", self.generation) + text(self.id) + self.instance_text()
        return struct.unpack_from(">h", ask(self.connection, 12, 3, body), 4)[0]

    def leave(self):
        ask(self.connection, 13, 1, text(self.group) + text(self.id))
        self.connection.close()


def settle(members, seconds=120):
    """Everybody joins until all are in one generation and have their own assignment."""
    by_connection = {member.connection: member for member in members}
    joining, leaders = set(members), {}
    limit = time.monotonic() + seconds
    for member in members:
        member.join()
    while joining or len({member.generation for member in members}) > 1:
        assert time.monotonic() < limit, f"{len(joining)} of {len(members)} members still join, generations {sorted({member.generation for member in members})}"
        ready = select.select([member.connection for member in joining], [], [], 0.05)[0] if joining else []
        for connection in ready:
            member = by_connection[connection]
            error, leads = member.joined()
            assert error in (0, 79), error
            if error:
                # The first answer is the id to join with.
                member.join()
                continue
            joining.discard(member)
            leaders[member] = leads
        # A group of a few begins without the rest, who then change it.
        if not ready:
            for member in set(members) - joining:
                if member.heartbeat() == 27:
                    member.join()
                    joining.add(member)
    leading = [member for member in members if leaders[member]]
    assert len(leading) == 1 and leading[0].others == len(members), f"{len(leading)} leaders of {[member.others for member in leading]}"
    for member in members:
        member.sync([(other.id, other.id.encode()) for other in members] if member is leading[0] else ())
    for member in members:
        error, data = member.synced()
        assert error == 0 and data == member.id.encode(), (error, data[:60])
    assert {member.heartbeat() for member in members} == {0}


def a_large_group(server, count=500):
    """Members come and go by the hundred; each change ends in one generation that all are in."""
    group = kafka_clients.fresh("large")
    members = [Member(server, group) for _ in range(count)]
    began = time.monotonic()
    settle(members)
    joined = time.monotonic() - began
    for member in members[::2]:
        member.leave()
    members = members[1::2]
    assert {member.heartbeat() for member in members} == {27}, "members were not told of the change"
    settle(members)
    members += [Member(server, group) for _ in range(count // 2)]
    settle(members)
    # A connection that goes does not end a membership; its next connection goes on with it.
    members[0].connection.close()
    members[0].connection = connect(server, 60)
    assert members[0].heartbeat() == 0
    for member in members:
        member.leave()
    return f"{count} members, the first {joined:.1f} s"


def static_members(server):
    """One who comes back under its instance keeps its id's place without a change for others; the one before is fenced."""
    group = kafka_clients.fresh("static")
    members = [Member(server, group, f"instance-{number}") for number in range(3)]
    settle(members)
    generation = members[0].generation
    again = Member(server, group, "instance-1")
    again.join()
    error, _ = again.joined()
    assert error == 0 and again.generation == generation, (error, again.generation, generation)
    again.sync()
    assert again.synced()[0] == 0
    assert members[0].heartbeat() == 0 and members[2].heartbeat() == 0, "the others were disturbed"
    assert members[1].heartbeat() == 82, "the one before was not fenced"
    impostor = Member(server, group, "instance-0")
    impostor.id, impostor.generation = "somebody", generation
    assert impostor.heartbeat() in (25, 82)
    return "an instance comes back into its place"


TESTS = [
    unadvertised_versions, sequences_wrap_around, batches_that_lie, odd_times, offsets_out_of_range, odd_names, large_headers,
    a_topic_goes_while_it_is_read, a_producer_is_fenced, many_names_at_once, a_large_group, static_members]
