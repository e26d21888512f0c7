# SPDX-License-Identifier: MIT
"""Turns what storage.py measured into the tables of docs/performance.md. Pure."""
from statistics import median

MIB = 1 << 20
JOBS = {"local": "local film, local files", "remote": "film in the OSS, local files",
        "both": "film in the OSS, files into it"}
UPLOADS = {"rclone": "rclone", "polymux": "Polymux"}


def row(*cells):
    return "| " + " | ".join(cells) + " |"


def head(*cells):
    return [row("", *cells), row("---", *["---:"] * len(cells))]


def middle(runs, kind, name):
    found = [run[name] for run in runs if run["kind"] == kind]
    return median(found) if found else None


def jobs(runs):
    lines, peer = head("wall", "CPU", "wall / local"), middle(runs, "local", "wall")
    for kind, title in JOBS.items():
        wall = middle(runs, kind, "wall")
        lines.append(row(title, f"{wall:.1f} s", f"{middle(runs, kind, 'cpu'):.1f} s", f"**{wall / peer:.3f}**"))
    return lines


def uploads(runs):
    lines, peer = head("wall", "speed / rclone's"), middle(runs, "rclone", "wall")
    for kind, title in UPLOADS.items():
        wall = middle(runs, kind, "wall")
        lines.append(row(title, f"{wall:.1f} s", f"**{peer / wall:.3f}**"))
    return lines


def each(few, many):
    """What one object more costs, in bytes."""
    return (many["peak"] - few["peak"]) / (many["objects"] - few["objects"])


def memory(runs):
    """Runs by their number of objects, the first with one."""
    lines = head("peak RSS", "each but the first")
    for run in runs:
        more = f"**{each(runs[0], run) / MIB:.1f} MiB**" if run is not runs[0] else ""
        lines.append(row(f"{run['objects']} object" + "s" * (run["objects"] > 1), f"{run['peak'] / MIB:.0f} MiB", more))
    return lines


def report(figures):
    parts = [table(figures[name]) for name, table in (("jobs", jobs), ("uploads", uploads), ("memory", memory))
             if figures.get(name)]
    return "\n\n".join("\n".join(part) for part in parts)
