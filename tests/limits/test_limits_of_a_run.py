"""What one file may not do, many may not: limits of a run, and what is said where they are met."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from exports import Channel, Flow, bundle, dn, intermediate, issue, pem, root
from iflint.commands.main import cli
from iflint.limits import in_force

TOP = root("bound-root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
MIDDLE = intermediate("bound-ca", dn("CN=CA", "O=Example"), TOP, "2020-01-01", "2035-01-01")
OLD = issue("bound-old", dn("CN=old", "O=Example"), MIDDLE, "2025-01-01", "2026-01-31")
NEW = issue("bound-new", dn("CN=old", "O=Example"), MIDDLE, "2026-01-01", "2027-12-31")
CLOCK = ("--as-of", "2026-11-24", "--platform", "custom", "--roots", "roots.pem")
EVERYWHERE = ("text", "sarif", "json", "html", "junit", "github", "gitlab", "concise", "markdown")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Four flows whose two channels list a certificate that has ended."""
    for number in range(4):
        channels = [Channel("HTTPS", f"/{number}/{each}", [OLD.pair]) for each in "ab"]
        for file, content in bundle(Flow(f"F{number}", f"F{number}", channels)).items():
            (tmp_path / f"F{number}" / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / f"F{number}" / file).write_bytes(content)
    (tmp_path / "certs.pem").write_bytes(pem(MIDDLE, OLD))
    (tmp_path / "roots.pem").write_bytes(pem(TOP))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    in_force(())


def run(*arguments):
    result = CliRunner().invoke(cli, ["check", *CLOCK, *arguments])
    assert result.exit_code in (0, 1), result.stderr
    return result


def report(*arguments):
    result = run("--format", "json", *arguments)
    return result.exit_code, json.loads(result.stdout)["report"]


def told(*arguments):
    return [(f["code"], f["location"]["file"]["path"]) for f in report(*arguments)[1]["findings"]]


def test_rows_and_channels_of_many_flows_count_together(repository) -> None:
    for limit in ("rows=6", "channels=6"):
        code, found = report("--limit", limit)
        (problem,) = [each for each in found["findings"] if each["code"] == "IFL001"]
        assert code == 1
        assert problem["location"]["file"]["path"].startswith("F3/")
        assert f"--limit {limit.partition('=')[0]}=NUMBER" in problem["remedy"]
        assert sum(1 + f["more"] for f in found["findings"]) == 7
    assert "IFL001" not in dict(told("--limit", "rows=8", "--limit", "channels=8"))


def test_quiet_flows_count_in_each_environment(repository) -> None:
    """Of those in which nothing can be found little is kept; what is too much is told as well."""
    for number in range(4):
        by_role = [
            Channel("HTTPS", f"/{number}/{each}", authorization="RoleBased") for each in "ab"
        ]
        for file, content in bundle(Flow(f"F{number}", f"F{number}", by_role)).items():
            (repository / f"F{number}" / file).write_bytes(content)
    (repository / "iflint.toml").write_text(
        '[environments.dev]\n[environments.qa]\ncertificates = ["certs.pem"]\n'
    )
    both = ("--environment", "dev", "--environment", "qa", "--limit")
    assert told(*both, "channels=16") == []
    findings = report(*both, "channels=14")[1]["findings"]
    assert [
        (f["code"], f["location"]["file"]["path"][:3], f["environments"]) for f in findings
    ] == [("IFL001", "F3/", ["qa"])]


def test_certificates_of_many_files_count_together(repository) -> None:
    for number in range(3):
        (repository / f"more{number}.pem").write_bytes(pem(MIDDLE, NEW))
    assert ("IFL002", "more2.pem") not in told("--certificates", ".")
    assert ("IFL002", "more2.pem") in told("--certificates", ".", "--limit", "certificates=6")


def test_a_limit_counts_for_names_that_an_earlier_run_has_read(repository) -> None:
    long = issue("bound-long", dn("CN=a", "OU=b", "O=c"), MIDDLE, "2025-01-01", "2027-01-31")
    (repository / "long.pem").write_bytes(pem(long))
    for limit, refused in (("name-parts=3", False), ("name-parts=2", True)):
        found = told("--certificates", ".", "--limit", limit)
        assert (("IFL002", "long.pem") in found) is refused


def test_lines_of_parameters_count_together(repository) -> None:
    for number in range(4):
        folder = repository / f"F{number}" / "src/main/resources"
        (folder / "parameters.prop").write_text("a=b\n" * 100)
        (flow,) = folder.rglob("*.iflw")
        flow.write_text(flow.read_text().replace("CN=", "CN={{a}}", 1))
    codes = [code for code, _ in told("--limit", "lines-of-parameters=350")]
    assert codes.count("IFL001") == 1


def test_findings_left_out_are_counted_in_every_format(repository) -> None:
    code, found = report("--limit", "findings=3")
    whole = report()[1]
    counts = [sum(1 + f["more"] for f in each["findings"]) for each in (found, whole)]
    assert code == 1
    assert len(found["findings"]) == 3
    assert counts == [8, 8]
    for form in EVERYWHERE:
        result = run("--format", form, "--limit", "findings=3")
        assert result.exit_code == 1
        assert "5 more like it in this run" in " ".join(result.stdout.split()), form


def test_rules_that_find_little_are_told_beside_one_that_finds_much(repository) -> None:
    (repository / "broken.iflw").write_text("<x")
    (repository / "broken.cer").write_bytes(pem(OLD)[:200])
    codes = [code for code, _ in told("--certificates", ".", "--limit", "findings=4")]
    assert sorted(set(codes)) == ["IFL001", "IFL002", "IFL101"]
    assert codes.count("IFL101") == 2


