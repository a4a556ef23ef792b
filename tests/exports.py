"""The makers of ``fixtures/`` for tests: exports and certificates out of a short description.

``from exports import Channel, Flow, bundle, issue, pem, …`` in any test.
"""

import sys
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
sys.path.insert(0, str(FIXTURES))

from caller_exports import *  # noqa: E402, F403
from cases import *  # noqa: E402, F403
from certificate_maker import *  # noqa: E402, F403
from iflow_exports import *  # noqa: E402, F403
