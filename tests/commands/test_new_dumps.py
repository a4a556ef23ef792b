"""Known and suppressed findings of service keys and mappings, in dumps that are made anew."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from exports import (
    Channel,
    Flow,
    bundle,
    dn,
    issue,
    mappings,
    pem,
    root,
    service_key,
    write_tree,
)

CLOCK = "2026-11-24"
TOP = root("callers known", dn("CN=Example Root", "C=DE"), "2015-01-01", "2044-12-31")
ENDED = issue("known ended", dn("CN=edi.partner.example", "C=DE"), TOP, "2025-01-01", "2026-01-31")
SOON = issue("known soon", dn("CN=crm.partner.example", "C=DE"), TOP, "2025-12-10", "2026-12-09")
GOOD = issue("known good", dn("CN=shop.partner.example", "C=DE"), TOP)
MORE = issue("known more", dn("CN=more.partner.example", "C=DE"), TOP, "2025-01-01", "2026-02-28")
CODES = ["IFL101", "IFL101", "IFL102", "IFL102"]


@pytest.fixture
def repository(workplace: Path) -> Path:
    channel = Channel("HTTPS", "/orders", authorization="RoleBased")
    write_tree(workplace / "flow", bundle(Flow("Orders", "Orders", [channel])))
    write_tree(
        workplace,
        {
            "root.pem": pem(TOP),
            "iflint.toml": b'roots = ["root.pem"]\n',
            ".git/HEAD": b"",
            "keys/edi.json": service_key("edi", ENDED),
            "keys/crm.json": service_key("crm", SOON),
            "mappings.json": mappings(("EDI", ENDED), ("CRM", SOON), ("SHOP", GOOD)),
        },
    )
    return workplace


def found(call, *arguments: str) -> list[list[str]]:
    """The codes of what is new, known and suppressed."""
    output = call("check", *arguments, "--as-of", CLOCK, "--format", "json").stdout
    report = json.loads(output)["report"]
    return [
        sorted(each["code"] for each in report[part])
        for part in ("findings", "known", "suppressed")
    ]


def rewritten(path: str, indent: int | None = 4) -> None:
    """The same content as another program writes it: other order of names, other indentation."""

    def reversed_names(value):
        if isinstance(value, dict):
            return {name: reversed_names(value[name]) for name in reversed(value)}
        return [reversed_names(each) for each in value] if isinstance(value, list) else value

    content = reversed_names(json.loads(Path(path).read_text("utf-8")))
    Path(path).write_text(json.dumps(content, indent=indent), "utf-8")


def add_mapping(first: tuple[str, object]) -> None:
    """A dump in which another mapping stands before all others, whose ids have changed."""
    rows = [first, ("SHOP", GOOD), ("EDI", ENDED), ("CRM", SOON)]
    Path("mappings.json").write_bytes(mappings(*rows))


@pytest.mark.parametrize("indent", [None, 4])
def test_a_new_dump_of_the_same_content_is_known(repository, call, indent) -> None:
    assert found(call) == [CODES, [], []]
    call("check", "--write-baseline", "known.json", "--as-of", CLOCK)
    for path in ("keys/edi.json", "keys/crm.json", "mappings.json"):
        rewritten(path, indent)
    known = ("--baseline", "known.json")
    assert found(call, *known) == [[], CODES, []]
    add_mapping(("MORE", MORE))
    assert found(call, *known) == [["IFL101"], CODES, []]


def test_a_key_is_known_in_whatever_file_it_comes(repository, call) -> None:
    call("check", "--write-baseline", "known.json", "--as-of", CLOCK)
    key = json.loads(Path("keys/edi.json").read_text("utf-8"))["oauth"]
    Path("keys/edi.json").unlink()
    text = f"Getting key edi for service instance rt ...\n\n{json.dumps(key)}\n"
    Path("edi.txt").write_text(text, "utf-16")
    assert found(call, "--baseline", "known.json") == [[], CODES, []]


def test_another_certificate_in_a_known_mapping_is_new(repository, call) -> None:
    call("check", "--write-baseline", "known.json", "--as-of", CLOCK)
    Path("mappings.json").write_bytes(mappings(("EDI", MORE), ("CRM", SOON)))
    new, known, _ = found(call, "--baseline", "known.json")
    assert (new, known) == (["IFL101"], ["IFL101", "IFL102", "IFL102"])


def test_a_baseline_names_the_caller(repository, call) -> None:
    call("check", "--write-baseline", "known.json", "--as-of", CLOCK)
    rows = json.loads(Path("known.json").read_text("utf-8"))["findings"]
    assert sorted(row["caller"] for row in rows) == [
        "mapping CRM",
        "mapping EDI",
        "service-key crm",
        "service-key edi",
    ]


def test_what_is_mended_is_gone(repository, call) -> None:
    call("check", "--write-baseline", "known.json", "--as-of", CLOCK)
    Path("mappings.json").write_bytes(mappings(("SHOP", GOOD)))
    Path("keys/crm.json").unlink()
    arguments = ("--baseline", "known.json", "--as-of", CLOCK, "--format", "json")
    report = json.loads(call("check", *arguments).stdout)["report"]
    gone = sorted(each["caller"] for each in report["baseline"]["vanished"])
    assert gone == ["mapping CRM", "mapping EDI", "service-key crm"]


@pytest.mark.parametrize(
    ("named", "left"),
    [
        ('path = "mappings.json"', ["IFL101", "IFL102"]),
        ('path = "keys/"', ["IFL101", "IFL102"]),
        ('caller = "EDI"', ["IFL101", "IFL102", "IFL102"]),
        ('caller = "e*"', ["IFL101", "IFL102", "IFL102"]),
        (f'dn = "{ENDED.name.text}"', ["IFL102", "IFL102"]),
        (f'certificate = "{sha256(ENDED.der).hexdigest()}"', ["IFL102", "IFL102"]),
    ],
)
@pytest.mark.parametrize("inline", [True, False])
def test_suppressed_after_a_new_dump(repository, call, named, left, inline) -> None:
    given = f'rule = ["IFL101", "IFL102"]\nreason = "r"\n{named}'
    tables = f"[[suppressions]]\n{given}\n"
    if inline:
        tables = f"suppressions = [{{ {given.replace(chr(10), ', ')} }}]\n"
    Path("iflint.toml").write_text(f'roots = ["root.pem"]\n{tables}', "utf-8")
    suppressed = list(CODES)
    for code in left:
        suppressed.remove(code)
    assert found(call) == [left, [], suppressed]
    for path in ("keys/edi.json", "keys/crm.json", "mappings.json"):
        rewritten(path)
    assert found(call) == [left, [], suppressed]
    add_mapping(("SHOP-2", GOOD))
    assert found(call) == [left, [], suppressed]


@pytest.mark.parametrize(
    ("named", "unused"),
    [
        ('caller = "SHOP"', True),
        ('caller = "NOBODY"', True),
        ('caller = "CRM"', False),
        (f'dn = "{GOOD.name.text}"', True),
    ],
)
def test_a_suppression_without_use_is_told(repository, call, named, unused) -> None:
    text = f'roots = ["root.pem"]\n[[suppressions]]\nrule = "IFL102"\nreason = "r"\n{named}\n'
    Path("iflint.toml").write_text(text, "utf-8")
    assert ("IFL090" in found(call)[0]) is unused
    assert ("IFL090" in found(call, "mappings.json")[0]) is (unused and "NOBODY" not in named)
