"""A table of roots that ends long before the clock: said once in each report, never a finding."""

import json
from pathlib import Path

import jsonschema
import msgspec

from iflint.reporters import html, sarif, text
from iflint.reporters import json as json_report
from reporters.sample_report import clean

SCHEMA = Path(__file__).with_name("sarif-schema-2.1.0.json")


def stale():
    report = clean()
    trust = msgspec.structs.replace(report.trust, known_until="2026-05-01\x1b", stale_days=207)
    return msgspec.structs.replace(report, trust=trust)


def test_text() -> None:
    shown = " ".join(text.render(stale(), width=80).split())
    assert (
        shown.count("The list of roots is known until 2026-05-01\\x1b only, 207 days before") == 1
    )
    assert "findings none" in shown
    assert "known until" not in text.render(clean(), width=80)


def test_sarif() -> None:
    document = json.loads(sarif.render(stale()))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    (run,) = document["runs"]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["level"] == "note"
    assert "207 days before the clock" in notification["message"]["text"]
    assert run["results"] == []


def test_json() -> None:
    trust = json.loads(str(json_report.render(stale())))["report"]["trust"]
    assert trust["stale_days"] == 207
    assert json.loads(str(json_report.render(clean())))["report"]["trust"]["stale_days"] == 0


def test_html() -> None:
    assert "known until 2026-05-01" in html.render(stale())
    assert "known until" not in html.render(clean())
