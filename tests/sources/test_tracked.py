"""What Git tracks is read although an ignore file names it: held to Git itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iflint.sources.tracked import Tracked
from tests.sources.found import discover

if shutil.which("git") is None:
    pytest.skip("needs git", allow_module_level=True)


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    ran = subprocess.run(
        ["git", *author, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return ran.stdout


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def found(folder: Path) -> list[str]:
    return [item.file.location.path for item in discover(["."], directory=str(folder))]


def listed(folder: Path) -> list[str]:
    """By Git: the files that are tracked, and those that are neither tracked nor ignored."""
    names = git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return sorted({name for name in names.split("\0") if name.endswith(".cer")})


NAMES = ["x.cer", "a/x.cer", "a/b/x.cer", "a/b/c.cer", "b/x.cer", "b/a/x.cer", "ä/ö.cer", "n/x"]
LINES = ["a", "a/", "/b", "*.cer", "a/b", "!a/b/c.cer", "*", "!*/", "ä", "**/x.cer"]


@settings(max_examples=30, deadline=None)
@given(
    ignored=st.lists(st.sampled_from(LINES), max_size=4),
    tracked=st.sets(st.sampled_from(NAMES)),
    form=st.sampled_from(["2", "4"]),
    split=st.booleans(),
)
def test_same_files_as_git(tmp_path_factory, ignored, tracked, form, split) -> None:
    folder = tmp_path_factory.mktemp("git")
    git(folder, "init", "-q")
    write(folder, *NAMES)
    (folder / ".gitignore").write_text("\n".join(ignored) + "\n", encoding="utf-8")
    if split:
        git(folder, "update-index", "--split-index")
    if tracked:
        git(folder, "add", "--force", *sorted(tracked))
    git(folder, "update-index", "--index-version", form)
    assert sorted(found(folder)) == listed(folder)


@pytest.mark.parametrize("setting", ["sha1", "sha256"])
@pytest.mark.parametrize("form", ["2", "3", "4"])
def test_every_name_of_every_form_is_read(tmp_path, setting, form) -> None:
    git(tmp_path, "init", "-q", f"--object-format={setting}")
    lengths = [(length, number) for length in (1, 7, 63) for number in range(9)]
    names = [f"{'d' * length}/{'f' * length}{number}" for length, number in lengths]
    names.append("/".join(["n" * 200] * 15) + "/" + "x" * 200)
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    git(tmp_path, "add", *names)
    git(tmp_path, "update-index", "--index-version", "4" if form == "4" else "2")
    if form == "3":
        write(tmp_path, "later")
        git(tmp_path, "add", "--intent-to-add", "later")
        names.append("later")
    assert (tmp_path / ".git" / "index").read_bytes()[7] == int(form)
    tracked = Tracked(str(tmp_path))
    assert all(tracked.has(f"{tmp_path}/{name}") for name in names)
    assert not any(tracked.has(f"{tmp_path}/{name}") for name in (f"{names[0]}x", "d"))
    assert [tracked.has_below(f"{tmp_path}/{name}") for name in ("d", "dd")] == [True, False]


def test_a_worktree_and_a_nested_repository_have_indexes_of_their_own(tmp_path) -> None:
    main, tree, nested = tmp_path / "main", tmp_path / "tree", tmp_path / "main" / "nested"
    write(main, "x.cer", "y.cer", "nested/x.cer", "nested/y.cer")
    (main / ".gitignore").write_text("*.cer\n")
    git(main, "init", "-q")
    git(main, "add", "--force", "x.cer")
    git(nested, "init", "-q")
    git(nested, "add", "--force", "y.cer")
    assert found(main) == ["nested/y.cer", "x.cer"]
    git(main, "commit", "-qm", "x")
    git(main, "worktree", "add", "-q", str(tree))
    write(tree, "z.cer")
    shutil.copy(main / ".gitignore", tree)
    assert found(tree) == ["x.cer"]


@pytest.mark.parametrize("data", [b"", b"x", b"DIRC", b"DIRC\0\0\0\2\0\0\xff\xff", os.urandom(500)])
def test_an_index_that_is_none_tracks_nothing(tmp_path, data) -> None:
    write(tmp_path, "a/x.cer", "y.cer")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "index").write_bytes(data)
    (tmp_path / ".gitignore").write_text("a\n")
    assert found(tmp_path) == ["y.cer"]


def test_an_index_cut_anywhere_never_fails(tmp_path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a/x.cer", "b/y.cer")
    git(tmp_path, "add", ".")
    index = tmp_path / ".git" / "index"
    data = index.read_bytes()
    for end in range(0, len(data), 7):
        index.write_bytes(data[:end])
        assert Tracked(str(tmp_path)).has("elsewhere") is False
