# SPDX-License-Identifier: MIT
"""Fixtures of the system tests.

Run as: /usr/bin/python3 -m pytest tests/system -n 2 --dist loadfile
POLYMUX_BIN names the command (default build-test/polymux, then build/polymux).
"""
import collections
import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import ceph_server  # noqa: E402
import driver  # noqa: E402
import media as media_files  # noqa: E402
import netem  # noqa: E402
import nginx_source  # noqa: E402
import oss_server  # noqa: E402
import peers  # noqa: E402
import server as servers  # noqa: E402
import swift_server  # noqa: E402


LONG = bool(os.environ.get("POLYMUX_TEST_LONG"))


def pytest_configure(config):
    config.addinivalue_line("markers", "long: only tried with POLYMUX_TEST_LONG=1")
    config.addinivalue_line("markers", "lean(n): of its cases only every n-th is tried without POLYMUX_TEST_LONG=1")


def is_left_out(item, seen):
    """Whether it is for long rounds only; `seen` counts the cases of each test."""
    mark = item.get_closest_marker("lean")
    if not mark:
        return item.get_closest_marker("long") is not None
    test = item.nodeid.split("[")[0]
    seen[test] += 1
    return (seen[test] - 1) % mark.args[0] != 0


def pytest_collection_modifyitems(items):
    seen = collections.Counter()
    for item in items:
        if not LONG and is_left_out(item, seen):
            item.add_marker(pytest.mark.skip(reason="long: set POLYMUX_TEST_LONG=1"))
    if driver.binary() is None:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="no polymux built: set POLYMUX_BIN"))


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    """Media made once a session, shared by pytest-xdist's workers."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    return media_files.Store(base / "media")


@pytest.fixture
def polymux(tmp_path):
    """The command with a cache of its own, gone after the test."""
    made = driver.Polymux(tmp_path / "h")
    yield made
    made.end()
    shutil.rmtree(tmp_path / "h", ignore_errors=True)


@pytest.fixture(scope="module")
def polymux_module(tmp_path_factory):
    """As `polymux`, for runs that several tests of a module look at."""
    home = tmp_path_factory.mktemp("h")
    made = driver.Polymux(home)
    yield made
    made.end()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def server(tmp_path):
    """A running `polymux serve` with a data folder of its own, ended after the test."""
    made = servers.Server(tmp_path / "s")
    try:
        yield made.start()
    finally:
        made.end()
    shutil.rmtree(tmp_path / "s", ignore_errors=True)


@pytest.fixture(scope="module")
def server_module(tmp_path_factory):
    """As `server`, shared by the tests of a module."""
    home = tmp_path_factory.mktemp("s")
    made = servers.Server(home)
    try:
        yield made.start()
    finally:
        made.end()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def servers_made(tmp_path):
    """Makes servers that are not started yet: servers_made(name="s", config=..., env=...)."""
    made = []

    def make(*args, name="s", **how):
        made.append(servers.Server(tmp_path / name, *args, **how))
        return made[-1]

    yield make
    for one in made:
        one.end()


@pytest.fixture
def oss(tmp_path):
    """An OSS of this test's own, with no bucket yet; see oss_server.py."""
    made = oss_server.OssServer(tmp_path / "oss")
    yield made
    made.end()
    shutil.rmtree(tmp_path / "oss", ignore_errors=True)


@pytest.fixture(scope="session")
def swift(tmp_path_factory):
    """OpenStack Swift as an S3 server, started for the first test that asks."""
    home = tmp_path_factory.mktemp("swift")
    why = swift_server.missing(home)
    if why:
        pytest.skip(why)
    made = swift_server.Swift(home)
    try:
        yield made.start()
    finally:
        made.end()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def ceph(tmp_path_factory):
    """Ceph's RGW as another S3 server, in long rounds; started for the first test that asks."""
    why = ceph_server.missing()
    if why:
        pytest.skip(why)
    made = ceph_server.Ceph(tmp_path_factory.mktemp("ceph"))
    try:
        yield made.start()
    finally:
        made.end()


def run_nginx(folder):
    if peers.program("nginx") is None:
        pytest.skip("no nginx: install nginx")
    made = nginx_source.Nginx(folder)
    try:
        yield made.start()
    finally:
        made.end()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def nginx(tmp_path):
    """nginx as an HTTP source, with no file yet; see nginx_source.py."""
    yield from run_nginx(tmp_path / "nginx")


@pytest.fixture(scope="module")
def nginx_module(tmp_path_factory):
    """As `nginx`, shared by the tests of a module."""
    yield from run_nginx(tmp_path_factory.mktemp("nginx") / "n")


@pytest.fixture
def far(tmp_path):
    """A network whose loopback has 20 ms of latency each way; see netem.py."""
    try:
        made = netem.Netem(tmp_path)
    except netem.Unavailable as why:
        pytest.skip(f"no slow network here: {why}")
    yield made
    made.end()
