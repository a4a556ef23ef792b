"""A configuration that was found in what is checked reads and writes nothing outside of it."""

import os

import pytest
from click.testing import CliRunner

from iflint.commands.main import cli
from iflint.reporters import REPORTERS

SETTINGS = {
    "certificates": 'certificates = ["{}"]',
    "roots": 'roots = ["{}"]',
    "roots-add": 'roots-add = ["{}"]',
    "parameters": 'parameters = ["{}"]',
    "calendar": 'calendar = "{}"',
    "public-cas": 'public-cas = "{}"',
    "baseline": 'baseline = "{}"',
    "of a keystore": 'keystore-password-env = {{"{}" = "HOME"}}',
    "certificates of qa": '[environments.qa]\ncertificates = ["{}"]',
    "parameters of qa": '[environments.qa]\nparameters = ["{}"]',
    "pattern of qa": '[environments.qa]\nparameters = ["{}/../{{id}}.json"]',
}
"""What can name a file to read, and how."""
NAMING_ALONE = tuple(each for each in SETTINGS if each not in ("of a keystore", "pattern of qa"))
PLACES = ("../secret.pem", "link.pem", "{absolute}")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository beside a secret, with a link that leads to it; it is the current folder."""
    folder = tmp_path / "repository"
    (folder / ".git" / "hooks").mkdir(parents=True)
    (tmp_path / "secret.pem").write_text("secret\n")
    (folder / "link.pem").symlink_to("../secret.pem")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def call():
    """Call the program in this process; gives click's result."""
    return lambda *arguments, env=None: CliRunner().invoke(cli, list(arguments), env=env)


@pytest.fixture
def check(call, repository):
    """Check the repository with a configuration; gives the exit code and what is complained of."""

    def run(text, *arguments, env=None, place="iflint.toml"):
        (repository / place).parent.mkdir(exist_ok=True)
        (repository / place).write_text(text)
        result = call("check", os.path.dirname(place) or ".", *arguments, env=env)
        return result.exit_code, result.stderr

    return run


def test_where_no_repository_is_that_is_said(check, repository) -> None:
    text = SETTINGS["roots"].format("../secret.pem")
    assert "leads out of the repository" in check(text)[1]
    (repository / ".git" / "hooks").rmdir()
    (repository / ".git").rmdir()
    assert "leads out of its folder, which lies in no Git repository" in check(text)[1]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("setting", SETTINGS)
def test_paths_lead_out_of_the_repository_only_by_trust(check, tmp_path, setting, place) -> None:
    text = SETTINGS[setting].format(place.format(absolute=tmp_path / "secret.pem"))
    code, said = check(text)
    assert code == 2
    line = text.count("\n") + 1
    assert f"iflint.toml:{line}:" in said
    assert "--trust-configuration" in said
    assert "secret\n" not in said
    for arguments, environment in (
        (("--trust-configuration",), None),
        (("--config", "iflint.toml"), None),
        ((), {"IFLINT_TRUST_CONFIGURATION": "1"}),
    ):
        assert "--trust-configuration" not in check(text, *arguments, env=environment)[1]


def test_what_is_not_there_reads_as_what_is(check, tmp_path) -> None:
    """Whether a file outside exists is no business of the configuration."""
    (tmp_path / "there.json").touch()
    there, absent = (check(f'calendar = "../{name}.json"')[1] for name in ("there", "absent"))
    assert there.replace("there", "absent") == absent


def test_a_folder_of_the_same_repository_may_be_read(check, repository) -> None:
    (repository / "certs").mkdir()
    assert check('certificates = ["../certs"]', place="flows/iflint.toml")[0] != 2


def test_without_a_work_tree_the_folder_of_the_configuration_is_the_repository(
    check, repository
) -> None:
    (repository / ".git" / "hooks").rmdir()
    (repository / ".git").rmdir()
    (repository / "certs").mkdir()
    assert check('certificates = ["../certs"]', place="flows/iflint.toml")[0] == 2
    assert check('certificates = ["certs"]')[0] == 0


