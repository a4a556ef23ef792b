"""`iflint cache` and what turns the cache off, as people use them."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from iflint.commands.main import cli
from iflint.engine.cache_folder import OFF, VARIABLE
from iflint.engine.store import Store


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.delenv(OFF, raising=False)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "kept"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "kept"


def told(*arguments: str) -> str:
    ran = CliRunner().invoke(cli, ["cache", *arguments])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_it_shows_how_much_is_kept_and_forgets_it(folder) -> None:
    assert told() == f"Folder  {folder}\nKept    nothing\n"
    with Store.open() as store:
        store.put_many([(b"%d" % number, bytes(999)) for number in range(3000)])
    (folder / "iflint-0.sqlite").write_text("of an older version")
    (folder / "mine.sqlite").write_text("of mine")
    kept = "3,000 archives, flows and texts, 3 MiB of at most 512 MiB"
    assert told() == f"Folder  {folder}\nKept    {kept}\n"
    assert told("--clear") == f"Folder  {folder}\nKept    nothing\n"
    assert sorted(path.name for path in folder.glob("*.sqlite")) == [
        *("iflint-1.sqlite", "mine.sqlite")
    ]


def test_it_says_why_nothing_is_kept(folder, monkeypatch) -> None:
    folder.mkdir()
    folder.chmod(0o777)
    assert told("--clear").endswith("Kept    nothing: other users may write to it\n")
    monkeypatch.setenv(OFF, "1")
    assert told() == f"Folder  none\nKept    nothing: {OFF} is set\n"
    monkeypatch.setenv(OFF, "0")
    folder.chmod(0o700)
    assert told().endswith("Kept    nothing\n")


def test_a_configuration_that_is_found_may_turn_it_off_and_not_choose_its_folder(folder) -> None:
    (folder.parent / "iflint.toml").write_text("no-cache = true\n")
    shown = CliRunner().invoke(cli, ["config"])
    assert "no-cache               iflint.toml:1:1  true" in shown.stdout
    (folder.parent / "iflint.toml").write_text('cache-dir = "kept"\n')
    refused = CliRunner().invoke(cli, ["config"])
    assert refused.exit_code == 2
    assert "unknown setting 'cache-dir'" in refused.stderr
