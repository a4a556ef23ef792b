"""The makers of ``fixtures/`` for tests: exports and certificates out of a short description.

``from exports import Channel, Flow, bundle, issue, pem, …`` in any test.
"""

import json
import sys
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
sys.path.insert(0, str(FIXTURES))

from certificate_maker import *  # noqa: E402, F403
from iflow_exports import *  # noqa: E402, F403


def expected_rules(case: str) -> list[str]:
    """The names of the rules that a case ``rule/bad-…`` or ``rule/good-…`` trips, sorted."""
    also = json.loads((FIXTURES / "rules" / "also-expected.json").read_text("utf-8"))
    rule, _, kind = case.partition("/")
    return sorted([*([rule] if kind.startswith("bad-") else []), *also.get(case, ())])
