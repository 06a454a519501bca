"""The live show's SQL as the description of the system prints it: what is told about its slips, and that it runs without them.

The description is not part of this project; the test reads it beside the project where there is a copy.
"""

import collections
import csv
import io
import json
import re
import subprocess
import urllib.request

import kafka_server
import live_show
import recharge

TEXT = recharge.ROOT.parent / "shared" / "systems" / "live-show.txt"

# What each job must be told: which slip it is, a piece of the line, and of the message or of what to do about it.
SLIPS = [
    [("blank in a name", "live_streaming_log_source ", "write `live_streaming_log_source`"), ("address in two lines", "jdbc:mysql", "write it on one line"),
     ("misspelt parameter", "serverTimezon=", "did you mean 'serverTimezone'?")],
    [("blank in a name", "` live_gift_total_source`", "write `live_gift_total_source`"),
     ("key without column", "primary key(`user_id`", "declare user_id, or take it out of the key"), ("address in two lines", "jdbc:mysql", "write it on one line"),
     ("other target", "INSERT INTO live_gift_total_sink", "did you mean live_gift_total_amount_sink?")],
    [("address in two lines", "jdbc:mysql", "write it on one line"), ("text for a number", "b.cf.module_id", "write CAST(b.cf.module_id AS BIGINT)"),
     ("clause behind the alias", "for SYSTEM_TIME", "write dim_hbase FOR SYSTEM_TIME AS OF"),
     ("undeclared column", "a.room_id", "declared in the table first")],
]
# A slip that only the data shows, so that `millrace check` tells it where the topic has records.
OTHER_NAME = "member of another name"
# The list of slips that the project was given. The last three are of the text around the SQL: a topic that is called otherwise
# there, a misspelt column of a table that no statement declares, and sinks of one table, of which the statements have none.
LISTED = {OTHER_NAME, "blank in a name", "other target", "key without column", "undeclared column", "text for a number", "misspelt parameter",
          "topic of another name", "misspelt column of a description", "two sinks of one table"}
# The corrections, each for one slip; the last ones take files and result tables for the systems that are not here.
FIXES = [
    ("`live_streaming_log_source `", "`live_streaming_log_source`"), ("` live_gift_total_source`", "`live_gift_total_source`"),
    ("`region_code`", "`region`"), ("primary key(`user_id`, `gift_type`)", "primary key(`gift_type`)"),
    ("INSERT INTO live_gift_total_sink", "INSERT INTO live_gift_total_amount_sink"),
    ("proc_time AS PROCTIME()", "`room_id` VARCHAR,\nproc_time AS PROCTIME()"),
    ("LEFT JOIN dim_hbase AS b for SYSTEM_TIME as of a.proc_time", "LEFT JOIN dim_hbase FOR SYSTEM_TIME AS OF a.proc_time AS b"),
    ("SELECT\nb.cf.module_id,", "SELECT\nCOALESCE(CAST(b.cf.module_id AS BIGINT), 0),"),
]


def jobs():
    """The statements of the three jobs, as they are printed."""
    body = TEXT.read_text(encoding="utf-8").split("3.1.3 Oceanus SQL")[1]
    found = re.findall(r"^(?:CREATE TABLE|INSERT INTO).*?;[ \t]*$", body, re.S | re.M)
    assert len(found) == 10, f"{len(found)} statements"
    return ["\n\n".join(found[first:end]) + "\n" for first, end in ((0, 3), (3, 6), (6, 10))]


