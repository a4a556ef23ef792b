"""What `iflint fix` writes, what it leaves, and that nothing else changes."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import zipfile
from datetime import UTC, datetime

import pytest

import iflint
from caller_files import key
from exports import (
    FLOW_FOLDER,
    Channel,
    Flow,
    bundle,
    dn,
    guests,
    iflw,
    issue,
    pem,
    root,
    write_tree,
)
from iflint.engine.run import read
from iflint.fixes.plan import plan_fixes
from iflint.options import Environment, Options

CLOCK = datetime(2026, 11, 24, tzinfo=UTC)
AUTHORITY = root(
    "fixes root", dn("CN=Example Root", "O=Example Trust", "C=DE"), "2020-01-01", "2040-01-01"
)
NAME = dn("CN=edi.partner.example", "OU=EDI & Orders", "O=Müller, Söhne", "C=DE")
PARTNER = issue("fixes partner", NAME, AUTHORITY)
SUBJECT = r"CN=edi.partner.example,OU=EDI & Orders,O=Müller\, Söhne,C=DE"
REVERSED = 'C=DE, O="Müller, Söhne", OU=EDI & Orders, CN=edi.partner.example'
ISSUER = "CN=Example Root, O=Example Trust, C=DE"
PARAMETERS = "flow/src/main/resources/parameters.prop"
ORDERS = f"flow/{FLOW_FOLDER}/Orders.iflw"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty current folder with the partner's certificate and its root."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "partner.pem").write_bytes(pem(PARTNER))
    (tmp_path / "root.pem").write_bytes(pem(AUTHORITY))
    return tmp_path


def orders(place, *channels, **parameters):
    """Write the flow ``Orders``."""
    write_tree(place / "flow", bundle(Flow("Orders", "Orders", channels, parameters)))


def listing(*pairs):
    """A channel with these pairs."""
    return Channel("HTTPS", "/orders", pairs)


def options(**settings):
    settings = {"as_of": CLOCK, "roots_add": ("root.pem",), "ignore": (), **settings}
    settings["ignore"] += (*guests("tests/fix/test_fixes.py"),)
    return Options(**settings)


def fixed(path=".", **settings):
    """Plan, write what is planned, and give the plan."""
    wishes = {
        name: settings.pop(name) for name in ("add_successor", "unsafe", "also") if name in settings
    }
    plan = plan_fixes(read([path], options(**settings)), **wishes)
    for file in plan.files:
        with open(file.path, "wb") as stream:
            stream.write(file.after)
    return plan


def codes(path=".", **settings):
    report = iflint.engine.run.check([path], options(**settings))
    return [finding.code for finding in report.findings]


def only(plan):
    """The reason for which the one finding is left."""
    assert not plan.fixes
    (left,) = plan.left
    return left.why


def test_only_the_row_is_written_beside_a_service_key(place) -> None:
    """The key holds the same certificate and its conflict is none of the row's."""
    orders(place, listing((REVERSED, ISSUER)))
    (place / "keys").mkdir()
    for name in ("one", "two"):
        made = key(pem(PARTNER).decode(), clientid=f"sb-{name}!b1|it-rt-t!b2")
        (place / "keys" / f"{name}.json").write_text(json.dumps(made), "utf-8")
    before = {path: path.read_bytes() for path in (place / "keys").iterdir()}
    plan = fixed()
    assert [fix.finding.code for fix in plan.fixes] == ["IFL301"]
    assert plan.left == ()
    assert "IFL301" not in codes()
    assert {path: path.read_bytes() for path in (place / "keys").iterdir()} == before


@pytest.mark.parametrize(
    "wrong",
    [
        REVERSED,
        'CN=edi.partner.example, O="Müller, Söhne", OU=EDI & Orders, C=DE',
        'CN=edi.partner.example+OU=EDI & Orders, O="Müller, Söhne", C=DE',
        'CN=edi.pаrtner.example, OU=EDI & Orders, O="Müller, Söhne", C=DE',
        'CN=edi.partner.\u200bexample, OU=EDI & Orders, O="Müller, Söhne", C=DE',
        'CN=edi.partner.example, OU=EDI & Orders, O="MÃ¼ller, SÃ¶hne", C=DE',
        "/C=DE/O=Müller, Söhne/OU=EDI & Orders/CN=edi.partner.example",
        "CN=edi.partner.example, OU=EDI & Orders, O=Müller, Söhne, C=DE",
        'CN=edi.partner.example OU=EDI & Orders, O="Müller, Söhne", C=DE',
    ],
)
@pytest.mark.parametrize("where", ["iflw", "parameter", "table"])
def test_only_the_bytes_of_the_wrong_name_change(place, wrong, where) -> None:
    def write(subject):
        if where == "parameter":
            orders(place, listing(("{{Subject DN}}", ISSUER)), **{"Subject DN": subject})
        elif where == "table":
            from exports import rows

            table = Channel("HTTPS", "/orders", properties={"clientCertificates": "{{Table}}"})
            orders(place, table, Table=rows([(subject, ISSUER)]))
        else:
            orders(place, listing((subject, ISSUER)))
        return {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}

    expected = write(SUBJECT)
    assert codes() == []
    write(wrong)
    assert codes()
    plan = fixed()
    assert {fix.finding.code for fix in plan.fixes} <= {"IFL301", "IFL304"}
    assert plan.left == ()
    assert codes() == []
    after = {path: path.read_bytes() for path in expected}
    assert after == expected
    assert not fixed().files


