"""A link that leads out of what is checked is not read, nor is anything that is no file."""

import ast
import os
import socket
from pathlib import Path

import pytest

from iflint import check

from .conftest import FLOW, FLOW_MANIFEST  # isort: skip
from tests.sources.found import discover

SECRET = "token = made-up-secret\n"
FOLDERS = {
    "Orders.iflw": os.path.dirname(FLOW),
    "parameters.prop": "src/main/resources",
    "MANIFEST.MF": "META-INF",
    "resources.cnt": ".",
    "partner.pem": ".",
    "partner.key": ".",
    "Orders.zip": ".",
    "0123456789abcdef0123456789abcdef_content": ".",
    "key.json": ".",
    "mappings.txt": ".",
}
"""What is read, and where in a bundle it stands."""


@pytest.fixture
def bundle(tmp_path, monkeypatch):
    """An unpacked bundle that is a repository of its own, beside a secret; the current folder."""
    folder = tmp_path / "bundle"
    for name, data in {FLOW: b"<flow/>", "META-INF/MANIFEST.MF": FLOW_MANIFEST}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (tmp_path / "secret").write_text(SECRET)
    monkeypatch.chdir(folder)
    return folder


def said():
    """Everything that a report tells, in one text, and the findings that are notes."""
    report = check(".")
    assert "made-up" not in repr(report)
    return repr(report.findings), [f for f in report.findings if f.severity == "note"]


@pytest.mark.parametrize("in_git", [True, False])
@pytest.mark.parametrize("name", FOLDERS)
def test_a_link_to_a_file_elsewhere_is_a_note(bundle, tmp_path, name, in_git) -> None:
    if in_git:
        (bundle / ".git").mkdir()
    link = bundle / FOLDERS[name] / name
    link.unlink(missing_ok=True)
    link.symlink_to(tmp_path / "secret")
    told, notes = said()
    assert notes
    assert {note.code for note in notes} == {"IFL001"}
    assert all("to 'secret'" in note.message or "“secret”" in note.message for note in notes)
    assert str(tmp_path / "secret") not in told


@pytest.mark.parametrize("name", ["META-INF", "src/main/resources", "src"])
def test_a_link_to_a_folder_elsewhere_is_not_entered(bundle, tmp_path, name) -> None:
    (bundle / name).rename(tmp_path / "elsewhere")
    (bundle / name).symlink_to(tmp_path / "elsewhere")
    for file in (tmp_path / "elsewhere").rglob("*.*"):
        if file.is_file() and file.suffix != ".iflw":
            file.write_text(SECRET)
    said()


def test_a_link_within_the_repository_is_read(bundle, tmp_path) -> None:
    (tmp_path / ".git").mkdir()
    flow = bundle / FLOW
    flow.rename(tmp_path / "Shared.iflw")
    flow.symlink_to(tmp_path / "Shared.iflw")
    _, notes = said()
    assert not notes


def test_what_is_named_may_be_a_link(bundle, tmp_path) -> None:
    link = tmp_path / "Link.iflw"
    link.symlink_to(bundle / FLOW)
    report = check(str(link))
    assert not [f for f in report.findings if f.severity == "note"]


def test_folders_of_certificates_in_no_repository_may_hold_links(bundle, tmp_path) -> None:
    """As ``/etc/ssl/certs`` does."""
    certificates = tmp_path / "certs"
    certificates.mkdir()
    (certificates / "one.pem").symlink_to(tmp_path / "secret")
    report = check(".", certificates=(str(certificates),))
    assert "A link" not in repr(report)
    (tmp_path / "certs" / ".git").mkdir()
    assert "A link" in repr(check(".", certificates=(str(certificates),)))


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="there is no /proc")
def test_what_the_system_tells_of_processes_is_never_read(bundle, monkeypatch) -> None:
    (bundle / "src/main/resources/parameters.prop").symlink_to("/proc/self/environ")
    said()
    report = check(".", certificates=("/proc/self/environ",))
    assert "A link leads out" in repr(report)


@pytest.mark.parametrize("make", ["pipe", "socket", "device"])
@pytest.mark.parametrize("name", [*FOLDERS, ".gitignore", ".git/info/exclude"])
def test_what_is_no_file_is_never_waited_for(bundle, name, make, monkeypatch) -> None:
    place = bundle / FOLDERS.get(name, ".") / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    if make == "pipe":
        os.mkfifo(place)
    elif make == "socket":
        monkeypatch.chdir(place.parent)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(place.name)
        monkeypatch.chdir(bundle)
    else:
        place.symlink_to("/dev/zero")
    said()


def test_ignore_files_from_elsewhere_have_no_rules(bundle, tmp_path) -> None:
    (tmp_path / "secret").write_text("*.iflw\n")
    (bundle / ".gitignore").symlink_to(tmp_path / "secret")
    assert any(type(found).__name__ == "Bundle" for found in discover(["."]))


def test_one_place_opens_what_is_checked() -> None:
    """What opens files besides is asked by the user, or looks at no checked path."""
    package = Path(check.__code__.co_filename).parent
    opening = set()
    for module in package.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("open", "os.open"):
                opening.add(module.relative_to(package).as_posix())
    assert opening == {
        "sources/disk.py",
        "commands/main.py",  # standard error, where it is closed
        "configuration/file.py",  # within its bounds
        "configuration/search.py",
        "console/interface.py",  # standard output, where it is gone
        "console/output.py",
        "engine/baseline.py",
        "engine/cache_folder.py",  # the user's own
        "engine/edition.py",  # what is installed
        "engine/plugins.py",
        "engine/store.py",  # in the user's own folder
        "fixes/texts.py",  # within what is checked
        "reporters/recognition.py",  # within the bounds of a configuration
    }
