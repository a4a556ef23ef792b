"""One identity stands for one content, held to Git itself; and it is told wherever it can be."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iflint.sources.identity import Identities, hashed, is_of

if shutil.which("git") is None:
    pytest.skip("needs git", allow_module_level=True)

LATER = 10_000_000_000
"""Nanoseconds after which what was written now has settled."""


def seen(path: Path) -> bytes | None:
    return Identities().of(str(path))


def settled(path: Path) -> bytes | None:
    return Identities(time.time_ns() + LATER).of(str(path))


def wait_for_the_next_tick(folder: Path) -> None:
    """Wait until a file that is written now gets another time than one before."""
    first, probe = time.time_ns(), folder.parent / "tick"
    while True:
        probe.write_text("")
        if probe.stat().st_mtime_ns > first:
            return
        time.sleep(0.002)


def repository(folder: Path, git, **files: str) -> Path:
    """A repository whose files are tracked, and older than its index."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    for name, text in files.items():
        (folder / name).write_text(text, newline="")
    wait_for_the_next_tick(folder)
    git(folder, "add", ".")
    return folder


def is_known_by_git(path: Path) -> bool:
    return (seen(path) or b"").startswith(b"git:")


def test_a_tracked_file_is_known_by_its_object_wherever_it_is_checked_out(git, tmp_path) -> None:
    first = repository(tmp_path / "first", git, **{"a.zip": "one", "b.iflw": "two"})
    git(first, "commit", "-qm", "x")
    git(tmp_path, "clone", "-q", "first", "second")
    wait_for_the_next_tick(first)
    git(tmp_path / "second", "update-index", "--really-refresh", "--force-write-index")
    oid = git(first, "rev-parse", "HEAD:a.zip")
    assert seen(first / "a.zip") == f"git:3:{oid}".encode() == seen(tmp_path / "second" / "a.zip")
    assert seen(first / "b.iflw") == seen(tmp_path / "second" / "b.iflw") != seen(first / "a.zip")


CONTENTS = [b"one\n", b"two\n", b"one\r\n", b"a\nb\r\n", b"a\r\nb\n", b"$Id$\n", b"longer\n"]
NAMES = ["a.iflw", "b.zip", "deep/a.iflw"]
ATTRIBUTES = [
    *("* text=auto", "*.iflw text eol=crlf", "*.zip binary", "* filter=turned", "*.iflw ident"),
    *("deep/* filter=turned", "*.zip -text", '"a.iflw" filter=turned', "[attr]t filter=turned"),
]
STEPS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.sampled_from(CONTENTS)),
    st.tuples(st.just("put back"), st.sampled_from(NAMES), st.sampled_from(CONTENTS)),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("touch"), st.sampled_from(NAMES)),
    st.tuples(
        st.just("attributes"),
        st.sampled_from(["", "deep/", ".git/info/"]),
        st.lists(st.sampled_from(ATTRIBUTES), max_size=2),
    ),
    st.tuples(st.just("config"), st.just("core.autocrlf"), st.sampled_from(["true", "input"])),
    st.tuples(st.just("config"), st.just("core.eol"), st.sampled_from(["crlf", "lf"])),
    st.tuples(st.just("git"), st.just("add -A")),
    st.tuples(st.just("git"), st.just("commit -qam x")),
    st.tuples(st.just("git"), st.just("stash -q")),
    st.tuples(st.just("git"), st.just("checkout -qf HEAD~1")),
    st.tuples(st.just("git"), st.just("rm -q --cached a.iflw")),
    st.tuples(st.just("git"), st.just("update-index --assume-unchanged a.iflw")),
    st.tuples(st.just("git"), st.just("update-index --index-version 4")),
)


