"""Reports for CI servers, each read by what its consumer reads it with, hostile names included."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from iflint.places.location import FileLocation, Location
from iflint.report.findings import BaselineState, CallerReference, Severity
from iflint.report.report import CallerResult
from iflint.reporters import concise, github, gitlab, job_summary, junit
from iflint.reporters.sentences import looked_at, scope
from reporters.sample_report import (
    ARCHIVED,
    EXPIRED,
    HOSTILE,
    SOON,
    UNDECIDABLE,
    clean,
    hostile,
    sample,
)

ANY_NAME = st.text(alphabet=st.characters(codec=None), max_size=30)
CRUEL = (
    HOSTILE,
    "::error::x",
    "\n::error file=a::x",
    "##[error]x",
    "##vso[task.setvariable variable=a]b",
    "a%0A::set-output name=x::y",
    "file=a,line=3::z",
    "</testcase><script>&amp;]]>\ufffe\uffff'\"",
    "a|b\\|c\\\\|d`e`|",
    "@octocat #1 GH-2 https://evil.example www.evil.example [a](b) <b>&#x202e; $x$",
    "",
    " ",
    "x" * 100_000,
)


def with_findings(*findings, **changes):
    return msgspec.structs.replace(sample(), findings=findings, **changes)


def many(finding, number, **changes):
    return tuple(
        msgspec.structs.replace(finding, message=f"Number {index}.", **changes)
        for index in range(number)
    )


# concise


def test_concise_is_a_line_a_finding() -> None:
    lines = concise.render(sample(), quiet=True).splitlines()
    assert len(lines) == len(sample().findings)
    assert lines[0] == (
        f"{EXPIRED.location.file}:41:{EXPIRED.location.region.start_column}: "
        f"IFL101 {EXPIRED.message}"
    )
    assert lines[-1] == "exports/Broken.zip:1:1: IFL001 The archive has no readable directory."


def test_concise_names_the_environments_in_which_a_finding_holds() -> None:
    finding = msgspec.structs.replace(EXPIRED, environments=("qa", "prod"))
    line, _ = concise.render(with_findings(finding)).splitlines()
    assert line.endswith(f"{EXPIRED.message} [qa, prod]")


PLACE = re.compile(r"^(.+):(\d+):(\d+): ")
"""How editors tell a finding from other lines."""


@pytest.mark.parametrize("make", [sample, clean])
def test_concise_ends_in_what_was_looked_at_in_a_line_that_is_no_finding(make) -> None:
    *lines, last = concise.render(make()).splitlines()
    assert last == scope(make())
    assert all(map(PLACE.match, lines))
    assert not PLACE.match(last)


def test_concise_says_nothing_when_clean_and_quiet() -> None:
    assert concise.render(clean(), quiet=True) == ""


@pytest.mark.parametrize("name", CRUEL)
def test_concise_keeps_one_line_whatever_the_names_are(name) -> None:
    report = hostile(name)
    assert len(concise.render(report, quiet=True).split("\n")) == len(report.findings) + 1
    assert concise.render(report, ascii=True).isascii()


# github: the runner's reading of a line, after its ActionCommand.TryParseV2


def commands(text):
    """Command, properties and text of each line; one that is no command is a mistake, but at the
    end."""
    found = []
    *lines, last = text.splitlines()
    assert re.fullmatch(r"[\w ,:]+\. \d+ iFlows?; .*\.", last)
    for line in lines:
        assert line.startswith("::")
        end = line.index("::", 2)
        name, _, rest = line[2:end].partition(" ")
        pairs = dict(pair.split("=", 1) for pair in rest.split(","))
        properties = {key: unescaped(value, ",:\r\n%") for key, value in pairs.items()}
        found.append((name, properties, unescaped(line[end + 2 :], "\r\n%")))
    return found


def unescaped(text, characters):
    for character in characters:
        text = text.replace(f"%{ord(character):02X}", character)
    return text


def test_annotation_stands_on_its_text() -> None:
    ((name, properties, text),) = commands(github.render(with_findings(EXPIRED)))
    region = EXPIRED.location.region
    assert name == "error"
    assert properties == {
        "file": EXPIRED.location.file.path,
        "line": "41",
        "endLine": "41",
        "col": str(region.start_column),
        "endColumn": str(region.end_column),
        "title": "IFL101 expired-certificate",
    }
    assert text.splitlines()[0] == EXPIRED.message
    assert text.splitlines()[-1] == f"To fix it: {EXPIRED.remedy}"


def test_annotation_in_an_archive_stands_on_the_archive() -> None:
    ((name, properties, text),) = commands(github.render(with_findings(SOON)))
    assert name == "warning"
    assert (properties["file"], properties["line"]) == ("exports/Acme.zip", "1")
    assert "col" not in properties
    assert f"It stands in {ARCHIVED}:41:" in text


def test_ten_annotations_of_a_level_the_worst_first_and_the_rest_counted() -> None:
    later = datetime(2027, 1, 1, tzinfo=UTC)
    findings = (
        *many(UNDECIDABLE, 12),
        *many(SOON, 11, breaks_on=later),
        SOON,
        *many(EXPIRED, 10),
    )
    found = commands(github.render(with_findings(*findings)))
    names = [name for name, _, _ in found]
    assert names == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert found[10][2].startswith(SOON.message)
    assert "2 warnings and 3 notes" in found[-1][2]


def test_each_cause_is_annotated_before_one_is_twice() -> None:
    causes = [msgspec.structs.replace(EXPIRED, cause=f"c{number}") for number in range(5)]
    often = [msgspec.structs.replace(EXPIRED, cause="c0")] * 20
    found = commands(github.render(with_findings(*often, *causes)))
    named = [text.splitlines()[-1] for _, _, text in found[:6]]
    assert sorted(named) == ["Cause c0.", "Cause c0.", *(f"Cause c{n}." for n in range(1, 5))]


@pytest.mark.parametrize("render", [concise.render, github.render, gitlab.render, junit.render])
def test_results_that_one_act_mends_can_be_put_together(render) -> None:
    of_one = msgspec.structs.replace(EXPIRED, cause="0123456789abcdef")
    assert render(with_findings(of_one, of_one)).count("0123456789abcdef") == 2


@pytest.mark.parametrize(
    "render", [concise.render, github.render, junit.render, job_summary.render]
)
def test_causes_are_counted_beside_their_places(render) -> None:
    found = [msgspec.structs.replace(EXPIRED, cause="one")] * 3
    assert "2 causes in 4 places: 3 errors and 1 warning" in render(with_findings(*found, SOON))


def test_markdown_names_a_file_once_where_all_places_lie_in_it() -> None:
    found = [msgspec.structs.replace(EXPIRED, cause="one")] * 3
    table = job_summary.render(with_findings(*found)).split("### Findings")[1]
    assert table.count("Orders.iflw") == 1
    assert table.count("the same file, line 41") == 2


def test_an_outage_comes_before_files_and_before_what_has_no_day() -> None:
    file = msgspec.structs.replace(EXPIRED, channel=None, message="A file.")
    undated = msgspec.structs.replace(EXPIRED, broken_since=None, message="Undated.")
    later = msgspec.structs.replace(
        EXPIRED, broken_since=None, breaks_on=datetime(2027, 1, 1, tzinfo=UTC), message="Later."
    )
    findings = (SOON, *many(file, 10), undated, later, EXPIRED)
    texts = [text for _, _, text in commands(github.render(with_findings(*findings)))]
    firsts = [text.split("\n")[0] for text in texts]
    assert firsts[:4] == [EXPIRED.message, "Later.", "Undated.", "Number 0."]
    assert firsts[10] == SOON.message


@pytest.mark.parametrize("make", [sample, clean])
def test_annotations_end_in_what_was_looked_at(make) -> None:
    assert github.render(make()).splitlines()[-1] == scope(make())
    assert scope(make()) not in github.render(make(), quiet=True)


def test_what_was_looked_at_is_one_sentence() -> None:
    keys = CallerResult(kind="service-key", name="k", id="k", location=EXPIRED.location)
    mapping = msgspec.structs.replace(keys, kind="mapping", name="M", id="m")
    assert looked_at(with_findings(callers=(keys, mapping))) == (
        "2 iFlows; 1 sender channel (1 by Client Certificate);"
        " 1 row, 1 service key and 1 mapping, 1 with a certificate at hand."
    )
    nothing = with_findings(iflows=())
    assert looked_at(nothing) == "0 iFlows; 0 sender channels."


def test_nothing_is_counted_where_all_fits() -> None:
    found = commands(github.render(with_findings(*many(UNDECIDABLE, 10))))
    assert all(properties["title"].startswith("IFL312") for _, properties, _ in found)


def test_paths_are_relative_to_the_repository() -> None:
    finding = msgspec.structs.replace(EXPIRED, location=Location(FileLocation("a/b.pem")))
    report = with_findings(finding, directory="/work/repo/sub", root="/work/repo")
    assert "file=sub/a/b.pem," in github.render(report)
    (issue,) = json.loads(gitlab.render(report))
    assert issue["location"]["path"] == "sub/a/b.pem"


@pytest.mark.parametrize("name", CRUEL)
def test_no_name_makes_a_command_of_its_own(name) -> None:
    report = hostile(name)
    told = len(report.paths_without)
    of_run, found = (every := commands(github.render(report)))[:told], every[told:]
    assert [each[:2] for each in of_run] == [("notice", {"title": "iflint"})] * told
    assert len(found) == len(report.findings)
    for level, properties, text in found:
        assert level == "error"
        assert set(properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert len(text) < 30_000
    assert "##[" not in github.render(report)
    assert "##vso[" not in github.render(report)


@settings(max_examples=50, deadline=None)
@given(ANY_NAME)
def test_any_name_is_read_back_as_one_command(name) -> None:
    report = hostile(name)
    assert len(commands(github.render(report))) - bool(report.paths_without) == len(report.findings)


# gitlab: the fields that its documentation asks for, and its parser's schema for their types

GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!/|\\./)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


@pytest.mark.parametrize("report", [sample(), clean(), *map(hostile, CRUEL)])
def test_gitlab_takes_the_report(report) -> None:
    issues = json.loads(gitlab.render(report))
    jsonschema.Draft202012Validator(GITLAB).validate(issues)
    assert len(issues) == len(report.findings)
    prints = [issue["fingerprint"] for issue in issues]
    assert len(set(prints)) == len(prints)


def test_gitlab_issue_names_file_line_and_fix() -> None:
    (issue,) = json.loads(gitlab.render(with_findings(EXPIRED)))
    assert issue["location"] == {
        "path": EXPIRED.location.file.path,
        "lines": {"begin": 41, "end": 41},
    }
    assert issue["severity"] == "critical"
    assert issue["fingerprint"] == EXPIRED.identity
    assert issue["description"].startswith(EXPIRED.message)
    (issue,) = json.loads(gitlab.render(with_findings(SOON)))
    assert issue["location"] == {"path": "exports/Acme.zip", "lines": {"begin": 1, "end": 1}}


# junit

XSD = Path(__file__).with_name("junit.xsd")


def suites(report, **settings):
    tree = etree.fromstring(junit.render(report, **settings).encode())
    etree.XMLSchema(etree.parse(XSD)).assertValid(tree)
    for suite in tree:
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases) > 0
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
        names = [case.get("name") for case in cases]
        assert len(set(names)) == len(names)
    return tree


@pytest.mark.parametrize("report", [sample(), clean(), *map(hostile, CRUEL)])
@pytest.mark.parametrize("level", [None, *Severity])
def test_junit_is_valid_by_schema(report, level) -> None:
    failed = suites(report, fail_level=level).findall(".//failure")
    assert bool(failed) == report.fails(level)


@settings(max_examples=50, deadline=None)
@given(ANY_NAME)
def test_junit_is_xml_whatever_the_names_are(name) -> None:
    etree.fromstring(junit.render(hostile(name), fail_level=Severity.ERROR).encode())


def test_a_suite_an_iflow_and_a_test_a_finding() -> None:
    tree = suites(sample(), fail_level=Severity.ERROR)
    assert [suite.get("name") for suite in tree] == [
        "Receive Orders",
        "Send Invoices",
        "Outside any iFlow",
    ]
    orders, invoices, rest = tree
    assert orders.get("package") == "Acme Orders"
    failed, noted = orders.findall("testcase")
    assert failed.get("name") == "IFL101 expired-certificate: HTTPS 'Orders in' /orders, row 1"
    assert failed.find("failure").get("message") == EXPIRED.message
    assert noted.find("skipped").get("message") == UNDECIDABLE.message
    assert (invoices.get("failures"), invoices.get("skipped")) == ("1", "1")
    assert rest.find("testcase").get("name") == "IFL001 unreadable-artifact: exports/Broken.zip"


def test_a_channel_without_a_finding_is_a_passed_test() -> None:
    flow = sample().iflows[0]
    (channel,) = flow.channels
    entry = msgspec.structs.replace(channel.entries[0], findings=())
    healthy = msgspec.structs.replace(channel, entries=(entry,))
    flow = msgspec.structs.replace(flow, channels=(healthy,))
    tree = suites(msgspec.structs.replace(clean(), iflows=(flow,)))
    (case,) = tree.findall(".//testcase")
    assert case.get("name") == "HTTPS 'Orders in' /orders"
    assert len(case) == 0


def test_no_iflow_is_said_aloud() -> None:
    tree = suites(msgspec.structs.replace(clean(), iflows=()))
    assert tree.find(".//skipped").get("message") == "No iFlow found."


def test_callers_are_tests_of_a_suite_of_their_own() -> None:
    place = Location(FileLocation("keys/partner.json"))
    key = CallerResult(kind="service-key", name="partner", id="1", location=place, tenant="t")
    mapping = CallerResult(kind="mapping", name="SUSER1", id="2", location=place)
    reference = CallerReference("service-key", "partner", "1", "t", None)
    found = msgspec.structs.replace(
        UNDECIDABLE, location=place, iflow=None, channel=None, entry=None, caller=reference
    )
    report = msgspec.structs.replace(
        clean(),
        iflows=(),
        findings=(found,),
        callers=(msgspec.structs.replace(key, findings=(found.code,)), mapping),
    )
    (suite,) = suites(report)
    assert suite.get("name") == "Service keys and mappings"
    ended, healthy = suite.findall("testcase")
    assert ended.get("name").endswith(": service key partner of tenant t")
    assert "roles not known" in ended[0].text
    assert (healthy.get("name"), len(healthy)) == ("mapping of user SUSER1", 0)


def test_a_channel_that_callers_open_is_a_test_that_points_to_theirs() -> None:
    key = CallerResult(kind="service-key", name="partner", id="1", location=EXPIRED.location)
    flow = sample().iflows[0]
    channel = msgspec.structs.replace(
        flow.channels[0], kind="other", checked=False, entries=(), findings=(), callers=("1",)
    )
    alone = msgspec.structs.replace(channel, callers=())
    for channels, expected in (
        ((channel,), "HTTPS 'Orders in' /orders: 1 caller in Service keys and mappings"),
        ((alone,), "No sender channel to check"),
    ):
        iflows = (msgspec.structs.replace(flow, channels=channels),)
        first, _ = suites(msgspec.structs.replace(clean(), iflows=iflows, callers=(key,)))
        (case,) = first.findall("testcase")
        assert (case.get("name"), len(case)) == (expected, 0)


@pytest.mark.parametrize("render", [github.render, gitlab.render, junit.render])
def test_who_reads_of_a_key_reads_what_it_opens(render) -> None:
    key = CallerReference("service-key", "partner", "1", "t", ("Orders",))
    finding = msgspec.structs.replace(EXPIRED, iflow=None, channel=None, entry=None, caller=key)
    told = CallerResult(kind="service-key", name="partner", id="1", location=EXPIRED.location)
    flow = sample().iflows[0]
    channel = msgspec.structs.replace(flow.channels[0], name="", callers=("1",))
    flow = msgspec.structs.replace(flow, name="Orders", channels=(channel,))
    shown = render(with_findings(finding, iflows=(flow,), callers=(told,)))
    opens = "service key partner of tenant t (role Orders), which opens Orders: HTTPS /orders."
    assert f"Found in {opens}" in shown


def test_names_in_junit_are_no_commands_to_a_ci_server() -> None:
    for name in CRUEL:
        text = junit.render(hostile(name), fail_level=Severity.ERROR)
        assert not re.search(r"^\s*::[a-z]|##(vso)?\[", text, re.MULTILINE)


# markdown


def parsed(text):
    """Kinds of all elements, and the texts of the cells of its tables."""
    kinds, cells = set(), []
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    inside = False
    for token in tokens:
        kinds.add(token.type)
        inside = token.type == "td_open" or (inside and token.type != "td_close")
        for child in token.children or ():
            kinds.add(child.type)
            if child.type == "html_inline":
                assert child.content in ("<br>", "<!-- -->")
        if inside and token.type == "inline":
            cells.append("".join(c.content for c in token.children if c.type != "html_inline"))
    return kinds, cells


PLAIN = {
    "heading_open",
    "heading_close",
    "paragraph_open",
    "paragraph_close",
    "inline",
    "text",
    "text_special",
    "html_inline",
    *(
        f"{part}_{end}"
        for part in ("table", "thead", "tbody", "tr", "th", "td")
        for end in ("open", "close")
    ),
}


def test_markdown_begins_with_what_breaks_next() -> None:
    text = job_summary.render(sample())
    assert text.startswith("## iflint: 3 errors, 1 warning and 1 note\n")
    assert text.index("### What breaks next") < text.index("### Findings")
    assert "| 2026-12-01 (in 7 days) | SOAP /invoices, row 1 | Send Invoices |" in text
    _, cells = parsed(text)
    rows = [cells[at : at + 5] for at in range(4, len(cells), 5)]
    assert [row[0] for row in rows] == ["error", "error", "error", "warning", "note"]
    assert rows[0][1] == "IFL101 expired-certificate"
    assert rows[0][3] == EXPIRED.message


def test_markdown_says_what_breaks_next_of_what_is_known() -> None:
    known = msgspec.structs.replace(SOON, baseline=BaselineState.UNCHANGED)
    ahead = job_summary.render(with_findings(known=(known,))).split("### Findings")[0]
    assert "| 2026-12-01 (in 7 days) | SOAP /invoices, row 1 | Send Invoices |" in ahead
    assert "certificate-expires-soon (known)" in ahead


def test_markdown_says_once_what_breaks_at_several_places() -> None:
    found = [msgspec.structs.replace(SOON, cause="one")] * 3
    ahead = job_summary.render(with_findings(*found)).split("### Findings")[0]
    assert ahead.count("IFL102") == 1
    assert "and 2 more places" in ahead


def test_markdown_of_a_clean_run_says_so() -> None:
    text = job_summary.render(clean())
    assert "nothing found" in text
    assert "Findings" not in text
    empty = msgspec.structs.replace(clean(), iflows=())
    assert "no iFlow found" in job_summary.render(empty)


def test_markdown_tells_until_when_a_caller_is_healthy() -> None:
    place, until = Location(FileLocation("a.json")), datetime(2026, 12, 1, tzinfo=UTC)
    healthy = CallerResult(
        kind="mapping", name="SUSER1", id="2", location=place, healthy_until=until
    )
    text = job_summary.render(msgspec.structs.replace(clean(), callers=(healthy,)))
    assert "| 2026-12-01 (in 7 days) | mapping of user SUSER1 |" in text


def test_markdown_tells_what_is_known_and_suppressed() -> None:
    none = with_findings(known=many(EXPIRED, 37))
    assert "## iflint: nothing found besides 37 known findings\n" in job_summary.render(none)
    both = with_findings(SOON, known=many(EXPIRED, 37), suppressed=(SOON,))
    head = job_summary.render(both).splitlines()[0]
    assert head == "## iflint: 1 warning besides 37 known and 1 suppressed finding"


@pytest.mark.parametrize("name", CRUEL)
def test_names_stay_text_in_markdown(name) -> None:
    report = hostile(name)
    kinds, cells = parsed(job_summary.render(report))
    assert kinds <= PLAIN
    assert len(cells) == 5 * len(report.findings)
    assert cells[0] == "error"


def test_nobody_is_called_and_nothing_is_linked() -> None:
    text = job_summary.render(hostile("@octocat #1 GH-2 https://evil.example www.evil.example"))
    for reference in ("@octocat", "#1", "GH-2", "https://", "www.evil"):
        assert reference not in text


@settings(max_examples=50, deadline=None)
@given(ANY_NAME)
def test_any_name_keeps_the_table_whole(name) -> None:
    report = hostile(name)
    kinds, cells = parsed(job_summary.render(report))
    assert kinds <= PLAIN
    assert len(cells) == 5 * len(report.findings)


def test_markdown_keeps_within_the_limit_of_a_comment() -> None:
    for report in (hostile("|" * 100_000), with_findings(*many(SOON, 500), *many(EXPIRED, 2000))):
        assert len(job_summary.render(report)) < 65_536
    assert re.search(r"And [\d]+ more causes", job_summary.render(report))
    assert "2000 errors" in job_summary.render(report)
