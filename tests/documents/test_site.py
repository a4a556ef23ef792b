"""The site is built of the documents, strictly, and has a page for each address that we name."""

import json
import re
import tomllib
from pathlib import Path

import pytest

import iflint
from built_site import built
from iflint.configuration.schema import schema
from iflint.links import SITE, guide
from iflint.reporters import sarif
from iflint.reporters.schema import SCHEMAS
from iflint_rules import iflint_rules

ROOT = Path(__file__).resolve().parents[2]
REQUEST = re.compile(r'<(?:script|img|source|iframe|link)\b[^>]*?(?:src|srcset|href)="([^"]+)"')
NAMES_ONLY = re.compile(r'<link [^>]*rel="(?:canonical|prev|next)"')


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built in a folder of its own."""
    return built(tmp_path_factory.mktemp("site"))


def addresses():
    """Every address of the site that reports and schemas name."""
    report = iflint.check(str(ROOT / "fixtures" / "rules" / "missing-chain" / "good-another-file"))
    (run,) = json.loads(sarif.render(report))["runs"]
    yield run["tool"]["driver"]["informationUri"]
    yield from (rule.info().help_uri for rule in iflint_rules())
    yield guide("environments")
    yield schema([])["$id"]
    yield from (make()["$id"] for make in SCHEMAS.values())


def test_each_address_that_iflint_names_is_there(site) -> None:
    named = set(addresses())
    assert all(address.startswith(SITE) for address in named)
    missing = []
    for address in named:
        place = site / address.removeprefix(SITE)
        if not (place / "index.html" if address.endswith("/") else place).is_file():
            missing.append(address)
    assert not missing


def test_a_published_schema_is_the_one_that_bears_the_address(site) -> None:
    for path in site.glob("*.schema.json"):
        assert json.loads(path.read_text("utf-8"))["$id"] == SITE + path.name


def test_the_site_is_the_one_that_is_named() -> None:
    settings = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    assert settings["project"]["site_url"] == SITE


def test_a_page_asks_nothing_of_other_servers(site) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 60
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for request in REQUEST.finditer(text):
            assert not request[1].startswith(("http:", "https:", "//")) or NAMES_ONLY.match(
                request[0]
            ), f"{page}: {request[0]}"
        assert 'class="mermaid"' not in text


def test_each_document_is_a_page_and_nothing_else_is_published(site) -> None:
    for document in (ROOT / "docs").rglob("*.md"):
        name = document.relative_to(ROOT / "docs").with_suffix("")
        place = name.parent if name.name in ("index", "README") else name
        assert (site / place / "index.html").is_file(), name
    assert not list(site.rglob("*.py"))


def test_the_search_finds_a_rule(site) -> None:
    found = json.loads((site / "search.json").read_text(encoding="utf-8"))
    assert any("rules/dn-mismatch/" in item["location"] for item in found["items"])
