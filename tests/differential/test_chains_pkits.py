"""Verdicts on NIST's Public Key Interoperability Test Suite: NIST's own and other programs'.

The names of the files tell what NIST expects: an end-entity certificate called ``Valid…`` has a
valid path, one called ``Invalid…`` has none. Left out are those that are invalid by revocation or
policies, and those whose names tell nothing, all on policies.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509

from authorities import NOW, found
from chain_oracles import jdks, needs_openssl, needs_verifier, openssls, verifiers
from generated_chains import Case, objections
from iflint.pki.certificates import Certificate, parse_certificate
from iflint.pki.chains.pool import CertificatePool
from iflint.pki.chains.search import judge_chain
from iflint.pki.chains.verdict import ChainVerdict, FaultKind
from iflint.pki.roots.trust import Platform, load_trust_list

vectors = pytest.importorskip("cryptography_vectors", reason="needs NIST's test certificates")
CERTIFICATES = Path(vectors.__file__).parent / "x509/PKITS_data/certs"

pytestmark = pytest.mark.differential

REVOCATION = re.compile(
    r"C[Rr]L|cRL|IDP|Revoked|SelfIssuedOldWithNewTest2|SelfIssuedNewWithOldTest5|SerialNumberTest"
    r"|distributionPoint|onlyContains|onlySomeReasons"
)
POLICIES = re.compile(r"Polic(y|ies)")


@cache
def anchored_pool() -> CertificatePool:
    return CertificatePool(
        found(file.read_bytes())
        for file in sorted(CERTIFICATES.glob("*.crt"))
        if not file.name.endswith("EE.crt")
    )


def judge(file: Path) -> tuple[Certificate, ChainVerdict]:
    anchor = found((CERTIFICATES / "TrustAnchorRootCertificate.crt").read_bytes())
    trust = load_trust_list(Platform.CUSTOM, NOW, [anchor])
    leaf = parse_certificate(file.read_bytes())
    return leaf, judge_chain(leaf, anchored_pool(), trust, NOW)


def applicable() -> list[Path]:
    """All valid ones; of the invalid ones those that are so for a reason that concerns iflint."""
    return [
        file
        for file in sorted(CERTIFICATES.glob("*EE.crt"))
        if file.name.startswith("Valid")
        or (
            file.name.startswith("Invalid")
            and not (REVOCATION.search(file.name) or POLICIES.search(file.name))
        )
    ]


def explained_dsa_without_parameters(file: Path, verdict: ChainVerdict) -> bool:
    kinds = [fault.kind for fault in verdict.faults]
    return "DSAParameterInheritance" in file.name and kinds == [FaultKind.ALGORITHM]


def test_every_path_is_judged_as_nist_expects() -> None:
    wrong = []
    files = applicable()
    for file in files:
        leaf, verdict = judge(file)
        works = verdict.ok and leaf.not_before <= NOW <= leaf.not_after
        if works == file.name.startswith("Invalid") and not explained_dsa_without_parameters(
            file, verdict
        ):
            wrong.append((file.name, verdict.outcome, [fault.detail for fault in verdict.faults]))
    assert not wrong
    assert len(files) > 120
    assert sum(file.name.startswith("Invalid") for file in files) > 40


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("InvalidUnknownCriticalCertificateExtensionTest2EE", FaultKind.UNKNOWN_CRITICAL_EXTENSION),
        ("InvalidDNnameConstraintsTest2EE", FaultKind.NAME_CONSTRAINTS),
        ("InvalidDNandRFC822nameConstraintsTest29EE", FaultKind.NAME_CONSTRAINTS),
        ("InvalidDNSnameConstraintsTest31EE", FaultKind.NAME_CONSTRAINTS),
        ("InvalidRFC822nameConstraintsTest22EE", FaultKind.NAME_CONSTRAINTS),
        ("InvalidURInameConstraintsTest35EE", FaultKind.NAME_CONSTRAINTS),
        ("InvalidpathLenConstraintTest6EE", FaultKind.PATH_LENGTH),
        ("InvalidMissingbasicConstraintsTest1EE", FaultKind.NOT_A_CA),
        ("InvalidkeyUsageCriticalkeyCertSignFalseTest1EE", FaultKind.KEY_USAGE),
        ("InvalidCAnotAfterDateTest5EE", FaultKind.EXPIRED),
        ("InvalidEESignatureTest3EE", FaultKind.SIGNATURE),
    ],
)
def test_the_reason_is_the_one_that_the_test_is_made_for(name: str, kind: FaultKind) -> None:
    _, verdict = judge(CERTIFICATES / f"{name}.crt")
    assert {fault.kind for fault in verdict.faults} == {kind}


@cache
def cases() -> dict[str, Case]:
    """The same certificates as the other programs are asked about them, by name."""
    root = (CERTIFICATES / "TrustAnchorRootCertificate.crt").read_bytes()
    bundle = [certificate.der for certificate in anchored_pool()]
    return {file.stem: Case(file.read_bytes(), bundle, [root], set()) for file in applicable()}


def disagreements(theirs: list[str]) -> dict[str, str]:
    """Their reasons, by the name of the certificate, where they answer otherwise than iflint."""
    return {
        name: reason
        for (name, case), reason in zip(cases().items(), theirs, strict=True)
        if bool(objections(case)) != bool(reason)
    }


@needs_openssl
def test_openssl_answers_the_same(tmp_path: Path) -> None:
    theirs = [openssls(case, tmp_path / name) for name, case in cases().items()]
    assert disagreements(theirs) == {}


def test_a_jdk_answers_the_same_but_for_a_key_without_parameters() -> None:
    assert disagreements(jdks(cases().values())) == {"ValidDSAParameterInheritanceTest5EE": ""}


STRICTER = {
    r"unsupported directoryName constraint": "D(N|NandRFC822)nameConstraints",
    r"unsupported name constraint": "URInameConstraints",
    r"Forbidden public key algorithm.*Dsa": "DSASignatures",
    r"validity dates between 1950 and 2049 must be UtcTime": "GeneralizedTimenotBefore",
    r"invalid extension: 2\.5\.29\.(33|36|54): .*critical": "Polic(y|ies)",
    r"exhausted with no interior errors": "Capitalization|Whitespace|RolloverfromPrintable|UTF8",
    r"signature does not match": "SelfIssued(pathLenConstraint|inhibitAnyPolicy)",
}
"""Reasons of ``cryptography`` against valid paths, each with the tests that it may speak of."""


@needs_verifier
@pytest.mark.filterwarnings("ignore")
def test_the_client_verifier_is_stricter_for_known_reasons() -> None:
    theirs = [
        verifiers(replace(case, bundle=[der for der in case.bundle if _is_read(der)]))
        if _is_read(case.leaf)
        else "not read"
        for case in cases().values()
    ]
    for name, reason in disagreements(theirs).items():
        assert any(
            re.search(known, reason) and re.search(of, name) for known, of in STRICTER.items()
        )
        assert not objections(cases()[name])


def _is_read(der: bytes) -> bool:
    """Whether ``cryptography`` reads the public key; it refuses a DSA key without parameters."""
    try:
        x509.load_der_x509_certificate(der).public_key()
    except ValueError:
        return False
    return True
