"""What the remedies of malformed-dn say to do."""

from __future__ import annotations

import re
from typing import Any

from remedies import Case, Remedies


def write_it_as(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    case.enter(finding, {finding["key"]: said[1]})


def enter_it(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    subject, issuer = case.senders_pair
    case.enter(finding, {"subject": subject, "issuer": issuer})


REMEDIES: Remedies = (
    (r"Write it as: (.+)$", write_it_as),
    (r"Enter the DN of the sender's certificate", enter_it),
)