def test_no_variable_is_read_that_a_found_configuration_names(check) -> None:
    code, said = check('keystore-password-env = ["MADE_UP_TOKEN"]', env={"MADE_UP_TOKEN": "s3cret"})
    assert code == 2
    assert "iflint.toml:1:26: " in said
    assert "s3cret" not in said
    assert check('keystore-password-env = ["MADE_UP_TOKEN"]', "--trust-configuration")[0] != 2


@pytest.mark.parametrize(
    "target",
    [
        "../home/.bashrc",
        "{absolute}/new",
        ".git/hooks/pre-commit",
        ".GIT/hooks/pre-commit",
        "sub/../../new",
        "out/new",
        "dangling",
        "/dev/stdout",
        "/proc/self/fd/1",
        ".",
    ],
)
@pytest.mark.parametrize("text", ['format = ["text", "json={}"]', 'output = "{}"'])
def test_nothing_is_written_out_of_the_folder(check, repository, tmp_path, text, target) -> None:
    (tmp_path / "home").mkdir()
    (repository / "out").symlink_to(tmp_path, target_is_directory=True)
    (repository / "dangling").symlink_to(tmp_path / "new")
    before = sorted(tmp_path.rglob("*"))
    code, said = check(text.format(target.format(absolute=tmp_path)))
    assert code == 2
    assert "iflint.toml:1:" in said
    assert sorted(tmp_path.rglob("*")) == sorted({*before, repository / "iflint.toml"})


def test_a_configuration_further_down_writes_below_its_own_folder(check, repository) -> None:
    assert check('format = ["json=../report.json"]', place="flows/iflint.toml")[0] == 2
    assert check('format = ["json=report.json"]', place="flows/iflint.toml")[0] != 2
    assert (repository / "flows" / "report.json").is_file()


@pytest.mark.parametrize("name", REPORTERS)
@pytest.mark.parametrize("of", ["format", "output"])
def test_a_report_replaces_its_like_and_nothing_else(check, repository, name, of) -> None:
    target = repository / "report.out"
    written = f"{name}=report.out"
    text = (
        f'format = ["{written}"]'
        if of == "format"
        else f'format = ["{name}"]\noutput = "report.out"'
    )
    for quiet in ((), ("--quiet",)):
        for _ in range(2):
            assert check(text, *quiet)[0] != 2
    target.write_text("#!/bin/sh\nexec make all\n")
    code, said = check(text)
    assert code == 2
    assert "which is not a report" in said
    assert target.read_text().startswith("#!/bin/sh")
    assert check(text, "--trust-configuration")[0] != 2


def test_a_baseline_elsewhere_in_the_repository_is_not_pruned(check, repository) -> None:
    known = repository / "known.json"
    known.write_text('{"iflint-baseline": "1", "findings": []}')
    configured = 'baseline = "../known.json"'
    assert check(configured, place="flows/iflint.toml")[0] != 2
    code, said = check(configured, "--prune-baseline", place="flows/iflint.toml")
    assert code == 2
    assert "flows/iflint.toml:1:1: --prune-baseline would write out of the folder" in said


def test_a_configuration_that_is_a_link_out_of_the_repository_is_not_read(
    check,
    call,
    repository,
    tmp_path,
) -> None:
    (tmp_path / "secret.pem").write_text("token = made-up\n")
    (repository / "iflint.toml").symlink_to("../secret.pem")
    result = call("check")
    assert result.exit_code == 2
    assert "iflint.toml: is a link that leads out of the repository" in result.stderr
    assert "token" not in result.stderr
    (repository / "iflint.toml").unlink()
    (repository / "pyproject.toml").symlink_to("../secret.pem")
    (tmp_path / "secret.pem").write_text("[tool.iflint]\ntoken = 1\n")
    assert call("check").exit_code != 2


def test_a_pipe_is_no_configuration(call, repository) -> None:
    os.mkfifo(repository / "iflint.toml")
    os.mkfifo(repository / "pyproject.toml")
    assert call("check").exit_code != 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("text", ['extends = ["{}"]', *map(SETTINGS.get, NAMING_ALONE)])
def test_a_pipe_that_is_named_is_never_opened(check, repository, text) -> None:
    os.mkfifo(repository / "pipe")
    code, complaint = check(text.format("pipe"))
    assert (code, "'pipe' is neither a file nor a folder" in complaint) == (2, True)
