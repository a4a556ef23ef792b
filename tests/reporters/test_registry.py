"""Every format can be loaded, and a plain text report costs no heavy import."""

import inspect
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iflint.configuration.settings import FORMATS
from iflint.reporters import REPORTERS, Needs, load
from iflint.words.visible import is_invisible
from reporters.sample_report import hostile


@pytest.mark.parametrize("name", REPORTERS)
def test_every_reporter_says_what_it_needs(name) -> None:
    module = load(name)
    assert callable(module.render)
    assert isinstance(module.NEEDS, Needs)
    of_console = {"colour", "width", "ascii"} if module.NEEDS.console else set()
    taken = inspect.signature(module.render).parameters
    assert set(taken) == {"report", *module.NEEDS.settings, *of_console}


def test_every_format_of_the_settings_has_a_reporter() -> None:
    assert set(FORMATS) == set(REPORTERS)


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=30), st.booleans())
def test_whatever_the_names_are_every_report_is_clean_text(name, ascii_only) -> None:
    report = hostile(name)
    for format_name in REPORTERS:
        reporter = load(format_name)
        settings = {"ascii": ascii_only} if reporter.NEEDS.console else {}
        if "verbose" in reporter.NEEDS.settings:
            settings["verbose"] = True
        text = str(reporter.render(report, **settings))
        text.encode("utf-8")
        assert not any(is_invisible(ord(char)) for char in text if char != "\n")


def test_text_needs_nothing_heavy() -> None:
    code = (
        "import sys; from iflint.reporters import load; load('text'); "
        "print(sorted({'rich', 'json', 'lxml', 'cryptography', 'click'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