def do(git, folder: Path, step: tuple) -> None:
    """One step; what can't be done, as Git or the disk refuse it, is left."""
    kind, name, *more = step
    path = folder / name
    try:
        if kind == "write":
            path.write_bytes(more[0])
        elif kind == "put back":
            before = path.stat()
            path.write_bytes(more[0])
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        elif kind == "rename":
            path.rename(folder / more[0])
        elif kind == "touch":
            path.touch()
        elif kind == "attributes":
            (folder / name).mkdir(exist_ok=True)
            written = folder / name / (".gitattributes" if ".git" not in name else "attributes")
            written.write_text("\n".join(more[0]) + "\n")
        else:
            git(folder, *([kind, name, *more] if kind == "config" else name.split()))
    except (OSError, subprocess.CalledProcessError):
        return


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, max_size=8), clones_convert=st.booleans(), filters=st.booleans())
def test_one_identity_is_one_content(git, tmp_path_factory, steps, clones_convert, filters) -> None:
    """What is kept under an identity is right, in this work tree and in a clone, at any time."""
    top = tmp_path_factory.mktemp("identity")
    folder = repository(top / "one", git, **{"a.iflw": "one\n", "b.zip": "two\n"})
    (folder / "deep").mkdir()
    if filters:
        git(folder, "config", "filter.turned.clean", "tr a-z b-za")
        git(folder, "config", "filter.turned.smudge", "tr b-za a-z")
    git(folder, "commit", "-qm", "x")
    kept: dict[bytes, bytes] = {}

    def look(tree: Path) -> None:
        identities = Identities()
        for path in (tree / name for name in NAMES):
            identity = identities.of(str(path))
            if identity is None:
                continue
            data = path.read_bytes()
            if identity in kept:
                assert kept[identity] == data
            elif is_of(identity, data):
                kept[identity] = data

    look(folder)
    for step in steps:
        do(git, folder, step)
        look(folder)
    do(git, folder, ("git", "commit -qam y"))
    convert = ["-c", "core.autocrlf=true"] if clones_convert else []
    git(top, "clone", "-q", *convert, "one", "two")
    look(top / "two")


