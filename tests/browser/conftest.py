"""The browser that the tests share, and the pages that it opens, each made when first asked for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from browser.chromium import Chromium, missing
from exports import (
    CLIENT_CERTIFICATE,
    Channel,
    Flow,
    Resource,
    Step,
    bundle,
    dn,
    issue,
    package_export,
    pem,
    root,
    write_tree,
    zipped,
)
from iflint.commands.main import cli

DEMO = Path(__file__).resolve().parents[2] / "fixtures" / "demo"
AS_OF = ("--as-of", "2026-11-24")

HOSTILE = (
    "x" * 200,
    "\u202eemankcab \u05d0\u05d1\u05d2",
    "zero\u200bwidth\ufeff",
    "\U0001f469\u200d\U0001f680" * 40,
    "<script>document.title='owned'</script>",
    "\"></title><img src=x onerror=document.title='owned'>",
    "javascript:document.title='owned'",
    "${{ github.token }}",
    "</style></script><!--",
    "]]>&lt;b&gt;&amp;",
    "' onfocus='document.title=1' x='",
)

KNOWN = 'baseline = "baseline.json"\n'
APART = """
[[suppressions]]
rule = ["IFL1", "IFL30"]
path = "packages/"
reason = "Decided with the partners."
owner = "Team Retail"
until = 2027-06-30
[environments.cloud]
[environments.neo]
platform = "neo"
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """A running Chromium."""
    if lacking := missing():
        pytest.skip(lacking)
    running = Chromium()
    yield running
    running.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The page of a name: one of the functions below."""

    @cache
    def make(name: str) -> Path:
        return globals()[f"_{name}"](tmp_path_factory.mktemp(name))

    return make


def run(*arguments: object) -> None:
    """A command that writes its page."""
    result = CliRunner().invoke(cli, [*map(str, arguments), *AS_OF])
    assert result.exit_code in (0, 1), result.output


def checked(path: Path, folder: Path, *options: object) -> Path:
    """The page of a check."""
    page = folder / "report.html"
    run("check", path, "--format", f"html={page}", *options)
    return page


def _demo(folder: Path) -> Path:
    return checked(DEMO, folder)


def _certificates(folder: Path) -> Path:
    page = folder / "certificates.html"
    run("certificates", DEMO, "--format", "html", "--output", page)
    return page


def _empty(folder: Path) -> Path:
    (folder / "nothing").mkdir()
    return checked(folder / "nothing", folder)


def _apart(folder: Path) -> Path:
    """The demo in two environments, with findings that are known or suppressed."""
    work = folder / "work"
    shutil.copytree(DEMO, work)
    baseline = work / "baseline.json"
    run("check", work, "--select", "IFL2", "--write-baseline", baseline)
    settings = work / "iflint.toml"
    settings.write_text(KNOWN + settings.read_text("utf-8") + APART, "utf-8")
    return checked(work, folder, "--all-environments")


def _hostile(folder: Path) -> Path:
    """Packages, flows, channels, steps and certificates, each with a name that means harm."""
    work = folder / "work"
    top = root("hostile root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
    for number, name in enumerate(HOSTILE):
        common = f"CN={name.encode()[:60].decode(errors='ignore')}"
        leaf = issue(f"hostile {number}", dn(common), top, "2025-01-01", "2026-12-01")
        pairs = [leaf.pair, (f"CN={name}", leaf.pair[1]), (name, name)]
        flow = Flow(
            f"Flow{number}",
            name,
            [Channel("HTTPS", name, pairs, CLIENT_CERTIFICATE, sender=name, name=name)],
            steps=[Step("Script", name), Step("ExternalCall", name, receiver=name)],
        )
        export = package_export(name, [Resource(name, "IFlow", zipped(bundle(flow)))])
        write_tree(work, {f"{number}.zip": export, f"{number}.pem": pem(leaf, top)})
    return checked(work, folder)


def _many(folder: Path) -> Path:
    """More than 2,000 findings: the demo many times."""
    for number in range(55):
        shutil.copytree(DEMO, folder / "work" / f"tenant{number:02}")
    roots = ("--roots", DEMO / "trust-table.json")
    return checked(folder / "work", folder, *roots)
