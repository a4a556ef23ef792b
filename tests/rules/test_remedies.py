"""Each error has one line of remedy that works: it is applied, and no error is left.

What is done follows from the text of the remedy: an error whose remedy nobody in `tests/remedies`
knows fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from exports import pem
from iflint.engine.plugins import load_rules
from iflint.report.findings import Severity
from remedies import RULES, Case, Existing, remedies_of

OF_ERRORS = {rule.name for rule in load_rules() if rule.severity is Severity.ERROR}
CASES = sorted(
    f"{case.parent.name}/{case.name}"
    for case in RULES.glob("*/bad-*")
    if case.parent.name in OF_ERRORS
)
TURNS = 4


@pytest.fixture
def open_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Case]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("IFLINT_CONFIG", raising=False)
    return lambda name: Case(tmp_path, name)


def apply(case: Case, finding: dict[str, Any]) -> None:
    assert "\n" not in finding["remedy"]
    for pattern, action in remedies_of(finding["name"]):
        said = re.match(pattern, finding["remedy"])
        if said:
            action(case, finding, said)
            return
    pytest.fail(f"nobody knows how to do this: {finding['remedy']}; tell in tests/remedies")


@pytest.mark.parametrize("name", CASES)
def test_the_remedy_of_an_error_leaves_no_error(name, open_case) -> None:
    case = open_case(name)
    for _ in range(TURNS):
        errors = case.errors()
        if not errors:
            return
        apply(case, errors[0])
    assert [(error["name"], error["message"]) for error in case.errors()] == []


def own_list_of_roots(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del finding, said
    files = sorted((case.folder / "certificates").glob("*.pem"))
    found = [c for file in files for c in x509.load_pem_x509_certificates(file.read_bytes())]
    case.write("own-roots.pem", pem(Existing(found[-1])))
    case.arguments = ["--platform", "custom", "--roots", f"{case.name}/own-roots.pem"]


@pytest.mark.parametrize(
    "name", ["unsupported-root/bad-private-root", "unsupported-root/bad-removed-root"]
)
def test_the_list_of_a_custom_domain_is_the_other_way_out(name, open_case) -> None:
    case = open_case(name)
    (finding,) = case.errors()
    said = re.search(r"--platform custom --roots FILE", finding["remedy"])
    own_list_of_roots(case, finding, said)
    assert case.errors() == []


def test_every_rule_of_errors_is_mended_here() -> None:
    assert {name.partition("/")[0] for name in CASES} == OF_ERRORS - {"rule-failed"}
