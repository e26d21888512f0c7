# SPDX-License-Identifier: MIT
"""Runs OpenStack Swift out of python3-swift alone, without the packages that bring services and users.

    python3 -I swift_run.py FOLDER account=PORT container=PORT object=PORT

FOLDER has swift.conf and a NAME.conf for each of the three stores and the proxy; it gets the rings and a NAME.log.
One process loads Swift, and the four servers are forks of it that end with it. -I, so that no file of the tests is
ever taken for a module of Swift's.
"""
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def write_ring(folder, name, port):
    from swift.common.ring import RingBuilder
    builder = RingBuilder(part_power=2, replicas=1, min_part_hours=0)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "d",
                     "weight": 1, "replication_ip": "127.0.0.1", "replication_port": port})
    builder.rebalance(seed="polymux")
    builder.get_ring().save(os.path.join(folder, f"{name}.ring.gz"))


def serve(folder, name, run_wsgi):
    """In a child of its own; comes back when the server could not be started."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    log = os.open(os.path.join(folder, f"{name}.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    return run_wsgi(os.path.join(folder, f"{name}.conf"), f"{name}-server", verbose=True)


def main(folder, *stores):
    # Before the forks what each would spend a second on. Swift forks its own workers like this too.
    from swift.common import utils, wsgi
    utils.set_swift_dir(folder)
    utils.eventlet_monkey_patch()
    ports = dict(word.split("=") for word in stores)
    for name, port in ports.items():
        write_ring(folder, name, int(port))
    for name in (*ports, "proxy"):
        if os.fork() == 0:
            os._exit(serve(folder, name, wsgi.run_wsgi))
    pid, status = os.wait()
    print(f"the server {pid} ended, {status}")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