def test_a_same_size_edit_in_the_same_second_is_seen(git, tmp_path) -> None:
    folder = repository(tmp_path / "r", git, **{"a.zip": "one"})
    path, before = folder / "a.zip", (folder / "a.zip").stat()
    assert is_known_by_git(path)
    path.write_text("two")
    assert not is_known_by_git(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not is_known_by_git(path)


def test_a_file_that_is_not_older_than_the_index_is_not_known_by_it(git, tmp_path) -> None:
    folder = repository(tmp_path / "r", git, **{"a.zip": "one"})
    index, written = folder / ".git" / "index", (folder / "a.zip").stat().st_mtime_ns
    os.utime(index, ns=(written, written))
    assert not is_known_by_git(folder / "a.zip")
    os.utime(index, ns=(written + 1, written + 1))
    assert is_known_by_git(folder / "a.zip")


@pytest.mark.parametrize(
    "setting",
    ["autocrlf = true", "autocrlf=input", "AutoCRLF", "eol = crlf", "attributesFile = /x"],
)
@pytest.mark.parametrize("place", ["config", "config.worktree"])
def test_settings_that_convert(git, tmp_path, setting, place) -> None:
    folder = repository(tmp_path / "r", git, **{"a.zip": "one"})
    assert is_known_by_git(folder / "a.zip")
    with (folder / ".git" / place).open("a") as config:
        config.write(f"[core]\n\t{setting}\n")
    assert not is_known_by_git(folder / "a.zip")


def test_a_filter_may_have_worked_by_attributes_that_are_gone(git, tmp_path) -> None:
    folder = repository(tmp_path / "r", git, **{"a.zip": "one"})
    git(folder, "config", "filter.lfs.smudge", "git-lfs smudge -- %f")
    assert is_known_by_git(folder / "a.zip")
    git(folder, "config", "filter.turned.smudge", "tr b-za a-z")
    assert not is_known_by_git(folder / "a.zip")


def test_settings_that_may_stand_elsewhere(git, tmp_path, monkeypatch) -> None:
    folder = repository(tmp_path / "r", git, **{"a.zip": "one"})
    git(folder, "config", "core.autocrlf", "false")
    assert is_known_by_git(folder / "a.zip")
    with monkeypatch.context() as patch:
        patch.setenv("GIT_CONFIG_PARAMETERS", "'core.autocrlf'='true'")
        assert not is_known_by_git(folder / "a.zip")
    with monkeypatch.context() as patch:
        mine = tmp_path / "mine"
        mine.write_text("[core]\n\tautocrlf = true\n")
        patch.setenv("GIT_CONFIG_GLOBAL", str(mine))
        assert not is_known_by_git(folder / "a.zip")
    git(folder, "config", "include.path", "../more")
    (folder / "more").write_text("[core]\n\tautocrlf = true\n")
    identity = seen(folder / "a.zip")
    assert identity is not None
    assert is_of(identity, b"one")


@pytest.mark.parametrize(
    ("line", "flow", "archive"),
    [
        ("*.iflw text", True, True),
        ("*.IFLW eol=crlf", False, True),
        ("* text=auto", True, True),
        ("* text=auto eol=crlf", False, False),
        ("deep/*.iflw ident", False, False),
        ("*.zip filter=lfs diff=lfs merge=lfs -text", True, False),
        ("*.sh text eol=crlf", True, True),
        ("*.iflw working-tree-encoding=ISO-8859-1", False, True),
        ("*.iflw -text !eol", True, True),
        ("* binary", True, True),
        ("# * ident", True, True),
        ("[attr]mine ident", False, False),
    ],
)
@pytest.mark.parametrize("place", [".gitattributes", "sub/.gitattributes", ".git/info/attributes"])
def test_attributes_that_convert(git, tmp_path, line, flow, archive, place) -> None:
    (tmp_path / "r" / "sub").mkdir(parents=True)
    if not place.startswith(".git/"):
        (tmp_path / "r" / place).write_text(f"{line}\n")
    folder = repository(tmp_path / "r", git, **{"a.iflw": "one", "a.zip": "two"})
    if place.startswith(".git/"):
        (folder / ".git" / "info").mkdir(exist_ok=True)
        (folder / place).write_text(f"{line}\n")
    assert is_known_by_git(folder / "a.iflw") == flow
    assert is_known_by_git(folder / "a.zip") == archive


def test_where_line_ends_are_others_text_is_converted(git, tmp_path, monkeypatch) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / ".gitattributes").write_text("*.iflw text\n")
    folder = repository(tmp_path / "r", git, **{"a.iflw": "one", "a.zip": "two"})
    assert is_known_by_git(folder / "a.iflw")
    monkeypatch.setattr("os.linesep", "\r\n")
    assert not is_known_by_git(folder / "a.iflw")
    assert is_known_by_git(folder / "a.zip")
    monkeypatch.delenv("GIT_CONFIG_SYSTEM")
    assert not is_known_by_git(folder / "a.zip")


def test_bytes_of_which_line_ends_were_taken_out_are_not_those_of_the_object(git, tmp_path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / ".gitattributes").write_text("* text=auto\n")
    folder = repository(tmp_path / "r", git, **{"a.iflw": "one\r\ntwo\n", "b.iflw": "one\n"})
    converted, plain = seen(folder / "a.iflw"), seen(folder / "b.iflw")
    assert converted is None or not is_of(converted, b"one\r\ntwo\n")
    assert plain is not None
    assert is_of(plain, b"one\n")


def test_what_git_does_not_look_at(git, tmp_path) -> None:
    names = ("assumed.zip", "sparse.zip", "seen.zip")
    folder = repository(tmp_path / "r", git, **dict.fromkeys(names, "one"))
    (folder / "later.zip").write_text("one")
    (folder / "link.zip").symlink_to("seen.zip")
    git(folder, "update-index", "--assume-unchanged", "assumed.zip")
    git(folder, "update-index", "--skip-worktree", "sparse.zip")
    git(folder, "add", "--intent-to-add", "later.zip")
    git(folder, "add", "link.zip")
    wait_for_the_next_tick(folder)
    git(folder, "update-index", "--force-write-index")
    known = [path.name for path in sorted(folder.glob("*.zip")) if is_known_by_git(path)]
    assert known == ["seen.zip"]
    assert settled(folder / "link.zip") is None


