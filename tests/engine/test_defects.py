"""Where iflint itself fails, the run goes on without the smallest thing, and ends with 3."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from exports import Channel, Flow, bundle, dn, intermediate, issue, java_keystore, pem, root
from iflint.commands.main import cli
from iflint.rule import Rule

TOP = root("defect-root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
MIDDLE = intermediate("defect-ca", dn("CN=CA", "O=Example"), TOP, "2020-01-01", "2035-01-01")
OLD = issue("defect-old", dn("CN=old", "O=Example"), MIDDLE, "2025-01-01", "2026-01-31")
BAD = issue("defect-bad", dn("CN=bad", "O=Example"), MIDDLE, "2025-01-01", "2026-01-31")
CLOCK = ("--as-of", "2026-11-24")
BAD_IN_BYTES = r"\x03bad"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Two flows, the second with an entry of `BAD`; and the certificates in files of their own."""
    for name, pairs in (("Good", [OLD.pair]), ("Other", [OLD.pair, BAD.pair])):
        described = Flow(name, name, [Channel("HTTPS", f"/{name}", pairs)])
        for file, content in bundle(described).items():
            (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / file).write_bytes(content)
    (tmp_path / "certs.pem").write_bytes(pem(MIDDLE, OLD, BAD))
    (tmp_path / "roots.pem").write_bytes(pem(TOP))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*arguments):
    """Check the repository; gives the exit code, the findings and what is said beside them."""
    roots = ("--platform", "custom", "--roots", "roots.pem")
    result = CliRunner().invoke(cli, ["check", *CLOCK, *roots, "--format", "json", *arguments])
    found = json.loads(result.stdout)["report"]["findings"]
    told = [(each["code"], (each["iflow"] or {}).get("name", "")) for each in found]
    return result.exit_code, sorted(told), result.stderr


def fail(*_arguments, **_more):
    raise ZeroDivisionError("made up")


def failing_on(monkeypatch, place, wanted):
    """Make a function fail where its arguments show a text."""
    module, _, name = place.rpartition(".")
    import importlib

    try:
        owner = importlib.import_module(module)
    except ImportError:
        module, _, cls = module.rpartition(".")
        owner = getattr(importlib.import_module(module), cls)
    sound = getattr(owner, name)

    def sometimes(*arguments, **more):
        if any(wanted in repr(each) for each in arguments):
            raise ZeroDivisionError("made up")
        return sound(*arguments, **more)

    monkeypatch.setattr(owner, name, sometimes)


HEALTHY = [("IFL101", "Good"), ("IFL101", "Other"), ("IFL101", "Other")]
UNREAD = ("IFL001", "")


def test_all_is_well_without_a_defect(repository) -> None:
    code, found, said = check()
    assert (code, found) == (1, HEALTHY)
    assert "failed" not in said


@pytest.mark.parametrize(
    ("place", "wanted", "left", "name"),
    [
        ("iflint.engine.inputs.read_iflow", "Other", [UNREAD, HEALTHY[0]], "Other.iflw"),
        ("iflint.iflow.resolution.Resolver.channel", "/Other", None, "Other.iflw"),
        (
            "iflint.judging.judge.Judge._join",
            "CN=bad",
            [UNREAD, *HEALTHY[:2]],
            "Other.iflw",
        ),
        ("iflint.judging.judge.Judge.judge", "/Other", [UNREAD, HEALTHY[0]], "Other.iflw"),
        ("iflint.sources.grouping.Grouping._bundle", "Other", [UNREAD, HEALTHY[0]], "Oth"),
    ],
)
def test_a_flow_or_an_entry_costs_itself_alone(
    repository, monkeypatch, place, wanted, left, name
) -> None:
    failing_on(monkeypatch, place, wanted)
    code, found, said = check()
    assert code == 3
    assert found == (left or [("IFL001", "Other"), HEALTHY[0]])
    assert said.count("please report it") == 1
    assert name in said
    assert "Traceback" not in said


