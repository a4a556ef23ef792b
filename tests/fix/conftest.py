"""A way to call the program."""

import pytest
from click.testing import CliRunner

from iflint.commands.main import cli


@pytest.fixture
def call():
    """Call the program in this process; gives click's result."""
    return lambda *arguments: CliRunner().invoke(cli, [str(each) for each in arguments])
