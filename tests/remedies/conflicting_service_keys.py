"""What the remedies of conflicting-service-keys say to do."""

from __future__ import annotations

import re
from typing import Any

from remedies import Case, Remedies


def delete_the_other_key(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    case.file_of(finding).unlink()


REMEDIES: Remedies = ((r"Keep one of the keys", delete_the_other_key),)
