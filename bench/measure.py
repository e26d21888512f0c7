# SPDX-License-Identifier: MIT
"""Runs a command and says what it and everything it started cost.

CPU time comes from the kernel's own account of ended processes, so nothing is missed between two
samples. Memory is sampled ten times a second over the whole tree, because no counter has the peak of
a sum. Called by bench.py; touches no files but the command's log.
"""
import ctypes
import os
import resource
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
SAMPLE_SECONDS = 0.1
MIB = 1024 * 1024


@dataclass
class Cost:
    """What one run cost. Seconds and bytes."""
    cpu: float
    wall: float
    peak_pss: int      # largest sum over the tree; shared pages counted once
    peak_rss: int      # the same with shared pages counted in each process
    peak_process: int  # largest resident size that any single process had
    processes: int     # most processes at once


def become_reaper():
    """Orphans of a command become our children, so that their CPU time is counted too."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def children_of(pid):
    """Processes that any thread of the process started and that still run."""
    found = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, listing.read_text("ascii").split())
        except OSError:
            pass  # the thread ended since
    return found


def tree_of(pid):
    found = [pid]
    for one in found:
        found += children_of(one)
    return found


def status_field(text, name):
    """A field "Name:   123 kB" of a /proc file, in bytes; 0 when it is not there."""
    for line in text.splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    return 0


def memory_of(pid):
    """(PSS, RSS, peak RSS) of one process, zeros when it has ended.

    A sandboxed process may not let itself be looked into; its RSS then stands for its PSS.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return 0, 0, 0
    rss, peak = status_field(status, "VmRSS"), status_field(status, "VmHWM")
    try:
        pss = status_field(Path(f"/proc/{pid}/smaps_rollup").read_text("ascii", "replace"), "Pss")
    except OSError:
        pss = rss
    return pss, rss, peak


class Sampler(threading.Thread):
    """Watches the tree below a process until told to stop."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.over = threading.Event()
        self.peak_pss = self.peak_rss = self.peak_process = self.processes = 0

    def run(self):
        while not self.over.wait(SAMPLE_SECONDS):
            self.sample()

    def sample(self):
        alive = [memory for memory in map(memory_of, tree_of(self.pid)) if memory[1] > 0]
        self.peak_pss = max(self.peak_pss, sum(memory[0] for memory in alive))
        self.peak_rss = max(self.peak_rss, sum(memory[1] for memory in alive))
        self.peak_process = max([self.peak_process] + [memory[2] for memory in alive])
        self.processes = max(self.processes, len(alive))

    def stop(self):
        self.over.set()
        self.join()


def children_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def reap_orphans():
    """Waits for what the command left behind: it is part of its cost."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def run(command, log, environment=None, folder=None):
    """Runs the command to its end; its output goes into the file log. Raises when it fails."""
    cpu, start = children_cpu(), time.monotonic()
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   cwd=folder, env={**os.environ, **(environment or {})})
        sampler = Sampler(process.pid)
        sampler.start()
        status = process.wait()
        reap_orphans()
        wall = time.monotonic() - start
        sampler.stop()
    if status != 0:
        raise subprocess.CalledProcessError(status, command)
    return Cost(cpu=children_cpu() - cpu, wall=wall, peak_pss=sampler.peak_pss,
                peak_rss=sampler.peak_rss, peak_process=sampler.peak_process,
                processes=sampler.processes)
