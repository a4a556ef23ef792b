"""Starting with old findings: what is known or suppressed does not fail, what is new does."""

import json
import os
import re
import shutil
import zipfile
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import iflint
from exports import (
    FIXTURES,
    Channel,
    Flow,
    bundle,
    dn,
    issue,
    key_pem,
    pem,
    root,
    write_tree,
)
from iflint.engine import baseline
from iflint.options import Suppression, UsageError

CLOCK = "2026-11-24"
SOON = dn("CN=edi.partner.example", "O=Partner Example GmbH", "C=DE")
ROOT = root("adopting root", dn("CN=Example Root", "C=DE"), "2015-01-01", "2044-12-31")
ENDING = issue("adopting", SOON, ROOT, "2025-12-10", "2026-12-09")


@pytest.fixture
def demo(workplace):
    shutil.copytree(FIXTURES / "demo", workplace, dirs_exist_ok=True)
    (workplace / ".git").mkdir()
    return workplace


@pytest.fixture
def one(workplace):
    """A repository with one channel whose certificate ends in two weeks."""
    write_tree(
        workplace / "flow",
        bundle(Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [ENDING.pair])])),
    )
    (workplace / "partner.pem").write_bytes(pem(ENDING))
    (workplace / "root.pem").write_bytes(pem(ROOT))
    (workplace / "iflint.toml").write_text('roots = ["root.pem"]\nignore = "IFL105"\n')
    (workplace / ".git").mkdir()
    return workplace


def check(call, *arguments, clock=CLOCK):
    return call("check", *arguments, "--as-of", clock)


def codes(call, *arguments, clock=CLOCK):
    report = json.loads(check(call, *arguments, "--format", "json", clock=clock).stdout)["report"]
    return [[f["code"] for f in report[part]] for part in ("findings", "known", "suppressed")]


def test_the_first_day(demo, call) -> None:
    assert check(call).exit_code == 1
    assert check(call, "--write-baseline", "known.json").exit_code == 0
    result = check(call, "--baseline", "known.json", "--fail-on", "note")
    assert result.exit_code == 0
    assert "findings         none" in result.stdout
    again = check(call, "--baseline", "known.json", "--write-baseline", "again.json")
    assert again.exit_code == 0
    assert Path("again.json").read_bytes() == Path("known.json").read_bytes()


def test_a_finding_a_line_in_order_and_nothing_of_today(demo, call) -> None:
    check(call, "--write-baseline", "known.json")
    text = Path("known.json").read_text("utf-8")
    rows = json.loads(text)["findings"]
    assert json.loads(text)["iflint-baseline"] == "1"
    assert len(text.splitlines()) == len(rows) + 5
    assert [row["path"] for row in rows] == sorted(row["path"] for row in rows)
    assert CLOCK not in text


def test_a_known_warning_fails_when_it_becomes_an_error(one, call) -> None:
    check(call, "--write-baseline", "known.json")
    assert codes(call, "--baseline", "known.json") == [[], ["IFL102"], []]
    later = check(call, "--baseline", "known.json", clock="2026-12-11")
    assert later.exit_code == 1
    assert codes(call, "--baseline", "known.json", clock="2026-12-11") == [["IFL101"], [], []]
    assert "1 known finding no longer found" in later.stdout


def test_what_is_worse_under_the_same_fingerprint_is_new(one, call) -> None:
    check(call, "--write-baseline", "known.json")
    report = iflint.check(".", as_of=datetime(2026, 12, 11, tzinfo=UTC), roots=("root.pem",))
    known = baseline.BaselineFile("known.json").baseline.findings
    ((row,),) = known.values()
    error = next(f for f in report.findings if f.code == "IFL101")
    worse = error.fingerprint
    path = Path("known.json")
    path.write_text(path.read_text().replace(row.fingerprint, worse))
    assert codes(call, "--baseline", "known.json", clock="2026-12-11")[0] == ["IFL101"]
    told = " ".join(check(call, "--baseline", "known.json", clock="2026-12-11").stdout.split())
    assert "1 finding it knows as less severe or elsewhere: new" in told


def test_a_baseline_that_is_written_anew_knows_what_got_better_only_as_it_is_now(one, call) -> None:
    text = Path("iflint.toml").read_text()

    def severity(value):
        Path("iflint.toml").write_text(f'{text}[rules.IFL102]\nseverity = "{value}"\n')

    for value in ("error", "note"):
        severity(value)
        check(call, "--write-baseline", "known.json")
    assert codes(call, "--baseline", "known.json")[0] == []
    severity("warning")
    assert codes(call, "--baseline", "known.json")[0] == ["IFL102"]


