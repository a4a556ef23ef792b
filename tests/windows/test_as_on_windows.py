"""The program run as on Windows says what it says here, wherever its files lie."""

import json
import shutil
import subprocess

import pytest

from exports import Channel, Flow, bundle, write_tree
from windows.conftest import CLOCK

FLOW = Flow("Orders", "Orders", [Channel("HTTPS", "/orders")])


def fingerprints(done):
    """What the findings of a report in JSON are known by."""
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)["report"]
    return {finding["fingerprint"] for finding in report["findings"]}


def uris(done):
    """All URIs of files in a SARIF report."""
    found = set()

    def visit(node):
        if isinstance(node, dict):
            if "uriBaseId" in node or str(node.get("uri", "")).startswith("file:"):
                found.add(node["uri"])
            node = [*node.values()]
        for each in node if isinstance(node, list) else ():
            visit(each)

    visit(json.loads(done.stdout))
    return found


@pytest.mark.parametrize(
    "command",
    [
        ("check", *CLOCK),
        ("check", *CLOCK, "--format", "sarif"),
        ("certificates", *CLOCK, "--format", "json"),
        ("forecast", *CLOCK),
        ("config",),
    ],
    ids=" ".join,
)
def test_every_command_says_the_same(demo, command) -> None:
    there, here = (run(*command, at="disk/demo") for run in (demo.run, demo.run_here))
    assert (there.stdout, there.stderr) == (here.stdout, here.stderr)
    assert there.returncode == here.returncode


@pytest.fixture
def known(demo):
    """The fingerprints of the demo's findings on this system."""
    return fingerprints(demo.run_here("check", *CLOCK, "--format", "json", at="disk/demo"))


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("D:\\demo", "disk/demo/legacy"),
        ("d:/DEMO/../demo", "share"),
        ("\\\\?\\d:\\demo", "disk"),
        ("D:demo", "disk"),
        (".\\demo\\", "disk"),
        ("\\\\server\\share", "disk"),
        ("//SERVER/share/", "share/packages"),
        ("\\\\?\\UNC\\server\\share", "share"),
    ],
)
def test_findings_are_the_same_however_their_folder_is_written(demo, known, path, folder) -> None:
    done = demo.run("check", path, *CLOCK, "--format", "json", at=folder)
    assert fingerprints(done) == known


@pytest.mark.parametrize("path", ["D:\\demo", "\\\\server\\share"])
def test_in_a_repository_all_uris_are_relative(demo, path) -> None:
    found = uris(demo.run("check", path, *CLOCK, "--format", "sarif"))
    assert "legacy/ReplicatePrices.iflw" in found
    assert not any(":" in each or each.startswith("/") for each in found)


def test_what_lies_on_another_drive_is_a_file_uri(demo) -> None:
    paths = ("D:\\demo\\legacy", "\\\\server\\share\\legacy")
    found = uris(demo.run("check", *paths, *CLOCK, "--format", "sarif", at="disk/demo"))
    folders = {each.rpartition("/")[0] for each in found}
    assert {"legacy", "file://server/share/legacy"} <= folders


@pytest.mark.parametrize("path", ["D:\\", "D:"])
def test_a_flow_at_the_top_of_a_drive(machine, path) -> None:
    write_tree(machine.disk, bundle(FLOW))
    known = machine.run_here("check", *CLOCK)
    assert "/orders" in known.stdout
    assert machine.run("check", *CLOCK).stdout == known.stdout
    assert machine.run("check", path, *CLOCK).stdout == known.stdout


def test_files_of_another_drive_are_excluded_by_patterns_of_their_own(demo) -> None:
    there = demo.run("check", "\\\\server\\share", "--exclude", "legacy\\", *CLOCK, "--format=json")
    here = demo.run_here("check", "--exclude", "legacy/", *CLOCK, "--format=json", at="share")
    assert fingerprints(there) == fingerprints(here)


def test_a_baseline_made_here_holds_there(demo) -> None:
    write = ("--write-baseline", "known.json")
    demo.run_here("check", *CLOCK, *write, at="disk/demo")
    done = demo.run("check", "d:\\demo", *CLOCK, "--baseline", "D:\\demo\\known.json", at="share")
    assert done.returncode == 0, done.stdout
    made = (demo.disk / "demo" / "known.json").read_bytes()
    demo.run("check", *CLOCK, *write, at="disk/demo")
    assert (demo.disk / "demo" / "known.json").read_bytes() == made


