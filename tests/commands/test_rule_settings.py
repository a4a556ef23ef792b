"""Settings of single rules: what a run asks, how severe it is, and where that is seen."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import ClassVar

import pytest

import iflint
from exports import FIXTURES
from iflint.console import invocation
from iflint.engine import plugins
from iflint.options import UsageError
from iflint.report.findings import Severity, State
from iflint.rule.options import choice, number, switch, texts
from iflint.rule.rule import ChannelCase, Rule

CLOCK = "2026-11-24"
AT = datetime(2026, 11, 24, tzinfo=UTC)


class Said(Rule):
    """Every channel is told of.

    ## What it does

    Tells.
    """

    code = "TST001"
    name = "said"
    severity = Severity.NOTE
    word = choice("The word.", default="so", choices=("so", "no"))
    times = number("How often.", default=1, least=0, most=3)
    loud = switch("Louder.", default=False)
    also = texts("More words.")

    def check_channel(self, case: ChannelCase):
        """Say it."""
        words = [self.word, *self.also] * self.times
        yield self.finding(
            case,
            f"It is {' '.join(words)}{'!' if self.loud else '.'}",
            remedy="None.",
            location=case.channel.location,
            severity=Severity.WARNING,
        )


class Tried(Said):
    """In preview."""

    code = "TST002"
    name = "tried"
    state: ClassVar[State] = State.PREVIEW


class Leaving(Said):
    """Deprecated."""

    code = "TST003"
    name = "leaving"
    state: ClassVar[State] = State.DEPRECATED


class Silent(Said):
    """Off."""

    code = "TST004"
    name = "silent"
    enabled = False


@pytest.fixture(autouse=True)
def _plugin_rules(monkeypatch):
    """Installs the rules above besides iflint's own."""
    own = plugins.load_rules()
    monkeypatch.setattr(plugins, "load_rules", lambda: (*own, Said, Tried, Leaving, Silent))
    invocation.rule_names.cache_clear()
    yield
    invocation.rule_names.cache_clear()


@pytest.fixture
def flow(workplace):
    """The case of an expiring certificate, in the current folder."""
    case = FIXTURES / "rules" / "certificate-expires-soon"

    shutil.copytree(case / "bad-three-weeks", workplace / "case")
    (workplace / "case" / "iflint.toml").unlink()
    shutil.copy(FIXTURES / "rules" / "roots.pem", workplace)
    return workplace


def configure(folder, text):
    (folder / "iflint.toml").write_text(f'roots = ["roots.pem"]\n{text}', encoding="utf-8")


@pytest.fixture
def report(flow, call):
    """The report of a check with this configuration and these arguments."""

    def of(text, *arguments, code=None):
        configure(flow, text)
        result = call("check", "case", "--as-of", CLOCK, *arguments, "--format", "json")
        assert result.exit_code in ((0, 1) if code is None else (code,)), result.stderr
        return json.loads(result.stdout)["report"], result.stderr

    return of


def codes(found):
    return {rule["code"] for rule in found[0]["rules"] if rule["code"].startswith("TST")}


@pytest.mark.parametrize(
    ("text", "arguments", "expected"),
    [
        ("", (), "13"),
        ("", ("--select", "TST"), "134"),
        ("", ("--select", "all"), "134"),
        ("", ("--select", "tst002"), "2"),
        ("", ("--select", "TST,tried"), "1234"),
        ("", ("--select", "Tried", "--ignore", "TST002"), ""),
        ("select = ['TST']", (), "134"),
        ("select = ['TST']\nignore = ['said']", (), "34"),
        ("select = ['IFL1']\n[rules.tried]\nenabled = true", (), "2"),
        ("[rules.TST002]\nenabled = true", (), "123"),
        ("[rules.silent]\nenabled = true", (), "134"),
        ("[rules.said]\nenabled = false", (), "3"),
        ("ignore = ['TST']\n[rules.said]\nenabled = true", (), "1"),
        ("select = ['said']\n[rules.said]\nenabled = false", (), ""),
        ("[rules.said]\nenabled = false", ("--select", "TST"), "134"),
        ("[rules.tried]\nenabled = true", ("--select", "TST"), "134"),
        ("ignore = ['said']", ("--select", "said"), "1"),
        ("ignore = ['said']", ("--ignore", "leaving"), ""),
        ("select = ['TST']", ("--ignore", "said"), "34"),
        ("[rules.tried]\nenabled = true", ("--ignore", "TST"), ""),
        ("[rules.tried]\nenabled = true", ("--ignore", "said"), "23"),
    ],
)
def test_which_rules_are_asked(report, text, arguments, expected) -> None:
    found = report(text, *arguments)
    assert codes(found) == {f"TST00{number}" for number in expected}


