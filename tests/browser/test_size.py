"""Large reports and large drawings: 1,000 causes, and the real flows of a corpus."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.conftest import checked

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
LARGEST = "SAPSignavioIntegrationwithSAPCloudALM.zip"

OUTSIDE = """
[...document.querySelectorAll("svg[role=group]")].flatMap((svg) => {
  const {left, top, right, bottom} = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.left < left - 1 || box.top < top - 1 || box.right > right + 1 ||
      box.bottom > bottom + 1;
  }).map((text) => `${svg.getAttribute("aria-labelledby")}: ${text.textContent}`);
})
"""
SIZES = """
[...document.querySelectorAll("svg[role=group]")].map((svg) => {
  const {width, height} = svg.getBoundingClientRect();
  return [width, height];
})
"""


@pytest.fixture(scope="module")
def many(browser, made):
    with browser.open(made("many"), viewport={"width": 1280, "height": 900}) as page:
        yield page
        assert page.complaints == []


def shown(page) -> int:
    return page.read("document.querySelectorAll('article.cause:not([hidden])').length")


def test_many_causes_can_be_filtered(many) -> None:
    everything = shown(many)
    assert everything > 900
    assert many.texts("output")[0].startswith(f"{everything} ")
    many.call("click", at="button[data-severity=error]")
    fewer = shown(many)
    assert 0 < fewer < everything
    many.call("pressSequentially", "tenant07", at="input[type=search]")
    assert 0 < shown(many) < fewer
    assert many.texts("output")[0].startswith(f"{shown(many)} ")
    many.call("click", at="role=button[name='Show all']")
    assert shown(many) == everything


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
@pytest.mark.parametrize(
    "archive", sorted(CORPUS.glob("*.zip")) or [Path(LARGEST)], ids=lambda path: path.stem[:40]
)
def test_real_flows_are_drawn_whole(browser, tmp_path, archive) -> None:
    with browser.open(checked(archive, tmp_path), viewport={"width": 1280, "height": 900}) as page:
        page.read("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.complaints == []
        sizes = page.read(SIZES)
        assert sizes
        assert all(width > 100 and height > 50 for width, height in sizes)
        assert page.read(OUTSIDE) == []
        assert page.read("document.scrollingElement.scrollWidth") <= 1280
