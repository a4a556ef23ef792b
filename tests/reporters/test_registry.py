"""Every format can be loaded, and a plain text report costs no heavy import."""

import subprocess
import sys

import pytest

from iflint.reporters import REPORTERS, load


@pytest.mark.parametrize("name", REPORTERS)
def test_every_reporter_says_what_it_needs(name) -> None:
    module = load(name)
    assert callable(module.render)
    assert isinstance(module.DESCRIBE_RULES, bool)
    assert isinstance(module.WHOLE_INVENTORY, bool)


def test_text_needs_nothing_heavy() -> None:
    code = (
        "import sys; from iflint.reporters import load; load('text'); "
        "print(sorted({'rich', 'json', 'lxml', 'cryptography', 'click'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
