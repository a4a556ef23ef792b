"""What the remedies of malformed-dn say to do."""

from __future__ import annotations

import re
from typing import Any

from remedies import Case, Remedies


def write_it_as(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    case.enter(finding, {finding["key"]: said[1]})


REMEDIES: Remedies = ((r"Write it as: (.+)$", write_it_as),)
