"""Runs over files of all kinds: a private key is found wherever it is text, and nowhere else."""

from __future__ import annotations

import base64
import json

import pytest
from click.testing import CliRunner

import iflint
from exports import Channel, Flow, bundle, dn, issue, key_pem, root, write_tree, zipped
from iflint.commands.main import cli
from iflint.limits import KEY_TEXT_BYTES
from iflint.pki import key_texts
from iflint.values import parse_as_of

ROOT = root("text root", dn("CN=Root", "C=DE"), "2015-01-01", "2044-12-31")
PARTNER = issue("text partner", dn("CN=edi.partner.example", "C=DE"), ROOT)
KEY = key_pem(PARTNER)
FLOW = bundle(Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [PARTNER.pair])]))
AS_OF = parse_as_of("2026-11-24")
SCRIPT = "src/main/resources/script/sign.groovy"


def keys_in(*paths: str, **settings: object) -> list[str]:
    report = iflint.check(*(paths or (".",)), as_of=AS_OF, **settings)
    return [str(each.location.file) for each in report.findings if each.code == "IFL407"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "id_rsa",
        "notes.md",
        ".env",
        "a.properties",
        "Sign.java",
        "a.txt",
        "a.log",
        "x.json",
        "y.yml",
    ],
)
def test_a_key_is_found_in_a_text_of_any_name(here, name) -> None:
    write_tree(here, {f"deep/er/{name}": b"some = words\n" + KEY})
    assert keys_in() == [f"deep/er/{name}"]


def test_in_a_flow_its_scripts_and_parameters(here) -> None:
    quoted = KEY.replace(b"\n", b"\\n")
    flow = next(name for name in FLOW if name.endswith(".iflw"))
    modifier = b"<!-- " + KEY + b" --></bpmn2:definitions>"
    files = {
        **FLOW,
        SCRIPT: b'def key = "' + quoted + b'"\n',
        "src/main/resources/mapping/a.txt": KEY,
        "src/main/resources/parameters.prop": b"key=" + quoted + b"\n",
        flow: FLOW[flow].replace(b"</bpmn2:definitions>", modifier),
    }
    write_tree(here / "flow", files)
    expected = sorted(f"flow/{name}" for name in {*files} - {*FLOW} | {flow})
    parameters = "flow/src/main/resources/parameters.prop"
    assert sorted(keys_in()) == sorted({*expected, parameters})
    (here / "packed").mkdir()
    (here / "packed" / "flow.zip").write_bytes(zipped(files))
    found = {each.partition("!/")[2] for each in keys_in("packed")}
    assert found == {each.removeprefix("flow/") for each in (*expected, parameters)}


def test_what_is_no_text_too_large_ignored_or_a_link_is_not_looked_at(here) -> None:
    (here / ".git").mkdir()
    outside = here.parent / "outside"
    outside.write_bytes(KEY)
    write_tree(
        here,
        {
            "picture.png": b"\x89PNG\0\0" + KEY,
            "large.log": b" " * KEY_TEXT_BYTES.value + KEY,
            "ignored.log": KEY,
            ".gitignore": b"ignored.log\n",
            "excluded/a.log": KEY,
            "node_modules/a.log": KEY,
        },
    )
    (here / "link.log").symlink_to(outside)
    assert keys_in(exclude=("excluded",)) == []
    outside.unlink()


def test_what_can_not_be_read_is_nobodys_problem(here) -> None:
    write_tree(here, {"a.log": b"x"})
    (here / "gone.log").symlink_to("nowhere")
    report = iflint.check(".", as_of=AS_OF)
    assert [each.code for each in report.findings] == []


def test_a_text_that_is_too_long_is_counted(here) -> None:
    write_tree(here, {"a.log": b" " * 9_000 + KEY, "a.bin": b"\0" * 20_000})
    report = iflint.check(".", as_of=AS_OF, limit=("key-text-bytes=9000",))
    assert [(str(each.location), each.detail) for each in report.skipped] == [
        ("a.log", "a text too long to look for private keys (limit key-text-bytes)")
    ]
    assert not report.findings


@pytest.mark.parametrize("limit", ["key-search-bytes=10000", "key-signs-bytes=1"])
def test_where_a_run_stops_to_look_is_told_once_and_costs_nothing_else(here, limit) -> None:
    texts = {"a.log": b" " * 9_000, "b.log": b" " * 900 + KEY, "c.log": KEY}
    (here / "a.zip").write_bytes(zipped({**FLOW, **texts}))
    report = iflint.check(".", as_of=AS_OF, limit=(limit,))
    assert len(report.iflows) == 1
    told = [each for each in report.findings if each.code in ("IFL001", "IFL407")]
    assert [(each.code, each.severity.value, str(each.location.file)) for each in told] == [
        ("IFL001", "note", "a.zip!/b.log")
    ]
    assert f"--limit {limit.partition('=')[0]}=NUMBER" in told[0].remedy


