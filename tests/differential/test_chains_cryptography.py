"""Verdicts on chains against the ClientVerifier of ``cryptography``, on generated chains.

Its rules for the web's certificates are switched off: no alternative name is wanted, nothing need
be critical. Each disagreement that is left is explained in docs/differences-chains.md and stands
here as a predicate: its reason and what is special about the chain must both fit.
"""

from __future__ import annotations

import pytest

from chain_oracles import needs_verifier, verifiers
from generated_chains import Case, cause, compare, generated, objections, on_its_path

pytestmark = [pytest.mark.differential, needs_verifier]


def _cannot_compare(reasons: str, traits: set[str]) -> bool:
    """Whether it says so, or its last word is on the other key of a CA that changed its key."""
    other_key = "self-issued" in traits and "signature does not match" in reasons
    return "unsupported name constraint" in reasons or other_key


def explanation(case: Case, accepted: bool, error: str) -> str:
    """Why the two disagree on this chain; the words are headings of the document."""
    traits = case.traits
    if not accepted:
        subject_only = traits & {
            "directory constraints",
            "e-mail in subject",
            "host as common name",
        }
        names = objections(case) <= {"name-constraints", "name-constraints of the root"}
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
