"""Verdicts on chains against ``openssl verify -purpose sslclient``, on generated chains.

Each disagreement that is left is explained in docs/differences-chains.md and stands here as a
predicate: OpenSSL's error and what is special about the chain must both fit.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from authorities import NOW, pem
from generated_chains import Case, compare, generated

if TYPE_CHECKING:
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
        *("-untrusted", "bundle.pem", "leaf.pem"),
    ]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return ""
    error = re.search(r"error (\d+) at", result.stderr)
    assert error, result.stderr
    return error[1]


SIGNATURE, NOT_YET, ENDED, PATH_LENGTH, PURPOSE, UNKNOWN_EXTENSION = (
    "7",
    "9",
    "10",
    "25",
    "26",
    "34",
)
ISSUER_ABSENT, NOT_A_CA, NO_CERTIFICATE_SIGNING = ("2", "19", "20", "21"), ("24", "79"), "32"
NAMES = ("47", "48", "51", "53")
"""Not permitted, excluded, a form or a name that can't be compared."""


def explanation(case: Case, accepted: bool, error: str) -> str:
    """Why the two may disagree on this chain; the words are headings of the document."""
    traits = case.traits
    if not accepted:
        if "signs without basicConstraints" in traits:
            return "A CA without basicConstraints"
        return "A URI without a domain name" if {"URI constraints", "URI in SAN"} <= traits else ""
    if error == PURPOSE:
        if "any usage" in traits:
            return "anyExtendedKeyUsage"
        if "client's own key usage" in traits:
            return "The client certificate's own key usage"
    if error == ENDED and "ends this second" in traits:
        return "The last second of a validity"
    of_the_chain = (*NOT_A_CA, PATH_LENGTH, PURPOSE, UNKNOWN_EXTENSION, *NAMES)
    own = traits & {"anchor's own extensions", "intermediate as anchor"}
    if own and error in (*of_the_chain, NO_CERTIFICATE_SIGNING):
        return "The anchor's own extensions"
    if "lying key id" in traits and error in ISSUER_ABSENT:
        return "Key identifiers that differ"
    if "several of one name" in traits and error in (
        *(SIGNATURE, NOT_YET, ENDED),
        *of_the_chain,
        *ISSUER_ABSENT,
    ):
        return "Several issuers of one name"
    if "constraints not critical" in traits and error == "51":
        return "Constraints that can't be processed"
    return ""


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_accepts_and_rejects_like_openssl(tmp_path: Path) -> None:
    cases = [case for case, _ in generated()]
    folders = [tmp_path / str(number) for number in range(len(cases))]
    with ThreadPoolExecutor(4) as executor:
        compare(list(executor.map(openssls, cases, folders)), explanation)
