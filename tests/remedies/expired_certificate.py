"""What the remedies of expired-certificate say to do."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner

from iflint.commands.main import cli
from remedies import Case, Remedies, dn_mismatch, take_another_certificate


def follow_the_plan(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    number = finding["entry"]["ordinal"]
    for file in sorted((case.folder / "certificates").glob("*.pem")):
        arguments = ["renew", str(file), case.name, "--as-of", "2026-11-24", "--format", "json"]
        for plan in json.loads(CliRunner().invoke(cli, arguments).stdout)["renewals"]:
            for touched in plan["touched"]:
                left_behind = [entry["ordinal"] for entry in touched["old"]]
                if number not in left_behind:
                    continue
                if not touched["has_new"]:
                    case.add_row((plan["subject"], plan["issuer"]))
                for ordinal in sorted(left_behind, reverse=True):
                    case.remove_row(ordinal)
                return
    pytest.fail("no certificate at hand has a plan for this entry")


def remove_the_row(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    case.remove_row(finding["entry"]["ordinal"])


def correct_the_other_row_first(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    (other,) = (e for e in case.errors() if e["entry"]["ordinal"] == int(said["row"]))
    pattern, action = dn_mismatch.REMEDIES[0]
    of_other = re.match(pattern, other["remedy"])
    assert of_other is not None
    action(case, other, of_other)
    remove_the_row(case, finding, said)


REMEDIES: Remedies = (
    (r"The renewed certificate is at hand \(.*\)\. `iflint renew ", follow_the_plan),
    (
        r"SAP makes the certificate together .*\. So make a new service key",
        take_another_certificate,
    ),
    (r"The renewed certificate is at hand \(.*\), and row \d accepts it", remove_the_row),
    (
        r"The renewed certificate is at hand \(.*\); row (?P<row>\d) is meant to accept it, but",
        correct_the_other_row_first,
    ),
    (
        r"The renewed certificate is at hand \(.*\)\. (This key|Map it|Make a)",
        take_another_certificate,
    ),
    (r"Get the renewed certificate \(from the sender, or SAP", take_another_certificate),
)
