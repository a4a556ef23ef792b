"""How fast iflint is; what makes the fixtures makes what is measured, too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
