"""millrace topics, produce, consume, verify, and records over HTTP, against a running queue and a stopped one."""

import json
import subprocess
import urllib.error
import urllib.request

import kafka_clients


class Commands:
    def __init__(self, server):
        self.server = server

    def run(self, *arguments, text=None, code=0, where=None):
        where = where or ["-b", self.server.address]
        done = subprocess.run([self.server.binary, *arguments, *where], input=text, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, f"{arguments}: exit {done.returncode}: {done.stderr[-400:]}"
        return done.stdout if code == 0 else done.stderr


def topics_and_records(server, commands):
    run = commands.run
    run("topics", "create", "numbers", "--partitions", "3", "--config", "retention.ms=86400000")
    assert "exists" in run("topics", "create", "numbers", code=1)
    assert run("topics", "create", "numbers", code=1).count("'numbers'") == 1
    assert "there is no group 'nobody'" in run("topics", "groups", "nobody", code=1)
    assert "cannot be read" in run("produce", "numbers", "no-such-file", code=1) and "cannot be read" in run("produce", "numbers", "/", code=1)
    assert "only be made more" in run("topics", "alter", "numbers", "--partitions", "2", code=1)
    assert "retention.sm" in run("topics", "create", "other", "--config", "retention.sm=1", code=1)
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        run("produce", "numbers", "-z", codec, "-K", ":", "-H", f"codec={codec}", text="".join(f"{codec}{number}:{number}\n" for number in range(100)))
    rows = run("consume", "numbers", "-e", "-f", "%k=%s %h %t %p\\n").splitlines()
    assert len(rows) == 500 and len({row.split("=")[0] for row in rows}) == 500, len(rows)
    # Other clients read the same, and put the same keys into the same partitions.
    theirs = kafka_clients.kcat(server.address, "-C", "-t", "numbers", "-o", "beginning", "-e", "-q", "-f", "%k=%s %h %t %p\n").splitlines()
    assert sorted(rows) == sorted(theirs)
    kafka_clients.kcat(server.address, "-P", "-t", "numbers", "-K", ":", "-X", "topic.partitioner=murmur2_random", text="".join(f"none{number}:again\n" for number in range(100)))
    places = {}
    for row in run("consume", "numbers", "-e", "-f", "%k %p\\n").splitlines():
        key, partition = row.split()
        assert places.setdefault(key, partition) == partition, f"{key} is in two partitions"
    run("topics", "create", "one")
    run("produce", "one", text="\n".join(str(number) for number in range(50)))
    assert run("consume", "one", "-o", "-5", "-e").split() == ["45", "46", "47", "48", "49"]
    assert run("consume", "one", "-o", "20", "-c", "3").split() == ["20", "21", "22"]
    assert run("consume", "one", "-o", "end", "-e") == ""
    time = run("consume", "one", "-c", "1", "-f", "%T").strip()
    assert len(run("consume", "one", "-o", f"s@{time}", "-e").split()) == 50
    assert run("consume", "one", "-g", "mine", "-c", "10").split()[-1] == "9"
    assert run("consume", "one", "-g", "mine", "-e").split()[0] == "10"
    assert run("consume", "one", "-g", "mine", "-e") == ""
    assert "mine" in run("topics", "groups") and run("topics", "groups", "mine").splitlines()[1].split() == ["one", "0", "50", "50", "0"]
    run("topics", "alter", "one", "--config", "cleanup.policy=compact", "--partitions", "2")
    assert "cleanup.policy=compact  (set)" in run("topics", "describe", "one")
    run("topics", "delete", "one")
    assert "no topic" in run("consume", "one", "-e", code=1)
    assert "no such field" in run("consume", "numbers", "-f", "%y", code=1)
    return "topics, groups, 5 codecs, offsets"


def post(address, topic, body, content_type, **headers):
    request = urllib.request.Request(
        f"http://{address}/api/v1/ingest/{topic}", data=body.encode(), method="POST",
        headers={"Content-Type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def records_over_http(server, commands):
    lines = "".join(json.dumps({"n": number}) + "\n" for number in range(100))
    status, answer = post(server.http, "web", lines, "application/x-ndjson", Idempotency_Key="first")
    assert status == 200 and answer["records"] == 100 and answer["offset"] == 0, (status, answer)
    assert post(server.http, "web", lines, "application/x-ndjson", Idempotency_Key="first") == (200, answer | {"repeated": True})
    assert post(server.http, "web", "[1, {\"a\": 2}]", "application/json")[1]["records"] == 2
    assert post(server.http, "web", "raw bytes", "application/octet-stream")[1]["records"] == 1
    status, answer = post(server.http, "web", "{}\n{", "application/x-ndjson")
    assert status == 400 and answer["error"]["line"] == 2, (status, answer)
    assert post(server.http, "web", "x", "text/plain")[0] == 415
    assert post(server.http, "web", "x" * (9 << 20), "application/octet-stream")[0] == 413
    # What was answered is there after the process was killed, and its key too.
    server.kill()
    server.start()
    status, answer = post(server.http, "web", lines, "application/x-ndjson", Idempotency_Key="first")
    assert status == 200 and answer["repeated"] and answer["offset"] is None, (status, answer)
    assert post(server.http, "web", "[3]", "application/json", Idempotency_Key="first")[0] == 409
    rows = commands.run("consume", "web", "-e").splitlines()
    assert rows[:100] == [json.dumps({"n": number}) for number in range(100)] and rows[100:] == ["1", '{"a": 2}', "raw bytes"], rows[100:]
    return "NDJSON, arrays, bytes, keys over a kill -9"


def stopped_queue(server, commands):
    where = ["--data", server.folder / "data"]
    assert "cannot be opened" in commands.run("topics", where=where, code=1)
    server.stop()
    before = commands.run("consume", "numbers", "-e", where=where)
    commands.run("produce", "numbers", where=where, text="offline\n")
    assert len(commands.run("consume", "numbers", "-e", where=where)) == len(before) + len("offline\n")
    assert "numbers" in commands.run("topics", where=where)
    assert "all is well" in commands.run("verify", server.folder / "data", where=["--repair"])
    # A flipped bit in the middle of a segment is found, named and cut out.
    segments = [path for path in (server.folder / "data" / "queue").rglob("*.log") if path.stat().st_size > 1000]
    victim = max(segments, key=lambda path: path.stat().st_size)
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 4
    victim.write_bytes(content)
    done = subprocess.run([server.binary, "verify", server.folder / "data"], capture_output=True, text=True)
    assert done.returncode == 1 and "damaged" in done.stdout and "--repair" in done.stdout, done
    done = subprocess.run([server.binary, "verify", server.folder / "data", "--repair"], capture_output=True, text=True)
    assert done.returncode == 1 and "cut out" in done.stdout, done
    done = subprocess.run([server.binary, "verify", server.folder / "data"], capture_output=True, text=True)
    assert done.returncode == 0 and "all is well" in done.stdout, done
    return "read, written, verified and repaired without a server"


def run(server):
    server.start()
    commands = Commands(server)
    return "; ".join(part(server, commands) for part in [topics_and_records, records_over_http, stopped_queue])