def test_a_certificate_costs_itself_alone(repository, monkeypatch) -> None:
    from iflint.pki import files

    sound = files.parse_certificate

    def sometimes(data):
        certificate = sound(data)
        return fail() if "CN=bad" in certificate.subject.text else certificate

    monkeypatch.setattr(files, "parse_certificate", sometimes)
    code, found, said = check("--select", "IFL002,IFL101")
    assert code == 3
    assert found == [("IFL002", ""), *HEALTHY[:2]]
    assert "certs.pem:" in said


def test_a_certificate_that_can_not_be_indexed_costs_itself_alone(repository, monkeypatch) -> None:
    from iflint.judging.name_index import NameIndex

    sound = NameIndex.__init__

    def sometimes(index, pool):
        if any("CN=bad" in c.subject.text for c in pool):
            fail()
        sound(index, pool)

    monkeypatch.setattr(NameIndex, "__init__", sometimes)
    code, found, _ = check("--select", "IFL001,IFL101")
    assert (code, found) == (3, [UNREAD, *HEALTHY[:2]])


def test_a_file_costs_itself_alone(repository, monkeypatch) -> None:
    failing_on(monkeypatch, "iflint.pki.files._with_their_key", "more.pem")
    (repository / "more.pem").write_bytes(pem(OLD))
    code, found, said = check("--select", "IFL002")
    assert code == 3
    assert {each for each, _ in found} == {"IFL002"}
    assert "more" in said


@pytest.mark.parametrize(
    ("command", "place", "wanted", "named", "left"),
    [
        (
            ["check", "--platform", "custom", "--roots", "roots.pem"],
            "iflint.engine.inventory.iflow_result",
            "name='Other'",
            "Other.iflw",
            "IFL101",
        ),
        (
            ["channels"],
            "iflint.engine.inventory.iflow_result",
            "name='Other'",
            "Other.iflw",
            "Good",
        ),
        (
            ["certificates"],
            "iflint.answers.certificate_uses.standing_of",
            BAD_IN_BYTES,
            "certs.pem",
            "CN=old",
        ),
        (
            ["chain", "certs.pem"],
            "iflint.answers.chains.standing_of",
            BAD_IN_BYTES,
            "certs.pem",
            "CN=old",
        ),
        (
            ["renew", "certs.pem", "."],
            "iflint.answers.renewal._plan",
            BAD_IN_BYTES,
            "certs.pem",
            "CN=old",
        ),
    ],
)
def test_every_command_names_the_file_and_tells_the_rest(
    repository, monkeypatch, command, place, wanted, named, left
) -> None:
    failing_on(monkeypatch, place, wanted)
    result = CliRunner().invoke(cli, [*command, *CLOCK])
    assert result.exit_code == 3
    assert named in result.stderr
    assert left in result.stdout


def test_a_key_entry_costs_itself_alone(repository, monkeypatch) -> None:
    entries = {"old": [OLD, MIDDLE], "bad": [BAD, MIDDLE]}
    (repository / "sender.jks").write_bytes(java_keystore(entries, {}))
    failing_on(monkeypatch, "iflint.answers.sender.certificate_reference", BAD_IN_BYTES)
    result = CliRunner().invoke(cli, ["sender", "sender.jks", ".", *CLOCK])
    assert result.exit_code == 3
    assert "sender.jks" in result.stderr
    assert "Key entry “old”" in result.stdout
    assert "Key entry “bad”" not in result.stdout


def test_a_flow_costs_itself_alone_on_each_day(repository, monkeypatch) -> None:
    roots = ("--platform", "custom", "--roots", "roots.pem")
    asked = ["forecast", "--as-of", "2026-01-01", "--format", "json", *roots]
    failing_on(monkeypatch, "iflint.answers.forecast._identity", "name='Other'")
    result = CliRunner().invoke(cli, asked)
    assert result.exit_code == 3
    assert "Other.iflw" in result.stderr
    changes = json.loads(result.stdout)["changes"]
    assert {change["iflow"] for change in changes} == {"Good"}


def test_what_ends_a_run_is_told_with_the_file(repository, monkeypatch) -> None:
    failing_on(monkeypatch, "iflint.answers.certificate_uses.iflow_reference", "name='Other'")
    result = CliRunner().invoke(cli, ["certificates", *CLOCK])
    assert result.exit_code == 3
    assert "Other.iflw" in result.stderr


