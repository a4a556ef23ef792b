"""No remedy asks a CA for what the CA calendar rules out on the day of the run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from exports import (
    SERVER_AUTH,
    Flow,
    Listed,
    bundle,
    dn,
    intermediate,
    issue,
    java_keystore,
    mappings,
    pem,
    root,
    rsa_key,
    service_key,
    signed_with_sha1,
    trust_table,
    write_tree,
)
from iflint.commands.main import cli

# From the same folder as what `exports` offers.
from case_maker import PARTNER, RELEASES, by_role, channel, public  # isort: skip

LAST, FORBIDDEN = "2026-10-01", "2027-03-15"
BEFORE, AFTER, LATER = "2026-09-01", "2026-11-24", "2027-04-01"
CLOSED = "Example Web Trust issues no certificate with Client Authentication any more"
WAYS = "SAP Cloud Root CA, a private PKI with a custom domain, or another root on the list"


def row(**fields: Any) -> dict[str, Any]:
    return {
        "key": "example-web-trust",
        "ca": "Example Web Trust",
        "organizations": ["Example Web Trust"],
        "last": LAST,
        "confidence": "documented",
        "source": "its own page",
        **fields,
    }


SITUATIONS = {
    "IFL101": lambda: issue("w expired", PARTNER, public, "2025-01-01", "2026-08-31"),
    "IFL102": lambda: issue("w soon", PARTNER, public, "2026-01-01", "2026-09-15"),
    "IFL401": lambda: issue("w usage", PARTNER, public, usages=[SERVER_AUTH]),
    "IFL404": lambda: issue("w key", PARTNER, public, public_key=rsa_key("weak", 1024)),
    "IFL405": lambda: signed_with_sha1(issue("w sha1", PARTNER, public), public),
    "IFL406": lambda: issue("w usage", PARTNER, public, key_usage=["key_agreement"]),
}
ENDS_SOON = {AFTER: "2026-12-10", LATER: "2027-04-20"}


def situation(code: str, clock: str):
    if code == "IFL102" and clock in ENDS_SOON:
        return issue("w soon", PARTNER, public, "2026-01-01", ENDS_SOON[clock])
    return SITUATIONS[code]()


def remedies(folder: Path, clock: str, files: dict[str, bytes], *arguments: str, **fields: Any):
    table = trust_table("our own", RELEASES, [Listed(public, "1.0.0", public_web=True)])
    (folder / "roots.json").write_text(json.dumps(table))
    (folder / "calendar.json").write_text(json.dumps({"rows": [row(**fields)]}))
    write_tree(folder, files)
    given = ("--roots", str(folder / "roots.json"), "--calendar", str(folder / "calendar.json"))
    result = CliRunner().invoke(
        cli, ["check", str(folder), "--as-of", clock, "--format", "json", *given, *arguments]
    )
    assert result.exit_code in (0, 1), result.output
    findings = json.loads(result.stdout)["report"]["findings"]
    return {finding["code"]: finding["remedy"] for finding in findings}


def flow(identity) -> dict[str, bytes]:
    exported = bundle(Flow("Orders", "Orders", [channel(identity.pair)]))
    return {**exported, "partner.pem": pem(identity)}


@pytest.mark.parametrize("code", SITUATIONS)
def test_while_the_ca_issues_them_it_is_asked(tmp_path: Path, code: str) -> None:
    identity = situation(code, BEFORE)
    said = remedies(tmp_path, BEFORE, flow(identity))[code]
    assert "SAP Cloud Root CA" not in said


@pytest.mark.parametrize("code", SITUATIONS)
@pytest.mark.parametrize(
    ("clock", "which"),
    [(AFTER, "whose CA still issues them"), (LATER, "that is no public web root")],
)
def test_after_its_last_day_the_ways_out_are_named(tmp_path, code, clock, which) -> None:
    said = remedies(tmp_path, clock, flow(situation(code, clock)))[code]
    assert CLOSED in said
    assert f"{WAYS} {which}" in said
    assert "Ask the CA" not in said
    assert "Get the renewed certificate" not in said


@pytest.mark.parametrize("code", ["IFL101", "IFL401"])
def test_where_sources_contradict_each_other_the_ca_is_asked_whether(tmp_path, code) -> None:
    claims = [{"on": LAST, "by": "its FAQ"}, {"on": "2027-02-01", "by": "a reseller"}]
    fields = {"last": claims, "confidence": "disputed"}
    said = remedies(tmp_path, AFTER, flow(situation(code, AFTER)), **fields)[code]
    assert "perhaps issues no certificate" in said
    assert "Ask it first, else let the sender get one under" in said


@pytest.mark.parametrize(
    ("platform", "ways"),
    [("neo", "another root on both lists for Neo"), ("custom", "a private CA, or another root on")],
)
def test_each_platform_has_its_own_ways_out(tmp_path, platform, ways) -> None:
    said = remedies(tmp_path, AFTER, flow(situation("IFL401", AFTER)), "--platform", platform)
    assert ways in said["IFL401"]
    assert "custom domain" not in said["IFL401"]


def test_after_the_programs_day_every_public_ca_is_ruled_out(tmp_path: Path) -> None:
    files = flow(situation("IFL401", LATER))
    said = remedies(tmp_path, LATER, files, last=None, default_off="2025-10-01")["IFL401"]
    assert "issues no certificate with Client Authentication any more" in said
    assert "no public web root" in said


@pytest.mark.parametrize(("clock", "told"), [(AFTER, False), (LATER, True)])
def test_of_a_self_signed_one_no_public_ca_is_advised_then(tmp_path, clock, told) -> None:
    said = remedies(tmp_path, clock, flow(issue("w own", PARTNER, None)))["IFL203"]
    assert "--platform custom --roots FILE" in said
    assert (f"Since {FORBIDDEN} no public CA may issue any for clients" in said) is told


def test_on_a_custom_domain_a_self_signed_one_may_be_added(tmp_path: Path) -> None:
    files = flow(issue("w own", PARTNER, None))
    said = remedies(tmp_path, AFTER, files, "--platform", "custom")["IFL203"]
    assert "add this certificate to your own list: --roots FILE" in said


@pytest.mark.parametrize(
    ("code", "then"),
    [
        ("key", "make a new service key with it in the same instance"),
        ("mapping", "map it to the same user"),
    ],
)
def test_a_key_and_a_mapping_follow_with_their_own_steps(tmp_path, code, then) -> None:
    identity = situation("IFL101", AFTER)
    content = service_key("partner", identity) if code == "key" else mappings(("P1", identity))
    files = {**bundle(Flow("Orders", "Orders", [by_role])), "caller.json": content}
    said = remedies(tmp_path, AFTER, files)["IFL101"]
    assert CLOSED in said
    assert f"Then {then}" in said


def test_nothing_is_ruled_out_of_a_private_ca(tmp_path: Path) -> None:
    own = root("w own web", public.name, "2015-01-01", "2044-12-31")
    files = {**flow(issue("w private", PARTNER, own, usages=[SERVER_AUTH])), "ca.pem": pem(own)}
    said = remedies(tmp_path, LATER, files)
    assert CLOSED not in " ".join(said.values())
    assert said["IFL401"].startswith("Ask the CA for a certificate")


def lists(folder: Path, clock: str) -> list[str]:
    """Arguments for the lists that `remedies` writes, which it was asked for before."""
    table = trust_table("our own", RELEASES, [Listed(public, "1.0.0", public_web=True)])
    (folder / "roots.json").write_text(json.dumps(table))
    (folder / "calendar.json").write_text(json.dumps({"rows": [row()]}))
    given = ["--roots", str(folder / "roots.json"), "--calendar", str(folder / "calendar.json")]
    return [*given, "--as-of", clock]


@pytest.mark.parametrize(("clock", "told"), [(BEFORE, False), (AFTER, True)])
def test_renew_asks_for_what_can_be_had_when_it_is_given_the_one_in_use(
    tmp_path: Path, clock: str, told: bool
) -> None:
    old = issue("w in use", PARTNER, public, "2026-01-01", "2026-12-20")
    write_tree(tmp_path, flow(old))
    given = ["renew", str(tmp_path / "partner.pem"), str(tmp_path), *lists(tmp_path, clock)]
    text = " ".join(CliRunner().invoke(cli, given).stdout.split())
    assert "Ask the sender" in text
    assert (CLOSED in text) is told


def test_sender_asks_for_what_can_be_had(tmp_path: Path) -> None:
    old = issue("w in use", PARTNER, public, "2026-01-01", "2026-12-20")
    (tmp_path / "sender.jks").write_bytes(java_keystore({"client": [old]}))
    given = ["sender", str(tmp_path / "sender.jks"), *lists(tmp_path, AFTER)]
    text = " ".join(CliRunner().invoke(cli, given).stdout.split())
    assert "[IFL102]" in text
    assert CLOSED in text
    assert "Get the renewed certificate" not in text


def test_a_renewal_that_can_not_be_used_is_not_asked_for_again(tmp_path: Path) -> None:
    old = issue("w in use", PARTNER, public, "2026-01-01", "2026-12-20")
    new = issue("w renewed", PARTNER, public, "2026-11-01", "2027-12-20", usages=[SERVER_AUTH])
    files = {**flow(old), "new.pem": pem(new)}
    said = remedies(tmp_path, AFTER, files)["IFL107"]
    assert CLOSED in said
    assert "Ask the sender for another one" not in said


@pytest.mark.parametrize("key_ids", [True, False], ids=["by name and key", "by name"])
def test_the_issuer_of_a_leaf_alone_tells_its_ca(tmp_path: Path, key_ids: bool) -> None:
    import hashlib

    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import SubjectKeyIdentifier

    ca = intermediate("w ca", dn("CN=Web CA", "O=Example Reseller"), public)
    key = public.certificate.public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key_id = ca.certificate.extensions.get_extension_for_class(SubjectKeyIdentifier).value.digest
    name = public.certificate.subject.rfc4514_string()
    known = {
        "roots": [{"subject": name, "spki_sha256": hashlib.sha256(spki).hexdigest()}],
        "cas": [
            {
                "subject": ca.certificate.subject.rfc4514_string(),
                "subject_key_id": key_id.hex(),
                "client_auth": "yes",
                "roots": {"0": "2040-12-31"},
            }
        ],
    }
    (tmp_path / "cas.json").write_text(json.dumps(known))
    alone = issue("w alone", PARTNER, ca, usages=[SERVER_AUTH], key_ids=key_ids)
    said = remedies(
        tmp_path, AFTER, flow(alone), "--public-cas", str(tmp_path / "cas.json"), roots=[name]
    )["IFL401"]
    assert "issues no certificate with Client Authentication any more" in said
    assert ("(by the issuer's name, inferred)" in said) is not key_ids
    assert WAYS in said
