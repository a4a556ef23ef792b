"""Each example of the page on configuration is a file that iflint takes."""

import re
from pathlib import Path

import pytest

from iflint.configuration.file import read
from iflint.console.invocation import rule_names

PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_right(tmp_path, example) -> None:
    for folder in re.findall(r'"(certificates/\w+)"', example):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy/iflint.toml").touch()
    (tmp_path / "iflint.toml").write_text(example, "utf-8")
    found = read(str(tmp_path / "iflint.toml"), rule_names)
    assert found.mistakes == ()
    assert found.values


def test_there_are_examples() -> None:
    assert any("environments.qa.service-keys" in each for each in EXAMPLES)