def told(binary, file):
    """The mistakes of a script: its line, and all that is said."""
    done = subprocess.run([binary, "explain", str(file)], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode == 1, f"exit {done.returncode}: {done.stdout[:300]}"
    lines = file.read_text(encoding="utf-8").split("\n")
    return [(lines[int(line) - 1], said) for line, said in re.findall(r":(\d+):\d+: error: (.*?)(?=\n[^\n]*:\d+:\d+: error: |\Z)", done.stderr, re.S)]


def corrected(text, logs):
    for slip, fix in FIXES:
        text = text.replace(slip, fix)
    for topic in ("live_streaming_log", "live_gift_total"):
        text = re.sub(r"WITH \(\s*'connector' = 'kafka',\s*'topic' = '" + topic + r"'.*?\n \)",
                      f"WITH ('connector' = 'filesystem', 'path' = '{logs}/{topic}.ndjson', 'format' = 'json')", text, flags=re.S)
    text = re.sub(r"WITH \(\s*'connector' = 'hbase.*?\n\)", f"WITH ('connector' = 'filesystem', 'path' = '{logs}/dim.ndjson', 'format' = 'json')", text, flags=re.S)
    return re.sub(r"WITH \(\s*'connector' = 'jdbc'.*?\n\)", "", text, flags=re.S)


def rows(binary, file, query):
    file.write_text(file.read_text(encoding="utf-8") + query + ";\n", encoding="utf-8")
    done = subprocess.run([binary, "run", str(file), "--output", "csv"], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    assert done.returncode == 0, done.stderr[-600:]
    return list(csv.reader(io.StringIO(done.stdout)))


def other_name(binary, place, text, logs):
    """The topic's records say `region`, the printed table `region_code`."""
    table = text.split(";")[0].replace("`live_streaming_log_source `", "`live_streaming_log_source`") + ";\n"
    table = re.sub(r"'properties.bootstrap.servers' = '[^']*',", "", table)
    queue = kafka_server.QueueServer(binary, place / "queue")
    queue.start(60)
    try:
        records = (logs / live_show.VISITS).read_bytes().split(b"\n")[:50]
        request = urllib.request.Request(
            f"http://{queue.http}/api/v1/ingest/live_streaming_log", data=b"\n".join(records), headers={"Content-Type": "application/x-ndjson"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert json.load(answer)["records"] == len(records)
        queue.stop()
    finally:
        if queue.process.poll() is None:
            queue.kill()
    application = place / "pasted-application"
    (application / "sql").mkdir(parents=True)
    (application / "millrace.yaml").write_text("name: pasted\n", encoding="utf-8")
    (application / "sql" / "1.sql").write_text(table, encoding="utf-8")
    done = subprocess.run(
        [binary, "check", str(application), "--data", str(place / "queue" / "data")], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "1.sql:8:6:" in done.stderr and "hint: name the column region" in done.stderr, done.stderr


def run(binary, place):
    if not TEXT.exists():
        raise recharge.Skipped(f"there is no {TEXT}")
    logs = place / "logs"
    live_show.generate(binary, logs, 5000)
    modules = live_show.pairs(live_show.APPLICATION / "rooms.csv")
    (logs / "dim.ndjson").write_text("".join(
        json.dumps({"rowkey": room, "cf": {"module_id": module}}) + "\n" for room, module in modules.items()), encoding="utf-8")
    printed, slips = jobs(), set()
    for number, (text, wanted) in enumerate(zip(printed, SLIPS), 1):
        file = place / f"{number}.sql"
        file.write_text(text, encoding="utf-8")
        mistakes = told(binary, file)
        for slip, line, hint in wanted:
            slips.add(slip)
            assert any(line in where and hint in said for where, said in mistakes), f"job {number}: nobody says '{hint}' of '{line}': {mistakes}"
        file.write_text(corrected(text, logs), encoding="utf-8")
    other_name(binary, place, printed[0], logs)
    slips.add(OTHER_NAME)
    visits, gifts = (list(live_show.records(logs, name)) for name in (live_show.VISITS, live_show.GIFTS))
    found = rows(binary, place / "1.sql", "SELECT user_id, ip, room_id, arrive_time, region, province FROM live_streaming_log_sink")
    assert {(row[0], row[2], row[5]) for row in found} == {(str(visit["user_id"]), str(visit["room_id"]), visit["province"]) for visit in visits}
    assert len(found) == len({(visit["user_id"], visit["room_id"], visit["arrive_time"]) for visit in visits})
    assert {row[4] for row in found} == {"1122"}, "the region is not read"
    sums = collections.Counter()
    by_module = collections.Counter()
    for gift in gifts:
        sums[str(gift["gift_type"])] += gift["gift_total_amount"]
        by_module[modules.get(str(gift.get("room_id")), "0")] += gift["gift_total_amount"]
    for number, table, key, wanted in ((2, "live_gift_total_amount_sink", "gift_type", sums), (3, "module_gift_total_sink", "module_id", by_module)):
        got = {row[0]: int(row[1]) for row in rows(binary, place / f"{number}.sql", f"SELECT * FROM {table}")}
        assert got == dict(wanted), f"job {number}: want {dict(wanted)}, got {got}"
    assert len(slips) == 9 and len(slips & LISTED) == 7, slips
    return f"{len(slips)} distinct slips told with a correction, {len(slips & LISTED)} of the {len(LISTED)} listed ones; three corrected jobs run"
