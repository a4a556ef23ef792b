"""The README's screenshots show what iflint says today, and need nothing from outside."""

import importlib.util
import re
from pathlib import Path

import pytest
from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
SHOWN = re.compile(r'(?:src|srcset)="(docs/images/[^"]+)"')


@pytest.fixture(scope="module")
def maker():
    """docs/make_screenshots.py."""
    path = ROOT / "docs" / "make_screenshots.py"
    spec = importlib.util.spec_from_file_location("make_screenshots", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(maker):
    """The pictures that it would write."""
    return maker.pictures()


def test_they_are_what_iflint_says(made) -> None:
    stale = [path.name for path, text in made.items() if path.read_text("utf-8") != text]
    assert not stale, "run python docs/make_screenshots.py"


def test_they_are_drawings_without_anything_from_outside(made) -> None:
    for text in made.values():
        root = etree.fromstring(text.encode())
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert not re.search(r"https?://(?!www\.w3\.org/)[^<\s]*[\"')]", text.split("</style>")[0])
        assert not re.search(r"href|@import|url\((?!#)", text)


def test_each_picture_is_shown_and_each_shown_picture_exists() -> None:
    shown = {ROOT / name for name in SHOWN.findall((ROOT / "README.md").read_text("utf-8"))}
    images = ROOT / "docs" / "images"
    assert shown == {path for path in images.iterdir() if path.suffix in {".svg", ".png"}}


def test_the_photographs_are_of_the_report_of_today(maker) -> None:
    _, current = maker.page()
    assert maker.PAGE_HASH.read_text("utf-8") == current, "run python docs/make_screenshots.py"
    photographs = list(maker.IMAGES.glob("*.png"))
    assert len(photographs) == len(maker.VIEWS) * len(maker.SCHEMES)
    assert all(photograph.stat().st_size < 200_000 for photograph in photographs)
