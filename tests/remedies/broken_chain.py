"""What the remedies of broken-chain say to do."""

from __future__ import annotations

import re
from typing import Any

from cryptography import x509

from exports import issue, pem
from remedies import Case, Existing, Remedies

# From the same folder as what `exports` offers.
from case_maker import listed  # isort: skip


def replace_the_issuer(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    """The CA's own certificate, for the same name and key, as it should be."""
    del said
    place = case.folder.parents[1] / finding["certificate"]["locations"][0]["file"]["path"]
    leaf, faulty = x509.load_pem_x509_certificates(place.read_bytes())[:2]
    name = _Encoded(faulty.subject)
    right = issue(
        "right", name, listed, "2021-01-01", "2031-12-31", ca=True, usages=None,
        public_key=faulty.public_key(),
    )  # fmt: skip
    place.write_bytes(pem(Existing(leaf), right))


class _Encoded:
    """A name as a certificate has it."""

    def __init__(self, name: x509.Name) -> None:
        self._name = name

    def encoded(self) -> x509.Name:
        return self._name


REMEDIES: Remedies = (
    (r"Get the right certificate of this issuer from the CA", replace_the_issuer),
)
