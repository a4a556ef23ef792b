"""CI leaves no test out for want of a tool; what it can't have, it may."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
TESTS = {
    "test_tool.py": "import pytest\ndef test(): pytest.skip('needs a JDK: there is no `java`')",
    "test_file.py": "import pytest\npytest.importorskip('not_installed')",
    "test_corpus.py": "import pytest\ndef test(): pytest.skip('the corpus is not here')",
    "test_known.py": "import pytest\n@pytest.mark.xfail\ndef test(): assert False",
}


@pytest.mark.parametrize(("everything", "failing"), [("", set()), ("1", {"file", "tool"})])
def test_a_skip_for_want_of_a_tool_fails_where_everything_is_tested(
    tmp_path, everything, failing
) -> None:
    shutil.copy(CONFTEST, tmp_path)
    for name, text in TESTS.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--continue-on-collection-errors", "-rfE"],
        cwd=tmp_path,
        env=os.environ | {"IFLINT_TEST_EVERYTHING": everything},
        capture_output=True,
        check=False,
        text=True,
    )
    assert (
        set(re.findall(r"^(?:FAILED|ERROR) test_(\w+)\.py", done.stdout, re.MULTILINE)) == failing
    )
    assert done.returncode == (1 if failing else 0)