def test_a_properties_file_keeps_its_habits(place) -> None:
    orders(place, listing(("{{Subject}}", ISSUER)), Subject="x")
    lines = [
        b"#comment",
        b"Other = caf\\u00E9 \\",
        b"   goes on",
        b'Subject  =  C=DE, O="M\\u00FCller, S\\u00F6hne", OU=EDI & Orders,\\',
        b"      CN=edi.partner.example",
        b"Last:no line end",
    ]
    (place / PARAMETERS).write_bytes(b"\r\n".join(lines))
    fixed()
    text = SUBJECT.replace("\\", r"\\").replace("ü", r"\u00FC").replace("ö", r"\u00F6")
    lines[3:5] = [b"Subject  =  " + text.encode()]
    assert (place / PARAMETERS).read_bytes() == b"\r\n".join(lines)
    assert codes() == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "iso-8859-1"])
def test_a_properties_file_keeps_its_encoding(place, encoding) -> None:
    orders(place, listing(("{{Subject}}", ISSUER)), Subject="x")
    (place / PARAMETERS).write_bytes(f"A=é\nSubject={REVERSED}\nB=é\n".encode(encoding))
    fixed()
    text = SUBJECT.replace("\\", r"\\")
    if encoding == "iso-8859-1":
        text = text.replace("ü", r"\u00FC").replace("ö", r"\u00F6")
    assert (place / PARAMETERS).read_bytes() == f"A=é\nSubject={text}\nB=é\n".encode(encoding)
    assert codes() == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "ascii", "iso-8859-15"])
def test_a_flow_keeps_its_encoding_and_line_ends(place, encoding) -> None:
    def write(subject):
        text = iflw(Flow("Orders", "Orders", [listing((subject, ISSUER))]))
        named = "utf-8" if "8-sig" in encoding else "utf-16" if "16" in encoding else encoding
        text = text.replace('"UTF-8"', f'"{named}"', 1).replace("\n", "\r\n")
        return text.encode(encoding, "xmlcharrefreplace")

    orders(place, listing(("x", "y")))
    (place / ORDERS).write_bytes(write(REVERSED))
    assert codes() == ["IFL301"]
    assert len(fixed().fixes) == 1
    assert (place / ORDERS).read_bytes() == write(SUBJECT)


def test_a_table_in_a_cdata_section(place) -> None:
    orders(place, listing((REVERSED, ISSUER)))
    table = "<row><cell id='subjectDN'>%s</cell><cell id='issuerDN'>%s</cell></row>"
    data = (place / ORDERS).read_text("utf-8")
    start = data.index("&lt;row&gt;")
    end = data.index("</value>", start)

    def write(subject):
        cells = table % (subject.replace("&", "&amp;"), ISSUER)
        return (data[:start] + "<![CDATA[" + cells + "]]>" + data[end:]).encode()

    (place / ORDERS).write_bytes(write(REVERSED))
    fixed()
    assert (place / ORDERS).read_bytes() == write(SUBJECT)
    assert codes() == []


def test_the_old_format(place) -> None:
    def write(subject):
        pair = (subject, ISSUER)
        orders(place, Channel("SOAP", "/orders", [pair], authorization=None, old_format="false"))
        return (place / ORDERS).read_bytes()

    expected = write(SUBJECT)
    write(REVERSED)
    fixed()
    assert (place / ORDERS).read_bytes() == expected


def test_a_parameter_of_several_channels_is_written_once(place) -> None:
    orders(place, *[listing(("{{S}}", ISSUER))] * 3, S=REVERSED)
    plan = fixed()
    assert len(plan.fixes) == 3
    assert len({fix.changes[0].edit for fix in plan.fixes}) == 1
    assert codes() == []


def test_a_file_of_parameters_that_flows_share_is_written_once(place) -> None:
    for name in ("A", "B"):
        write_tree(place / name, bundle(Flow(name, name, [listing(("{{S}}", ISSUER))])))
    (place / "env.prop").write_text(f"S={REVERSED}\n", "utf-8")
    plan = fixed(parameters=("env.prop",))
    assert len(plan.fixes) == 2
    assert [file.file.path for file in plan.files] == ["env.prop"]
    assert codes(parameters=("env.prop",)) == []


YAML_OF_FLASHPIPE = """\
packages:
  - integrationSuiteId: Retail
    artifacts:
      - artifactId: Orders
        type: IntegrationFlow
        parameters:
          - {{key: S, value: {}}} # the partner's
          - key: Other
            value: "kept"
"""


