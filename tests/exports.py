"""The makers of ``fixtures/`` for tests: exports and certificates out of a short description.

``from exports import Channel, Flow, bundle, issue, pem, …`` in any test.
"""

import sys
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
sys.path.insert(0, str(FIXTURES))

from cases import cases_of as cases_of  # noqa: E402
from cases import expected  # noqa: E402
from cases import guests as guests  # noqa: E402
from cases import modules as modules  # noqa: E402
from certificate_maker import *  # noqa: E402, F403
from iflow_exports import *  # noqa: E402, F403


def expected_rules(case: str) -> list[str]:
    """The names of the rules that speak on a case ``rule/bad-…`` or ``rule/good-…``, sorted."""
    return expected()[case]
