"""The report on paper: every cause that is shown, with its chain, whatever is folded."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="no pdftotext of poppler-utils here"
)

CAUSES = """
[...document.querySelectorAll("article.cause")].map((cause) => [
  cause.dataset.rule.split(" ")[0], cause.querySelectorAll(".tree li").length
])
"""


def sheets(page, folder) -> list[list[str]]:
    """The lines of each sheet of paper, without white space and hyphens: lines break anywhere."""
    file = folder / "report.pdf"
    page.call("pdf", {"path": str(file), "format": "A4"})
    text = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, encoding="utf-8"
    ).stdout
    return [[*filter(None, map(squeezed, sheet.split("\n")))] for sheet in text.split("\f")]


def squeezed(text: str) -> str:
    return re.sub(r"\s|-", "", text)


def printed(page, folder) -> str:
    """All that is on paper."""
    return "".join(line for sheet in sheets(page, folder) for line in sheet)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_paper_has_everything(browser, made, tmp_path, script) -> None:
    with browser.open(made("demo"), javaScriptEnabled=script) as page:
        causes = page.read(CAUSES)
        text = printed(page, tmp_path)
    assert len(causes) > 30
    assert all(code in text for code, _ in causes)
    assert text.count("Whattodo") == len(causes) + 1, "each, and the heading"
    links = sum(count for _, count in causes)
    assert links > 60
    assert text.count("holds") + text.count("fails") >= links


def test_paper_has_what_the_filter_left_and_says_so(browser, made, tmp_path) -> None:
    with browser.open(made("demo")) as page:
        page.call("click", at="button[data-severity=error]")
        text = printed(page, tmp_path)
        total, left = len(page.read(CAUSES)), len(page.texts("article.cause"))
        assert text.count("Whattodo") == left + 1 < total
        assert f"{left}of{total}causes" in text


def test_printing_leaves_folded_what_was_folded(browser, made, tmp_path) -> None:
    with browser.open(made("demo")) as page:
        folded = "document.querySelectorAll('details:not([open])').length"
        before = page.read(folded)
        page.call("pdf", {"path": str(tmp_path / "report.pdf")})
        assert page.read(folded) == before > 0


def test_no_heading_is_left_at_the_foot_of_a_sheet(browser, made, tmp_path) -> None:
    with browser.open(made("demo")) as page:
        headings = {*map(squeezed, page.texts("h2, h3"))}
        feet = [sheet[-2:] for sheet in sheets(page, tmp_path)]
    assert len(feet) > 10
    assert [foot for foot in feet if headings & {*foot}] == []
