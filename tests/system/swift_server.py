# SPDX-License-Identifier: MIT
"""OpenStack Swift with s3api: a real S3 server, on loopback, of this test session's own.

    def test_it(swift):
        bucket = swift.bucket()                  # a new one
        swift.s3.put(bucket, "key", b"...")      # an S3 client of sigv4.py
        swift.endpoint, swift.region, swift.key_id, swift.secret

Its address is http://127.0.0.1:PORT, a bucket's http://127.0.0.1:PORT/BUCKET or, for clients that take *.localhost
for loopback as curl does, http://BUCKET.swift.localhost:PORT. The access key has a colon in it. No memcached: what
Swift keeps there is looked up again. Files stand below the test's own folder, which must keep user xattrs.
"""
import functools
import getpass
import importlib.util
import itertools
import os
import socket
from pathlib import Path

import peers
import rawhttp
import sigv4

KEY_ID, SECRET = "test:tester", "testing"
REGION = "polymux-1"
DOMAIN = "swift.localhost"
NAMES = ("account", "container", "object")
RUN = ["/usr/bin/python3", "-I", Path(__file__).with_name("swift_run.py")]

SWIFT_CONF = """\
[swift-hash]
swift_hash_path_suffix = polymux
"""

STORE_CONF = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
swift_dir = {folder}
devices = {folder}
mount_check = false
workers = 0
fallocate_reserve = 0
disable_fallocate = true
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""

# The cache is one that nobody answers for: s3api wants the filter, and does without what it filters. A part may
# be small here, and as many as there are be read in a second: a test of many parts is not to be one of many bytes.
PROXY_CONF = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
swift_dir = {folder}
workers = 0
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache s3api tempauth slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{nobody}
[filter:s3api]
use = egg:swift#s3api
location = {region}
storage_domain = {domain}
min_segment_size = 102400
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:slo]
use = egg:swift#slo
minimum_segment_size = 1
rate_limit_under_size = 0
[filter:dlo]
use = egg:swift#dlo
"""


def missing(folder):
    """Why there can be no Swift here; None when there can."""
    if importlib.util.find_spec("swift") is None:
        return "no OpenStack Swift: install python3-swift"
    try:
        os.setxattr(folder, "user.polymux", b"1")
    except OSError as error:
        return f"Swift needs user xattrs, and {folder} keeps none: {error}"
    return None


def is_open(port):
    socket.create_connection((rawhttp.LOOPBACK, port), peers.PATIENCE).close()
    return True


class Swift:
    def __init__(self, folder):
        self.folder, self.ports, self.child = Path(folder), peers.Ports(len(NAMES) + 2), None
        self.key_id, self.secret, self.region, self.domain = KEY_ID, SECRET, REGION, DOMAIN
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.virtual = f"http://{DOMAIN}:{self.port}"
        self.s3 = sigv4.S3(self.endpoint, REGION, KEY_ID, SECRET)
        self.numbers = itertools.count(1)

    @property
    def port(self):
        return self.ports[len(NAMES)]

    def start(self):
        (self.folder / "d").mkdir(parents=True)
        (self.folder / "swift.conf").write_text(SWIFT_CONF, "ascii")
        about = {"folder": self.folder, "user": getpass.getuser(), "region": REGION, "domain": DOMAIN,
                 "nobody": self.ports[len(NAMES) + 1]}
        for at, name in enumerate((*NAMES, "proxy")):
            text = PROXY_CONF if name == "proxy" else STORE_CONF
            (self.folder / f"{name}.conf").write_text(text.format(name=name, port=self.ports[at], **about), "utf-8")
        stores = [f"{name}={self.ports[at]}" for at, name in enumerate(NAMES)]
        self.child = peers.Child([*RUN, self.folder, *stores], self.folder / "run.log")
        # The proxy shuns a store for a minute that did not answer: it is asked last.
        for at in range(len(NAMES)):
            self.child.until(functools.partial(is_open, self.ports[at]))
        self.child.until(lambda: self.s3.request("PUT", "first").status == 200)
        return self

    def bucket(self):
        """The name of a new bucket."""
        name = f"bucket-{next(self.numbers)}"
        self.s3.make_bucket(name)
        return name

    def errors(self):
        """What the servers wrote to their logs."""
        return "\n".join(log.read_text("utf-8", "replace") for log in sorted(self.folder.glob("*.log")))

    def end(self):
        if self.child:
            self.child.end()
        self.ports.close()