def test_the_settings_of_the_library_are_those_of_the_file(flow) -> None:
    found = iflint.check(
        "case",
        as_of=AT,
        roots=("roots.pem",),
        rules={"said": {"severity": "error", "word": "no", "times": 2, "also": ["a"]}},
    )
    said = {finding.message for finding in found.findings if finding.code == "TST001"}
    assert said == {"It is no a no a."}
    assert {f.severity for f in found.findings if f.code == "TST001"} == {Severity.ERROR}


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"IFL777": {}}, "rules: 'IFL777' names no rule"),
        ({"said": {}, "TST001": {}}, "rules: TST001 and said are the same rule"),
        ({"said": {"times": 4}}, "rules: said: times takes a whole number from 0 to 3"),
        ({"said": {"time": 1}}, "rules: said has no setting 'time'; did you mean 'times'?"),
        ({"said": {"word": "n"}}, "rules: said: word takes one of so, no, not 'n'"),
        ({"said": {"loud": 1}}, "rules: said: loud takes true or false, not a number"),
        ({"said": {"also": ["", 1]}}, "rules: said: also takes a text; this one is empty; said: a"),
        ({"said": {"severity": "bad"}}, "rules: said: severity takes one of error, warning, note"),
        ({"said": 3}, "rules: said takes a table, not a number"),
        ([], "rules takes a table for each rule, not a list"),
        ({3: {}}, "rules: '3' names no rule"),
        ({"ACM102": {}}, "rules: 'ACM102' names no rule; is its package installed? ("),
    ],
)
def test_what_is_wrong_in_a_call_is_said_in_one_line(flow, rules, message) -> None:
    with pytest.raises(UsageError) as caught:
        iflint.check("case", rules=rules)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_everything_wrong_in_the_file_is_told_with_its_place(flow, call) -> None:
    configure(
        flow,
        "[rules.ifl102]\nexpiry-day = 3\nseverity = 'warn'\n"
        "[rules.certificate-expires-soon]\n[rules.weak-kye]\n[rules.IFL999]\n"
        "[rules.said]\nalso = ['a', 3]\ntimes = 9\nenabled = 'yes'\n[rules]\nIFL101 = 3\n",
    )
    result = call("check", "case")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "iflint: iflint.toml:3:1: unknown setting 'expiry-day'; did you mean 'expiry-days'?",
        "iflint: iflint.toml:4:12: severity takes one of error, warning, note, not 'warn';"
        " did you mean 'warning'?",
        "iflint: iflint.toml:5:8: 'certificate-expires-soon' is the same rule as 'ifl102' above",
        "iflint: iflint.toml:6:8: 'weak-kye' names no rule; did you mean 'weak-key', or is"
        " its package not installed? ('iflint rules' lists them)",
        "iflint: iflint.toml:7:8: 'IFL999' names no rule ('iflint rules' lists them)",
        "iflint: iflint.toml:9:14: also takes a text, not a number",
        "iflint: iflint.toml:10:9: times takes a whole number from 0 to 3",
        "iflint: iflint.toml:11:11: enabled takes true or false, not a text",
        "iflint: iflint.toml:13:1: takes a table: [rules.IFL101]",
    ]


