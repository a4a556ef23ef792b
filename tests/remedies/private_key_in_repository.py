"""What the remedies of private-key-in-repository say to do."""

from __future__ import annotations

import re
from typing import Any

from remedies import Case, Remedies, take_another_certificate


def replace_the_key(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    case.file_of(finding).unlink()
    _take_another(case, finding, said)


def take_the_key_out(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    file, region = case.file_of(finding), finding["location"]["region"]
    data = file.read_bytes()
    file.write_bytes(data[: region["start_byte"]] + data[region["end_byte"] :])
    _take_another(case, finding, said)


def _take_another(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    listed_row = {**finding, "entry": None, "location": {"file": {"path": ""}}}
    take_another_certificate(case, listed_row, said)


REMEDIES: Remedies = (
    (r"Make a new service key, let the sender switch, and delete this key. Then", replace_the_key),
    (r"Have the certificate of this key revoked .*\. Then remove the file", replace_the_key),
    (r"Have the certificate of this key revoked .*\. Then take the key out", take_the_key_out),
)
