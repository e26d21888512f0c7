# SPDX-License-Identifier: MIT
"""Fills the store of a stopped server with copies of jobs that it has run, spread over a month.

Rows are read and written whole, so that this need not know what is in them, but for ids, numbers and
moments. Called by api.py.
"""
import datetime
import json
import os
import random
import sqlite3
from collections import Counter

MONTH = 30 * 86400 * 1000
BATCH = 2000


def moment(milliseconds):
    at = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def milliseconds(text):
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def identity(at, chance):
    """UUID version 7, as the server makes them."""
    return f"{at:012x}7{chance.getrandbits(12):03x}{0x8000 | chance.getrandbits(14):04x}{chance.getrandbits(48):012x}"


class Pattern:
    """A job of the store, to be copied."""

    def __init__(self, db, job):
        self.job, = self.rows(db, "SELECT * FROM jobs WHERE id = ?", job)
        self.parts = self.rows(db, "SELECT * FROM parts WHERE job = ? ORDER BY id", job)
        self.events = self.rows(db, "SELECT * FROM events WHERE job = ? ORDER BY seq", job)
        if db.execute("SELECT COUNT(*) FROM outbox WHERE job = ?", (job,)).fetchone()[0]:
            raise RuntimeError("jobs with messages cannot be copied")
        self.created = milliseconds(self.job["created"])

    @staticmethod
    def rows(db, statement, job):
        cursor = db.execute(statement, (job,))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor]

    def shifted(self, row, shift):
        return {name: moment(milliseconds(row[name]) + shift)
                for name in ("created", "started", "finished", "at") if row.get(name)}

    def copy(self, at, number, seq, chance):
        """(job, parts, events) that began at that moment; the first event has this seq."""
        shift = at - self.created
        ids = {row["id"]: identity(at, chance) for row in [self.job, *self.parts]}
        mine = ids[self.job["id"]]
        job = {**self.job, **self.shifted(self.job, shift), "id": mine, "number": number,
               "client_token": mine[::-1]}
        parts = [{**part, **self.shifted(part, shift), "id": ids[part["id"]], "job": mine}
                 for part in self.parts]
        events = []
        for event in self.events:
            body = json.loads(event["body"])
            body["id"] = ids[body["id"]]
            events.append({**event, **self.shifted(event, shift), "seq": seq + len(events), "job": mine,
                           "body": json.dumps(body, separators=(",", ":"))})
        return job, parts, events


def insert(db, table, rows):
    if not rows:
        return
    columns = ", ".join(f'"{name}"' for name in rows[0])
    marks = ", ".join("?" * len(rows[0]))
    db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", [tuple(row.values()) for row in rows])


def counter(db, name):
    return db.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()[0]


def add_all(db, patterns, shares, count, now, chance):
    first, number, seq = now - MONTH, counter(db, "job"), counter(db, "event")
    states, made = Counter(), []
    for start in range(0, count, BATCH):
        jobs, parts, events = [], [], []
        for place in range(start, min(count, start + BATCH)):
            pattern, = chance.choices(patterns, shares)
            number += 1
            job, its_parts, its_events = pattern.copy(first + MONTH * place // count, number, seq + 1, chance)
            seq += len(its_events)
            jobs.append(job)
            parts += its_parts
            events += its_events
        for table, rows in (("jobs", jobs), ("parts", parts), ("events", events)):
            insert(db, table, rows)
        states.update(job["state"] for job in jobs)
        made += [job["id"] for job in jobs]
    db.execute("UPDATE counters SET value = ? WHERE name = 'job'", (number,))
    db.execute("UPDATE counters SET value = ? WHERE name = 'event'", (seq,))
    for state, more in states.items():
        db.execute("UPDATE counters SET value = value + ? WHERE name = ?", (more, f"jobs {state}"))
    return made


def check(db):
    """The counters are what the server believes; they must agree with the rows."""
    for state, count in db.execute("SELECT state, COUNT(*) FROM jobs GROUP BY state"):
        if counter(db, f"jobs {state}") != count:
            raise RuntimeError(f"the counter of jobs that are {state} is wrong")
    if db.execute("PRAGMA foreign_key_check").fetchone():
        raise RuntimeError("a row belongs to no job")


def fill(path, jobs, count, now):
    """Adds `count` copies of `jobs` ({id: share}) up to the moment `now`; returns their ids."""
    chance = random.Random(1)
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -200000")
        db.execute("BEGIN")
        made = add_all(db, [Pattern(db, job) for job in jobs], list(jobs.values()), count, now, chance)
        db.execute("COMMIT")
        check(db)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        db.close()
    settle(path)
    return made


def settle(path):
    """All of it onto the disk, or the first syncs that are measured would wait for it."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