@pytest.mark.parametrize(
    "scalar",
    [
        "'C=DE, O=\"Müller, Söhne\", OU=EDI & Orders, CN=edi.partner.example'",
        '"C=DE, O=\\"Müller, S\\u00F6hne\\", OU=EDI & Orders, CN=edi.partner.example"',
        "&dn 'C=DE, O=\"Müller, Söhne\",\n      OU=EDI & Orders, CN=edi.partner.example'",
    ],
)
def test_a_value_in_yaml_is_written_in_its_own_notation(place, scalar) -> None:
    write_tree(place / "Orders", bundle(Flow("Orders", "Orders", [listing(("{{S}}", ISSUER))])))
    before = YAML_OF_FLASHPIPE.format(scalar)
    (place / "env.yaml").write_text(before, "utf-8")
    assert len(fixed(parameters=("env.yaml",)).fixes) == 1
    assert codes(parameters=("env.yaml",)) == []
    after = (place / "env.yaml").read_text("utf-8")
    head, _, tail = before.partition(scalar)
    assert after.startswith(head)
    assert after.endswith(tail)


def test_a_plain_value_in_yaml_gets_quotation_marks(place) -> None:
    write_tree(place / "Orders", bundle(Flow("Orders", "Orders", [listing(("{{S}}", ISSUER))])))
    step = "parameterKey: S\n      parameterValue: {}\n"
    head = "steps:\n  integrationArtifactUpdateConfiguration:\n      integrationFlowId: Orders\n"
    text = f"{head}      {step}"
    plain = 'C=DE, O="Müller, Söhne", OU=EDI & Orders, CN=edi.partner.example'
    (place / "env.yaml").write_text(text.format(plain), "utf-8")
    assert len(fixed(parameters=("env.yaml",)).fixes) == 1
    assert 'parameterValue: "CN=edi.partner.example' in (place / "env.yaml").read_text("utf-8")
    assert codes(parameters=("env.yaml",)) == []


def test_a_block_of_yaml_is_left(place) -> None:
    write_tree(place / "Orders", bundle(Flow("Orders", "Orders", [listing(("{{S}}", ISSUER))])))
    block = '>-\n        C=DE, O="Müller, Söhne",\n        OU=EDI & Orders, CN=edi.partner.example'
    text = YAML_OF_FLASHPIPE.replace(
        "{{key: S, value: {}}} # the partner's", "key: S\n            value: {}"
    )
    (place / "env.yaml").write_text(text.format(block.replace("        ", " " * 14)), "utf-8")
    assert "of YAML, only values on one line" in only(fixed(parameters=("env.yaml",)))


def test_one_text_for_flows_that_need_different_ones_is_left(place) -> None:
    second = root("fixes second", dn("CN=Second Root", "C=DE"), "2020-01-01", "2040-01-01")
    other = issue("fixes other", dn(*reversed(NAME.rdns)), second)
    (place / "other.pem").write_bytes(pem(other, second))
    for name, issuer in (("A", ISSUER), ("B", "CN=Second Root, C=DE")):
        write_tree(place / name, bundle(Flow(name, name, [listing(("{{S}}", issuer))])))
    text = 'OU=EDI & Orders, CN=edi.partner.example, O="Müller, Söhne", C=DE'
    (place / "env.prop").write_text(f"S={text}\n", "utf-8")
    plan = fixed(parameters=("env.prop",), roots_add=("root.pem", "other.pem"))
    assert not plan.fixes
    assert {left.why for left in plan.left} == {"others use the same text and need another one"}
    assert {left.finding.iflow.name for left in plan.left} == {"A", "B"}


@pytest.mark.parametrize("links", ["file", "folder"])
def test_links_to_one_file_are_one_file(place, links) -> None:
    for name in ("A", "B"):
        flow = Flow(name, name, [listing(("{{S}}", ISSUER))], {"S": REVERSED})
        write_tree(place / name, bundle(flow))
    if links == "file":
        link = place / "B/src/main/resources/parameters.prop"
        link.unlink()
        link.symlink_to(place / "A/src/main/resources/parameters.prop")
    else:
        link = place / "B/src/main/resources"
        shutil.rmtree(link)
        link.symlink_to(place / "A/src/main/resources")
    plan = fixed()
    assert [file.file.path for file in plan.files] == ["A/src/main/resources/parameters.prop"]
    assert link.is_symlink()
    assert codes() == []


@pytest.mark.parametrize("linked", ["Orders.iflw", "parameters.prop"])
def test_a_link_is_followed_no_further_than_to_what_is_checked(place, linked) -> None:
    by_parameter = linked == "parameters.prop"
    subject, parameters = ("{{S}}", {"S": REVERSED}) if by_parameter else (REVERSED, {})
    orders(place, listing((subject, ISSUER)), **parameters)
    link = place / (PARAMETERS if by_parameter else ORDERS)
    real = place / "elsewhere" / linked
    real.parent.mkdir()
    link.rename(real)
    link.symlink_to(real)
    before = real.read_bytes()
    keys = {"certificates": ("../partner.pem",), "roots_add": ("../root.pem",)}
    assert not fixed(directory=str(place / "flow"), **keys).files
    assert real.read_bytes() == before
    assert link.is_symlink()

    (place / ".git").mkdir()
    plan = fixed(directory=str(place / "flow"), **keys)
    assert [file.path for file in plan.files] == [str(real)]
    assert real.read_bytes() != before
    assert link.is_symlink()