def test_the_exit_code_does_not_depend_on_the_rules(repository, monkeypatch) -> None:
    failing_on(monkeypatch, "iflint.engine.inputs.read_iflow", "Other")
    assert check("--ignore", "IFL001")[0] == 3


def test_the_traceback_is_shown_on_demand(repository, monkeypatch) -> None:
    failing_on(monkeypatch, "iflint.engine.inputs.read_iflow", "Other")
    _, _, said = check("--debug")
    assert "ZeroDivisionError: made up" in said
    assert "Traceback" in said


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("iflint.reporters.html.render", "the report in the format html"),
        ("iflint.fixes.proposals.with_fixes", "what 'iflint fix' would write"),
        ("iflint.iflow.diagram.reader.diagram_of", "Good.iflw: its diagram"),
    ],
)
def test_the_other_formats_are_written(repository, monkeypatch, place, name) -> None:
    monkeypatch.setattr(place, fail)
    code, found, said = check("--format", "html=page.html", "--format", "sarif=iflint.sarif")
    assert (code, found) == (3, HEALTHY)
    assert name in said
    assert (repository / "iflint.sarif").exists()
    assert (repository / "page.html").exists() is ("html" not in name)


class TestRules:
    """A rule that fails is a finding."""

    @pytest.fixture
    def rule(self, monkeypatch):
        from iflint_rules.expired_certificate import ExpiredCertificate

        def fails(self, case):
            yield from ()
            fail()

        monkeypatch.setattr(ExpiredCertificate, "check_entry", fails)
        monkeypatch.setattr(ExpiredCertificate, "check_binding", Rule.check_binding)
        return ExpiredCertificate

    def test_it_is_told_once_with_a_count(self, repository, rule) -> None:
        code, found, said = check()
        assert (code, found) == (1, [("IFL009", "")])
        assert "report" not in said
        result = CliRunner().invoke(cli, ["check", *CLOCK])
        told = " ".join(result.stdout.split())
        assert "Rule IFL101 expired-certificate of the package iflint_rules failed with" in told
        assert "ZeroDivisionError, here and in 2 other places." in told

    @pytest.mark.parametrize("selected", ["IFL101", "expired-certificate", "IFL1"])
    def test_a_selected_rule_that_fails_is_not_green(self, repository, rule, selected) -> None:
        assert check("--select", selected)[:2] == (1, [("IFL009", "")])

    def test_it_can_be_ignored(self, repository, rule) -> None:
        assert check("--select", "IFL101", "--ignore", "rule-failed")[:2] == (0, [])

    def test_what_it_found_before_stays_known(self, repository, monkeypatch) -> None:
        from iflint_rules.unreadable_artifact import UnreadableArtifact

        (repository / "Cut.iflw").write_text("<")
        check("--write-baseline", "known.json")
        before = (repository / "known.json").read_text()
        assert "IFL001" in before
        monkeypatch.setattr(UnreadableArtifact, "check_problem", fail)
        assert check("--baseline", "known.json", "--prune-baseline")[0] == 1
        assert (repository / "known.json").read_text() == before

    def test_debug_shows_where(self, repository, rule) -> None:
        code, _, said = check("--debug")
        assert code == 1
        assert "ZeroDivisionError: made up" in said
        assert "Good.iflw" in said

    @pytest.mark.parametrize("given", [None, 3, ["no finding"]])
    def test_what_is_no_finding_is_a_failure(self, repository, rule, monkeypatch, given) -> None:
        monkeypatch.setattr(rule, "check_entry", lambda self, case: given)
        assert check()[1] == [("IFL009", "")]

    @pytest.mark.parametrize("handed", ["run", "iflow", "channel"])
    def test_whatever_a_rule_is_about_has_a_place(self, repository, monkeypatch, handed) -> None:
        from iflint_rules.expired_certificate import ExpiredCertificate

        monkeypatch.setattr(ExpiredCertificate, f"check_{handed}", fail)
        code, found, _ = check()
        assert (code, found) == (1, [("IFL009", ""), *HEALTHY])
