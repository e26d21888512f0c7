# SPDX-License-Identifier: MIT
"""Tests of measuring the service: of what the figures are made of."""
import itertools
import socket
import sqlite3
import threading

import pytest

import api_fill
import api_load
import api_report
import api_requests
import api_streams

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Answerer(threading.Thread):
    """A server that answers what its connections ask, in the pieces given, then closes."""

    def __init__(self, pieces, connections=1):
        super().__init__(daemon=True)
        self.pieces, self.connections, self.asked = pieces, connections, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        served = [threading.Thread(target=self.serve, args=self.listener.accept()[:1], daemon=True)
                  for _ in range(self.connections)]
        for one in served:
            one.start()
        for one in served:
            one.join()

    def serve(self, one):
        with one:
            for pieces in self.pieces:
                asked = one.recv(65536)
                if not asked:
                    return
                self.asked.append(asked)
                for piece in pieces:
                    one.sendall(piece)


# --- load ---

def test_each_client_sends_its_next_request_when_the_last_is_answered():
    server = Answerer([[OK[:10], OK[10:-3], OK[-3:]]] * 50, connections=2)
    load = api_load.run(server.port, [b"%d" % number for number in range(60)], 10, clients=2)
    assert len(load.latencies) == 60 and load.statuses == {200: 60}
    assert sorted(server.asked, key=int) == [b"%d" % number for number in range(60)]
    assert load.latencies == sorted(load.latencies)


def test_load_ends_when_the_time_is_up():
    server = Answerer(itertools.repeat([OK]))
    load = api_load.run(server.port, api_load.again_and_again([b"x"]), 0.3, clients=1)
    assert 0.3 <= load.wall < 5
    assert load.rate == len(load.latencies) / load.wall


def test_refusals_are_counted_as_what_they_are():
    server = Answerer([[OK], [OK.replace(b"200", b"503")]])
    assert api_load.run(server.port, [b"1", b"2"], 10, clients=1).statuses == {200: 1, 503: 1}


def test_a_closed_connection_is_not_an_answer():
    with pytest.raises(ConnectionError):
        api_load.run(Answerer([[OK[:-1]]]).port, [b"1"], 10, clients=1)


@pytest.mark.parametrize(("count", "share", "found"), [(100, 0.99, 99), (100, 0.5, 50), (1, 0.99, 1), (101, 0.99, 100)])
def test_rank(count, share, found):
    assert api_load.rank(list(range(1, count + 1)), share) == found


# --- streams ---

def test_streams_count_events_but_those_they_begin_with():
    begin = b"HTTP/1.1 200 OK\r\n\r\nevent: state\n"
    more = threading.Event()

    class Later(Answerer):
        def serve(self, one):
            with one:
                one.recv(65536)
                one.sendall(begin)
                more.wait(10)
                one.sendall(b"event: progress\n\nevent: progress\n\n")
                one.recv(1)

    streams = api_streams.Streams(Later([], connections=3).port, b"GET", 3)
    assert streams.events == 0
    more.set()
    for _ in range(100):
        if streams.events < 6:
            streams.read(1)
    assert streams.events == 6
    streams.close()


def test_a_refusal_is_no_stream():
    with pytest.raises(ConnectionError):
        api_streams.Streams(Answerer([[b"HTTP/1.1 503 No\r\n\r\n"]]).port, b"GET", 1)


# --- requests ---

def test_signature_is_the_official_clients():
    """A vector of @alicloud/openapi-core 1.0.8."""
    query = ("ClientToken=86f8e525-9d73-4dac&Config=%7B%22Inputs%22%3A%5B%7B%22InputFile%22%3A%7B%22Type%22%3A%22OSS"
             "%22%2C%22Media%22%3A%22oss%3A%2F%2Fmy-bucket%2Fin%20dir%2F%E6%96%87%E4%BB%B6%20%281%29%2A~%27%21%2B.mp4"
             "%22%7D%7D%5D%7D&UserData=a%3Db%26c")
    headers = {"host": "127.0.0.1:18080", "x-acs-action": "SubmitMediaConvertJob",
               "x-acs-content-sha256": api_requests.NOTHING, "x-acs-credentials-provider": "static_ak",
               "x-acs-date": "2026-01-02T03:04:05Z", "x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
               "x-acs-version": "2020-11-09"}
    assert (api_requests.signature("testAccessKeySecret", query, headers)
            == "1f7c462a8e74e65b1fc92f4c8c05a9b7bfcfe2dd62e97c5362bf8131bc820f05")


