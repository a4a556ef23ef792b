"""The manual page has every command with its options, and nothing that `man` stumbles over."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from iflint.commands.main import cli

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "iflint.1"


def commands(group, way=()):
    """Every command, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*way, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*way, name))


def test_each_command_is_there_with_its_options() -> None:
    sections = PAGE.read_text(encoding="utf-8").split("\n.SH ")
    for way, command in commands(cli):
        heading = f"IFLINT {' '.join(way).upper()}\n"
        (section,) = (each for each in sections if each.startswith(heading))
        for option in (each for each in command.params if isinstance(each, click.Option)):
            if not option.hidden:
                assert option.opts[0].replace("-", "\\-") in section, (way, option.opts)


def test_no_line_of_help_is_taken_for_a_request() -> None:
    spec = importlib.util.spec_from_file_location("man_page", ROOT / "docs" / "man_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.man_page(click.Group("x", help=".so /etc/passwd\n\n'x \\fB"), "y")
    assert "\n\\&.so /etc/passwd\n" in made
    assert "\n\\&'x \\efB\n" in made


def test_groff_has_nothing_to_say() -> None:
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("needs groff")
    done = subprocess.run(
        [groff, "-man", "-ww", "-Tutf8", PAGE], capture_output=True, check=True, text=True
    )
    assert done.stderr == ""