class TestJunctions:
    """They are links, which `os.path.islink` does not say."""

    def test_one_to_a_folder_is_not_followed(self, demo) -> None:
        (demo.disk / "demo" / "elsewhere").symlink_to(demo.share / "packages")
        done = demo.run("check", *CLOCK, "--verbose", at="disk/demo")
        assert "elsewhere (symlink: " in " ".join(done.stdout.split())
        assert "elsewhere/" not in done.stdout

    def test_one_that_leads_out_is_not_read_through(self, machine) -> None:
        write_tree(machine.disk / "flow", bundle(FLOW))
        resources = machine.disk / "flow" / "src" / "main" / "resources"
        shutil.move(resources, machine.share / "resources")
        resources.symlink_to(machine.share / "resources")
        done = machine.run("check", *CLOCK)
        assert "/orders" not in done.stdout


class TestLongPaths:
    """Windows refuses 260 characters, unless a path says that it means them."""

    @pytest.fixture
    def deep(self, machine):
        folder = machine.disk.joinpath(*["a-folder-of-a-very-long-name"] * 8)
        write_tree(folder, bundle(FLOW))
        return machine

    def test_a_flow_that_lies_deep_is_read(self, deep) -> None:
        done = deep.run("check", *CLOCK)
        assert done.stdout == deep.run_here("check", *CLOCK).stdout
        assert "/orders" in done.stdout

    def test_so_is_one_on_a_share(self, deep) -> None:
        shutil.copytree(deep.disk, deep.share, dirs_exist_ok=True)
        done = deep.run("check", "\\\\server\\share", *CLOCK)
        assert "/orders" in done.stdout


def test_a_file_that_another_program_has_open_is_told(demo) -> None:
    (demo.disk / "demo" / "report.json").write_text("{}")
    (demo.disk / "demo" / "report.json.held").write_text("")
    report = ("--format", "json", "--output", "report.json")
    done = demo.run("check", *CLOCK, *report, at="disk/demo")
    assert done.returncode == 3
    assert "report.json can't be written: another program has it open" in done.stderr
    assert (demo.disk / "demo" / "report.json").read_text() == "{}"
    assert not [*(demo.disk / "demo").glob(".iflint*")]


def test_a_fix_is_written_over_files_that_were_read(demo) -> None:
    there = demo.run("fix", "--write", *CLOCK, at="disk/demo")
    here = demo.run_here("fix", "--write", *CLOCK, at="share")
    assert there.stdout == here.stdout
    assert there.returncode == here.returncode
    for file in demo.share.rglob("*.*"):
        if file.is_file():
            assert (
                demo.disk / "demo" / file.relative_to(demo.share)
            ).read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    "name", ["nul", "CON", "con", "com1", "x:\\flows", "a:b", "a*b", "\\\\no\\no"]
)
def test_names_that_windows_keeps_for_itself(machine, name) -> None:
    done = machine.run("check", name, *CLOCK)
    assert done.returncode in (1, 2)
    assert "internal error" not in done.stderr
    assert "does not exist" in done.stderr or "This is not a regular file." in done.stdout


def test_what_was_read_is_kept_on_a_share(demo) -> None:
    place = {"IFLINT_NO_CACHE": "", "IFLINT_CACHE_DIR": "\\\\server\\share\\cache"}
    done = demo.run("cache", **place)
    assert "Folder  \\\\server\\share\\cache" in done.stdout
    assert [*(demo.share / "cache").glob("*.sqlite")]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_repository_with_settings_of_windows(demo) -> None:
    for command in (["init", "-q"], ["config", "core.ignorecase", "true"]):
        subprocess.run(["git", *command], cwd=demo.disk / "demo", check=True)
    (demo.disk / "demo" / ".gitignore").write_bytes(b"LEGACY/\r\nNeo/\r\n")
    settings = demo.disk / "demo" / "iflint.toml"
    settings.write_bytes(settings.read_bytes().replace(b"\n", b"\r\n"))
    there, here = (run("check", *CLOCK, at="disk/demo") for run in (demo.run, demo.run_here))
    assert there.stdout == here.stdout
    assert "legacy/" not in there.stdout