def test_jobs_are_in_the_bucket():
    large, small = api_requests.large_job("made"), api_requests.small_job("made")
    assert len(large["OutputGroups"][0]["Outputs"]) == 8 and len(large["Inputs"]) == 4
    for job in (large, small):
        files = [given["InputFile"] for given in job["Inputs"]]
        files += [group["GroupConfig"]["OutputFileBase"] for group in job["OutputGroups"]]
        assert all(file["Media"].startswith("oss://media/") for file in files)


# --- filling ---

TABLES = """
CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT);
CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT, created TEXT, finished TEXT, client_token TEXT UNIQUE,
                   "trigger" TEXT, number BIGINT UNIQUE);
CREATE TABLE parts (id TEXT PRIMARY KEY, job TEXT REFERENCES jobs (id), "group" BIGINT, created TEXT);
CREATE TABLE events (seq BIGINT PRIMARY KEY, job TEXT REFERENCES jobs (id), at TEXT, body TEXT);
CREATE TABLE outbox (id BIGINT PRIMARY KEY, job TEXT);
INSERT INTO jobs VALUES ('j1', 'Complete', '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:07.500Z', NULL, 'API', 1),
                        ('j2', 'Inited', '2026-01-02T03:04:06.000Z', NULL, NULL, 'API', 2);
INSERT INTO parts VALUES ('p1', 'j1', 0, '2026-01-02T03:04:05.000Z');
INSERT INTO events VALUES (1, 'j1', '2026-01-02T03:04:05.000Z', '{"id":"j1"}'),
                          (2, 'j2', '2026-01-02T03:04:06.000Z', '{"id":"j2"}'),
                          (3, 'j1', '2026-01-02T03:04:07.000Z', '{"id":"p1","percent":100}');
INSERT INTO counters VALUES ('job', 2), ('event', 3), ('jobs Complete', 1), ('jobs Inited', 1);
"""
NOW = 1_800_000_000_000


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "polymux.db"
    db = sqlite3.connect(path)
    db.executescript(TABLES)
    yield path, db
    db.close()


def test_filling_copies_whole_jobs(store):
    path, db = store
    made = api_fill.fill(path, {"j1": 0.5, "j2": 0.5}, 1000, NOW)
    assert len(set(made)) == 1000
    assert db.execute("SELECT COUNT(*) FROM jobs").fetchone() == (1002,)
    complete, = db.execute("SELECT COUNT(*) FROM jobs WHERE state = 'Complete'").fetchone()
    assert 400 < complete < 600
    assert dict(db.execute("SELECT name, value FROM counters")) == {
        "job": 1002, "event": 3 + 2 * (complete - 1) + (1001 - complete), "jobs Complete": complete,
        "jobs Inited": 1002 - complete}
    # Every part and event is its own job's, and what took 2.5 s still does.
    strangers = """SELECT COUNT(*) FROM events LEFT JOIN parts ON parts.job = events.job
                   WHERE json_extract(body, '$.id') NOT IN (events.job, COALESCE(parts.id, ''))"""
    slower = """SELECT COUNT(*) FROM jobs WHERE finished IS NOT NULL
                AND ABS((julianday(finished) - julianday(created)) * 86400 - 2.5) > 0.001"""
    told = "SELECT COUNT(*) FROM events JOIN parts ON parts.id = json_extract(body, '$.id')"
    assert db.execute(strangers).fetchone() == db.execute(slower).fetchone() == (0,)
    assert db.execute(told).fetchone() == (complete,)
    in_order = [row[0] for row in db.execute("SELECT id FROM jobs WHERE number > 2 ORDER BY created")]
    assert in_order == made == sorted(made)


def test_a_wrong_counter_is_found(store):
    path, db = store
    db.execute("UPDATE counters SET value = 7 WHERE name = 'jobs Inited'")
    db.commit()
    with pytest.raises(RuntimeError, match="Inited"):
        api_fill.fill(path, {"j1": 1}, 10, NOW)


# --- the table ---

def test_the_table_has_medians_over_the_rounds():
    def load(kind, rate):
        return {"kind": kind, "rate": rate, "p50": 0.001, "p99": 0.0123, "cpu_each": 0.0005}

    cost = {"pss": 10 << 20, "rss": 20 << 20, "cpu": 0.025}
    text = api_report.report({
        "clients": 8, "jobs": 100_000, "readers": 1000,
        "loads": [load("submit", 500), load("submit", 900), load("submit", 600), load("sync", 300)],
        "idle": {"empty": cost, "filled": cost, "loaded": cost}, "streams": {"idle": cost, "busy": cost}})
    assert "| submit, REST, one output | 600/s | 1.0 ms | 12.3 ms | 0.5 ms | ≥ 500/s, p99 < 20 ms |" in text
    assert "| idle, 100,000 jobs | 20.0 MiB | 10.0 MiB |" in text
    assert "| 20.0 MiB | 10.0 MiB | 2.5% |" in text
    assert text.endswith("2.00.")
