# SPDX-License-Identifier: MIT
"""Turns what api.py has measured into the table of docs/performance.md. Pure."""
from statistics import median

MIB = 1024 * 1024

# Kind of load, what it is called, its aims in words.
LOADS = [
    ("submit", "submit, REST, one output", "≥ 500/s, p99 < 20 ms"),
    ("submit-large", "submit, REST, eight outputs", ""),
    ("submit-ims", "submit, job API, signed, one output", "≥ 500/s, p99 < 20 ms"),
    ("get", "get", "p99 < 5 ms"),
    ("list", "list of 100", "p99 < 20 ms"),
    ("health", "peer: GET /healthz, no store", ""),
    ("sync", "peer: 4 KiB and fdatasync, one after the other", ""),
]
IDLE = [("empty", "idle, no jobs", ""), ("filled", "idle, {jobs} jobs", "< 30 MB"), ("loaded", "after the load", "")]
STREAMS = [("idle", "{streams} event streams, nothing happens"), ("busy", "{streams} event streams of a running job")]


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(headings, rows):
    return "\n".join([row(headings), row(["---"] + ["---:"] * (len(headings) - 1)), *map(row, rows)])


def middle(figures, kind, key):
    """The median over the rounds."""
    return median(figure[key] for figure in figures["loads"] if figure["kind"] == kind)


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"


def loads(figures):
    kinds = {figure["kind"] for figure in figures["loads"]}
    rows = []
    for kind, title, aim in LOADS:
        if kind not in kinds:
            continue
        cpu = middle(figures, kind, "cpu_each")
        rows.append([title, f"{middle(figures, kind, 'rate'):.0f}/s", milliseconds(middle(figures, kind, "p50")),
                     milliseconds(middle(figures, kind, "p99")), milliseconds(cpu) if cpu else "–", aim])
    return table(["8 clients" if figures["clients"] == 8 else f"{figures['clients']} clients",
                  "rate", "p50", "p99", "server's CPU each", "aim"], rows)


def memory(figures):
    rows = []
    for kind, title, aim in IDLE:
        cost = figures["idle"][kind]
        rows.append([title.format(jobs=f"{figures['jobs']:,}"), f"{cost['rss'] / MIB:.1f} MiB",
                     f"{cost['pss'] / MIB:.1f} MiB", "–", aim])
    for kind, title in STREAMS:
        cost = figures["streams"][kind]
        rows.append([title.format(streams=f"{figures['readers']:,}"), f"{cost['rss'] / MIB:.1f} MiB",
                     f"{cost['pss'] / MIB:.1f} MiB", f"{cost['cpu']:.1%}", "< 100 MB, < 10 % of a core"])
    return table(["memory", "RSS", "PSS", "CPU, of one core", "aim"], rows)


def ratio(figures):
    submits, syncs = middle(figures, "submit", "rate"), middle(figures, "sync", "rate")
    return f"Submits for each sync that the disk does alone: {submits / syncs:.2f}."


def report(figures):
    return "\n\n".join([loads(figures), memory(figures), ratio(figures)])