def test_a_path_that_is_named_may_be_a_link(place) -> None:
    orders(place, listing((REVERSED, ISSUER)))
    (place / "here").mkdir()
    (place / "here/link").symlink_to(place / "flow")
    keys = {"certificates": ("../partner.pem",), "roots_add": ("../root.pem",)}
    assert len(fixed("link", directory=str(place / "here"), **keys).files) == 1


def test_the_report_names_the_file_that_a_link_leads_to(place, call) -> None:
    orders(place, listing((REVERSED, ISSUER)))
    (place / ORDERS).rename(place / "real.xml")
    (place / ORDERS).symlink_to(place / "real.xml")
    result = call("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    assert f"--> {ORDERS}:" in result.stdout
    assert "    link to: real.xml\n" in result.stdout


def test_a_file_with_another_name_is_left(place) -> None:
    orders(place, listing(("{{S}}", ISSUER)), S=REVERSED)
    (place / "other").hardlink_to(place / PARAMETERS)
    before = (place / PARAMETERS).read_bytes()
    assert only(fixed()) == "the file has other names (hard links), maybe elsewhere"
    assert (place / PARAMETERS).read_bytes() == before


def test_both_names_of_an_entry(place) -> None:
    orders(place, listing((REVERSED, "C=DE, O=Example Trust, CN=Example Root")))
    (fix,) = fixed().fixes
    assert [each.what for each in fix.changes] == ["subject DN", "issuer DN"]
    assert codes() == []


def test_archives_are_left(place) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in bundle(Flow("A", "A", [listing((REVERSED, ISSUER))])).items():
            archive.writestr(name, data)
    (place / "A.zip").write_bytes(content.getvalue())
    assert "archive" in only(fixed())
    assert (place / "A.zip").read_bytes() == content.getvalue()


def test_environment_files_are_fixed_where_they_stand(place) -> None:
    orders(place, listing(("{{S}}", ISSUER)), S=SUBJECT)
    (place / "QA.prop").write_text(f"S={REVERSED}\n", "utf-8")
    (place / "PRD.json").write_text(
        '{"ParameterKey": "S", "ParameterValue": "' + REVERSED.replace('"', '\\"') + '"}', "utf-8"
    )
    before = (place / PARAMETERS).read_bytes()
    both = (
        Environment(name="QA", parameters=("QA.prop",)),
        Environment(name="PRD", parameters=("PRD.json",)),
    )
    plan = fixed(environments=both)
    assert [file.file.path for file in plan.files] == ["PRD.json", "QA.prop"]
    assert codes(environments=both) == []
    assert (place / PARAMETERS).read_bytes() == before


def test_what_a_plain_check_finds_is_fixed_beside_what_environments_have(place) -> None:
    orders(place, listing(("{{S}}", ISSUER)), S=REVERSED)
    (place / "QA.prop").write_text("S=" + SUBJECT.replace("\\", r"\\") + "\n", "utf-8")
    (place / "iflint.toml").write_text('[environments.QA]\nparameters = ["QA.prop"]\n', "utf-8")
    qa = Environment(name="QA", parameters=("QA.prop",))
    assert codes(environments=(qa,)) == []
    plan = plan_fixes(read(["."], options()), also=(qa,))
    assert [file.file.path for file in plan.files] == [PARAMETERS]
    assert not fixed(environments=(qa,)).files


def test_a_fix_that_harms_an_environment_is_left(place) -> None:
    orders(place, listing((REVERSED, ISSUER)))
    other = issue("fixes other", dn(*reversed(NAME.rdns)), AUTHORITY)
    (place / "other").mkdir()
    (place / "other/other.pem").write_bytes(pem(other))
    prd = Environment(name="PRD", certificates_only=("other/other.pem",))
    at_hand = {"certificates": ("partner.pem",)}
    assert len(plan_fixes(read(["."], options(**at_hand))).fixes) == 1
    plan = plan_fixes(read(["."], options(**at_hand)), also=(prd,))
    assert "would be found" in only(plan)


def test_what_is_right_in_another_environment_stays(place) -> None:
    orders(place, listing(("{{S}}", "{{I}}")), S=REVERSED, I=ISSUER)
    other = issue("fixes other", dn(*reversed(NAME.rdns)), AUTHORITY)
    (place / "other").mkdir()
    (place / "other/other.pem").write_bytes(pem(other))
    both = (
        Environment(name="QA", certificates_only=("partner.pem",)),
        Environment(name="PRD", certificates_only=("other/other.pem",)),
    )
    plan = fixed(environments=both)
    assert plan.files == ()
    assert "would be found" in only(plan)


def test_more_than_one_may_be_meant(place) -> None:
    turned = issue(
        "fixes turned",
        dn("CN=edi.partner.example", "O=Müller, Söhne", "OU=EDI & Orders", "C=DE"),
        AUTHORITY,
    )
    (place / "turned.pem").write_bytes(pem(turned))
    orders(place, listing((REVERSED, ISSUER)))
    assert "more than one" in only(fixed())


def test_several_certificates_of_one_pair_are_one(place) -> None:
    (place / "next.pem").write_bytes(
        pem(issue("fixes next", NAME, AUTHORITY, key_label="fixes partner", last="2028-01-01"))
    )
    orders(place, listing((REVERSED, ISSUER)))
    assert len(fixed().fixes) == 1


@pytest.mark.parametrize("wrong", [[SUBJECT, REVERSED], [REVERSED, SUBJECT]])
def test_no_second_row_of_a_pair(place, wrong) -> None:
    orders(place, listing(*((subject, ISSUER) for subject in wrong)))
    plan = fixed()
    assert "accepts that certificate" in only(plan)
    assert plan.left[0].remedy == "Remove this row"


def test_two_wrong_rows_of_one_pair(place) -> None:
    orders(place, listing((REVERSED, ISSUER), (SUBJECT.replace("CN=e", "CN=\u200be"), ISSUER)))
    plan = fixed()
    assert len(plan.fixes) == 1
    assert [left.remedy for left in plan.left] == ["Remove this row"]


def test_a_fix_after_which_another_entry_reads_otherwise_is_only_written_when_asked_for(
    place,
) -> None:
    old = (SUBJECT, "CN=Old Root, O=Example Trust, C=DE")
    orders(place, listing((REVERSED, ISSUER), old))
    assert codes() == ["IFL301", "IFL301"]
    plan = fixed()
    assert not plan.fixes
    (why,) = (left.why for left in plan.left if left.unsafe)
    assert why.startswith("with it IFL302 certificate-not-found would be found at row 2: ")
    (fix,) = fixed(unsafe=True).fixes
    assert [other.code for other in fix.reveals] == ["IFL302"]
    assert codes() == ["IFL302"]


def test_a_name_with_another_value_is_left(place) -> None:
    orders(place, listing(("CN=edi.partner.example, O=Other, C=DE", ISSUER)))
    assert "differs in more than" in only(fixed())


def test_a_text_of_parameters_and_more_is_left(place) -> None:
    orders(
        place,
        listing(("C=DE, O={{O}}, OU=EDI & Orders, CN=edi.partner.example", ISSUER)),
        O='"Müller, Söhne"',
    )
    assert "text and parameters" in only(fixed(select=("IFL301",)))


def test_a_file_that_may_not_be_written_is_left(place) -> None:
    orders(place, listing((REVERSED, ISSUER)))
    (place / ORDERS).chmod(stat.S_IRUSR)
    assert "may not be written" in only(fixed())


def test_findings_that_are_not_asked_for_or_suppressed_are_not_fixed(place) -> None:
    from iflint.options import Suppression

    orders(place, listing((REVERSED, ISSUER)))
    assert not fixed(ignore=("IFL301",)).files
    assert not fixed(select=("IFL1",)).files
    assert not fixed(suppressions=(Suppression(rule=("IFL301",), reason="known"),)).files


@pytest.fixture
def expired(place):
    """The partner's certificate has expired, which the wrong name in the channel hides."""
    (place / "partner.pem").write_bytes(pem(issue("fixes old", NAME, AUTHORITY, last="2026-11-01")))
    orders(place, listing((REVERSED, ISSUER)))
    return place


def test_what_the_wrong_name_hides_is_told_and_not_made_a_finding(expired) -> None:
    assert codes() == ["IFL301"]
    plan = fixed()
    assert only(plan) == "the certificate has findings of its own, which nobody was told so far"
    assert plan.left[0].remedy.startswith("Write it with --unsafe-fixes. Then: ")
    assert [other.code for other in plan.left[0].hides] == ["IFL101"]
    assert plan.left[0].unsafe
    assert codes() == ["IFL301"]


def test_it_is_written_when_asked_for(expired) -> None:
    (fix,) = fixed(unsafe=True).fixes
    assert [other.code for other in fix.reveals] == ["IFL101"]
    assert codes() == ["IFL101"]


def test_what_is_suppressed_or_not_asked_hides_nothing(expired) -> None:
    from iflint.options import Suppression

    assert not fixed(select=("IFL301",)).fixes
    (fix,) = fixed(ignore=("IFL101",)).fixes
    assert not fix.reveals
    orders(expired, listing((REVERSED, ISSUER)))
    known = Suppression(rule=("IFL101",), reason="renewal is on its way")
    assert len(fixed(suppressions=(known,)).fixes) == 1


def test_a_fix_that_would_leave_a_suppression_without_use_is_left(place) -> None:
    from iflint.options import Suppression

    for name in ("A", "B"):
        write_tree(place / name, bundle(Flow(name, name, [listing(("{{S}}", ISSUER))])))
    write_tree(place / "C", bundle(Flow("C", "C", [listing((REVERSED, ISSUER))])))
    (place / "env.prop").write_text(f"S={REVERSED}\n", "utf-8")
    known = Suppression(rule=("IFL301",), path="A/**", reason="it is switched off")
    plan = fixed(suppressions=(known,), parameters=("env.prop",))
    assert [fix.finding.iflow.name for fix in plan.fixes] == ["C"]
    assert [(left.finding.iflow.name, "IFL090" in left.why) for left in plan.left] == [("B", True)]


@pytest.fixture
def install(monkeypatch):
    """Install a rule of somebody else's that speaks of entries."""
    from iflint.engine import plugins
    from iflint.report.findings import Severity
    from iflint.rule.about import about_certificate
    from iflint.rule.rule import Rule

    own = plugins.load_rules()

    def install(speaks_of, **declared) -> None:
        def check_entry(self, case):
            match = case.verdict.best
            if speaks_of(case.verdict):
                about = about_certificate(case, match) if match else {}
                about.setdefault("location", case.verdict.entry.location)
                yield self.finding(case, "Look at this.", remedy="-", **about)

        attributes = {"code": "EXA1", "name": "look", "severity": Severity.ERROR, **declared}
        rule = type("Look", (Rule,), {**attributes, "check_entry": check_entry, "__doc__": "L."})
        monkeypatch.setattr(plugins, "load_rules", lambda: (*own, rule))

    return install


def test_what_any_rule_says_of_a_certificate_is_hidden_by_a_wrong_name(place, install) -> None:
    install(lambda entry: entry.best is not None)
    orders(place, listing((REVERSED, ISSUER)))
    (left,) = fixed().left
    assert left.unsafe
    assert [other.code for other in left.hides] == ["EXA1"]


def test_what_a_rule_about_pairs_says_was_not_hidden(place, install) -> None:
    from iflint.rule.rule import Topic

    install(lambda entry: entry.best is not None, about=Topic.PAIR)
    orders(place, listing((REVERSED, ISSUER)))
    (left,) = fixed().left
    assert not left.unsafe
    assert not left.hides
    assert not fixed(unsafe=True).files


def test_a_rule_of_any_code_says_how_its_findings_are_fixed(place, install) -> None:
    from iflint.rule.rule import Answer

    orders(place, listing((REVERSED, ISSUER)))
    settings = {"select": ("EXA1",), "ignore": ("IFL301",)}
    install(lambda entry: entry.near_miss is not None)
    assert not fixed(**settings).files
    install(lambda entry: entry.near_miss is not None, answer=Answer.MEANT)
    (fix,) = fixed(**settings).fixes
    assert fix.finding.code == "EXA1"
    assert codes() == []


def test_a_known_finding_is_fixed(place) -> None:
    from iflint.engine import baseline

    orders(place, listing((REVERSED, ISSUER)))
    report = iflint.engine.run.check(["."], options())
    (place / "known.json").write_text(baseline.written(baseline.of_report(report)), "utf-8")
    assert codes(baseline="known.json") == []
    assert len(fixed(baseline="known.json").fixes) == 1
    assert codes() == []


def test_names_that_are_exchanged_are_only_written_when_asked_for(place) -> None:
    orders(place, listing((ISSUER, SUBJECT)))
    plan = fixed()
    assert "in the other one's place" in only(plan)
    assert plan.left[0].unsafe
    (fix,) = fixed(unsafe=True).fixes
    assert [each.what for each in fix.changes] == ["subject DN", "issuer DN"]
    assert codes() == []


def test_a_guess_is_only_written_when_asked_for(place) -> None:
    wrong = SUBJECT.replace("partner", "partmer")
    orders(place, listing((wrong, ISSUER)))
    plan = fixed()
    assert "guess" in only(plan)
    assert plan.left[0].unsafe
    assert len(fixed(unsafe=True).fixes) == 1
    assert codes() == []


@pytest.fixture
def renewed(place):
    """The partner's certificate ends soon, and its successor has another issuer."""
    other = root(
        "fixes second root",
        dn("CN=Second Root", "O=Acme, Inc.", "C=DE"),
        "2020-01-01",
        "2040-01-01",
    )
    old = issue("fixes ends", NAME, AUTHORITY, last="2026-12-05")
    new = issue("fixes new", NAME, other, "2026-11-01", "2027-12-31")
    (place / "partner.pem").write_bytes(pem(old, new))
    (place / "root.pem").write_bytes(pem(AUTHORITY, other))
    return place


@pytest.mark.parametrize("between", ["", "\n          ", "\t"])
def test_the_row_of_a_successor(renewed, between) -> None:
    third = ("CN=other", "CN=y")
    present, added = (SUBJECT, ISSUER), (SUBJECT, r"CN=Second Root,O=Acme\, Inc.,C=DE")

    def write(*pairs):
        orders(renewed, listing(*pairs))
        data = (renewed / ORDERS).read_bytes()
        join = b"&lt;/row&gt;" + between.encode() + b"&lt;row&gt;"
        (renewed / ORDERS).write_bytes(data.replace(b"&lt;/row&gt;&lt;row&gt;", join))
        return (renewed / ORDERS).read_bytes()

    expected = write(present, added, third)
    write(present, third)
    assert fixed().rows == 1
    both = (Environment(name="QA"), Environment(name="PRD"))
    assert fixed(environments=both).rows == 1
    (fix,) = fixed(add_successor=True).fixes
    assert fix.finding.code == "IFL105"
    assert (renewed / ORDERS).read_bytes() == expected
    assert "IFL105" not in codes()
    assert not fixed(add_successor=True).files


def test_the_row_of_a_successor_in_a_table_that_is_a_parameter(renewed) -> None:
    from exports import rows

    table = Channel("HTTPS", "/orders", properties={"clientCertificates": "{{Table}}"})
    orders(renewed, table, Table=rows([(SUBJECT, ISSUER)]))
    before = (renewed / ORDERS).read_bytes()
    assert len(fixed(add_successor=True).fixes) == 1
    assert (renewed / ORDERS).read_bytes() == before
    assert "IFL105" not in codes()


def test_the_row_of_a_successor_beside_one_of_parameters(renewed) -> None:
    orders(renewed, listing(("{{S}}", "{{I}}")), S=SUBJECT, I=ISSUER)
    before = (renewed / PARAMETERS).read_bytes()
    assert len(fixed(add_successor=True).fixes) == 1
    assert (renewed / PARAMETERS).read_bytes() == before
    assert codes() == []


def test_a_row_of_parameters_gets_one_of_parameters_beside_it(renewed, call) -> None:
    """A literal row would count in every environment."""
    orders(renewed, listing(("{{S}}", "{{I}}")), S=SUBJECT, I=ISSUER)
    arguments = ("check", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    said = " ".join(call(*arguments).stdout.split())
    assert "add a row of two parameters, as this one is, and redeploy: Subject DN" in said


def test_no_row_lets_a_sender_in_where_it_may_not_call(renewed) -> None:
    orders(renewed, listing(("{{S}}", "{{I}}")), S="CN=dev", I="CN=dev ca")
    (renewed / "prod.prop").write_text(f"S={SUBJECT}\nI={ISSUER}\n".replace("\\", r"\\"), "utf-8")
    before = (renewed / ORDERS).read_bytes()
    prod = Environment(name="prod", parameters=("prod.prop",))
    dev = Environment(name="dev")
    for asked, also in (((prod, dev), ()), ((prod,), (dev,))):
        plan = fixed(environments=asked, also=also, add_successor=True)
        assert "counts in dev, too" in only(plan)
        (left,) = plan.left
        assert "set them in prod to" in left.remedy
    assert (renewed / ORDERS).read_bytes() == before
    dev = Environment(name="dev", parameters=("prod.prop",))
    assert len(fixed(environments=(prod, dev), add_successor=True).fixes) == 1


def test_no_row_where_none_is_needed_or_none_is_at_hand(place) -> None:
    old = issue("fixes ends", NAME, AUTHORITY, last="2026-12-05")
    new = issue("fixes same", NAME, AUTHORITY, "2026-11-25", "2027-12-31")
    orders(place, listing((SUBJECT, ISSUER)))
    (place / "partner.pem").write_bytes(pem(old, new))
    for at_hand in ((old, new), (old,)):
        (place / "partner.pem").write_bytes(pem(*at_hand))
        plan = fixed(add_successor=True)
        assert (plan.fixes, plan.left) == ((), ())


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_the_diff_is_what_the_fix_writes(place, call, encoding) -> None:
    orders(place, listing((REVERSED, ISSUER)), unused="x")
    text = (place / ORDERS).read_text("utf-8").replace("UTF-8", encoding[:6].upper(), 1)
    before = text.replace("\n", "\r\n").rstrip().encode(encoding)
    (place / ORDERS).write_bytes(before)
    arguments = ("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    shown = call(*arguments, "--diff")
    assert shown.exit_code == 1
    assert (place / ORDERS).read_bytes() == before
    subprocess.run(["git", "init", "-q"], cwd=place, check=True)
    subprocess.run(["git", "apply"], cwd=place, check=True, input=shown.stdout_bytes)
    applied = (place / ORDERS).read_bytes()
    (place / ORDERS).write_bytes(before)
    written = call(*arguments)
    assert written.exit_code == 0
    assert (place / ORDERS).read_bytes() == applied != before
    again = call(*arguments, "--diff")
    assert (again.exit_code, again.stdout) == (0, "")


@pytest.mark.parametrize(
    "line", ["::error::owned", "# \r::ERROR::owned", "# ##[error]owned", "# ##VSO[x]owned"]
)
def test_what_a_server_would_obey_is_left_out_of_a_diff(place, call, line) -> None:
    orders(place, listing(("{{S}}", ISSUER)), S=REVERSED)
    (place / PARAMETERS).write_bytes(f"{line}\nS={REVERSED}\n".encode())
    arguments = ("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    shown = call(*arguments, "--diff")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert f"{PARAMETERS} is left out: a CI server would obey a line" in shown.stderr
    assert call(*arguments).exit_code == 0
    assert codes() == []


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_a_path_in_a_diff_does_nothing_and_is_found_again(place, call) -> None:
    folder = place / "a\x1b[2J\u202e\x9b\n b"
    write_tree(
        folder, bundle(Flow("Orders", "Orders", [listing(("{{S}}", ISSUER))], {"S": REVERSED}))
    )
    arguments = ("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    shown = call(*arguments, "--diff")
    assert shown.exit_code == 1
    assert all(line.isprintable() or line.endswith("\t") for line in shown.stdout.split("\n"))
    subprocess.run(["git", "init", "-q"], cwd=place, check=True)
    subprocess.run(["git", "apply"], cwd=place, check=True, input=shown.stdout_bytes)
    assert codes() == []


def test_a_diff_is_no_longer_than_a_report_and_counts_what_it_leaves_out(place, call) -> None:
    for name in ("a", "b", "c"):
        flow = Flow(name, name, [listing(("{{S}}", ISSUER))], {"S": REVERSED})
        write_tree(place / name, bundle(flow))
    arguments = ("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated", "--diff")
    whole = call(*arguments)
    most = len(whole.stdout_bytes) // 2
    part = call(*arguments, "--limit", f"report-bytes={most}")
    assert part.exit_code == whole.exit_code == 1
    assert len(part.stdout_bytes) <= most
    assert whole.stdout.startswith(part.stdout)
    assert "+++ b/a/" in part.stdout
    assert "not shown: the changes of 2 more files. To show more, raise the limit" in part.stderr
    assert "would fix 3 findings" in part.stderr


def test_what_was_written_is_listed_as_far_as_a_report_goes(place, call) -> None:
    orders(place, *[listing((REVERSED, ISSUER))] * 40)
    result = call(
        *("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated"),
        *("--limit", "report-bytes=4000"),
    )
    assert result.exit_code == 0
    assert "Fixed 40 findings in 1 file:" in result.stdout
    assert "more; raise the limit: --limit report-bytes=NUMBER." in result.stdout


def test_a_terminal_shows_a_diff_of_any_encoding(place, call, monkeypatch) -> None:
    from iflint.console import output

    orders(place, listing(("{{S}}", ISSUER)), S=REVERSED)
    (place / PARAMETERS).write_bytes(f"S={REVERSED}\n".encode("utf-16"))
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    arguments = ("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    shown = call(*arguments, "--diff", "--color", "never")
    assert f"-S={REVERSED}\n" in shown.stdout


def test_permissions_stay(place, call) -> None:
    orders(place, listing(("{{S}}", ISSUER)), S=REVERSED)
    (place / PARAMETERS).chmod(0o640)
    call("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    assert stat.S_IMODE((place / PARAMETERS).stat().st_mode) == 0o640
    assert codes() == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_owner_and_group_stay(place, call) -> None:
    orders(place, listing(("{{S}}", ISSUER)), S=REVERSED)
    os.chown(place / PARAMETERS, 65534, 65533)
    (place / PARAMETERS).chmod(0o640)
    call("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    status = (place / PARAMETERS).stat()
    assert (status.st_uid, status.st_gid) == (65534, 65533)
    assert stat.S_IMODE(status.st_mode) == 0o640
    assert codes() == []


def test_an_owner_that_can_not_be_kept_stops_nothing(place, call, monkeypatch) -> None:
    def refuse(*_arguments) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chown", refuse)
    orders(place, listing(("{{S}}", ISSUER)), S=REVERSED)
    call("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    assert codes() == []


def test_a_name_as_long_as_a_name_may_be(place, call) -> None:
    name = "\N{ROCKET}" * 60 + ".iflw"
    orders(place, listing((REVERSED, ISSUER)))
    (place / ORDERS).rename((place / ORDERS).with_name(name))
    result = call("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    assert result.exit_code == 0
    assert codes() == []


def test_the_diff_leaves_what_it_can_not_show_to_standard_error(expired, call) -> None:
    write_tree(expired / "B", bundle(Flow("B", "B", [listing((SUBJECT, ISSUER))])))
    arguments = ("fix", "--diff", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Left as it is, 1 finding:" in result.stderr
    assert "then found: IFL101 expired-certificate: The client certificate" in result.stderr
    assert "nothing to fix; 1 more with --unsafe-fixes" in result.stderr
    result = call(*arguments, "--unsafe-fixes")
    assert result.exit_code == 1
    assert "IFL101" not in result.stdout
    assert "The changes bring more to light:" in result.stderr
    assert "IFL101 expired-certificate" in result.stderr
    short = call(*arguments, "--unsafe-fixes", "--limit", "report-bytes=1")
    assert "The changes bring more to light. To list more, raise the limit" in short.stderr
    assert "Left as" not in short.stderr


def test_a_text_that_several_findings_have_between_them_is_shown_once(place, call) -> None:
    orders(place, *[listing(("{{S}}", ISSUER))] * 3, S=REVERSED)
    result = call("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    assert "Fixed 3 findings in 1 file:" in result.stdout
    assert result.stdout.count("      + CN=edi.partner.example") == 1
    assert "IFL301 dn-mismatch, 3 findings" in result.stdout


def test_a_file_that_changed_meanwhile_is_not_written(place, call, monkeypatch) -> None:
    from iflint.console import output

    orders(place, listing(("{{S}}", ISSUER)), S=REVERSED)
    rewrite = output.rewrite_file

    def late(path, before, after) -> None:
        (place / PARAMETERS).write_text("S=somebody else's\n", "utf-8")
        rewrite(path, before, after)

    monkeypatch.setattr(output, "rewrite_file", late)
    result = call("fix", "--roots-add", "root.pem", "--as-of", "2026-11-24", "--isolated")
    assert result.exit_code == 3
    assert "has changed meanwhile" in result.stderr
    assert "Nothing was changed." in result.stdout
    assert (place / PARAMETERS).read_text("utf-8") == "S=somebody else's\n"
