"""What the remedies of unreadable-certificate say to do."""

from __future__ import annotations

import re
from typing import Any

from remedies import Case, Remedies

# From the same folder as what `exports` offers.
from case_maker import CHAIN  # isort: skip


def export_the_certificate(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    case.file_of(finding).write_bytes(CHAIN)


def complete_the_block(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    with case.file_of(finding).open("ab") as file:
        file.write(b"\n-----END CERTIFICATE-----\n")


REMEDIES: Remedies = (
    (r"Export the certificate again, as PEM", export_the_certificate),
    (r"Download the certificate again", export_the_certificate),
    (r"Complete the block", complete_the_block),
)
