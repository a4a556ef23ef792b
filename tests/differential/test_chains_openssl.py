"""Verdicts on chains against ``openssl verify -purpose sslclient``, on generated chains.

Each disagreement that is left is explained in docs/differences-chains.md and stands here as a
predicate: OpenSSL's error and what is special about the chain must both fit.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from chain_oracles import needs_openssl, openssls
from generated_chains import Case, cause, compare, generated, objections, on_its_path
from iflint.pki.certificates import parse_certificate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.differential


SELF_SIGNED = "19"
ISSUER_ABSENT, ENDED, PURPOSE, NOT_COMPARED = {"2", "19", "20", "21"}, "10", "26", "51"
NOT_PERMITTED, EXCLUDED = "47", "48"


def explanation(case: Case, accepted: bool, error: str, ask: Callable[[Case], str]) -> str:
    """Why the two disagree on this chain; the words are headings of the document."""
    traits = case.traits
    if not accepted:
        against = objections(case)
        unsaid = against & {"not-a-ca", "not-a-ca of the root"}
        if "signs without basicConstraints" in traits and unsaid:
            return "A CA without basicConstraints"
        uris = {"URI constraints", "URI in SAN"} <= traits
        names = against <= {"name-constraints", "name-constraints of the root"}
        return "A URI without a domain name" if uris and names else ""
    alone = on_its_path(case)
    errors = {error, ask(alone)}
    if SELF_SIGNED in errors and any(
        one.self_issued and one.authority_key_id is None
        for one in map(parse_certificate, alone.bundle)
    ):
        return "A self-issued certificate without key identifiers"
    if PURPOSE in errors and "any usage" in traits:
        return "anyExtendedKeyUsage"
    if PURPOSE in errors and "client's own key usage" in traits:
        return "The client certificate's own key usage"
    if ENDED in errors and "ends this second" in traits:
        return "The last second of a validity"
    if errors & ISSUER_ABSENT and "lying key id" in traits:
        return "Key identifiers that differ"
    if NOT_COMPARED in errors and "constraints not critical" in traits:
        return "Constraints that can't be processed"
    if errors & {NOT_PERMITTED, EXCLUDED} and {"e-mail in subject", "e-mail constraints"} <= traits:
        return "An e-mail address in the subject beside alternative names"
    return cause(case, ask)


@needs_openssl
def test_accepts_and_rejects_like_openssl(tmp_path: Path) -> None:
    cases = [case for case, _ in generated()]
    folders = [tmp_path / str(number) for number in range(len(cases))]
    again = (tmp_path / f"again {number}" for number in itertools.count())
    with ThreadPoolExecutor(4) as executor:
        theirs = list(executor.map(openssls, cases, folders))
    compare(
        theirs,
        lambda *answers: explanation(*answers, ask=lambda case: openssls(case, next(again))),
    )
