"""Large reports and large drawings: 1,000 causes, and the real flows of a corpus."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from iflint.iflow.diagram.model import EdgeKind
from iflint.iflow.diagram.reader import read_diagram
from iflint.places.packaged import packaged_file
from iflint.reporters.drawing.flow import STYLE, SYMBOLS, Mark, svg
from iflow.corpus import CORPUS, bundles

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


def drawn(archive: Path, folder: Path) -> Path:
    """A page of all flows of an archive, their channels marked; a report has those that matter."""
    drawings = []
    for number, (name, data, _) in enumerate(bundles(archive.read_bytes())):
        diagram = read_diagram(etree.fromstring(data))
        channels = [edge for edge in diagram.edges if edge.kind is EdgeKind.MESSAGE]
        marks = {edge.id: Mark("error", "#x", edge.name, 1) for edge in channels}
        drawings.append(svg(diagram, marks, title=name, prefix=f"flow{number}"))
    style = packaged_file("reporters/page/page.css").decode() + STYLE
    page = folder / "drawn.html"
    text = f'<!DOCTYPE html><meta charset="utf-8"><style>{style}</style>{SYMBOLS}<main>'
    page.write_text(text + "".join(drawings), encoding="utf-8")
    return page


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
    with browser.open(drawn(archive, tmp_path), viewport={"width": 1280, "height": 900}) as page:
        assert page.complaints == []
        sizes = page.read(SIZES)
        assert sizes
        assert all(width > 100 and height > 50 for width, height in sizes)
        assert page.read(OUTSIDE) == []
        assert page.read("document.scrollingElement.scrollWidth") <= 1280
