"""kafka-python of the second generation, in a process of its own: its modules have the names of the third one's.

    PYTHONPATH=.venv/kafka-python-2 python kafka_python_2.py '{"address": ..., "topic": ..., "count": ..., ...}'

Writes `count` records with each codec, reads them back in a group, finds them by time, and prints what it saw.
"""

import json
import sys

import kafka

given = json.loads(sys.argv[1])
address, topic, count, prefix = given.pop("address"), given.pop("topic"), given.pop("count"), given.pop("prefix")
consumes, codecs = given.pop("consume"), given.pop("codecs")
assert kafka.__version__.startswith("2."), kafka.__version__
for codec in codecs:
    producer = kafka.KafkaProducer(bootstrap_servers=address, compression_type=codec, acks="all", linger_ms=5, **given)
    sent = [
        producer.send(topic, key=b"%d" % number, value=f"{prefix} {number}".encode(), headers=[("codec", str(codec).encode())], timestamp_ms=1_700_000_000_000 + number)
        for number in range(count)]
    for future in sent:
        future.get(30)
    producer.close()
if consumes:
    total = count * len(codecs)
    consumer = kafka.KafkaConsumer(topic, bootstrap_servers=address, group_id=topic + "-2", auto_offset_reset="earliest", consumer_timeout_ms=20000, **given)
    found = []
    for message in consumer:
        found.append(message)
        if len(found) == total:
            break
    assert len(found) == total, f"{len(found)} of {total} records"
    assert {message.headers[0][1].decode() for message in found} == {str(codec) for codec in codecs}
    consumer.commit()
    places = sorted(consumer.assignment())
    assert sum(consumer.committed(place) or 0 for place in places) == total
    first = consumer.offsets_for_times({place: 1_700_000_000_000 for place in places})
    assert all(found is not None and found.offset == 0 for found in first.values()), first
    consumer.close()
print("ok")
