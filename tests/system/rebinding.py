# SPDX-License-Identifier: MIT
"""A network of its own, with a name server that changes its answers: run by test_guard.py as

    unshare -nm /usr/bin/python3 rebinding.py FOLDER

Here an address of the public Internet lies on the loopback interface beside 127.0.0.1, and a receiver
listens on both, at one port. `polymux serve` runs its course among them; what came of it is printed as
JSON, for the test outside to judge.
"""
import collections
import json
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import jobs  # noqa: E402
from receivers import Receiver  # noqa: E402
from server import Server  # noqa: E402

PUBLIC, PORT = "11.22.33.44", 8765
PATIENCE = 60


class Names:
    """Answers A queries: each name has a list of answers, and the last one stays."""

    def __init__(self, answers):
        self.answers, self.asked = answers, collections.Counter()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(4096)
            self.socket.sendto(self.answer(query), client)

    def answer(self, query):
        """RFC 1035, 4.1: the question again, and the addresses behind it, to be forgotten at once."""
        name, end = [], 12
        while query[end]:
            name.append(query[end + 1:end + 1 + query[end]].decode())
            end += 1 + query[end]
        question = query[12:end + 5]
        addresses = self.addresses(".".join(name).lower()) if question[-4:-2] == b"\0\1" else []
        head = query[:2] + struct.pack(">5H", 0x8180, 1, len(addresses), 0, 0)
        return head + question + b"".join(
            b"\xc0\x0c" + struct.pack(">2HIH", 1, 1, 0, 4) + socket.inet_aton(address) for address in addresses)

    def addresses(self, name):
        given = self.answers.get(name, [[]])
        self.asked[name] += 1
        return given[min(self.asked[name], len(given)) - 1]


def prepare(folder):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "address", "add", f"{PUBLIC}/32", "dev", "lo"], check=True)
    conf = folder / "resolv.conf"
    conf.write_text("nameserver 127.0.0.1\noptions timeout:5 attempts:1\n", "utf-8")
    subprocess.run(["mount", "--bind", conf, "/etc/resolv.conf"], check=True)


class World:
    def __init__(self, folder):
        prepare(folder)
        self.names = Names({
            # a resolver that is asked a second time, to connect, would get the second answer
            "at-once.test": [[PUBLIC], ["127.0.0.1"]],
            "later.test": [[PUBLIC], ["127.0.0.1"]],
            "inside.test": [["127.0.0.1"]],
            "both.test": [["127.0.0.1", PUBLIC], ["127.0.0.1"]],
        })
        self.outside = Receiver(refuses=lambda number: self.refusing, at=(PUBLIC, PORT))
        self.inside = Receiver(at=("127.0.0.1", PORT))
        self.refusing = False
        self.server = Server(folder, config="[events]\nfirst-pause = 100ms\n[network]\nallow-hosts =\n", guarded=True)

    def submit(self, name):
        """A job that fails at once, for there is no film, and tells so. Its id."""
        config = jobs.job({"film": "oss://media/none.mp4"}, [jobs.output("one")], base="oss://media/out")
        told = json.dumps({"NotifyAddress": f"http://{name}:{PORT}/events"})
        answer = self.server.rest("POST", "/v1/jobs", json={"config": config, "user_data": told})
        assert answer.status < 300, answer
        return answer.json["id"]

    def delivery(self, job, enough):
        """The job's delivery as soon as enough(it)."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = self.server.rest("GET", "/v1/deliveries?limit=100").json["deliveries"]
            for one in found:
                if one["job"] == job and enough(one):
                    return {**one, "jobs": None}
            threading.Event().wait(0.05)
        raise AssertionError(found)

    def settled(self, name):
        return self.delivery(self.submit(name), lambda one: one["state"] != "waiting")

    def got(self):
        return {"outside": len(self.outside.got), "inside": self.inside.asked}


def changes_later(world):
    """Refused by the receiver outside at first; the name leads inside when the server comes again."""
    world.refusing = True
    job = world.submit("later.test")
    first = world.delivery(job, lambda one: one["attempts"] >= 1)
    world.server.kill()
    world.refusing = False
    world.server.start()
    return [first, world.delivery(job, lambda one: one["state"] != "waiting")]


def tell(world):
    world.server.start()
    return {"at-once": world.settled("at-once.test"), "both": world.settled("both.test"),
            "inside": world.settled("inside.test"), "later": changes_later(world),
            "got": world.got(), "asked": world.names.asked}


def main():
    world = World(Path(sys.argv[1]))
    try:
        print(json.dumps(tell(world)))
        return world.server.stop()
    finally:
        world.server.end()


if __name__ == "__main__":
    sys.exit(main())
