"""What the remedies of dn-mismatch say to do."""

from __future__ import annotations

import re
from typing import Any

from remedies import Case, Remedies


def enter_the_text(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    case.enter(finding, {k: v for k, v in said.groupdict().items() if v is not None})


def add_the_row(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del finding
    case.add_row((said["subject"], said["issuer"]))


REMEDIES: Remedies = (
    (
        r"Enter the certificate's own (?:Subject DN (?P<subject>.+?))?(?: and )?"
        r"(?:Issuer DN (?P<issuer>.+))?$",
        enter_the_text,
    ),
    (
        r".*(?:add a row for it|else change this row): "
        r"Subject DN (?P<subject>.+) and Issuer DN (?P<issuer>.+)$",
        add_the_row,
    ),
)
