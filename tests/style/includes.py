#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks who includes what: includes.py SRC [...]

The architecture's arrows point down only (docs/architecture.md), and a library's header is included
in one room. Prints every line that breaks this and exits 1 when there is one.
"""
import re
import sys
from pathlib import Path

# A room may include itself and the rooms named here: what is below it.
BELOW = {
    "base": [],
    "job": ["base"],
    "plan": ["job", "base"],
    "media": ["plan", "job", "base"],
    "net": ["base"],
    "storage": ["net", "plan", "job", "base"],
    "store": ["job", "base"],
    "exec": ["storage", "plan", "job", "base"],
    "notify": ["net", "store", "base"],
    "service": ["notify", "exec", "store", "storage", "net", "plan", "job", "base"],
    "api": ["service", "notify", "store", "plan", "job", "base"],
    "cli": ["api", "service", "notify", "net", "exec", "store", "storage", "plan", "job", "base"],
    # The two programs. The media room is reached only through the runner.
    "main.c": ["cli", "base"],
    "runner.c": ["media", "exec", "plan", "base"],
}
# Whose a library's header is.
OWNER = {
    "libav": "media", "libsw": "media", "fdk-aac/": "media", "seccomp.h": "exec",
    "linux/landlock.h": "exec", "sqlite3.h": "store", "libpq-fe.h": "store",
    "microhttpd.h": "api", "gnutls/": "api", "curl/": "net", "nats": "notify",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def complaint(room, quote, header):
    """What is wrong with this include, or None."""
    if quote == '"' and header.endswith(".inc"):
        return None  # a table that the build generates
    if quote == '"':
        target = header.split("/")[0]
        if "/" not in header or target not in BELOW:
            return "is not a path from src/ on, ROOM/FILE"
        if target != room and target not in BELOW[room]:
            return f"points up or sideways: {room} may include {', '.join(BELOW[room]) or 'no room'}"
        return None
    for prefix, owner in OWNER.items():
        if header.startswith(prefix) and room != owner:
            return f"belongs into the room {owner} only"
    return None


def complaints(source):
    for path in sorted(Path(source).rglob("*.[ch]")):
        room = path.relative_to(source).parts[0]
        if room not in BELOW:
            yield f"{path}: the room {room} is not known to tests/style/includes.py"
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            found = INCLUDE.match(line)
            wrong = complaint(room, *found.groups()) if found else None
            if wrong:
                yield f"{path}:{number}: {found.group(2)} {wrong}"


def main(sources):
    wrong = [text for source in sources for text in complaints(source)]
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