def test_a_file_of_another_kind_that_is_too_long_is_told_once(here) -> None:
    longer = b'{"a": "' + b" " * 9_000 + b"-----BEGIN PRIVATE KEY-----"
    write_tree(here, {**FLOW, "a.json": longer, "b.json": longer, "c.json": b"{}"})
    report = iflint.check(".", as_of=AS_OF, limit=("key-text-bytes=9000",))
    told = [each for each in report.findings if each.code == "IFL001"]
    assert [each.severity.value for each in told] == ["note"]
    assert "too long to look for private keys" in told[0].message


def test_a_file_that_is_too_long_for_what_it_is_read_for_has_said_enough(here) -> None:
    name = next(name for name in FLOW if name.endswith(".iflw"))
    longer = b"<!--" + b" " * 9_000 + b"-----BEGIN PRIVATE KEY-----" + b"--><a/><a/><a/>"
    flow = FLOW[name].replace(b"<bpmn2:collaboration", longer + b"<bpmn2:collaboration", 1)
    write_tree(here, {**FLOW, name: flow})
    limits = ("key-text-bytes=9000", "xml-elements=3")
    (told,) = iflint.check(".", as_of=AS_OF, limit=limits, select=("IFL001",)).findings
    assert "xml-elements" in told.remedy
    write_tree(here, {"z.json": b'{"a": "' + longer})
    told = iflint.check(".", as_of=AS_OF, limit=limits, select=("IFL001",)).findings
    assert [str(each.location.file).rpartition("/")[2] for each in told] == [
        name.rpartition("/")[2],
        "z.json",
    ]


def test_a_key_behind_links_is_told_once_where_it_lies(here) -> None:
    (here / ".git").mkdir()
    write_tree(here, {"m/key.md": KEY, "flows/a.txt": b"a", "z.pem": KEY})
    (here / "a.md").symlink_to("m/key.md")
    (here / "a.pem").symlink_to("z.pem")
    (here / "flows" / "b.md").symlink_to("../m/key.md")
    assert keys_in() == ["m/key.md", "z.pem"]
    assert keys_in("flows") == ["flows/b.md"]


@pytest.mark.parametrize(
    ("name", "content", "remedy"),
    [
        ("a.groovy", b"def key = '''" + KEY + b"'''", "take the key out of this file"),
        ("a.yaml", b"key: |\n  " + KEY.replace(b"\n", b"\n  "), "take the key out of this file"),
        ("a.json", json.dumps({"k": KEY.decode()}).encode(), "take the key out of this file"),
        ("key", KEY, "remove the file"),
        ("a.txt", b"\xef\xbb\xbf\r\n" + KEY, "remove the file"),
        ("a.pem", b"Bag Attributes\n" + KEY, "remove the file"),
    ],
)
def test_the_remedy_leaves_a_file_that_is_of_something_else(here, name, content, remedy) -> None:
    write_tree(here, {name: content})
    report = iflint.check(".", as_of=AS_OF)
    assert [remedy in each.remedy for each in report.findings if each.code == "IFL407"] == [True]


def test_a_key_that_is_taken_out_is_no_longer_known(here) -> None:
    write_tree(here, {"d/notes.md": b"x\n" + KEY})
    check = ["check", ".", "--isolated", "--as-of", "2026-11-24"]
    CliRunner().invoke(cli, [*check, "--write-baseline", "b.json"])
    (here / "d" / "notes.md").write_text("x\n", "utf-8")
    printed = CliRunner().invoke(cli, [*check, "--baseline", "b.json"]).output
    assert "1 known finding no longer found" in printed


def test_a_defect_costs_its_text_alone(here, monkeypatch) -> None:
    write_tree(here, {"a.md": KEY, "b.md": b"x\n" + KEY, **FLOW})
    search = key_texts.keys_in_text

    def fail_on_a(data, file, known):
        if file.path == "a.md":
            raise ZeroDivisionError
        return search(data, file, known)

    monkeypatch.setattr(key_texts, "keys_in_text", fail_on_a)
    report = iflint.check(".", as_of=AS_OF)
    told = {(each.code, str(each.location.file)) for each in report.findings}
    assert {("IFL001", "a.md"), ("IFL407", "b.md")} <= told
    assert len(report.iflows) == 1


def test_a_script_that_is_named_is_looked_at_with_its_flow(here) -> None:
    write_tree(here, {**FLOW, SCRIPT: b"def key = '''" + KEY + b"'''"})
    assert keys_in(SCRIPT) == [SCRIPT]


def test_certificates_that_are_passed_tell_their_keys_once(here) -> None:
    write_tree(
        here, {"c/notes.md": b"x\n" + KEY, "c/a.json": json.dumps({"k": KEY.decode()}).encode()}
    )
    assert keys_in(certificates=("c",)) == ["c/a.json", "c/notes.md"]


def test_a_secret_of_kubernetes_is_told_once(here) -> None:
    encoded = base64.b64encode(KEY).decode()
    text = f"kind: Secret\napiVersion: v1\ndata:\n  tls.key: {encoded}\n"
    write_tree(here, {"secret.yaml": text.encode(), "secret.txt": text.encode()})
    assert keys_in() == ["secret.txt", "secret.yaml"]
