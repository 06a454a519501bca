"""The live show as a process, and an oracle that counts the records of its two topics. Standard library only."""

import collections
import datetime
import json
import subprocess
from pathlib import Path

import recharge

APPLICATION = recharge.ROOT / "Apps" / "live-show"
VISITS, GIFTS = "live_streaming_log.ndjson", "live_gift_total.ndjson"


def generate(binary, folder, records, seed=7, rate=5, users=2001, rotate=None):
    """Writes the files of both topics as fast as possible."""
    command = [binary, "generate", "live-show", "--out", folder, "--rate", rate, "--count", records, "--seed", seed, "--users", users]
    if rotate:
        command += ["--rotate", rotate]
    subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def records(folder, name):
    """The records of a topic's files, the rotated ones too, as dictionaries; lines that are no JSON object are passed over."""
    for file in sorted(Path(folder).glob(name + "*")):
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                if isinstance(record, dict):
                    yield record


def pairs(file):
    return dict(line.split(",") for line in Path(file).read_text(encoding="utf-8").splitlines())


def expected(visits, gifts):
    """What the tables of the application must hold, counted from lists of records without any of its code."""
    visits, gifts = list(visits), list(gifts)
    modules = {int(room): int(module) for room, module in pairs(APPLICATION / "rooms.csv").items()}
    nicknames = {int(user): name for user, name in pairs(APPLICATION / "profiles.csv").items()}
    minute = lambda record: record["create_time"][:16]
    tables = {}

    def people(name, key, records):
        seen = collections.defaultdict(set)
        for record in records:
            seen[key(record)].add(record["user_id"])
        tables[name] = {key: len(users) for key, users in seen.items()}

    people("viewer_minutes", minute, visits)
    people("member_grades", lambda visit: visit["grade"], visits)
    people("region_viewers", lambda visit: visit["province"], visits)
    people("region_grades", lambda visit: (visit["province"], visit["grade"]), visits)
    tables["viewer_totals"] = [len(visits), len({visit["user_id"] for visit in visits})]
    tables["gift_totals"] = [sum(gift["gift_total_amount"] for gift in gifts), len(gifts), len({gift["user_id"] for gift in gifts})]

    # Where a viewer is: the room of the newest record, the larger number where two are equally new.
    newest = {}
    for visit in visits:
        newest[visit["user_id"]] = max(newest.get(visit["user_id"], ("", 0)), (visit["create_time"], visit["room_id"]))
    by_type, by_minute, by_giver, by_module = (collections.Counter() for _ in range(4))
    for gift in gifts:
        amount = gift["gift_total_amount"]
        by_type[gift["gift_type"]] += amount
        by_minute[minute(gift)] += amount
        by_giver[gift["user_id"]] += amount
        room = gift.get("room_id") or newest.get(gift["user_id"], ("", 0))[1]
        by_module[modules.get(room, 0)] += amount
    tables["gift_type_totals"], tables["gift_minutes"], tables["module_gift_totals"] = dict(by_type), dict(by_minute), dict(by_module)
    leaders = sorted(by_giver.items(), key=lambda giver: (-giver[1], giver[0]))[:10]
    tables["top_givers"] = [[user, nicknames.get(user), amount] for user, amount in leaders]
    return tables


def last_six_hours(tables):
    """The number of the big counter: gifts of the 360 minutes up to the newest one."""
    written = "%Y-%m-%d %H:%M"
    newest = datetime.datetime.strptime(max(tables["gift_minutes"]), written)
    begin = (newest - datetime.timedelta(hours=6)).strftime(written)
    return sum(amount for minute, amount in tables["gift_minutes"].items() if minute > begin)


class Server(recharge.Server):
    """`millrace up` over the application."""

    application = APPLICATION
    variable = "MILLRACE_LIVE_SHOW"

    def job(self):
        """All jobs run, and the first of them."""
        jobs = self.get("/api/v1/jobs")["jobs"]
        assert len(jobs) >= 3, jobs
        for job in jobs:
            assert job["state"] == "running", f"{job['name']} {job['state']}: {job['error']}"
        return jobs[0]

    def tables(self):
        keyed = lambda sql, key=lambda row: row[0]: {key(row): int(row[-1]) for row in self.rows(sql)}
        one = lambda sql: [int(value or 0) for value in (self.rows(sql) or [[0, 0, 0]])[0]]
        return {
            "viewer_totals": one("SELECT visits, viewers FROM viewer_totals"),
            "viewer_minutes": keyed("SELECT `minute`, viewers FROM viewer_minutes"),
            "member_grades": keyed("SELECT grade, members FROM member_grades"),
            "region_viewers": keyed("SELECT province, viewers FROM region_viewers"),
            "region_grades": keyed("SELECT province, grade, members FROM region_grades", lambda row: (row[0], row[1])),
            "gift_totals": one("SELECT gifts, presents, givers FROM gift_totals"),
            "gift_type_totals": keyed("SELECT gift_type, gifts FROM gift_type_totals"),
            "gift_minutes": keyed("SELECT `minute`, gifts FROM gift_minutes"),
            "module_gift_totals": keyed("SELECT module_id, gifts FROM module_gift_totals"),
            "top_givers": sorted(([int(row[0]), row[1], int(row[2])] for row in self.rows("SELECT user_id, nickname, gifts FROM top_givers")),
                                 key=lambda giver: (-giver[2], giver[0])),
        }


def differences(wanted, found):
    """What differs, one line a table; empty when all are equal."""
    told = []
    for name, want in wanted.items():
        got = found.get(name)
        if want == got:
            continue
        if isinstance(want, dict):
            keys = [key for key in want.keys() | got.keys() if want.get(key) != got.get(key)]
            told.append(f"{name}: {len(keys)} of {len(want)} differ, one is {keys[0]}: want {want.get(keys[0])}, got {got.get(keys[0])}")
        else:
            told.append(f"{name}: want {want}, got {got}")
    return told