def test_pruned_on_demand_and_only_what_was_looked_at(demo, call) -> None:
    check(call, "--write-baseline", "known.json")
    before = Path("known.json").read_text("utf-8")
    (demo / "legacy" / "ReplicatePrices.iflw").unlink()
    prune = ("--baseline", "known.json", "--prune-baseline")
    check(call, "packages", "--certificates", "certificates", *prune)
    assert Path("known.json").read_text("utf-8") == before
    check(call, "--baseline", "known.json")
    assert Path("known.json").read_text("utf-8") == before
    check(call, *prune)
    assert len(before.splitlines()) - len(Path("known.json").read_text("utf-8").splitlines()) == 1
    assert check(call, "--prune-baseline").exit_code == 2


def cut_off(path):
    Path(path).write_bytes(Path(path).read_bytes()[:-200])


def cut_off_inside(path):
    """Damage the archives in an archive, which itself can be read."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data[:-200] if data.startswith(b"PK") else data)


@pytest.mark.parametrize(
    ("harm", "more"),
    [
        (lambda: None, ("--exclude", "packages/")),
        (lambda: None, ("--exclude", "certificates/", "--exclude", "*.zip")),
        (lambda: None, ("--parameters", "cut.prop")),
        (lambda: Path(".gitignore").write_text("packages/\n*.jks\n"), ()),
        (lambda: cut_off("exports/Post Goods Movements.zip"), ()),
        (lambda: cut_off("exports/Example Retail Finance.zip"), ("--ignore", "IFL001")),
        (lambda: cut_off_inside("exports/Example Retail Finance.zip"), ("--ignore", "IFL001")),
        (lambda: Path("legacy/ReplicatePrices.iflw").write_bytes(b""), ()),
        (lambda: cut_off("legacy/ReplicatePrices.iflw"), ("--ignore", "IFL001")),
        (lambda: [path.write_bytes(b"") for path in Path("certificates").glob("*.*")], ()),
        (lambda: [path.write_text("\\u") for path in Path("packages").rglob("*.prop")], ()),
    ],
)
def test_what_was_not_read_is_not_forgotten(demo, call, harm, more) -> None:
    Path("cut.prop").write_text("a=\\u")
    check(call, "--write-baseline", "known.json")
    before = Path("known.json").read_text("utf-8")
    harm()
    check(call, "--baseline", "known.json", "--prune-baseline", *more)
    assert Path("known.json").read_text("utf-8") == before
    check(call, "--write-baseline", "known.json", *more)
    after = json.loads(Path("known.json").read_text("utf-8"))["findings"]
    assert [row for row in json.loads(before)["findings"] if row not in after] == []


@pytest.fixture
def gone(one, call):
    """Writes a baseline; then tells rule and file of each known finding that is found no more."""
    Path("iflint.toml").write_text('roots = ["root.pem"]\nselect = ["IFL0", "IFL102", "IFL407"]\n')

    def after(mend, *arguments):
        check(call, "--write-baseline", "known.json", *arguments)
        known = ("--baseline", "known.json", *arguments)
        assert "no longer found" not in check(call, *known).stdout
        mend()
        report = json.loads(check(call, *known, "--format", "json").stdout)["report"]
        return [(row["code"], row["path"]) for row in report["baseline"]["vanished"]]

    return after


def zipped(*names):
    """An archive with a flow of each name."""
    with zipfile.ZipFile("flows.zip", "w") as archive:
        for name in names:
            flow = Flow(name, name, [Channel("HTTPS", f"/{name}", [ENDING.pair])])
            for member, data in bundle(flow).items():
                archive.writestr(f"{name}/{member}", data)


def test_a_deleted_flow_is_gone_also_where_files_are_left_out(gone) -> None:
    (flow,) = Path("flow").rglob("*.iflw")
    assert gone(flow.unlink, "--exclude", "other/") == [("IFL102", flow.as_posix())]


def test_a_flow_that_left_its_archive_is_gone(gone) -> None:
    zipped("First", "Second")
    assert gone(lambda: zipped("Second")) == [("IFL102", "flows.zip")]


def test_files_that_are_no_flows_are_gone_once_mended(gone) -> None:
    settings = Path("iflint.toml").read_text()
    unused = "[[suppressions]]\nrule = 'IFL102'\nchannel = '/nothing'\nreason = 'r'\n"
    Path("iflint.toml").write_text(settings + unused)
    Path("flow/resources.cnt").write_bytes(b"nothing that is a list")
    Path("other.pem").write_bytes(b"nothing that is a certificate")
    Path("partner.pem").write_bytes(pem(ENDING) + key_pem("a key"))

    def mend():
        Path("iflint.toml").write_text(settings)
        Path("flow/resources.cnt").write_bytes(b64encode(b'{"resources": []}'))
        for name in ("other.pem", "partner.pem"):
            Path(name).write_bytes(pem(ENDING))

    assert gone(mend) == [
        ("IFL001", "flow/resources.cnt"),
        ("IFL090", "iflint.toml"),
        ("IFL002", "other.pem"),
        ("IFL407", "partner.pem"),
    ]


def test_nothing_is_gone_while_values_for_every_flow_can_not_be_read(gone) -> None:
    flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [("{{S}}", "{{I}}")])])
    write_tree(Path("flow"), bundle(flow))
    subject, issuer = ENDING.pair
    Path("all.prop").write_text(f"S={subject}\nI={issuer}\n")
    assert gone(lambda: Path("all.prop").write_text("S=\\u\n"), "--parameters", "all.prop") == []


def test_a_part_without_its_certificates_prunes_nothing_that_they_decide(demo, call) -> None:
    check(call, "--write-baseline", "known.json")
    before = Path("known.json").read_text("utf-8")
    part = check(call, "packages", "--baseline", "known.json", "--prune-baseline")
    assert "no longer found" not in part.stdout
    assert Path("known.json").read_text("utf-8") == before
    check(call, "packages", "--baseline", "known.json", "--write-baseline", "known.json")
    assert codes(call, "--baseline", "known.json")[0] == []


@pytest.fixture
def two_environments(one):
    """In ``qa`` the root is on no list; in ``prod`` neither, once its own line is added."""
    other = root("another root", dn("CN=Other Root", "C=DE"), "2015-01-01", "2044-12-31")
    (one / "other.pem").write_bytes(pem(other))
    unlisted = 'roots = ["other.pem"]\n'
    text = (one / "iflint.toml").read_text() + "[environments.qa]\n" + unlisted
    (one / "iflint.toml").write_text(text + "[environments.prod]\n")
    return lambda: (one / "iflint.toml").write_text(f"{text}[environments.prod]\n{unlisted}")


def test_what_is_known_of_one_environment_is_new_in_another(two_environments, call) -> None:
    check(call, "--all-environments", "--write-baseline", "known.json")
    known = ("--baseline", "known.json")
    assert codes(call, "--all-environments", *known)[0] == []
    two_environments()
    for wanted in (("--all-environments",), ("--environment", "prod")):
        assert "IFL201" in codes(call, *wanted, *known)[0]
    assert codes(call, "--environment", "qa", *known)[0] == []


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ((), ("--environment", "qa")),
        (("--environment", "qa"), ()),
        (("--all-environments",), ("--environment", "qa")),
    ],
    ids=["without one", "of one", "of all"],
)
def test_nothing_is_gone_of_an_environment_that_was_not_checked(
    two_environments, call, first, then
) -> None:
    check(call, *first, "--write-baseline", "known.json")
    (flow,) = Path("flow").rglob("*.iflw")
    flow.unlink()
    prune = ("--baseline", "known.json", "--prune-baseline")
    check(call, *then, *prune)
    assert "IFL102" in Path("known.json").read_text()
    check(call, *first, *prune)
    assert "IFL102" not in Path("known.json").read_text()


def test_a_baseline_written_of_one_environment_keeps_the_others(two_environments, call) -> None:
    check(call, "--all-environments", "--write-baseline", "known.json")
    two_environments()
    known = ("--baseline", "known.json")
    check(call, "--environment", "prod", *known, "--write-baseline", "known.json")
    assert codes(call, "--all-environments", *known)[0] == []


@pytest.mark.parametrize(
    ("first", "then"), [((), ("--environment", "qa")), (("--environment", "qa"), ())]
)
def test_what_is_known_of_all_stays_known_of_all_beside_what_is_of_one(
    two_environments, call, first, then
) -> None:
    known = ("--baseline", "known.json")
    check(call, *first, "--write-baseline", "known.json")
    check(call, *then, *known, "--write-baseline", "known.json")
    for wanted in ((), ("--environment", "prod"), ("--all-environments",)):
        new = codes(call, *wanted, *known)[0]
        assert "IFL102" not in new


@pytest.mark.parametrize("repository", [True, False])
def test_known_wherever_the_check_is_called_from(demo, call, monkeypatch, repository) -> None:
    if not repository:
        (demo / ".git").rmdir()
    check(call, "--write-baseline", "known.json")
    settings = demo / "iflint.toml"
    settings.write_text('baseline = "known.json"\n' + settings.read_text("utf-8"), "utf-8")
    for place, path in (("packages", ".."), ("..", demo.name), ("legacy", str(demo))):
        monkeypatch.chdir(demo / place)
        new, known, _ = codes(
            call, path, *(("--config", "../iflint.toml") if place != ".." else ())
        )
        assert new == []
        assert known


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        '{"iflint-baseline": "9", "findings": []}',
        '{\n"iflint-baseline": "1",\n"findings": [\n<<<<<<< ours\n=======\n>>>>>>> theirs\n]\n}\n',
        '<<<<<<< ours\n{\n"iflint-baseline": "1",\n=======\n',
    ],
)
def test_a_baseline_that_can_not_be_read_is_written_anew(one, call, text) -> None:
    with Path("iflint.toml").open("a") as file:
        file.write('baseline = "known.json"\n')
    if text is not None:
        Path("known.json").write_text(text)
    for command in ("channels", "certificates", "config"):
        assert call(command).exit_code == 0
    result = check(call)
    assert result.exit_code == 2
    assert "--write-baseline" in result.stderr
    written = check(call, "--write-baseline", "known.json")
    assert written.exit_code == 0
    assert "1 known finding written to 'known.json'" in written.stderr
    assert ("it is written anew" in written.stderr) == (text is not None)
    assert codes(call) == [[], ["IFL102"], []]


def test_what_exists_is_not_lost_when_a_part_is_written(demo, call) -> None:
    check(call, "--write-baseline", "known.json")
    before = Path("known.json").read_text("utf-8")
    check(call, "--select", "IFL404", "--write-baseline", "known.json")
    assert Path("known.json").read_text("utf-8") == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--write-baseline", "-"), "takes a file, not standard output"),
        (("--write-baseline", "x.json", "--format", "json=./x.json"), "the format json"),
        (("--write-baseline", "x.json", "--output", "x.json"), "the format text"),
        (("--write-baseline", "iflint.toml"), "the configuration"),
        (("--write-baseline", "."), "is a folder"),
    ],
)
def test_a_baseline_goes_to_a_file_of_its_own(one, call, arguments, said) -> None:
    before = Path("iflint.toml").read_text()
    result = check(call, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert Path("iflint.toml").read_text() == before


@pytest.mark.parametrize(
    "content",
    [
        b"# Flows\n",
        b"[]",
        b'{"scripts": {"iflint-baseline": "iflint check"}}',
        b'Of "iflint-baseline": a merge\n<<<<<<< ours\n',
        b"\x30\x82\xff\xff",
    ],
)
def test_no_other_file_becomes_a_baseline(one, call, content) -> None:
    Path("other").write_bytes(content)
    for configured in ("", 'baseline = "known.json"\n'):
        suppress(configured)
        result = check(call, "--write-baseline", "other")
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
        assert "would overwrite 'other', which is no baseline" in result.stderr
    assert Path("other").read_bytes() == content


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "json=iflint.toml"), "format json would overwrite 'iflint.toml', the config"),
        (("--output", "./known.json"), "format text would overwrite './known.json', the baseline"),
        (("--format", "html=partner.pem"), "'partner.pem', which looks like an input"),
        (("--format", "sarif=flow/META-INF/MANIFEST.MF"), "which looks like an input"),
        (("--format", "json=key.json"), "'key.json', which looks like an input"),
        (("--calendar", "rows.json", "--output", "rows.json"), "'rows.json', which this run reads"),
        (("--parameters", "rows.json", "--output", "rows.json"), "which this run reads"),
        (("rows.json", "--format", "json=rows.json"), "'rows.json', which this run reads"),
        (("--roots", "root.pem", "--write-baseline", "root.pem"), "which this run reads"),
    ],
)
def test_no_report_goes_over_what_is_in_use(one, call, arguments, said) -> None:
    check(call, "--write-baseline", "known.json")
    Path("rows.json").write_text('{"rows": []}')
    Path("key.json").write_text(json.dumps({"certificate": pem(ENDING).decode()}))
    before = {path: path.read_bytes() for path in Path().rglob("*.*") if path.is_file()}
    result = check(call, "--baseline", "known.json", *arguments)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert said in result.stderr
    assert {path: path.read_bytes() for path in Path().rglob("*.*") if path.is_file()} == before


def test_a_report_goes_over_one_of_yesterday_and_to_any_new_name(one, call) -> None:
    for _ in range(2):
        reports = [f"--format={name}=report.{name}" for name in ("json", "junit", "sarif", "text")]
        assert check(call, *reports, "--fail-on", "never").exit_code == 0
        assert call("certificates", "--format", "json", "--output", "list.json").exit_code == 0
    assert check(call, "--output", "new.pem", "--fail-on", "never").exit_code == 0
    assert call("channels", "--output", "partner.pem").exit_code == 2
    assert Path("partner.pem").read_bytes() == pem(ENDING)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_baseline(one, call) -> None:
    os.mkfifo("pipe")
    for option, said in (("--baseline", "not a regular file"), ("--write-baseline", "no baseline")):
        result = check(call, option, "pipe")
        assert result.exit_code == 2
        assert said in result.stderr


def test_a_baseline_that_an_editor_saved_with_a_byte_order_mark(one, call) -> None:
    check(call, "--write-baseline", "known.json")
    path = Path("known.json")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert codes(call, "--baseline", "known.json") == [[], ["IFL102"], []]


def test_an_unreadable_member_is_known_under_another_content_id(demo, call) -> None:
    check(call, "--write-baseline", "known.json")
    path = demo / "exports" / "Example Retail Finance.zip"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    old, new = "e7915cd6fa43c5d91fdb0e6a2dee477c", "0" * 32
    listed = b64decode(members["resources.cnt"]).replace(old.encode(), new.encode())
    members["resources.cnt"] = b64encode(listed)
    members[f"{new}_content"] = members.pop(f"{old}_content")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    assert codes(call, "--baseline", "known.json")[0] == []


def test_another_unreadable_member_is_new(demo, call) -> None:
    path = demo / "exports" / "Example Retail Finance.zip"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    check(call, "--write-baseline", "known.json")
    names = [name for name in members if name.endswith("_content")]
    broken, whole = "e7915cd6fa43c5d91fdb0e6a2dee477c_content", names[0]
    members[broken], members[whole] = members[whole], members[broken]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    assert "IFL001" in codes(call, "--baseline", "known.json")[0]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"iflint-baseline": "9", "findings": []}', "<<<<<<< ours\n", "\xff"]
)
def test_what_is_no_baseline_is_wrong_usage(one, call, text) -> None:
    Path("known.json").write_text(text, "latin-1")
    result = check(call, "--baseline", "known.json")
    assert result.exit_code == 2
    assert "known.json" in result.stderr
    assert "write it anew" in result.stderr


@given(
    blanks=st.integers(0, 5),
    number=st.integers(100, 99999),
    indent=st.sampled_from(["", " ", "\t"]),
)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_known_findings_survive_moved_lines_and_new_ids(tmp_path, blanks, number, indent) -> None:
    demo = FIXTURES / "demo"
    place = tmp_path / f"{blanks}-{number}-{len(indent)}"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(demo, place)
    (place / ".git").mkdir()
    given_settings = {
        "as_of": datetime(2026, 11, 24, tzinfo=UTC),
        "directory": str(place),
        "roots": ("trust-table.json",),
    }
    first = iflint.check(".", **given_settings)
    known = place / "known.json"
    known.write_text(baseline.written(baseline.of_report(first)), "utf-8")
    for flow in (place / "packages").rglob("*.iflw"):
        text = flow.read_text("utf-8")
        text = re.sub(r"(MessageFlow|Participant)_(\d+)", lambda m: f"{m[1]}_{number}{m[2]}", text)
        text = text.replace("\n", "\n" * (blanks + 1) + indent)
        flow.write_text(text, "utf-8")
    second = iflint.check(".", **given_settings, baseline=str(known))
    assert second.findings == ()
    assert len(second.known) == len(first.findings)
    assert second.baseline.vanished == ()


def suppress(text):
    Path("iflint.toml").write_text(f'roots = ["root.pem"]\nignore = "IFL105"\n{text}')


@pytest.mark.parametrize(
    "what",
    [
        'path = "flow/"',
        'path = "*.iflw"',
        'path = "./flow"',
        'path = "./"',
        r"path = '.\flow\src\'",
        "path = '{here}/flow/'",
        'channel = "HTTPS"',
        'channel = "https"',
        'channel = "/ord*"',
        'channel = "HTTPS /orders"',
        'channel = "ht*s /ord*"',
        'dn = "cn=EDI.partner.example, o=Partner Example GmbH, c=DE"',
        'certificate = "{sha256}"',
        "until = 2026-11-24",
        'owner = "Team"',
    ],
)
def test_each_way_to_name_a_finding(one, call, what) -> None:
    (finding,) = iflint.check(
        ".", as_of=datetime(2026, 11, 24, tzinfo=UTC), roots=("root.pem",), ignore=("IFL105",)
    ).findings
    colons = ":".join(re.findall("..", finding.certificate.sha256.upper()))
    named = what.format(sha256=colons, here=Path.cwd().as_posix())
    suppress(f'[[suppressions]]\nrule = "IFL102"\nreason = "r"\n{named}\n')
    assert codes(call) == [[], [], ["IFL102"]]


def test_what_is_known_and_then_suppressed_is_neither_gone_nor_known_any_more(one, call) -> None:
    check(call, "--write-baseline", "known.json")
    suppress('[[suppressions]]\nrule = "IFL102"\nreason = "r"\n')
    assert "no longer found" not in check(call, "--baseline", "known.json").stdout
    check(call, "--write-baseline", "known.json")
    assert json.loads(Path("known.json").read_text())["findings"] == []


@pytest.mark.parametrize(
    "label", ['HTTPS "Orders in" /orders', "HTTPS 'Orders in' /orders", "https Orders in"]
)
def test_the_label_of_a_channel_in_a_report_names_it(one, call, label) -> None:
    (flow,) = Path("flow").rglob("*.iflw")
    named = re.sub(r'(<bpmn2:messageFlow[^>]* name=)"[^"]*"', r'\1"Orders in"', flow.read_text())
    flow.write_text(named)
    suppress(f'[[suppressions]]\nrule = \'IFL102\'\nreason = \'r\'\nchannel = """{label}"""\n')
    assert codes(call) == [[], [], ["IFL102"]]
    suppress("[[suppressions]]\nrule = 'IFL102'\nreason = 'r'\nchannel = 'SOAP Orders in'\n")
    assert "IFL102" in codes(call)[0]


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ('path = "elsewhere/"', "no iFlow and no finding lies at this path"),
        ('channel = "/elsewhere"', "no sender channel has this name, address or adapter"),
        ('caller = "x"', "no service key and no user of a mapping has this name"),
        ('dn = "CN=nobody"', "no row and no certificate has this DN"),
        (f'certificate = "{"ab" * 32}"', "no row, service key or mapping has this certificate"),
        ('path = "flow/"\nchannel = "/orders"', ""),
    ],
)
def test_an_unused_suppression_tells_what_nothing_has(one, call, what, why) -> None:
    suppress(f'[[suppressions]]\nrule = "IFL101"\nreason = "r"\n{what}\n')
    report = json.loads(check(call, "--format", "json").stdout)["report"]
    (remedy,) = [each["remedy"] for each in report["findings"] if each["code"] == "IFL090"]
    assert remedy == f"Remove it, or correct what it names{': ' * bool(why)}{why}."


def test_a_channel_without_a_row_may_be_named(one, call) -> None:
    by_role = Channel("HTTPS", "/by-role", authorization="RoleBased")
    write_tree(one / "more", bundle(Flow("More", "More", [by_role])))
    suppress('[[suppressions]]\nrule = "IFL101"\nreason = "r"\nchannel = "/by-role"\n')
    report = json.loads(check(call, "--format", "json").stdout)["report"]
    (remedy,) = [each["remedy"] for each in report["findings"] if each["code"] == "IFL090"]
    assert remedy == "Remove it, or correct what it names."


@pytest.mark.parametrize(
    "what",
    [
        'rule = "all"',
        'rule = "I"',
        'rule = "IFL"',
        'rule = "IFL0,IFL1,IFL2,IFL3,IFL4"',
        'rule = ["IFL0", "IFL1", "IFL2", "IFL3", "IFL4"]',
        'rule = "IFL"\npath = "**/*"',
        'rule = "all"\nchannel = "*"',
        "rule = []",
    ],
)
def test_nobody_suppresses_everything_or_nothing(one, call, what) -> None:
    suppress(f'[[suppressions]]\n{what}\nreason = "r"\n')
    result = check(call)
    assert result.exit_code == 2
    assert "iflint.toml:4:1: " in result.stderr


@pytest.mark.parametrize("what", ['path = "other/"', 'channel = "/x"', 'dn = "CN=other"'])
def test_what_is_not_meant_stays(one, call, what) -> None:
    suppress(f'[[suppressions]]\nrule = "IFL102"\nreason = "r"\n{what}\n')
    assert (
        codes(call) == [["IFL102", "IFL090"], [], []]
        or codes(call)[0] == ["IFL102", "IFL090"][::-1]
    )


def test_a_check_of_another_part_calls_nothing_unused(one, call) -> None:
    suppress('[[suppressions]]\nrule = "IFL102"\nreason = "r"\npath = "elsewhere/"\n')
    assert codes(call, "flow", "--certificates", "partner.pem")[0] == ["IFL102"]


def test_sarif_tells_of_both_in_full_and_of_none_to_github(one, call) -> None:
    suppress('[[suppressions]]\nrule = "IFL102"\nreason = "Ends \u202e soon"\nowner = "Team"\n')
    full = json.loads(check(call, "--format", "sarif", "--sarif-profile", "full").stdout)
    (result,) = full["runs"][0]["results"]
    assert result["suppressions"][0]["justification"] == "Ends \\u202e soon"
    short = json.loads(check(call, "--format", "sarif").stdout)
    assert short["runs"][0]["results"] == []


def test_every_mistake_with_its_place(workplace, call) -> None:
    Path("iflint.toml").write_text(
        "[[suppressions]]\nrule = 'IFL101'\n[[suppressions]]\nrule = 'IFLX'\nreason = ''\n"
        "until = 'soon'\ncertificate = 'ab'\nwhy = 1\n"
        "[[suppressions]]\nrule = 'all'\nreason = 'r'\n"
    )
    result = check(call)
    assert result.exit_code == 2
    for place in (
        "1:3: this suppression has no reason",
        "4:8",
        "5:10",
        "6:9",
        "7:15",
        "8:1",
        "10:1",
    ):
        assert f"iflint.toml:{place}" in result.stderr


def test_suppressions_in_a_library_call(one) -> None:
    report = iflint.check(
        ".",
        as_of=datetime(2026, 11, 24, tzinfo=UTC),
        roots=("root.pem",),
        ignore=("IFL105",),
        suppressions=(Suppression(rule=("IFL102",), reason="r", until=date(2026, 11, 23)),),
    )
    assert sorted(f.code for f in report.findings) == ["IFL091", "IFL102"]


def test_a_baseline_that_is_absent_in_a_library_call(one) -> None:
    with pytest.raises(UsageError):
        iflint.check(".", baseline="absent.json")


def test_full_sarif_of_new_known_gone_and_suppressed_fits_its_schema(demo, call) -> None:
    import jsonschema

    check(call, "--write-baseline", "known.json")
    (demo / "legacy" / "ReplicatePrices.iflw").unlink()
    with open("iflint.toml", "a", encoding="utf-8") as file:
        file.write('\n[[suppressions]]\nrule = "IFL407"\nreason = "r"\nuntil = 2027-01-01\n')
        file.write('[[suppressions]]\nrule = "IFL2"\nchannel = "/nobody"\nreason = "r"\n')
    result = check(call, "--baseline", "known.json", "--format", "sarif", "--sarif-profile", "full")
    log = json.loads(result.stdout)
    schema = Path(__file__).parents[1] / "reporters" / "sarif-schema-2.1.0.json"
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text("utf-8")))
    assert list(validator.iter_errors(log)) == []
    results = log["runs"][0]["results"]
    assert {each["baselineState"] for each in results} == {"new", "unchanged", "absent"}
    assert [len(each["suppressions"]) for each in results].count(1) == 1
