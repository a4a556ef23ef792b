"""Verdicts on NIST's Public Key Interoperability Test Suite, against what NIST expects.

The names of the files tell: an end-entity certificate called ``Valid…`` has a valid path,
one called ``Invalid…`` has none. What concerns revocation or policies is left out, by name.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from authorities import NOW, found
from iflint.pki.certificates import Certificate, parse_certificate
from iflint.pki.chains import CertificatePool, ChainVerdict, FaultKind, judge_chain
from iflint.pki.trust import Landscape, load_trust_list

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
    trust = load_trust_list(Landscape.CUSTOM, NOW, [anchor])
    leaf = parse_certificate(file.read_bytes())
    return leaf, judge_chain(leaf, anchored_pool(), trust, NOW)


def applicable() -> list[Path]:
    """Of the invalid ones, those that are so for a reason that concerns iflint; all valid ones."""
    return [
        file
        for file in sorted(CERTIFICATES.glob("*EE.crt"))
        if not file.name.startswith("Invalid")
        or not (REVOCATION.search(file.name) or POLICIES.search(file.name))
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
    assert len(files) > 150
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
