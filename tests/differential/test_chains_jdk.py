"""Verdicts on chains against the JDK's CertPathBuilder (PKIX), on generated chains.

Each disagreement that is left is explained in docs/differences-chains.md and stands here as a
predicate: the JDK's answer and what is special about the chain must both fit.
"""

from __future__ import annotations

import pytest

from chain_oracles import jdks
from generated_chains import Case, compare, generated, objections
from iflint.pki.certificates import parse_certificate

IPV6_NAME = bytes.fromhex("8710 2001 0d")

pytestmark = pytest.mark.differential


def explanation(case: Case, accepted: bool, error: str) -> str:
    """Why the two may disagree on this chain; the words are headings of the document."""
    traits = case.traits
    if accepted:
        if {"IP constraints", "IP in SAN"} <= traits and IPV6_NAME in case.leaf:
            return "IPv6 addresses and constraints on IPv4"
        new_keys = {
            one.spki
            for one in map(parse_certificate, case.bundle)
            if one.self_issued and one.authority_key_id != one.subject_key_id
        }
        return "Two self-issued certificates in a row" if len(new_keys) > 1 else ""
    against = objections(case)
    if case.leaf in case.roots and against <= {
        "the client's own dates",
        "the client's usages",
        "unknown-critical-extension of the root",
    }:
        return "A client certificate that is an anchor itself"
    if against <= {"expired of the root", "not-yet-valid of the root"}:
        return "The dates of an anchor"
    if against == {"the usages of an intermediate"}:
        return "The usages of intermediates"
    if against != {"name-constraints"}:
        return ""
    if {"URI constraints", "URI in SAN"} <= traits:
        return "A URI without a domain name"
    if {"e-mail constraints", "e-mail in subject"} <= traits:
        return "The letter case of an e-mail address"
    if {"registered constraints", "registered in SAN"} <= traits:
        return "Constraints that can't be processed"
    return ""


def test_accepts_and_rejects_like_a_jdk() -> None:
    compare(jdks(case for case, _ in generated()), explanation)