def test_a_severity_is_seen_everywhere(flow, call, report) -> None:
    quiet, _ = report("", code=0)
    before = {f["code"]: f["severity"] for f in quiet["findings"]}
    assert before["IFL102"] == "warning"
    raised, _ = report("[rules.IFL102]\nseverity = 'error'\n", code=1)
    assert {f["severity"] for f in raised["findings"] if f["code"] == "IFL102"} == {"error"}
    concise = call("check", "case", "--as-of", CLOCK, "--format", "text").stdout
    assert "1 error" in concise
    sarif = json.loads(call("check", "case", "--as-of", CLOCK, "--format", "sarif").stdout)
    (one,) = sarif["runs"]
    assert {r["level"] for r in one["results"] if r["ruleId"] == "IFL102"} == {"error"}
    (override,) = one["invocations"][0]["ruleConfigurationOverrides"]
    described = one["tool"]["driver"]["rules"][override["descriptor"]["index"]]
    assert (described["id"], override["configuration"]) == ("IFL102", {"level": "error"})
    assert described["defaultConfiguration"] == {"level": "warning"}
    assert described["properties"]["problem.severity"] == "error"


def test_a_severity_goes_over_what_the_rule_itself_says_of_a_finding(report) -> None:
    def said(text):
        return {f["severity"] for f in report(text)[0]["findings"] if f["code"] == "TST001"}

    assert said("") == {"warning"}
    assert said("[rules.said]\nseverity = 'note'\n") == {"note"}


def test_a_known_finding_that_becomes_an_error_is_new(flow, call, report) -> None:
    configure(flow, "")
    written = call("check", "case", "--as-of", CLOCK, "--write-baseline", "known.json")
    assert written.exit_code == 0, written.stderr
    same, _ = report("baseline = 'known.json'\n", code=0)
    assert same["findings"] == []
    worse, _ = report("baseline = 'known.json'\n[rules.IFL102]\nseverity = 'error'\n", code=1)
    assert {f["code"] for f in worse["findings"]} == {"IFL102"}
    milder, _ = report("baseline = 'known.json'\n[rules.IFL102]\nseverity = 'note'\n", code=0)
    assert milder["findings"] == []


def test_a_window_of_its_own_goes_over_that_of_the_run(report) -> None:
    def speaks(text):
        return "IFL102" in {f["code"] for f in report(text)[0]["findings"]}

    assert speaks("")
    assert not speaks("[rules.IFL102]\nexpiry-days = 0\n")
    assert not speaks("expiry-days = 0\n")
    assert speaks("expiry-days = 0\n[rules.IFL102]\nexpiry-days = 365\n")


def test_the_forecast_sees_the_day_on_which_a_rule_of_its_own_window_begins(flow, call) -> None:
    arguments = ("forecast", "case", "--as-of", "2026-06-01", "--until", "2027-06-01")
    configure(flow, "[rules.IFL102]\nexpiry-days = 77\nseverity = 'error'\n")
    changes = json.loads(call(*arguments, "--format", "json").stdout)["changes"]
    (begin, *_) = (each for each in changes if each["code"] == "IFL102")
    assert (begin["day"], begin["severity"]) == ("2026-09-30", "error")
    assert begin["renew_by"] == "2026-11-15"


def test_a_deprecated_rule_that_is_asked_for_is_told_once(report) -> None:
    line = "iflint: rule TST003 leaving is deprecated"
    assert line not in report("")[1]
    assert line not in report("", "--select", "TST")[1]
    for text, arguments in (
        ("", ("--select", "leaving,TST003")),
        ("[rules.leaving]\nseverity = 'error'\n", ()),
    ):
        assert report(text, *arguments)[1].count(line) == 1


def test_the_list_of_rules_tells_which_are_on_if_nothing_is_said(call) -> None:
    document = json.loads(call("rules", "--format", "json").stdout)
    on = {rule["code"]: rule["enabled"] for rule in document["rules"]}
    assert [on[f"TST00{number}"] for number in (1, 2, 3, 4)] == [True, False, True, False]


@pytest.mark.parametrize(
    ("arguments", "told"), [((), 0), (("--select", "IFL1"), 1), (("--select", "IFL1,IFL001"), 0)]
)
def test_what_no_selected_rule_tells_of_is_counted(flow, call, arguments, told) -> None:
    (flow / "case" / "Cut.iflw").write_text("<")
    configure(flow, "")
    said = call("check", "case", "--as-of", CLOCK, *arguments).stdout
    assert said.count("1 input could not be read; a check without --select says which.") == told
