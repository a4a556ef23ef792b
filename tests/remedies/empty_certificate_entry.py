"""What the remedies of empty-certificate-entry say to do."""

from __future__ import annotations

import re
from typing import Any

from remedies import Case, Remedies


def add_the_senders(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del finding, said
    case.add_row(case.senders_pair)


def give_the_parameter_its_value(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    case.define({case.parameter_at(finding): case.senders_pair[0]})


REMEDIES: Remedies = (
    (r"Add a row with Subject DN and Issuer DN of the sender's certificate", add_the_senders),
    (r"Give the parameter its value", give_the_parameter_its_value),
)
