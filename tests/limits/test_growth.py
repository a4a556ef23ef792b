"""The scenarios of ``python -m benchmarks growth`` ask what iflint answers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.growth import seconds_of
from benchmarks.scenarios import SCENARIOS


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="this system has no wait4")
@pytest.mark.parametrize("name", SCENARIOS)
def test_it_can_be_measured(tmp_path: Path, name: str) -> None:
    assert seconds_of(SCENARIOS[name].make(3, tmp_path), str(tmp_path)) > 0
