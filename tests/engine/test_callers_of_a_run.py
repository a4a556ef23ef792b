"""A run reads callers out of files of all kinds, each file once and each thing in it once."""

from __future__ import annotations

import json

import pytest

import iflint
from caller_files import (
    BINDING,
    CHAIN,
    ENTRY,
    FLAT,
    INSTANCE,
    OTHER,
    PARTNER,
    PEM,
    PRIVATE,
    ROWS,
    atom,
    base64_of,
    key,
    pem,
    secret,
)
from exports import Channel, Flow, bundle, write_tree, zipped
from iflint.engine.inputs import Inputs, Known, read_certificates, read_inputs
from iflint.engine.session import Session
from iflint.limits import FILE_BYTES
from iflint.options import Environment, Options
from iflint.reporters import text
from iflint.values import parse_as_of

AS_OF = parse_as_of("2026-11-24")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A current directory with a flow that is called by role."""
    monkeypatch.chdir(tmp_path)
    channel = Channel("HTTPS", "/orders", authorization="RoleBased")
    write_tree(tmp_path / "flow", bundle(Flow("Orders", "Orders", [channel])))
    return tmp_path


def inputs(*paths: str, **options: object) -> Inputs:
    return read_inputs(paths or (".",), Options(**options), Known())


def report(*paths: str, **settings: object):
    return iflint.check(*(paths or (".",)), as_of=AS_OF, **settings)


def codes(*paths: str, **settings: object) -> list[str]:
    return [finding.code for finding in report(*paths, **settings).findings]


FILES = {
    "keys/partner.json": json.dumps({"oauth": key()}).encode(),
    "keys/cf.txt": json.dumps(key(pem(OTHER).decode(), clientid="sb-2!b1|it-rt-x!b2")).encode(),
    "k8s/all.yaml": f"{secret(FLAT)}---\n{BINDING}---\n{INSTANCE}".encode(),
    "neo/mappings.xml": atom("CertificateUserMapping", ROWS).encode(),
    "neo/entries.json": json.dumps({"d": {"results": [ENTRY]}}).encode(),
    "notes.txt": b"nothing",
}


def test_all_callers_of_a_folder(here) -> None:
    write_tree(here, FILES)
    read = inputs()
    assert [(found.name, str(found.location.file)) for found in read.callers.service_keys] == [
        ("partner-secret", "k8s/all.yaml"),
        ("partner", "k8s/all.yaml"),
        ("cf", "keys/cf.txt"),
        ("partner", "keys/partner.json"),
    ]
    assert [found.user for found in read.callers.mappings] == ["SUSER1", "SUSER2"]
    assert [found.name for found in read.callers.instances] == ["runtime"]
    assert [found.alias for found in read.callers.keystore_entries] == ["party"]
    assert len(read.certificates) == len(set(read.certificates)) == 9
    assert read.certificate_files == 4
    assert [str(found.location.file) for found in read.keys] == ["k8s/all.yaml"]
    places = [found.location for found in read.certificates]
    for found in (*read.callers.service_keys, *read.callers.mappings):
        assert found.location in places
    assert read.problems == ()
    assert "keys/cf.txt" in read.files
    assert read.skipped == ()
    assert codes(select=("IFL0", "IFL4")) == ["IFL407"]


@pytest.mark.parametrize("name", ["partner", "partner.cfg", "partner.out"])
def test_a_file_that_is_named_is_known_by_what_it_holds(here, name) -> None:
    write_tree(here, {name: json.dumps(key()).encode(), "notes.cfg": b"nothing"})
    assert len(inputs(name).callers.service_keys) == 1
    assert inputs().callers.service_keys == (), "in a folder the ending decides"
    assert [found.location.path for found in inputs("notes.cfg").skipped] == ["notes.cfg"]


def test_nothing_is_no_callers(here) -> None:
    assert inputs().callers == inputs("flow").callers == Inputs((), (), 0, (), ()).callers
    assert not inputs().callers


def test_certificates_from_elsewhere_bring_their_callers(here) -> None:
    write_tree(here, FILES)
    read = inputs("flow", certificates=("keys",))
    assert [found.name for found in read.callers.service_keys] == ["cf", "partner"]
    assert read.callers.mappings == ()
    read = inputs(certificates=("keys",))
    assert len(read.callers.service_keys) == 4, "who may call is not narrowed, nor told twice"
    assert len(read.callers.mappings) == 2
    assert len(read.certificates) == 8
    assert [str(found.location.file) for found in read.keys] == ["k8s/all.yaml"]
    session = Session((".",), Options(as_of=AS_OF))
    other = session.in_environment(Environment(name="qa", certificates_only=("neo",)))
    assert len(session.inputs.callers.service_keys) == 4
    assert other.inputs.callers.service_keys == ()
    assert [found.user for found in other.inputs.callers.mappings] == ["SUSER1", "SUSER2"]
    more = session.in_environment(Environment(name="qa", certificates=("neo",))).inputs
    assert more.callers == session.inputs.callers, "added, and what is read twice once"


def test_files_of_a_bundle_hold_no_callers_and_perhaps_keys(here) -> None:
    resources = here / "flow" / "src" / "main" / "resources"
    for name in ("mapping/a.xml", "a.txt", "a.yaml", "a.tfstate"):
        (resources / name).parent.mkdir(exist_ok=True)
        (resources / name).write_text(json.dumps(key(key=PRIVATE)), "utf-8")
    assert not inputs().callers
    assert codes() == ["IFL407"] * 4
    (resources / "a.json").write_text(json.dumps(key(key=PRIVATE)), "utf-8")
    assert codes(select=("IFL0", "IFL4")) == ["IFL407"] * 5


@pytest.mark.parametrize("name", ["key.json", "key.yaml", "key.txt", "key", "key.key"])
def test_a_file_that_is_named_is_read_whatever_its_name(here, name) -> None:
    (here / name).write_text(BINDING if name == "key.yaml" else json.dumps(key()), "utf-8")
    read = read_certificates([name], Options())
    (found,) = read.callers.service_keys
    assert found.certificate is not None
    assert found.certificate.der == PARTNER.der
    assert [each.location for each in read.certificates] == [found.location]
    assert read.problems == ()
    assert read.skipped == ()


def test_a_named_file_with_callers_and_no_certificate_is_no_problem(here) -> None:
    facts = {"clientid": "sb-1!b1|it-rt-x!b2", "certificatedetails": {"validuntil": "2027-01-01"}}
    (here / "key.json").write_text(json.dumps(facts), "utf-8")
    (here / "key.yaml").write_text(INSTANCE, "utf-8")
    for name in ("key.json", "key.yaml"):
        read = read_certificates([name], Options())
        assert read.callers
        assert (read.problems, read.skipped) == ((), ())


def test_what_is_wrong_in_other_documents_is_nobodys_problem(here) -> None:
    damaged = PEM[:300] + "\n-----END CERTIFICATE-----\n"
    write_tree(
        here,
        {
            "chart/values.yaml": f"tls: |\n  {damaged}".replace("\n", "\n  ").encode(),
            "notes.txt": damaged.encode(),
            "main.tf": f"locals {{\n  a = <<A\n{damaged}A\n}}\n".encode(),
            "saml.xml": f"<a>{damaged}</a>".encode(),
        },
    )
    assert inputs().problems == ()
    (here / "partner.pem").write_text(damaged, "utf-8")
    (here / "key.yaml").write_text(BINDING.replace(PEM.splitlines()[2], "!" * 64), "utf-8")
    problems = {str(problem.location.file): problem for problem in inputs().problems}
    assert sorted(problems) == ["key.yaml", "partner.pem"]
    assert problems["key.yaml"].location.region is not None


def test_a_placeholder_is_no_problem_in_any_file(here) -> None:
    block = "-----BEGIN CERTIFICATE-----\nMIIF...\n-----END CERTIFICATE-----\n"
    write_tree(
        here,
        {
            "template.pem": block.encode(),
            "key.example.json": json.dumps(key(block)).encode(),
            "binding.yaml": BINDING.replace(PEM.splitlines()[1], "<paste here>").encode(),
        },
    )
    assert codes() == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("secret.yaml", secret({"tls.key": PRIVATE})),
        ("secret.yaml", f"a: |\n  {PRIVATE}".replace("\n", "\n  ")),
        ("x.tfstate", json.dumps({"private_key_pem": PRIVATE})),
        ("x.tfstate", json.dumps({"credentials": json.dumps({"key": PRIVATE})})),
        ("main.tf", f"locals {{\n a = <<A\n{PRIVATE}A\n}}\n"),
        ("notes.txt", f"the key:\n{PRIVATE}"),
        ("config.xml", f"<a>{PRIVATE}</a>"),
    ],
)
def test_a_private_key_is_told_once_wherever_it_stands(here, name, text) -> None:
    (here / name).write_text(text, "utf-8")
    (finding,) = report().findings
    assert finding.code == "IFL407"
    assert PRIVATE.splitlines()[1][:12] not in str(finding)


def test_a_dump_larger_than_four_mebibytes_is_read(here) -> None:
    rows = [{**ROWS[0], "Id": str(number)} for number in range(4200)]
    (here / "mappings.json").write_text(json.dumps({"d": {"results": rows}}), "utf-8")
    assert (here / "mappings.json").stat().st_size > 4 << 20
    assert len(inputs().callers.mappings) == 4200


def test_what_is_too_large_is_told_if_it_has_a_sign(here) -> None:
    dump = json.dumps({"d": {"results": ROWS}}).encode()
    for name, data in (
        ("large.json", dump + b" " * (17 << 20)),
        ("huge.xml", atom("CertificateUserMapping", ROWS).encode()),
        ("other.json", b"{}"),
        ("other.txt", b"x" * (17 << 20)),
    ):
        (here / name).write_bytes(data)
    for name in ("huge.xml", "other.json"):
        with (here / name).open("ab") as file:
            file.truncate(FILE_BYTES.value + 1)
    told = [each for each in inputs().problems if not each.left_out]
    assert [(str(found.location), found.message) for found in told] == [
        ("huge.xml", "The file is 64 MiB; at most 64 MiB are read."),
        ("large.json", "the file is larger than 16,777,216 bytes"),
    ]
    told = [each for each in inputs(certificates=("flow",)).problems if not each.left_out]
    assert told == []


def test_documents_in_an_archive(here) -> None:
    files = {"key.yaml": BINDING.encode(), "mappings.json": json.dumps(ROWS).encode()}
    (here / "certs.zip").write_bytes(zipped(files))
    for read in (inputs(), read_certificates(["certs.zip"], Options())):
        assert [found.name for found in read.callers.service_keys] == ["partner"]
        assert [found.user for found in read.callers.mappings] == ["SUSER1", "SUSER2"]


def test_certificates_of_callers_complete_a_chain(here) -> None:
    channel = Channel("HTTPS", "/orders", [PARTNER.pair])
    write_tree(here / "flow", bundle(Flow("Orders", "Orders", [channel])))
    (here / "chain.yaml").write_text(secret({"x": base64_of(CHAIN)}, "stringData"), "utf-8")
    found = {each.code for each in report().findings}
    assert "IFL302" not in found


def test_copies_of_a_certificate_do_not_multiply_in_the_report(here) -> None:
    """As many mappings with the same certificate: each tells some of its places, not all."""
    rows = [
        {"Id": f"{number}", "User": f"USER{number}", "Certificate": base64_of(PEM)}
        for number in range(40)
    ]
    write_tree(here, {"users.json": json.dumps({"d": {"results": rows}}).encode()})
    found = report(select=("IFL202",))
    assert len(found.findings) == 40
    told = [finding.certificate for finding in found.findings]
    told += [each.certificates[0].certificate for each in found.callers]
    assert {len(each.locations) for each in told} == {20}
    assert "and at least 10 more files" in text.render(found, width=80)
