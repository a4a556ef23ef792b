"""Verdicts on chains against ``openssl verify -purpose sslclient``, on generated chains.

Each disagreement that is left is explained in docs/differences-chains.md and stands here as a
predicate: OpenSSL's error and what is special about the chain must both fit.
"""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from authorities import NOW, pem
from generated_chains import Case, cause, compare, generated, objections, on_its_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.differential


def openssls(case: Case, folder: Path) -> str:
    """OpenSSL's error number, empty when it accepts."""
    folder.mkdir()
    (folder / "leaf.pem").write_bytes(pem(case.leaf))
    (folder / "bundle.pem").write_bytes(b"".join(map(pem, case.bundle)))
    (folder / "roots.pem").write_bytes(b"".join(map(pem, case.roots)))
    command = [
        *("openssl", "verify", "-purpose", "sslclient", "-attime", str(int(NOW.timestamp()))),
        *("-partial_chain", "-no-CApath", "-no-CAstore", "-CAfile", "roots.pem"),
        *(("-untrusted", "bundle.pem") if case.bundle else ()),
        "leaf.pem",
    ]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return ""
    error = re.search(r"error (\d+) at", result.stderr)
    assert error, result.stderr
    return error[1]


ISSUER_ABSENT, ENDED, PURPOSE, NOT_COMPARED = {"2", "19", "20", "21"}, "10", "26", "51"


def explanation(case: Case, accepted: bool, error: str, ask: Callable[[Case], str]) -> str:
    """Why the two disagree on this chain; the words are headings of the document."""
    traits = case.traits
    if not accepted:
        against = objections(case)
        if "signs without basicConstraints" in traits and "not-a-ca" in against:
            return "A CA without basicConstraints"
        uris = {"URI constraints", "URI in SAN"} <= traits
        return "A URI without a domain name" if uris and against == {"name-constraints"} else ""
    errors = {error, ask(on_its_path(case))}
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
    return cause(case, ask)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
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
