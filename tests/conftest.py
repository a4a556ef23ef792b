"""Nothing is kept from test to test, and none is left out where everything is asked for.

With IFLINT_TEST_EVERYTHING set, a test that is skipped for want of a tool has failed.
"""

import os
import re
from collections.abc import Generator
from typing import TypeVar

import pytest

WANTING_EVERYWHERE = re.compile(r"\bcorpus\b|\bshared reference folder\b|may read everything")
"""Why a test may be skipped all the same: no tool that could be installed would change it."""

os.environ["IFLINT_NO_CACHE"] = "1"

Outcome = TypeVar("Outcome", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What became of a test."""
    return _all_told((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """What became of a file of tests, which may be skipped as a whole."""
    return _all_told((yield))


def _all_told(report: Outcome) -> Outcome:
    if os.environ.get("IFLINT_TEST_EVERYTHING") and isinstance(report.longrepr, tuple):
        _, _, reason = report.longrepr
        if not WANTING_EVERYWHERE.search(reason):
            report.outcome = "failed"
            report.longrepr = f"IFLINT_TEST_EVERYTHING is set, and this was left out: {reason}"
    return report
