"""What the name of an issuer tells where no certificate is at hand, by the packaged tables."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

import iflint
from exports import (
    Channel,
    Disclosed,
    Flow,
    bundle,
    dn,
    guests,
    intermediate,
    issue,
    public_cas,
    root,
    service_key,
    write_tree,
)
from iflint.engine.session import Session
from iflint.judging.issuers import Issuers
from iflint.judging.verdicts import Told
from iflint.options import Options
from iflint.pki.calendar import Calendar
from iflint.pki.chains.search import judge_chain
from iflint.pki.chains.verdict import Outcome
from iflint.pki.names import parse_name
from iflint.pki.public_cas import ClientAuth, PublicCas
from iflint.pki.roots.trust import Platform, RootStanding, load_trust_list
from iflint.report.findings import Severity
from iflint.reporters.text import render

SHARED = Path(__file__).resolve().parents[2] / "../shared"
CLOCK = datetime(2026, 11, 29, tzinfo=UTC)
SUBJECT = "CN=edi.partner.example,O=Partner AG,C=CH"
BY_NAME = {"IFL203", "IFL207", "IFL310", "IFL402"}

SILVER = "CN=SwissSign Silver CA - G2,O=SwissSign AG,C=CH"
R11 = "CN=R11,O=Let's Encrypt,C=US"
SSO = "CN=SSO_CA, O=SAP-AG, C=DE"
ENTRUST = "CN=Entrust Certification Authority - L1K,OU=(c) 2012 Entrust\\, Inc. - for authorized use only,OU=See www.entrust.net/legal-terms,O=Entrust\\, Inc.,C=US"  # noqa: E501
SAP_CLIENT = "CN=SAP Cloud Platform Client CA,OU=SAP Cloud Platform Clients,O=SAP SE,L=EU10,C=DE"


@pytest.fixture
def said(tmp_path):
    """What the name of an issuer makes iflint say of a row, by code."""

    def of(issuer, subject=SUBJECT, **settings):
        flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [(subject, issuer)])])
        write_tree(tmp_path, bundle(flow))
        settings = {"as_of": CLOCK, "ignore": guests("tests/engine/test_issuers_by_name.py")} | (
            settings
        )
        report = iflint.check(str(tmp_path), **settings)
        found = [finding for finding in report.findings if finding.code in BY_NAME]
        assert len(found) <= 1, "one issuer, one finding by name"
        assert all(finding.severity == "warning" for finding in found)
        assert all("inferred" in finding.message for finding in found)
        return {finding.code: finding for finding in found}

    return of


@pytest.mark.parametrize(
    ("issuer", "code", "words"),
    [
        (SILVER, "IFL207", "was removed in release 3.0.0 (2026-06-03)"),
        (ENTRUST, "IFL207", "is a public CA under no supported root"),
        (SSO, "IFL207", "a root that is not supported"),
        ("CN=D-TRUST Root CA 3 2013,O=D-Trust GmbH,C=DE", "IFL207", "a root that is not"),
        (R11, "IFL402", "none with Client Authentication can be valid"),
        ("cn=r11 , o=LET'S  ENCRYPT, c=us", "IFL402", "Let's Encrypt"),
        ("CN=YR3,O=Let's Encrypt,C=US", "IFL402", "may not issue any for clients"),
        ("CN=ZeroSSL RSA Domain Secure Site CA,O=ZeroSSL,C=AT", "IFL402", "Sectigo"),
        ("CN=GEANT OV RSA CA 4,O=GEANT Vereniging,C=NL", "IFL402", "Sectigo"),
        ("CN=InCommon RSA Server CA 2,O=Internet2,C=US", "IFL402", "Sectigo"),
        (SUBJECT, "IFL203", "are the same"),
        (SUBJECT.replace(",", ", ").upper(), "IFL203", "are the same"),
        (SAP_CLIENT, "", ""),
        ("C=US,O=Let's Encrypt,CN=R11", "", ""),
        ("CN=Partner CA,O=Partner AG,C=CH", "", ""),
        ("CN=SAP Cloud Root CA,O=SAP SE,L=Walldorf,C=DE", "", ""),
    ],
)
def test_an_issuer(said, issuer, code, words) -> None:
    found = said(issuer)
    assert list(found) == ([code] if code else [])
    assert all(words in finding.message for finding in found.values())


def test_on_neo_its_own_list_decides(said) -> None:
    assert "IFL207" not in said(SSO, platform="neo")
    only_on_btps = "CN=X9 Financial PKI - RSA 4096 Root,O=X9 Financial PKI,C=US"
    assert not said(only_on_btps)
    found = said(only_on_btps, platform="neo")
    assert list(found) == ["IFL207"]


def test_the_list_in_force_at_the_clock_decides(said) -> None:
    assert "IFL207" not in said(SILVER, as_of=datetime(2026, 6, 2, tzinfo=UTC))
    assert "IFL207" in said(SILVER, as_of=datetime(2026, 6, 3, tzinfo=UTC))


def test_a_rule_that_is_silenced_leaves_no_other_to_speak(said) -> None:
    assert not said(SILVER, select=["IFL310", "IFL402"])


DETAILS = {
    "issuerdn": R11,
    "subjectdn": SUBJECT,
    "validuntil": "2027-01-20T10:00:00Z",
    "serialnumber": "1",
}


@pytest.mark.parametrize(
    ("issuer", "code"), [(SILVER, "IFL207"), (R11, "IFL402"), (SUBJECT, "IFL203"), (SAP_CLIENT, "")]
)
def test_a_service_key_that_is_known_by_names(tmp_path, issuer, code) -> None:
    key = {
        "clientid": "sb-partner!b1|it-rt-tenant!b2",
        "certificatedetails": DETAILS | {"issuerdn": issuer},
    }
    (tmp_path / "key.json").write_text(json.dumps(key), "utf-8")
    report = iflint.check(str(tmp_path), as_of=CLOCK, select=sorted(BY_NAME))
    assert [finding.code for finding in report.findings] == ([code] if code else [])
    if code == "IFL402":
        (finding,) = report.findings
        assert finding.breaks_on == datetime(2027, 1, 20, 10, tzinfo=UTC)
        assert finding.caller is not None


def supported(row, trust, day) -> bool:
    """Whether a row of the table leads to a listed root: as simple as can be."""
    listed = {
        sha256(root.spki).hexdigest()
        for root in trust.everything()
        if root.spki and trust.standing(root) is RootStanding.LISTED
    }
    return any(
        root.spki_sha256 in listed and last >= day for root, last in PublicCas().table.roots_of(row)
    )


@pytest.mark.parametrize("day", ["2024-03-01", "2026-11-26", "2026-11-27", "2030-01-01"])
def test_of_several_cas_of_one_name_the_best_counts(day) -> None:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    trust = load_trust_list(Platform.CF, at)
    public_cas = PublicCas()
    issuers = Issuers(public_cas, Calendar(), trust, at)
    listed = {
        sha256(root.spki).hexdigest()
        for root in trust.everything()
        if root.spki and trust.standing(root) is RootStanding.LISTED
    }

    def supported(row) -> bool:
        roots = public_cas.table.roots_of(row)
        return any(root.spki_sha256 in listed and last >= at.date() for root, last in roots)

    by_name: dict[str, list] = {}
    for row in public_cas.table.cas:
        by_name.setdefault(row.subject, []).append(row)
    several = [subject for subject, rows in by_name.items() if len(rows) > 1]
    by_name = {subject: by_name[subject] for subject in (*several, *list(by_name)[::20])}
    for subject, rows in by_name.items():
        name = parse_name(subject)
        itself = any(
            trust.standing(root) is RootStanding.LISTED for root in trust.roots_named(name)
        )
        good = itself or any(supported(row) for row in rows)
        told = issuers.verdict(name)
        assert told is not None
        assert (told.told is not Told.UNSUPPORTED) is good, subject
        if not good:
            continue
        for_clients = itself or any(
            row.client_auth is not ClientAuth.NO and supported(row) for row in rows
        )
        assert told.for_clients is for_clients, subject


def test_a_day_that_has_passed_no_longer_counts() -> None:
    row = next(each for each in PublicCas().table.cas if each.subject == ENTRUST)
    days = [last for _, last in PublicCas().table.roots_of(row)]
    assert date(2026, 11, 26) in days


def test_the_table_is_read_only_where_an_issuer_is_not_explained(tmp_path) -> None:
    program = (
        "import sys, iflint as i; i.check(sys.argv[1], roots=['../roots.pem']); print(*sys.modules)"
    )
    case = Path(__file__).resolve().parents[2] / "fixtures/rules/missing-chain"
    run = [sys.executable, "-c", program]
    for folder, is_read in (("good-another-file", False), ("bad-leaf-only", True)):
        said = subprocess.run([*run, folder], cwd=case, check=True, capture_output=True, text=True)
        assert ("iflint.pki.public_cas" in said.stdout.split()) is is_read, folder


def test_a_key_that_may_serve_for_tokens_is_not_called_unsupported_for_sure(tmp_path) -> None:
    top = root("names top", dn("CN=Old Root"), "2010-01-01", "2040-01-01")
    table = []
    for common_name, severity in (("DigiCert SHA2 Secure Server CA", "warning"), ("CA", "error")):
        ca = intermediate(f"names {common_name}", dn(f"CN={common_name}"), top)
        table.append(Disclosed(ca, [(top, "2031-12-31")]))
        document = json.dumps(public_cas("made up", table))
        (tmp_path / "public-cas.json").write_text(document, "utf-8")
        held = issue(f"names below {common_name}", dn("CN=partner"), ca)
        (tmp_path / "key.json").write_bytes(service_key("partner", held))
        own = str(tmp_path / "public-cas.json")
        select = ["IFL202", "IFL207"]
        report = iflint.check(str(tmp_path), as_of=CLOCK, public_cas=own, select=select)
        (finding,) = report.findings
        assert (finding.code, finding.severity) in {("IFL202", "warning"), ("IFL207", "error")}
        assert finding.severity == severity


def test_without_certificates_one_section_says_it_all(tmp_path) -> None:
    for name in ("Orders", "Invoices"):
        pairs = [(f"CN={name}.example", SILVER), (SUBJECT, SILVER), (f"CN={name}", R11)]
        flow = Flow(name, name, [Channel("HTTPS", f"/{name}", pairs)])
        write_tree(tmp_path / name, bundle(flow))
    select = ["IFL302", "IFL207", "IFL402"]
    report = iflint.check(str(tmp_path), as_of=CLOCK, select=select)
    assert [report.count(each) for each in Severity] == [0, 8, 0]
    shown = render(report)
    section, _, wanted = shown.partition("Certificates to ask for")
    assert "\n\nNo certificate is at hand: what the names alone tell\n" in section
    assert [line.split()[0] for line in section.splitlines() if line.startswith("warning")] == [
        "warning[IFL302]",
        "warning[IFL207]",
        "warning[IFL402]",
    ]
    assert section.count("HTTPS /Orders, row") == 2
    assert section.count("and 1 more place (--verbose names them)") == 1
    assert section.startswith("1 issuer is not supported: 2 interfaces; ")
    assert wanted.count("  subject  ") == 5


@pytest.mark.skipif(not SHARED.exists(), reason="the shared corpus is not here")
def test_nothing_is_said_by_name_of_the_corpus() -> None:
    report = iflint.check(str(SHARED / "corpus"), as_of=CLOCK)
    assert report.iflows
    assert not BY_NAME & {finding.code for finding in report.findings}


REAL_CHAINS = SHARED / "reference/real-chains.pem"


@pytest.mark.skipif(not REAL_CHAINS.exists(), reason="the shared reference folder is not here")
@pytest.mark.parametrize("platform", ["cf", "neo"])
@pytest.mark.parametrize("day", ["2024-02-20", "2026-06-02", "2026-06-03", "2026-11-29"])
def test_no_name_says_what_the_chain_contradicts(day, platform) -> None:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    session = Session([str(REAL_CHAINS)], Options(as_of=at, platform=platform))
    issuers = session.issuers(at)
    compared = 0
    for certificate in session.pool:
        chain = judge_chain(certificate, session.pool, session.trust, at)
        for key_id in (None, certificate.authority_key_id):
            told = issuers.verdict(certificate.issuer, certificate.subject, key_id)
            if told is None:
                continue
            compared += 1
            if told.told in (Told.UNSUPPORTED, Told.OWN_ISSUER):
                assert chain.outcome is not Outcome.TRUSTED, certificate.subject.readable
            else:
                assert chain.outcome not in (Outcome.UNSUPPORTED, Outcome.SELF_SIGNED)
            if not told.for_clients and chain.root is not None:
                assert chain.without_client_auth, certificate.subject.readable
    assert compared
