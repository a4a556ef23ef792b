"""What other programs watch: numbers for Prometheus, calendars, tables, and spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import icalendar
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

from exports import FIXTURES
from iflint.commands.main import cli
from iflint.console.metrics import Gauge, metrics_text

HERE = Path(__file__).parent
ROOT = HERE.resolve().parents[1]
DEMO = str(FIXTURES / "demo")
AS_OF = ("--as-of", "2026-11-24")
UNTIL = ("--until", "2027-03-31")
HOSTILE = 'a"b\\c\n} 1\n# EOF\u202e##[error]'


@pytest.fixture
def demo(workplace):
    shutil.copytree(DEMO, workplace, dirs_exist_ok=True)
    return workplace


def moment(sample):
    return datetime.fromtimestamp(sample.value, UTC).date()


@pytest.mark.parametrize("parse", [openmetrics, prometheus])
def test_what_a_scraper_reads(demo, call, parse) -> None:
    families = {
        family.name: family.samples
        for family in parse(call("certificates", *AS_OF, "--format", "openmetrics").stdout)
    }
    assert {
        *("x509_cert_not_after", "x509_cert_not_before", "x509_cert_expired"),
        *("iflint_cert_works_until", "iflint_run_timestamp_seconds"),
    } == families.keys()
    (clock,) = families["iflint_run_timestamp_seconds"]
    assert moment(clock) == date(2026, 11, 24)
    (carrier,) = (
        each
        for each in families["x509_cert_not_after"]
        if each.labels["filepath"] == "certificates/carrier.cer"
    )
    assert moment(carrier) == date(2026, 12, 12)
    assert (
        carrier.labels.items()
        >= {
            "subject_CN": "edi.carrier.example",
            "issuer_O": "Harbour Example, Inc.",
            "flow": "Receive Delivery Notes",
            "channel": "SOAP /delivery/notes",
            "binding": "row 1",
            "relation": "pair",
        }.items()
    )


def test_what_ends_first_counts(demo, call) -> None:
    """A root that leaves the list ends what the certificate's own dates would let live."""
    text = call("certificates", *AS_OF, "--format", "openmetrics").stdout
    until = {
        (each.labels["subject_CN"], each.labels["relation"]): each.value
        for family in openmetrics(text)
        if family.name == "iflint_cert_works_until"
        for each in family.samples
    }
    assert until["returns.depot.example", "pair"]
    leaving = datetime.fromtimestamp(until["edi.haulage.example", "pair"], UTC).date()
    assert leaving == date(2027, 1, 20)
    assert until["old-shop.retail.example", "pair"] == 0


def test_a_key_tells_what_it_opens_and_what_nobody_needs_has_a_line(demo, call) -> None:
    text = call("certificates", *AS_OF, "--format", "openmetrics").stdout
    samples = [s for f in openmetrics(text) if f.name == "x509_cert_expired" for s in f.samples]
    (key,) = (s for s in samples if s.labels["filepath"] == "servicekeys/store-tablets.json")
    assert key.value == 1
    assert key.labels["channel"] == "Confirm Pickups: HTTPS /pickups/confirm"
    assert key.labels["binding"].startswith("service key store-tablets")
    assert any(s.labels["binding"] == "" for s in samples)


def test_no_name_ends_a_label() -> None:
    text = metrics_text([Gauge("a", "Help.", [({"name": HOSTILE}, 1)])])
    ((sample,),) = (family.samples for family in openmetrics(text))
    assert sample.labels["name"].startswith('a"b\\c')
    assert "##[" not in text
    assert text.isascii()


def test_prometheus_own_tool_takes_metrics_and_rules(demo, call) -> None:
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("needs promtool, which comes with Debian's package prometheus")
    text = call("certificates", *AS_OF, "--format", "openmetrics").stdout
    subprocess.run([tool, "check", "metrics"], input=text.encode(), check=True)
    subprocess.run([tool, "check", "rules", ROOT / "docs/monitoring/iflint.rules.yml"], check=True)
    subprocess.run([tool, "test", "rules", HERE / "iflint.rules.test.yml"], check=True)


