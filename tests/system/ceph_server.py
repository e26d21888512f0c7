# SPDX-License-Identifier: MIT
"""Ceph's RGW: another real S3 server, on loopback, of this test session's own.

    def test_it(ceph):
        bucket = ceph.bucket()                   # a new one
        ceph.s3.put(bucket, "key", b"...")       # an S3 client of sigv4.py
        ceph.endpoint, ceph.region, ceph.key_id, ceph.secret

A monitor, an OSD that keeps all in memory, and the gateway: three processes that are ended by their ids, out of the
packages' programs alone. A bucket's address is http://127.0.0.1:PORT/BUCKET or http://BUCKET.rgw.localhost:PORT.
Only in long rounds: see `missing`.
"""
import itertools
import os
import shutil
import subprocess
import uuid
from pathlib import Path

import peers
import sigv4

KEY_ID, SECRET = "testing", "testing-secret"
REGION = "us-east-1"
DOMAIN = "rgw.localhost"
PROGRAMS = ("ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")

# What has no port here takes the next free one from 6800 on. One copy of everything, and as few placement groups as
# there can be. Parts may be as small as at the other S3.
CONF = """\
[global]
fsid = {fsid}
mon host = v2:127.0.0.1:{mon}/0
keyring = {folder}/keyring
run dir = {folder}
admin socket =
pid file =
log file = {folder}/$name.log
public network = 127.0.0.0/8
cluster network = 127.0.0.0/8
ms bind ipv4 = true
ms bind ipv6 = false
mon data = {folder}/mon
mon data avail crit = 0
mon data avail warn = 0
mon allow pool size one = true
mon max pg per osd = 1000
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
[client.admin]
rgw data = {folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw dns name = {domain}
rgw thread pool size = 16
rgw multipart min part size = 102400
"""
# Whose key may do what; the monitor is given them all before it starts.
CAPS = {"mon.": ["mon", "allow *"], "osd.0": ["mon", "allow profile osd", "osd", "allow *"],
        "client.admin": ["mon", "allow *", "osd", "allow *", "mgr", "allow *"]}


def missing():
    """Why there is to be no Ceph here; None when there can be."""
    if not os.environ.get("POLYMUX_TEST_LONG"):
        return "long: set POLYMUX_TEST_LONG=1"
    if any(peers.program(name) is None for name in PROGRAMS):
        return "no Ceph: install ceph-mon, ceph-osd and radosgw"
    return None


class Ceph:
    def __init__(self, folder):
        self.folder, self.ports, self.children = Path(folder), peers.Ports(2), []
        self.key_id, self.secret, self.region, self.domain = KEY_ID, SECRET, REGION, DOMAIN
        self.port = self.ports[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.s3 = sigv4.S3(self.endpoint, REGION, KEY_ID, SECRET)
        self.numbers = itertools.count(1)
        self.fsid, self.osd = str(uuid.uuid4()), str(uuid.uuid4())

    def call(self, name, *words):
        """One of Ceph's tools, to its end."""
        done = subprocess.run([peers.program(name), *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120)
        assert done.returncode == 0, f"{name} {words}: {done.stdout}{done.stderr}"

    def configured(self, name, *words):
        self.call(name, "-c", self.folder / "ceph.conf", *words)

    def run(self, name, *words):
        """One of Ceph's servers, in the foreground."""
        command = [peers.program(name), "-c", self.folder / "ceph.conf", "-f", *words]
        self.children.append(peers.Child(command, self.folder / f"{name}.out"))
        return self.children[-1]

    def start(self):
        for name in ("mon", "osd", "rgw"):
            (self.folder / name).mkdir(parents=True)
        text = CONF.format(folder=self.folder, fsid=self.fsid, mon=self.ports[0], port=self.port, domain=DOMAIN)
        (self.folder / "ceph.conf").write_text(text, "utf-8")
        self.make_keys()
        self.start_monitor()
        self.configured("ceph", "--connect-timeout", 60, "osd", "new", self.osd)
        self.configured("ceph-osd", "-i", 0, "--mkfs", "--osd-uuid", self.osd)
        self.run("ceph-osd", "-i", 0)
        # Waits for the OSD, for it writes there.
        self.configured("radosgw-admin", "user", "create", "--uid=tester", "--display-name=tester",
                        f"--access-key={KEY_ID}", f"--secret={SECRET}")
        self.run("radosgw", "-n", "client.admin").until(lambda: self.s3.request("GET").status == 200)
        return self

    def make_keys(self):
        keyring = self.folder / "keyring"
        self.call("ceph-authtool", "--create-keyring", keyring)
        for name, caps in CAPS.items():
            words = [word for at in range(0, len(caps), 2) for word in ("--cap", *caps[at:at + 2])]
            self.call("ceph-authtool", keyring, "--gen-key", "-n", name, *words)

    def start_monitor(self):
        monmap = self.folder / "monmap"
        self.call("monmaptool", "--create", "--addv", "a", f"[v2:127.0.0.1:{self.ports[0]}]", "--fsid", self.fsid, monmap)
        self.configured("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap, "--keyring", self.folder / "keyring")
        self.run("ceph-mon", "-i", "a")

    def bucket(self):
        """The name of a new bucket."""
        name = f"bucket-{next(self.numbers)}"
        self.s3.make_bucket(name)
        return name

    def end(self):
        """The gateway first: it would wait for the others."""
        for child in reversed(self.children):
            child.end()
        self.ports.close()
        shutil.rmtree(self.folder, ignore_errors=True)
