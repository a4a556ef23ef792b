"""The site in a browser: it asks nobody else, fits a phone, and its search finds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest

from browser.chromium import Chromium, Page
from built_site import built

PAGES = ("", "first-five-minutes/", "configuration/", "json/", "how-the-check-works/", "rules/")


class Quiet(SimpleHTTPRequestHandler):
    """A server that keeps what it is asked to itself."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site is served, on this machine."""
    folder = built(tmp_path_factory.mktemp("site"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def opened(browser: Chromium, url: str, **context: object) -> Page:
    return Page(browser, browser.ask(open=url, context=context))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_fits_and_asks_nobody_else(browser, address, width, scheme) -> None:
    size = {"width": width, "height": 900}
    for name in PAGES:
        with opened(browser, address + name, viewport=size, colorScheme=scheme) as page:
            page.call("waitForLoadState", "networkidle")
            assert {urlsplit(each).netloc for each in page.requests} == {urlsplit(address).netloc}
            assert page.complaints == []
            assert page.read("document.documentElement.scrollWidth <= innerWidth"), name
            shown = page.read("getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, shown[4:-1].split(",")[:3])) > 600) == (scheme == "light"), shown


@pytest.mark.parametrize("width", [390, 1280])
def test_the_search_finds(browser, address, width) -> None:
    with opened(browser, address, viewport={"width": width, "height": 900}) as page:
        page.call("waitForLoadState", "networkidle")
        page.press("Control+k")
        page.call("keyboard.type", "pinned service key")
        page.call("waitForSelector", "text=conflicting-service-keys (IFL322)")
