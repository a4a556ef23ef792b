"""Take the README's screenshots from the demo.

``python docs/make_screenshots.py`` writes ``docs/images/``, each picture in a light and a dark
version. What the terminal shows is SVG, always the same bytes; ``--drawings`` writes these alone,
as a part of ``make snapshots``. The HTML report is photographed by Chromium, anew when the page has
changed: ``report.sha256`` tells of which page the photographs are. It is the page of the rules that
the demo's story tells of, so that nobody needs a browser to add a rule. A test fails when the
pictures are not of what iflint says.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
COLUMNS = 88
CLOCK = ("--as-of", "2026-11-24")

LIGHT = TerminalTheme(
    (255, 255, 255),
    (31, 35, 40),
    [
        *[(31, 35, 40), (207, 34, 46), (17, 99, 41), (77, 45, 0)],
        *[(9, 105, 218), (130, 80, 223), (27, 124, 131), (110, 119, 129)],
    ],
)
DARK = TerminalTheme(
    (13, 17, 23),
    (230, 237, 243),
    [
        *[(72, 79, 88), (255, 123, 114), (63, 185, 80), (210, 153, 34)],
        *[(88, 166, 255), (188, 140, 255), (57, 197, 207), (177, 186, 196)],
    ],
)

# rich's own frame fetches its font from a server; this one takes the reader's.
FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {terminal_width} {terminal_height}">
<style>
text {{ font: {char_height}px ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace;
  white-space: pre }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
<rect width="100%" height="100%" rx="8" fill="{background}" stroke="{edge}"/>
{backgrounds}
{matrix}
</svg>
"""


class Picture(msgspec.Struct, frozen=True):
    """A command, and which of its lines are shown."""

    name: str
    command: tuple[str, ...]
    lines: int


PICTURES = (
    Picture("check", ("check", "fixtures/demo", *CLOCK, "--select", "dn-mismatch"), 22),
    Picture(
        "chain",
        (
            *("chain", "fixtures/demo/certificates/bank.p7b", *CLOCK),
            *("--roots", "fixtures/demo/trust-table.json"),
        ),
        24,
    ),
    Picture("forecast", ("forecast", "fixtures/demo", *CLOCK, "--until", "2027-06-30"), 23),
    Picture("explain", ("explain", "dn-mismatch"), 24),
)

PAGE = (
    *("check", "fixtures/demo", *CLOCK),
    *("--title", "Example Retail AG", "--format", "html", "--select"),
)
PAGE_HASH = IMAGES / "report.sha256"
# What is photographed of the page: the name of the picture, and the flow that is scrolled to.
VIEWS = {"report": "", "flow": "Receive Delivery Notes"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-sync", "--hide-scrollbars"),
    *("--allow-file-access-from-files", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--window-size=1200,820",
)
# A headless Chromium photographs a scrolled page as blank, but not one that is scrolled in a frame.
SCROLLED = """\
<!doctype html><title>report</title>
<style>body {{ margin: 0 }} iframe {{ border: 0; width: 1200px; height: 820px }}</style>
<iframe src="report.html#{place}"></iframe>
"""
SCHEMES = {"dark": 0, "light": 1}  # as Chromium counts them


def said(command: tuple[str, ...]) -> str:
    """What iflint writes to a terminal for a command, with its colours."""
    environment = os.environ | {"COLUMNS": str(COLUMNS), "PYTHONUTF8": "1"}
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "iflint", *command, "--color", "always"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if run.returncode not in (0, 1):
        raise SystemExit(f"iflint {' '.join(command)}: {run.stderr}")
    return run.stdout


def drawn(picture: Picture, output: str, theme: TerminalTheme) -> str:
    """A terminal with the command and the first lines of its output, as SVG."""
    lines = output.rstrip("\n").split("\n")
    if len(lines) > picture.lines:
        lines = [*lines[: picture.lines], "…"]
    typed = Text.assemble("$ ", (" ".join(("iflint", *picture.command)), "bold"))
    shown = Text("\n").join([typed, Text(), *map(Text.from_ansi, lines)])
    console = Console(record=True, width=COLUMNS + 4, file=io.StringIO(), legacy_windows=False)
    console.print(Padding(shown, (1, 2)))
    red, green, blue = theme.background_color
    edge = "#d0d7de" if theme is LIGHT else "#30363d"
    frame = FRAME.replace("{background}", f"#{red:02x}{green:02x}{blue:02x}").replace(
        "{edge}", edge
    )
    return console.export_svg(theme=theme, code_format=frame, unique_id=picture.name)


def pictures() -> dict[Path, str]:
    """Every picture of the terminal that is made here, with its text."""
    made = {}
    for picture in PICTURES:
        output = said(picture.command)
        for name, theme in (("light", LIGHT), ("dark", DARK)):
            made[IMAGES / f"{picture.name}-{name}.svg"] = drawn(picture, output, theme)
    return made


def rules_of_the_story() -> list[str]:
    """The rules that say something in the demo, as it is told."""
    sys.path.insert(0, str(ROOT / "fixtures"))
    from demo_story import STORY

    return sorted({said.rule for said in STORY} - {""})


def browser() -> str | None:
    """The Chromium that is installed."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def page() -> tuple[str, str]:
    """The demo's HTML report, and its hash."""
    text = said((*PAGE, ",".join(rules_of_the_story())))
    return text, hashlib.sha256(text.encode()).hexdigest() + "\n"


def photograph(chromium: str, text: str) -> None:
    """Write the pictures of a page."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "report.html").write_text(text, encoding="utf-8")
        for name, flow in VIEWS.items():
            place = re.search(rf'id="(flow\d+)-name"[^>]*>{flow}', text) if flow else None
            frame = Path(folder) / f"{name}.frame.html"
            frame.write_text(SCROLLED.format(place=place[1] if place else ""), encoding="utf-8")
            for scheme, number in SCHEMES.items():
                subprocess.run(  # noqa: S603
                    [
                        *(chromium, *BROWSER_OPTIONS, f"--user-data-dir={folder}/profile"),
                        f"--blink-settings=preferredColorScheme={number}",
                        f"--screenshot={IMAGES / f'{name}-{scheme}.png'}",
                        frame.as_uri(),
                    ],
                    capture_output=True,
                    check=True,
                    timeout=120,
                )


def main() -> None:
    """Write every picture that has changed."""
    IMAGES.mkdir(exist_ok=True)
    for path, text in pictures().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    if "--drawings" in sys.argv[1:]:
        return
    text, current = page()
    if PAGE_HASH.exists() and PAGE_HASH.read_text(encoding="utf-8") == current:
        return
    chromium = browser()
    if chromium is None:
        raise SystemExit("The HTML report has changed: install Chromium to photograph it.")
    photograph(chromium, text)
    PAGE_HASH.write_text(current, encoding="utf-8", newline="\n")
    sys.stdout.write("docs/images/*.png\n")


if __name__ == "__main__":
    main()
