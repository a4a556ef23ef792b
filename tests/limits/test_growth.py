"""The scenarios of ``python -m benchmarks growth`` ask what iflint answers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.measuring import cost
from benchmarks.scenarios import SCENARIOS


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="this system has no wait4")
@pytest.mark.parametrize("name", SCENARIOS)
def test_it_can_be_measured(tmp_path: Path, name: str) -> None:
    assert cost("-m", "iflint", *SCENARIOS[name].make(3, tmp_path), folder=str(tmp_path)).memory
