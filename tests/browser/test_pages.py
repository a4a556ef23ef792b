"""The HTML pages in Chromium: whole in themselves, inert, and as narrow as their window."""

from __future__ import annotations

import pytest

PAGES = ("demo", "certificates", "empty", "apart", "hostile")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_breaks_no_policy(browser, made, name, script) -> None:
    file = made(name)
    with browser.open(file, javaScriptEnabled=script) as page:
        assert page.requests == [file.as_uri()]
        assert page.complaints == []


def test_a_page_that_asks_for_more_would_be_noticed(browser, tmp_path) -> None:
    file = tmp_path / "bad.html"
    policy = '<meta http-equiv="Content-Security-Policy" content="script-src \'none\'">'
    file.write_text(f'{policy}<img src="x.png"><script>1</script>', encoding="utf-8")
    with browser.open(file) as page:
        assert len(page.requests) == 2
        assert any("Content Security Policy" in each for each in page.complaints)


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_not_wider_than_its_window(browser, made, name, width) -> None:
    with browser.open(made(name), viewport={"width": width, "height": 900}) as page:
        page.read("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.read("document.scrollingElement.scrollWidth") <= width


def test_no_name_becomes_markup(browser, made) -> None:
    with browser.open(made("hostile")) as page:
        assert page.read("document.scripts.length") == 1
        assert (
            page.read("document.querySelectorAll('img, iframe, object, embed, form, base').length")
            == 0
        )
        assert "owned" not in page.read("document.title")
        schemes = "[...new Set([...document.links].map(each => each.protocol))]"
        assert set(page.read(schemes)) <= {"file:", "https:"}
        handlers = "getAttributeNames().some(name => name.startsWith('on'))"
        assert page.read(f"[...document.querySelectorAll('*')].every(each => !each.{handlers})")
