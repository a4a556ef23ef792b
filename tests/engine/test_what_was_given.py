"""What is said of files that were given and are of no use: parameters and certificate paths."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

import iflint
from exports import Channel, Flow, bundle, dn, issue, pem, root, write_tree, zipped
from iflint.reporters.remarks import remarks
from iflint.reporters.text import render

CLOCK = datetime(2026, 11, 24, tzinfo=UTC)
CHANNEL = Channel(
    "HTTPS", "/orders", [("{{Subject}}", "{{Issuer}}")], authorization="{{Authorization}}"
)
DEFAULTS = {"Subject": "CN=a", "Issuer": "CN=b", "Authorization": "ClientCertificate"}


@pytest.fixture
def summary(tmp_path):
    """The text report, blanks folded, of a flow whose channel is full of parameters."""

    def of(files, **settings):
        write_tree(tmp_path, bundle(Flow("Orders", "Orders", [CHANNEL], DEFAULTS)))
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        report = iflint.check(".", as_of=CLOCK, directory=str(tmp_path), **settings)
        return " ".join(render(report).split())

    return of


def test_a_file_of_parameters_that_nothing_uses_is_told(summary) -> None:
    text = summary({"qa.prop": "Nothing=1\nElse=2\n"}, parameters=["qa.prop"])
    assert "parameters qa.prop: 2 values, none used by sender channels" in text


def test_of_two_files_with_the_same_name_the_last_is_used(summary) -> None:
    files = {"qa.prop": "Subject=CN=x\nIssuer=CN=y\n", "more.prop": "Subject=CN=z\n"}
    text = summary(files, parameters=["qa.prop", "more.prop"])
    assert "qa.prop: 2 values, 1 used by sender channels" in text
    assert "more.prop: 1 value, 1 used by sender channels" in text


def test_values_that_end_the_judging_of_a_channel_are_used(summary) -> None:
    text = summary({"qa.prop": "Authorization=RoleBased\n"}, parameters=["qa.prop"])
    assert "qa.prop: 1 value, 1 used by sender channels" in text


def test_a_path_for_certificates_without_any_is_told(summary) -> None:
    text = summary({"certs/readme.txt": "none yet"}, certificates=["certs"])
    assert "No certificate found in 'certs'." in text


def test_in_a_folder_of_certificates_content_decides(tmp_path) -> None:
    above = root("any root", dn("CN=Any Root"), "2015-01-01", "2044-12-31")
    leaf = issue("any name", dn("CN=any.name"), above)
    text, der = pem(leaf), leaf.certificate.public_bytes(Encoding.DER)
    bare = base64.b64encode(der).decode()
    write_tree(
        tmp_path,
        {
            "certs/a.cert": text,
            "certs/b.cer.txt": text,
            "certs/c": der,
            "certs/d.crt.old": bare.encode(),
            "certs/e.anything": text,
            "certs/delivery.zip": zipped({"f.ca-bundle": text, "g.bak": der, "read.me": b"x"}),
            "certs/notes.md": b"Nothing in it",
        },
    )
    report = iflint.check(".", as_of=CLOCK, directory=str(tmp_path), certificates=["certs"])
    assert (report.certificates, report.certificate_files) == (1, 7)
    skipped = [(each.kind, each.detail) for each in report.skipped]
    assert skipped == [("other-file", "no certificate in it")] * 2


def test_an_archive_of_certificates_in_another_one_is_none_without_a_flow(tmp_path) -> None:
    leaf = issue("inner", dn("CN=inner"), root("r", dn("CN=R"), "2015-01-01", "2044-12-31"))
    inner = zipped({"nameless": pem(leaf), "read.me": b"x"})
    write_tree(tmp_path, {"certs/ca.zip": zipped({"inner.zip": inner})})
    report = iflint.check(".", as_of=CLOCK, directory=str(tmp_path), certificates=["certs"])
    assert report.certificates == 1
    assert [each.detail for each in report.skipped] == ["no certificate in it"]


def test_a_pattern_that_excludes_nothing_is_told(summary) -> None:
    text = summary({}, exclude=["/old/", "*.prop", "src/gone", "META-INF"])
    for pattern in ("/old/", "src/gone"):
        assert f"The pattern '{pattern}' in exclude excludes nothing." in text
    assert text.count("excludes nothing") == 2


def test_of_patterns_for_places_that_were_not_looked_at_nothing_is_said(tmp_path) -> None:
    write_tree(tmp_path, {"a/x.cer": b"x", "b/y.cer": b"x"})
    given = {"as_of": CLOCK, "directory": str(tmp_path), "exclude": ["b/z*", "a/q", "a/x.cer", "r"]}

    def idle(path, **more):
        return [each.pattern for each in iflint.check(path, **given, **more).idle_patterns]

    assert idle("a") == ["a/q"]
    assert idle(".") == ["b/z*", "a/q", "r"]
    assert idle(".", certificates=["b"]) == ["b/z*", "a/q", "r"]


def test_a_file_that_a_finding_speaks_of_is_not_told_twice(summary) -> None:
    text = summary({"a.cer": "no certificate"}, certificates=["a.cer"])
    assert "IFL002" in text
    assert "No certificate found" not in text


def test_pairs_that_only_their_spelling_tells_apart_are_asked_for_once(tmp_path) -> None:
    pairs = [("CN=a,O=x", "CN=b"), ("cn=A, o=X", "CN=b")]
    channels = [Channel("HTTPS", f"/{number}", [pair]) for number, pair in enumerate(pairs)]
    write_tree(tmp_path, bundle(Flow("Orders", "Orders", channels, {})))
    [wanted] = iflint.check(str(tmp_path), as_of=CLOCK).wanted
    assert (wanted.subject, len(wanted.channels)) == ("CN=a,O=x", 2)


@pytest.mark.parametrize(
    "subject",
    ["cn=subject", "<CI Certificate>", "/C=DE/CN=x", "CN=x O=y", "*", "", "CN=x,", "E=x"],
)
def test_what_names_no_certificate_is_not_asked_for(tmp_path, subject) -> None:
    channel = Channel("HTTPS", "/orders", [(subject, "CN=b")])
    write_tree(tmp_path, bundle(Flow("Orders", "Orders", [channel], {})))
    assert iflint.check(str(tmp_path), as_of=CLOCK).wanted == ()


def test_of_many_idle_patterns_the_first_are_told_and_the_others_counted(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path, bundle(Flow("Orders", "Orders", [CHANNEL], DEFAULTS)))
    report = iflint.check(exclude=[f"{number}.iflw" for number in range(250)])
    told = [each.text for each in remarks(report) if "attern" in each.text]
    assert len(told) == 101
    assert told[-1] == "150 more patterns match nothing."
