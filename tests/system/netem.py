# SPDX-License-Identifier: MIT
"""A network of a test's own whose loopback is slow, as if its other end were far away.

    far = Netem(tmp_path, delay_ms=20)           # each way: an answer takes 40 ms
    with far.entered():                          # this thread, and the processes and sockets that it makes, are there
        oss = OssServer(tmp_path / "oss")
        polymux.run(...)
    far.end()

Nothing outside reaches what is there, nor the other way round. Needs root. What delays is netem, where the kernel has
it; else packets leave loopback through a TUN device to delay_run.py and come back when their time has come. Neither:
Unavailable says what `tc` answered.
"""
import contextlib
import ctypes
import os
import subprocess
import sys
import threading
from pathlib import Path

import peers

CLONE_NEWNET = 0x40000000
DEVICE = "delay"
# The size that packets have out there. Larger ones would make few of them fill a connection's first window.
MTU = 1500
TUN = """
    ip tuntap add dev {device} mode tun vnet_hdr
    ip link set {device} mtu {mtu} txqueuelen 10000 up
    tc qdisc add dev lo clsact
    tc qdisc add dev {device} clsact
    tc filter add dev lo egress protocol all u32 match u32 0 0 action mirred egress redirect dev {device}
    tc filter add dev {device} ingress protocol all u32 match u32 0 0 action mirred ingress redirect dev lo
"""
# Without these the kernel does not believe a packet that comes from itself; see its ip-sysctl.rst.
BELIEVE = {"rp_filter": 0, "accept_local": 1, "route_localnet": 1}


class Unavailable(Exception):
    """Why there can be no slow network here."""


def system_call(name, *args):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*args) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def new_network():
    """An open file that stands for a new network, which lives as long as it or a process in it does."""
    found = []

    def make():
        try:
            system_call("unshare", CLONE_NEWNET)
            found.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC))
        except OSError as error:
            found.append(error)

    maker = threading.Thread(target=make)
    maker.start()
    maker.join()
    if isinstance(found[0], OSError):
        raise Unavailable(f"no network namespace: {found[0]}")
    return found[0]


class Netem:
    def __init__(self, folder, delay_ms=20):
        self.folder, self.delay_ms, self.child, self.how = Path(folder), delay_ms, None, None
        self.file = new_network()
        try:
            with self.entered():
                self.set_up()
        except BaseException:
            self.end()
            raise

    def set_up(self):
        self.must(f"ip link set lo mtu {MTU} up")
        answer = self.tool(f"tc qdisc add dev lo root netem delay {self.delay_ms}ms limit 100000")
        if not answer:
            self.how = "netem"
            return
        try:
            self.set_up_tun()
        except (OSError, AssertionError) as error:
            raise Unavailable(f"tc says: {answer}; and without netem: {error}") from error
        self.how = f"tun, for tc says: {answer}"

    def set_up_tun(self):
        for line in TUN.format(device=DEVICE, mtu=MTU).strip().splitlines():
            self.must(line.strip())
        for name in ("all", "lo", DEVICE):
            for key, value in BELIEVE.items():
                Path(f"/proc/sys/net/ipv4/conf/{name}/{key}").write_text(str(value), "ascii")
        script = Path(__file__).with_name("delay_run.py")
        self.child = peers.Child([sys.executable, "-I", script, DEVICE, self.delay_ms], self.folder / "delay.log")
        self.child.until(lambda: "ready" in self.child.said())

    @staticmethod
    def tool(line):
        """What a command complains of; nothing when it succeeds."""
        name, *words = line.split()
        done = subprocess.run([peers.program(name) or name, *words], capture_output=True, text=True)
        if done.returncode == 0:
            return ""
        return (done.stdout + done.stderr).strip() or f"{name}: exit status {done.returncode}"

    def must(self, line):
        answer = self.tool(line)
        assert not answer, f"{line}: {answer}"

    @contextlib.contextmanager
    def entered(self):
        """The calling thread is in this network, and then back in its own."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            system_call("setns", self.file, CLONE_NEWNET)
            try:
                yield self
            finally:
                system_call("setns", before, CLONE_NEWNET)
        finally:
            os.close(before)

    def end(self):
        if self.child:
            self.child.end()
        os.close(self.file)
