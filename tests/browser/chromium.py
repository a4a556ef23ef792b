"""Chromium, driven through `driver.mjs`: what a test does to a page, and what it reads there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def missing() -> str:
    """What lacks here to test in a browser, or nothing."""
    if shutil.which("node") is None or _node_version() < 20:
        return "no Node.js 20 here"
    if _browser() is None:
        return "no Chromium here"
    if not (HERE / "node_modules" / "playwright-core").is_dir():
        return "no Playwright here: run `.ci/browser --install` to install it"
    return ""


def _node_version() -> int:
    said = subprocess.run(["node", "--version"], capture_output=True, check=True, text=True)
    return int(said.stdout.lstrip("v").split(".")[0])


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


class Chromium:
    """A running browser; each page is opened in a context of its own."""

    def __init__(self) -> None:
        self._driver = subprocess.Popen(
            ["node", str(HERE / "driver.mjs"), str(_browser())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def ask(self, **request: Any) -> Any:
        """The answer of the driver; AssertionError with what went wrong in the browser."""
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        print(json.dumps(request), file=self._driver.stdin, flush=True)
        answer = json.loads(self._driver.stdout.readline() or '{"error": "the driver has ended"}')
        assert "error" not in answer, answer["error"]
        return answer.get("result")

    def open(self, file: Path, fragment: str = "", **context: Any) -> Page:
        """A page; ``context`` are Playwright's options, such as ``colorScheme``."""
        url = file.as_uri() + (f"#{fragment}" if fragment else "")
        return Page(self, self.ask(open=url, context=context))

    def close(self) -> None:
        """End the driver, and with it the browser."""
        self._driver.communicate(timeout=60)


class Page:
    """A page that is open."""

    def __init__(self, browser: Chromium, number: int) -> None:
        self._browser = browser
        self._number = number

    def __enter__(self) -> Page:
        return self

    def __exit__(self, *_: object) -> None:
        self.call("close")

    def call(self, method: str, *arguments: Any, at: str = "") -> Any:
        """The result of a method of Playwright's page, or of the first element at a selector."""
        return self._browser.ask(page=self._number, method=method, arguments=arguments, at=at)

    def read(self, expression: str) -> Any:
        """What an expression of JavaScript is in the page; it must be JSON."""
        return self.call("evaluate", expression)

    def texts(self, selector: str) -> list[str]:
        """The texts of the elements that are shown."""
        return self.read(
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            ".filter(each => each.checkVisibility()).map(each => each.textContent)"
        )

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.call("keyboard.press", key)

    def settle(self) -> None:
        """Wait until what was done has been handled and painted."""
        self.read("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")

    @property
    def complaints(self) -> list[str]:
        """Errors and warnings on the console, violations of the policy among them."""
        return self.call("seen")["complaints"]

    @property
    def requests(self) -> list[str]:
        """The addresses that the page asked for, its own first."""
        return self.call("seen")["requests"]
