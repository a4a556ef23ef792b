"""The documents lead to each other: no dead link, no page that nothing leads to."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("fixtures/*.md")]
)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def links(document):
    """The files of this repository that a document leads to."""
    text = document.read_text(encoding="utf-8")
    return {(document.parent / link).resolve() for link in LINK.findall(text) if ":" not in link}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_is_dead(document) -> None:
    assert not [link for link in links(document) if not link.exists()]


def test_every_page_of_differences_is_in_the_index() -> None:
    pages = set((ROOT / "docs").glob("differences-*.md"))
    assert pages <= links(ROOT / "docs" / "differences.md")
