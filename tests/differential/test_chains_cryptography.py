"""Verdicts on chains against the ClientVerifier of ``cryptography``, on generated chains.

Its rules for the web's certificates are switched off: no alternative name is wanted, nothing need
be critical. Each disagreement that is left is explained in docs/differences-chains.md and stands
here as a predicate: its reason and what is special about the chain must both fit.
"""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from cryptography.x509 import verification

from authorities import ANY, CLIENT, NOW
from generated_chains import Case, cause, compare, generated, objections, on_its_path
from iflint.pki.chains import MAX_CERTIFICATES_IN_PATH

pytestmark = [
    pytest.mark.differential,
    pytest.mark.skipif(
        not hasattr(verification, "ExtensionPolicy"),
        reason="needs cryptography 45, whose ClientVerifier can be told what to accept",
    ),
]


def _for_clients(policy: Any, certificate: Any, usages: Any) -> None:
    if usages is not None and not {CLIENT, ANY} & set(usages):
        raise ValueError("not for clients")


def _is_a_ca(policy: Any, certificate: Any, constraints: Any) -> None:
    if not constraints.ca:
        raise ValueError("not a CA")


def _may_sign(policy: Any, certificate: Any, usage: Any) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("may not sign certificates")


def verifiers(case: Case) -> str:
    """Its reason against a chain, empty when it accepts."""
    policy, any_way = verification.ExtensionPolicy, verification.Criticality.AGNOSTIC
    of_client = policy.permit_all().may_be_present(x509.ExtendedKeyUsage, any_way, _for_clients)
    of_cas = (
        policy.permit_all()
        .require_present(x509.BasicConstraints, any_way, _is_a_ca)
        .may_be_present(x509.KeyUsage, any_way, _may_sign)
        .may_be_present(x509.ExtendedKeyUsage, any_way, _for_clients)
    )
    client, *bundle = map(x509.load_der_x509_certificate, (case.leaf, *case.bundle))
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(map(x509.load_der_x509_certificate, case.roots))))
        .time(NOW)
        .max_chain_depth(MAX_CERTIFICATES_IN_PATH)
        .extension_policies(ca_policy=of_cas, ee_policy=of_client)
        .build_client_verifier()
    )
    try:
        verifier.verify(client, bundle)
    except verification.VerificationError as error:
        return str(error)
    return ""


def _cannot_compare(reasons: str, traits: set[str]) -> bool:
    """Whether it says so, or its last word is on the other key of a CA that changed its key."""
    other_key = "self-issued" in traits and "signature does not match" in reasons
    return "unsupported name constraint" in reasons or other_key


def explanation(case: Case, accepted: bool, error: str) -> str:
    """Why the two disagree on this chain; the words are headings of the document."""
    traits = case.traits
    if not accepted:
        subject_only = traits & {"directory constraints", "e-mail in subject"}
        names = objections(case) == {"name-constraints"}
        return "Directory names and the subject" if subject_only and names else ""
    reasons = error + verifiers(on_its_path(case))
    if "ame constraint" in reasons and "directory constraints" in traits:
        return "Directory names and the subject"
    if "Forbidden signature algorithm" in reasons and "SHA-1" in traits:
        return "SHA-1"
    if _cannot_compare(reasons, traits) and traits & {
        "URI constraints",
        "registered constraints",
    }:
        return "Constraints that can't be processed"
    return cause(case, verifiers)


@pytest.mark.filterwarnings("ignore")
def test_accepts_and_rejects_like_the_client_verifier() -> None:
    compare([verifiers(case) for case, _ in generated()], explanation)
