"""The json report: valid by its published schema, lossless, and readable by any parser."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from iflint.report.report import Report
from iflint.reporters import json as reporter
from iflint.reporters.encoding import dumped
from iflint.reporters.fields import FIELDS
from iflint.reporters.schema import SCHEMAS, schema
from reporters.sample_report import HOSTILE, clean, hostile, sample

DOCS = Path(__file__).parents[2] / "docs"


def rendered(report: Report) -> str:
    return str(reporter.render(report))


@pytest.mark.parametrize("name", SCHEMAS)
def test_published_schema_is_current(name) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == dumped(SCHEMAS[name]()), (
        "run: make snapshots"
    )


def test_every_field_is_described_and_nothing_else() -> None:
    needed = {"$schema", "format", "formatVersion"}
    for make in SCHEMAS.values():
        document = make()
        jsonschema.Draft202012Validator.check_schema(document)
        own = {"CertificateUses": document} if "report" not in document["properties"] else {}
        for struct, definition in (document["$defs"] | own).items():
            for field, told in definition.get("properties", {}).items():
                assert told["description"], (struct, field)
                needed.add(key if (key := f"{struct}.{field}") in FIELDS else field)
    assert needed == set(FIELDS)


@pytest.mark.parametrize("make", [sample, clean, hostile])
def test_valid_by_schema(make) -> None:
    validator = jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.FormatChecker())
    validator.validate(json.loads(rendered(make())))


def test_envelope_and_times() -> None:
    document = json.loads(rendered(sample()))
    assert list(document) == [
        *("$schema", "format", "formatVersion"),
        *("summary", "causes", "places", "remarks", "report"),
    ]
    assert (document["causes"], document["places"]) == (5, 5)
    assert (document["format"], document["formatVersion"]) == ("iflint-report", "1")
    report = document["report"]
    assert report["as_of"] == "2026-11-24T00:00:00Z"
    assert report["findings"][0]["broken_since"] == "2026-03-04T12:00:00Z"
    assert report["iflows"][0]["channels"][0]["entries"][0]["state"] == "joined"


@pytest.mark.parametrize("make", [sample, clean])
def test_nothing_is_lost(make) -> None:
    text = rendered(make())
    report = msgspec.convert(json.loads(text)["report"], Report)
    assert report.directory == "."
    told = make()
    assert msgspec.structs.replace(report, directory=told.directory, root=told.root) == told


@pytest.mark.parametrize("make", [sample, hostile])
def test_same_report_same_bytes(make) -> None:
    assert rendered(make()) == rendered(make())


def test_hostile_names_survive_but_never_reach_a_terminal_raw() -> None:
    text = rendered(hostile())
    text.encode("utf-8")
    assert not any(char in text for char in "\x1b\x9b\u202e\u2028\u200b\x00")
    name = json.loads(text)["report"]["iflows"][0]["name"]
    assert name == HOSTILE.replace("\ud800", "\\ud800")


def test_astral_invisible_characters_become_surrogate_pairs() -> None:
    text = dumped({"name": "a\U000e0041b"})
    assert "\\udb40\\udc41" in text
    assert json.loads(text) == {"name": "a\U000e0041b"}
