"""A setting is declared once: what is made of the declaration agrees with it."""

import pytest

from iflint.configuration.settings import (
    COMMAND_LINE_SETTINGS,
    SETTINGS,
    Settings,
    read_setting,
)
from iflint.options import Options
from iflint.values import Scope


def test_a_program_that_is_told_nothing_asks_the_library_for_nothing() -> None:
    assert Settings().options == Options()


@pytest.mark.parametrize("name", [n for n, each in SETTINGS.items() if each.default is not None])
def test_a_default_means_what_it_says(name) -> None:
    setting = SETTINGS[name]
    value, mistakes = read_setting(setting, setting.default, Scope(), name)
    assert not mistakes
    assert value == getattr(Settings(), name.replace("-", "_"))


@pytest.mark.parametrize("name", COMMAND_LINE_SETTINGS)
def test_a_setting_says_what_it_is_and_takes(name) -> None:
    setting = COMMAND_LINE_SETTINGS[name]
    assert setting.summary.endswith(".")
    assert setting.kind.words
    assert setting.heading


def test_a_value_may_begin_with_a_hyphen(tmp_path, monkeypatch, capsys) -> None:
    from iflint.commands.main import cli

    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        cli(["check", "--expiry-days", "-3"])
    assert "--expiry-days takes a whole number of days" in capsys.readouterr().err
