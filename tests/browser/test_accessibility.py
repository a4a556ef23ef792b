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


def rendered(page):
    """Lay out what is out of sight, too: until then it has no place that could be measured."""
    page.read(
        "for (const each of document.querySelectorAll('details, section, article'))"
        " { each.style.contentVisibility = 'visible'; }"
    )


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(browser, made, name, look) -> None:
    with browser.open(made(name), **LOOKS[look]) as page:
        rendered(page)
        assert page.call("axe") == []
        page.read("for (const each of document.querySelectorAll('details')) { each.open = true; }")
        assert page.call("axe") == []


def test_axe_finds_nothing_in_a_part_of_many_causes(browser, made) -> None:
    with browser.open(made("many")) as page:
        page.call("fill", "tenant07", at="input[type=search]")
        assert 0 < len(page.texts("article.cause")) < 100
        assert page.call("axe") == []
