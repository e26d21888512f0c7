# SPDX-License-Identifier: MIT
"""The generated pages say what the tables say now, and what the pages point to is there."""
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page, file", [("job", "job-reference.md"), ("api", "api.md")])
def test_generated_pages(polymux, page, file):
    """Made again with: polymux reference PAGE > docs/FILE."""
    assert polymux.call("reference", page).stdout == (ROOT / "docs" / file).read_text("utf-8")


def test_links():
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
    links = [(page, link) for page in pages
             for line in page.read_text("utf-8").splitlines() if not line.startswith("    ")
             for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", line)]
    assert links
    missing = [(page.name, link) for page, link in links
               if "://" not in link and not (page.parent / link).exists()]
    assert not missing