def test_an_index_with_another_sum_or_of_two_parts_tells_no_contents(git, tmp_path) -> None:
    folder = repository(tmp_path / "r", git, **{"a.zip": "one"})
    index = folder / ".git" / "index"
    whole, times = index.read_bytes(), index.stat()
    assert is_known_by_git(folder / "a.zip")
    at = whole.index(b"a.zip") - 10  # in the object's name
    index.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    os.utime(index, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert not is_known_by_git(folder / "a.zip")
    index.write_bytes(whole[:-20] + bytes(20))  # as index.skipHash has it
    os.utime(index, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert is_known_by_git(folder / "a.zip")
    index.write_bytes(whole)
    git(folder, "update-index", "--split-index")
    assert not is_known_by_git(folder / "a.zip")


def test_an_index_that_came_with_the_files_tells_nothing_of_them(git, tmp_path) -> None:
    """What a stranger packed has the times that it should have, but for that of the last change."""
    folder = repository(tmp_path / "r", git, **{"a.zip": "one"})
    index = folder / ".git" / "index"
    data, times = index.read_bytes(), index.stat()
    body = bytearray(data[:-20])
    body[12:20] = bytes(8)
    body[32:36] = bytes(4)
    index.write_bytes(body + hashlib.sha1(body).digest())
    os.utime(index, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert not is_known_by_git(folder / "a.zip")


def test_a_worktree_and_a_submodule_have_indexes_of_their_own(git, tmp_path) -> None:
    part = repository(tmp_path / "part", git, **{"a.zip": "one"})
    git(part, "commit", "-qm", "x")
    main = repository(tmp_path / "main", git, **{"b.zip": "two"})
    git(main, "submodule", "--quiet", "add", str(part), "sub")
    git(main, "commit", "-qm", "x")
    git(main, "worktree", "add", "-q", str(tmp_path / "tree"))
    wait_for_the_next_tick(main)
    for folder in (main / "sub", tmp_path / "tree"):
        git(folder, "update-index", "--really-refresh", "--force-write-index")
    assert seen(main / "sub" / "a.zip") == seen(part / "a.zip")
    assert is_known_by_git(main / "sub" / "a.zip")
    assert is_known_by_git(tmp_path / "tree" / "b.zip")
    git(main, "config", "core.autocrlf", "true")
    assert not is_known_by_git(tmp_path / "tree" / "b.zip")
    assert is_known_by_git(main / "sub" / "a.zip")


def test_objects_with_longer_names(git, tmp_path) -> None:
    (tmp_path / "r").mkdir()
    git(tmp_path / "r", "init", "-q", "--object-format=sha256")
    folder = repository(tmp_path / "r", git, **{"a.zip": "one"})
    identity = seen(folder / "a.zip")
    assert identity is not None
    assert is_of(identity, b"one")
    assert not is_of(identity, b"two")


def test_elsewhere_a_file_is_known_by_its_times_once_these_have_settled(tmp_path) -> None:
    path = tmp_path / "a.zip"
    path.write_text("one")
    assert seen(path) is None
    first = settled(path)
    assert first == settled(path)
    assert first is not None
    assert first.startswith(b"stat:")
    wait_for_the_next_tick(tmp_path)
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    touched = settled(path)
    assert touched != first
    path.rename(tmp_path / "b.zip")
    assert settled(path) is None
    assert settled(tmp_path / "b.zip") not in (None, first, touched)
    os.utime(tmp_path / "b.zip", ns=(0, 0))
    assert settled(tmp_path / "b.zip") is None


def test_what_is_no_file_has_no_identity(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "absent", tmp_path / "pipe"):
        assert settled(path) is None
    assert Identities().of(f"{tmp_path}/\0") is None


def test_bytes_that_were_read_are_known_by_their_sum() -> None:
    assert is_of(hashed(b"one"), b"one")
    assert not is_of(hashed(b"one"), b"two")