def test_the_dashboard_asks_for_metrics_that_there_are() -> None:
    dashboard = json.loads((ROOT / "docs/monitoring/grafana.json").read_text("utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = (ROOT / "docs/monitoring/iflint.rules.yml").read_text("utf-8")
    known = {"iflint_cert_works_until", "iflint_run_timestamp_seconds"}
    known |= set(re.findall(r"record: (\S+)", rules))
    assert all(known & set(re.findall(r"iflint[\w:]+", each)) for each in asked)


def test_days_to_come_are_a_calendar(demo, call) -> None:
    given = ("forecast", *AS_OF, *UNTIL)
    read = icalendar.Calendar.from_ical(call(*given, "--format", "ics").stdout)
    events = list(read.walk("VEVENT"))
    told = json.loads(call(*given, "--format", "json").stdout)["changes"]
    assert [str(e.decoded("DTSTART")) for e in events] == [change["day"] for change in told]
    assert len({str(e["UID"]) for e in events}) == len(events)
    assert "edi.carrier.example" in str(events[2]["DESCRIPTION"])
    assert [bool(e.walk("VALARM")) for e in events] == [c["change"] == "begins" for c in told]


def test_days_to_come_are_a_sheet(demo, call) -> None:
    given = ("forecast", *AS_OF, *UNTIL)
    lines = list(csv.DictReader(io.StringIO(call(*given, "--format", "csv").stdout)))
    told = json.loads(call(*given, "--format", "json").stdout)["changes"]
    for line, change in zip(lines, told, strict=True):
        assert line.keys() == change.keys()
        assert line["cause"] == change["cause"]
    assert lines[1]["opens"] == "Confirm Pickups: HTTPS /pickups/confirm"


@pytest.mark.parametrize("command", [("forecast", *UNTIL), ("certificates",)])
def test_a_table_in_markdown_has_a_row_for_each(demo, call, command) -> None:
    text = call(*command, *AS_OF, "--format", "markdown").stdout
    page = MarkdownIt("commonmark").enable("table").render(text)
    told = json.loads(call(*command, *AS_OF, "--format", "json").stdout)
    rows = told.get("changes") or told["certificates"]
    assert page.count("<tr>") == len(rows) + 1
    assert "edi.carrier.example" in page


def test_environments_are_told_apart(demo, call) -> None:
    with Path("iflint.toml").open("a") as file:
        file.write("\n[environments.qa]\n[environments.prod]\n")
    given = ("forecast", *AS_OF, *UNTIL, "--all-environments")
    assert "| Day | Environment |" in call(*given, "--format", "markdown").stdout
    read = icalendar.Calendar.from_ical(call(*given, "--format", "ics").stdout)
    events = list(read.walk("VEVENT"))
    assert len({str(e["UID"]) for e in events}) == len(events)


@pytest.mark.parametrize(
    "command", [("certificates",), ("channels",), ("forecast", *UNTIL), ("roots", "list")]
)
def test_excel_gets_what_it_opens(demo, call, command) -> None:
    given = (*command, *AS_OF, "--format", "csv")
    excel = call(*given, "--csv-dialect", "excel").stdout_bytes.decode("utf-8")
    plain = call(*given).stdout
    assert excel.startswith("\ufeff")
    assert "\r\n" in excel
    rows = list(csv.reader(io.StringIO(excel.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert rows == list(csv.reader(io.StringIO(plain)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--csv-dialect", "excel"), "--csv-dialect is for --format csv"),
        (("--csv-dialect", "x", "--format", "csv"), "one of plain, excel"),
    ],
)
def test_a_dialect_that_can_not_be(demo, call, given, said) -> None:
    result = call("channels", *given)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_certificate_comes_out_of_a_pipe(demo) -> None:
    given = ["chain", "-", "--roots", "trust-table.json", "--certificates", "certificates", *AS_OF]
    data = Path("certificates/carrier.cer").read_bytes()
    result = CliRunner().invoke(cli, [*given, "--format", "json"], input=data)
    (tree,) = json.loads(result.stdout)["trees"]
    assert tree["verdict"] == "works"
    assert {"file": "standard input", "line": None} in tree["steps"][0]["places"]


def test_an_empty_pipe_is_a_mistake(workplace) -> None:
    result = CliRunner().invoke(cli, ["chain", "-"], input=b"")
    assert result.exit_code == 2
    assert "standard input" in result.stderr
