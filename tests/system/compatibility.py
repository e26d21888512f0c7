# SPDX-License-Identifier: MIT
"""docs/compatibility.md: what the conformance suite has found, as tables.

    POLYMUX_COMPATIBILITY=results.jsonl /usr/bin/python3 -m pytest tests/system/test_awkward.py
    /usr/bin/python3 tests/system/compatibility.py results.jsonl

The first writes a line a row, the second puts them into the page; rows that did not run keep what the
page says. A section of the page stands between two marks, and is made by one function here; what is
outside of marks is prose and stays.
"""
import fcntl
import json
import os
import re
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"
BEGIN, END = "<!-- made by the suite: {} -->", "<!-- end of {} -->"


def record(name, group, what, result):
    """Notes a row's result where $POLYMUX_COMPATIBILITY names a file; FALSE where it does not."""
    target = os.environ.get("POLYMUX_COMPATIBILITY")
    if not target:
        return False
    line = json.dumps({"name": name, "group": group, "what": what, "result": result})
    with open(target, "a", encoding="utf-8") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        out.write(line + "\n")
    return True


def cells(line):
    return [c.strip() for c in line.strip().strip("|").split("|")]


def section(page, name):
    """The lines of a section, without its marks."""
    found = re.search(re.escape(BEGIN.format(name)) + "\n(.*?)" + re.escape(END.format(name)), page, re.S)
    return found.group(1).splitlines() if found else []


def rows_of(page, name="awkward media"):
    """The rows that a section has now: {file: row}."""
    kept, group = {}, ""
    for line in section(page, name):
        if line.startswith("### "):
            group = line[4:]
        elif line.startswith("| `"):
            file, what, result = cells(line)
            kept[file.strip("`")] = {"name": file.strip("`"), "group": group, "what": what,
                                     "result": result}
    return kept


def awkward_media(page, results, order):
    """The table of awkward files, in the order of the suite's own table."""
    rows = {**rows_of(page), **{r["name"]: r for r in results}}
    lines, group = [], None
    for name in sorted(rows, key=lambda n: order.index(n) if n in order else len(order)):
        row = rows[name]
        if name not in order:
            continue
        if row["group"] != group:
            group = row["group"]
            lines += ["", f"### {group}", "", "| file | what it is | what comes of it |", "|---|---|---|"]
        lines.append(f"| `{name}` | {row['what']} | {row['result']} |")
    return lines[1:] + [""]


def put(page, name, lines):
    """The page with a section's lines replaced; a section that is not there is added at the end."""
    text = "\n".join([BEGIN.format(name), *lines, END.format(name)])
    pattern = re.escape(BEGIN.format(name)) + ".*?" + re.escape(END.format(name))
    if re.search(pattern, page, re.S):
        return re.sub(pattern, lambda _: text, page, flags=re.S)
    return f"{page.rstrip()}\n\n{text}\n"


def main():
    import awkward
    page = PAGE.read_text("utf-8")
    with open(sys.argv[1], encoding="utf-8") as lines:
        results = [json.loads(line) for line in lines]
    page = put(page, "awkward media", awkward_media(page, results, awkward.order()))
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