def test_of_many_namesakes_those_count_that_end_last(repository) -> None:
    (repository / "new.pem").write_bytes(pem(NEW))
    assert told("--limit", "namesakes=1") == []


def test_more_environments_than_may_be_are_refused_at_once(repository) -> None:
    names = [f"e{number}" for number in range(51)]
    settings = "".join(f'[environments.{name}]\nplatform = "neo"\n' for name in names)
    (repository / "iflint.toml").write_text(settings)
    many = CliRunner().invoke(cli, ["check", "--all-environments"])
    assert (many.exit_code, "51 environments, and 50 may be" in many.stderr) == (2, True)
    raised = CliRunner().invoke(cli, ["check", "--all-environments", "--limit", "environments=51"])
    assert raised.exit_code in (0, 1)


def test_more_suppressions_than_may_be_are_refused_at_once(repository) -> None:
    one = '[[suppressions]]\nrule = "IFL101"\nreason = "r"\nchannel = "/*{}"\n'
    (repository / "iflint.toml").write_text("".join(map(one.format, range(3))))
    few = CliRunner().invoke(cli, ["check", *CLOCK, "--limit", "suppressions=2"])
    assert (few.exit_code, "3 suppressions, and 2 may be" in few.stderr) == (2, True)
    assert run("--limit", "suppressions=3")


def test_patterns_are_held_against_so_many_names_and_no_more(repository) -> None:
    one = '[[suppressions]]\nrule = "IFL101"\nreason = "r"\n{}\n'
    for named in ('channel = "/*{}"', 'path = "F*{}/"'):
        tables = (one.format(named.format(each)) for each in "abc")
        (repository / "iflint.toml").write_text("".join(tables))
        many = CliRunner().invoke(cli, ["check", *CLOCK, "--limit", "pattern-trials=5"])
        assert (many.exit_code, "--limit pattern-trials=NUMBER" in many.stderr) == (2, True)
        assert run()


def test_what_has_no_wildcard_is_looked_up_and_costs_no_trial(repository) -> None:
    named = ('channel = "HTTPS /0/a"', f'dn = "{OLD.pair[0]}"', 'path = "F1/"', 'path = "/F2"')
    one = '[[suppressions]]\nrule = "IFL101"\nreason = "r"\n{}\n'
    (repository / "iflint.toml").write_text("".join(map(one.format, named)))
    assert not run("--limit", "pattern-trials=1").stderr


OWN = '[environments.{0}]\nroots-add = ["r{0}.pem"]\n'


def in_environments(repository, table, *arguments):
    """The findings of a check in three environments, each of which is told apart."""
    for name in "xyz":
        ca = root(f"bound-{name}", dn(f"CN=Root {name}", "O=Example"), "2020-01-01", "2040-01-01")
        (repository / f"r{name}.pem").write_bytes(pem(ca))
    (repository / "iflint.toml").write_text("".join(map(table.format, "xyz")))
    return report("--all-environments", *arguments)[1]


def test_rows_count_in_every_environment_that_differs(repository) -> None:
    found = in_environments(repository, OWN, "--limit", "rows=20")["findings"]
    left_out = [each for each in found if each["code"] == "IFL001"]
    assert [each["environments"] for each in left_out] == [["z"], ["z"]]
    told = [each["environments"] for each in found if each["code"] == "IFL101"]
    assert told == [["x", "y", "z"]] * 4 + [["x", "y"]] * 4
    whole = in_environments(repository, OWN, "--limit", "rows=24")
    assert {tuple(each["environments"]) for each in whole["findings"]} == {("x", "y", "z")}


def test_environments_that_are_equal_are_worked_out_once(repository) -> None:
    equal = in_environments(repository, "[environments.{0}]\n", "--limit", "rows=8")
    apart = in_environments(repository, OWN)
    for each in (equal, apart):
        assert [environment["name"] for environment in each["environments"]] == ["x", "y", "z"]
    places = [
        [(each["message"], each["location"], each["environments"]) for each in found["findings"]]
        for found in (equal, apart)
    ]
    assert places[0] == places[1]
    assert equal["iflows"] == apart["iflows"]


def test_a_flow_that_is_left_out_of_one_environment_is_shown_with_those_that_have_it(
    repository,
) -> None:
    last = in_environments(repository, OWN, "--limit", "rows=20")["iflows"][-1]
    assert [each["environment"] for each in last["channels"]] == ["x", "y", "x", "y"]


@pytest.mark.parametrize(
    ("limit", "table"),
    [
        ("certificates-of-environments=6", '[environments.{0}]\ncertificates = ["r{0}.pem"]\n'),
        ("parameter-paths=8", '[environments.{0}]\nparameters = "{{id}}/{0}.prop"\n'),
    ],
)
def test_what_environments_have_of_their_own_counts_together(repository, limit, table) -> None:
    in_environments(repository, table)
    refused = CliRunner().invoke(cli, ["check", *CLOCK, "--all-environments", "--limit", limit])
    assert refused.exit_code == 2
    assert f"--limit {limit.partition('=')[0]}=NUMBER" in refused.stderr


def test_beyond_so_many_trials_patterns_leave_nothing_out_and_that_is_said(repository) -> None:
    (repository / ".git").mkdir()
    (repository / ".gitignore").write_text("F0\n/F1/\nF[2]\n")
    whole = report()[1]
    assert [each["location"]["path"][:2] for each in whole["iflows"]] == ["F3"]
    found = report("--limit", "ignore-trials=1")[1]
    assert [each["location"]["path"][:2] for each in found["iflows"]] == ["F2", "F3"]
    (note,) = [each for each in found["findings"] if each["code"] == "IFL001"]
    assert (note["severity"], "ignore-trials=NUMBER" in note["remedy"]) == ("note", True)
