# SPDX-License-Identifier: MIT
"""Turns measured costs into the table of docs/performance.md. Called by bench.py; pure."""
from statistics import median

MIB = 1024 * 1024

# Heading, how a cost is read, how it is printed.
COLUMNS = [
    ("CPU", lambda cost: cost["cpu"], "{:.1f} s"),
    ("wall", lambda cost: cost["wall"], "{:.1f} s"),
    ("memory, sum of PSS", lambda cost: cost["peak_pss"] / MIB, "{:.0f} MiB"),
    ("sum of RSS", lambda cost: cost["peak_rss"] / MIB, "{:.0f} MiB"),
    ("largest process", lambda cost: cost["peak_process"] / MIB, "{:.0f} MiB"),
    ("files", lambda cost: cost["bytes"] / 1e6, "{:.2f} MB"),
]
TITLES = {
    "ffmpeg": "one ffmpeg command",
    "full": "polymux run, nothing kept",
    "language": "polymux run, one more language",
}
RATIOS = [("full", "ffmpeg", "polymux / ffmpeg"), ("language", "full", "one more language / full job")]


def medians(costs, kind):
    runs = [cost for cost in costs if cost["kind"] == kind]
    return [median(read(run) for run in runs) for _, read, _ in COLUMNS] if runs else None


def row(cells):
    return "| " + " | ".join(cells) + " |"


def ratio(top, bottom):
    return [f"**{a / b:.3f}**" if b else "–" for a, b in zip(top, bottom)]


def table(costs):
    """Markdown: a line for each kind of run, then the ratios."""
    figures = {kind: medians(costs, kind) for kind in TITLES}
    lines = [row([""] + [heading for heading, _, _ in COLUMNS]),
             row(["---"] + ["---:"] * len(COLUMNS))]
    for kind, title in TITLES.items():
        if figures[kind]:
            lines.append(row([title] + [form.format(value) for (_, _, form), value
                                        in zip(COLUMNS, figures[kind])]))
    for top, bottom, title in RATIOS:
        if figures[top] and figures[bottom]:
            lines.append(row([title] + ratio(figures[top], figures[bottom])))
    return "\n".join(lines)
