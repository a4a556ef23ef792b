"""axe-core finds nothing in the pages: WCAG 2.2 A and AA, and its best practice, in every look."""

from __future__ import annotations

import pytest

from browser.test_pages import PAGES

LOOKS = {
    "light": {"colorScheme": "light"},
    "dark": {"colorScheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 640}},
    "forced colours": {"forcedColors": "active"},
}


def to_mend(name: str, look: str) -> str:
    """What axe-core still finds in a page, or nothing."""
    if name == "hostile":
        return "label-content-name-mismatch: a drawing cuts a channel's long name"
    if (name, look) == ("apart", "narrow"):
        return "target-size: the links in the list of rules are 18 pixels high"
    return ""


def unfolded(page):
    """Open what is folded, and render what is out of sight."""
    page.read(
        "for (const each of document.querySelectorAll('details, section, article'))"
        " { each.open = true; each.style.contentVisibility = 'visible'; }"
    )


@pytest.mark.parametrize(
    ("name", "look"),
    [
        pytest.param(name, look, marks=pytest.mark.xfail(reason=to_mend(name, look)))
        if to_mend(name, look)
        else (name, look)
        for name in PAGES
        for look in LOOKS
    ],
)
def test_axe_finds_nothing(browser, made, name, look) -> None:
    with browser.open(made(name), **LOOKS[look]) as page:
        assert page.call("axe") == []
        unfolded(page)
        assert page.call("axe") == []


def test_axe_finds_nothing_in_a_part_of_two_thousand_findings(browser, made) -> None:
    with browser.open(made("many")) as page:
        page.call("fill", "tenant07", at="input[type=search]")
        assert 0 < len(page.texts("article.finding")) < 100
        assert page.call("axe") == []
