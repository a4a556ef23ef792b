"""The report on paper: every finding that is shown, with its chain, whatever is folded."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

FINDINGS = (
    "[...document.querySelectorAll('article.finding')]"
    ".map(each => [each.dataset.rule.split(' ')[0], each.querySelector('h4').textContent.trim(),"
    " [...each.querySelectorAll('.tree li b')].map(each => each.textContent)])"
)


def printed(page, file) -> str:
    """The text of the page's PDF, with every white space left out: lines break anywhere."""
    page.call("pdf", {"path": str(file), "format": "A4"})
    text = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, encoding="utf-8"
    ).stdout
    return squeezed(text)


def squeezed(text: str) -> str:
    return re.sub(r"\s|-", "", text)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext of poppler-utils here")
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_paper_has_everything(browser, made, tmp_path, script) -> None:
    with browser.open(made("demo"), javaScriptEnabled=script) as page:
        findings = page.read(FINDINGS)
        text = printed(page, tmp_path / "report.pdf")
    assert len(findings) == 37
    for code, _, _ in findings:
        assert code in text
    assert text.count("Whattodo:") == 37
    links = sum(len(chain) for _, _, chain in findings)
    assert links > 60
    assert text.count("holds") + text.count("fails") >= links


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext of poppler-utils here")
def test_paper_has_what_the_filter_left_and_folds_nothing_for_the_screen(
    browser, made, tmp_path
) -> None:
    with browser.open(made("demo")) as page:
        folded = page.read("document.querySelectorAll('details:not([open])').length")
        page.call("click", at="button[data-severity=error]")
        text = printed(page, tmp_path / "report.pdf")
        assert text.count("Whattodo:") == len(page.texts("article.finding")) == 20
        assert page.read("document.querySelectorAll('details:not([open])').length") == folded
