"""Verdicts on chains against the JDK's CertPathBuilder (PKIX), on generated chains.

Each disagreement that is left is explained in docs/differences-chains.md and stands here as a
predicate: the JDK's answer and what is special about the chain must both fit.
"""

from __future__ import annotations

import re

import pytest

from chain_oracles import jdks
from generated_chains import Case, compare, generated, objections
from iflint.pki.certificates import parse_certificate

MAILBOX = b"Joe@example.com"
ALL_ADDRESSES = bytes.fromhex("8708 00000000 00000000")

pytestmark = pytest.mark.differential


def _is_host_for_one(case: Case) -> bool:
    """Whether the subject has a name that only one of the two takes for a host's, or several."""
    names = parse_certificate(case.leaf).subject.readable
    return bool(re.search(r"_|-\.|localhost|10\.1\.2\.3|CN=.*CN=", names))


def explanation(case: Case, accepted: bool, error: str) -> str:
    """Why the two may disagree on this chain; the words are headings of the document."""
    traits, against = case.traits, objections(case)
    if accepted:
        new_keys = {
            one.spki
            for one in map(parse_certificate, case.bundle)
            if one.self_issued and one.authority_key_id != one.subject_key_id
        }
        if len(new_keys) > 1:
            return "Two self-issued certificates in a row"
    elif case.leaf in case.roots and against <= {
        "the client's own dates",
        "the client's usages",
        "unknown-critical-extension of the root",
    }:
        return "A client certificate that is an anchor itself"
    elif against <= {"expired of the root", "not-yet-valid of the root"}:
        return "The dates of an anchor"
    elif against == {"the usages of an intermediate"}:
        return "The usages of intermediates"
    elif all(one.endswith("of the root") for one in against - {"the usages of an intermediate"}):
        return "The anchor's own extensions"
    elif not against <= {"name-constraints", "name-constraints of the root"}:
        return ""
    elif {"URI constraints", "URI in SAN"} <= traits:
        return "A URI without a domain name"
    if "e-mail constraints" in traits and any(MAILBOX in der for der in case.bundle):
        return "The letter case of an e-mail address"
    if {"registered constraints", "registered in SAN"} <= traits:
        return "Constraints that can't be processed"
    if {"host as common name", "DNS constraints"} <= traits and _is_host_for_one(case):
        return "Common names that are host names"
    if {"IP constraints", "IP in SAN"} <= traits and any(
        ALL_ADDRESSES in der for der in case.bundle
    ):
        return "The network of all addresses"
    return ""


def test_accepts_and_rejects_like_a_jdk() -> None:
    compare(jdks(case for case, _ in generated()), explanation)
