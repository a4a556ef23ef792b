"""Verdicts on the kinds of chains of x509-limbo: the suite's own, and other programs'.

The suite itself can't be had from a package registry, so its kinds of cases are made anew (see
``limbo_kinds``). Each verdict that differs from the suite's is explained in
docs/differences-chains.md, under the suite's name for the case.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from chain_oracles import jdks, needs_openssl, needs_verifier, openssls, verifiers
from generated_chains import DOCUMENT, objections
from limbo_kinds import Kind, kinds

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.differential

EXPLAINED = {
    "rfc5280::aki::cross-signed-root-missing-aki",
    "rfc5280::aki::intermediate-missing-aki",
    "rfc5280::aki::leaf-missing-aki",
    "rfc5280::leaf-ku-keycertsign",
    "rfc5280::nc::invalid-dnsname-leading-period",
    "rfc5280::nc::not-allowed-in-ee-critical",
    "rfc5280::nc::not-allowed-in-ee-noncritical",
    "rfc5280::nc::permitted-dns-match-noncritical",
    "rfc5280::pc::ica-noncritical-pc",
    "rfc5280::root-non-critical-basic-constraints",
    "rfc5280::serial::negative",
    "rfc5280::serial::too-long",
    "rfc5280::serial::zero",
    "rfc5280::ski::intermediate-missing-ski",
    "rfc5280::ski::root-missing-ski",
}
"""The cases that iflint accepts, and the suite does not."""

ALONE = {
    "rfc5280::nc::invalid-dnsname-leading-period",
    "rfc5280::serial::negative",
    "rfc5280::serial::too-long",
}
"""Those of them that ``cryptography`` refuses, alone among the programs."""


@cache
def cases() -> tuple[Kind, ...]:
    return tuple(kinds())


def agreeing(reasons: list[str]) -> set[str]:
    """The cases on which a program agrees with the suite, from its reasons against each."""
    return {
        kind.name
        for kind, reason in zip(cases(), reasons, strict=True)
        if kind.valid is not bool(reason)
    }


@cache
def ours() -> frozenset[str]:
    return frozenset(agreeing([", ".join(sorted(objections(kind.case))) for kind in cases()]))


def test_iflint_agrees_but_for_what_is_explained() -> None:
    differing = {kind.name for kind in cases()} - ours()
    assert differing == EXPLAINED
    assert all(not kind.valid for kind in cases() if kind.name in differing)


def test_what_differs_is_in_the_document_with_the_figures() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert {name for name in re.findall("`([a-z0-9:-]+)`", text) if "::" in name} == EXPLAINED
    assert f"Of {len(cases())} cases" in text
    assert f"| iflint | {len(ours())} |" in text


@needs_openssl
def test_iflint_agrees_wherever_openssl_does(tmp_path: Path) -> None:
    theirs = [openssls(kind.case, tmp_path / str(at)) for at, kind in enumerate(cases())]
    agreed = agreeing(theirs)
    assert len(agreed) > 70
    assert agreed - ours() == set()


@needs_verifier
@pytest.mark.filterwarnings("ignore")
def test_iflint_agrees_wherever_the_client_verifier_does_but_for_three() -> None:
    agreed = agreeing([verifiers(kind.case) for kind in cases()])
    assert len(agreed) > 80
    assert agreed - ours() == ALONE


def test_iflint_agrees_wherever_a_jdk_does() -> None:
    agreed = agreeing(jdks(kind.case for kind in cases()))
    assert len(agreed) > 50
    assert agreed - ours() == set()
