"""A folder is read without what Git ignores and what the user excludes."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iflint.sources import repository_root
from tests.sources.found import discover


def found(*paths: str, **options: object) -> list[str]:
    return [item.file.location.path for item in discover(paths or (".",), **options)]


def write(folder, names: str, **files: str) -> None:
    (folder / ".git" / "info").mkdir(parents=True, exist_ok=True)
    for name in names.split():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def test_ignore_files_at_every_level(here) -> None:
    write(here, "a.cer b.cer sub/a.cer sub/b.cer sub/c.cer build/x.cer")
    (here / ".gitignore").write_text("# comment\r\nbuild/\r\na.cer\r\n")
    (here / "sub" / ".gitignore").write_text("!a.cer\n*.cer\n!b.cer\n!a.cer\n")
    assert found() == ["b.cer", "sub/a.cer", "sub/b.cer"]


def test_rules_above_the_named_folder_count(here) -> None:
    write(here, "sub/deep/a.cer sub/deep/b.cer")
    (here / ".gitignore").write_text("a.cer\n")
    (here / "sub" / ".gitignore").write_text("deep/c.cer\n")
    assert found("sub/deep") == ["sub/deep/b.cer"]


def test_repository_s_own_exclude_file(here) -> None:
    write(here, "a.cer b.cer")
    (here / ".git" / "info" / "exclude").write_text("b.cer\n")
    assert found() == ["a.cer"]


def test_ignore_files_above_a_folder_without_repository_say_nothing(here) -> None:
    write(here, "sub/a.cer")
    shutil.rmtree(here / ".git")
    (here / ".gitignore").write_text("*.cer\n")
    assert found("sub") == ["sub/a.cer"]


def test_what_is_named_is_read_even_if_ignored(here) -> None:
    write(here, "build/a.cer build/b.tmp.cer build/sub/c.cer x.cer")
    (here / ".gitignore").write_text("build/\nx.cer\n*.tmp.cer\n")
    assert found() == []
    assert found("build", "x.cer") == ["build/a.cer", "build/sub/c.cer", "x.cer"]
    assert found("build/sub", exclude=["build"]) == ["build/sub/c.cer"]
    assert found("x.cer", exclude=["x.cer"]) == ["x.cer"]


@pytest.mark.parametrize("line", ["build", "build/*", "/build/**", "**/build/", "*", "build/sub"])
def test_pattern_that_covers_the_named_folder_says_nothing(here, line) -> None:
    write(here, "build/sub/a.cer")
    (here / ".gitignore").write_text(line)
    assert found("build/sub") == ["build/sub/a.cer"]


def test_pattern_with_many_stars_costs_nothing(here) -> None:
    write(here, "a" * 200 + ".cer")
    (here / ".gitignore").write_text("*a" * 60 + "*b\n" + "**/a/" * 60 + "b\n")
    assert len(found()) == 1


def test_ignore_file_below_the_named_folder_that_ignores_all(here) -> None:
    write(here, "a/b/x.cer a/y.cer")
    (here / "a" / "b" / ".gitignore").write_text("*\n")
    assert found("a") == ["a/y.cer"]


def test_excluded_patterns_are_relative_to_the_directory(here) -> None:
    write(here, "a/x.cer a/y.cer b/x.cer c/d/x.cer")
    assert found(exclude=["/a/x.cer", "b/"]) == ["a/y.cer", "c/d/x.cer"]
    assert found("a", exclude=["/a/x.cer"]) == ["a/y.cer"]
    assert found(exclude=["*.cer", "!y.cer"]) == ["a/y.cer"]


def test_no_ignore_file_brings_back_what_is_excluded(here) -> None:
    write(here, "a/x.cer")
    (here / "a" / ".gitignore").write_text("!x.cer\n")
    assert found(exclude=["x.cer"]) == []


def test_pattern_that_is_none_is_refused_at_once(here) -> None:
    with pytest.raises(ValueError, match="!"):
        discover(["."], exclude=["!"])


def test_bad_line_in_an_ignore_file_is_left_out(here) -> None:
    write(here, "a.cer b.cer")
    (here / ".gitignore").write_bytes(b"!\n\xff\xfe\n///\n[\na.cer\n")
    assert found() == ["b.cer"]


def test_nothing_slow_is_imported(here) -> None:
    write(here, "a.cer")
    (here / ".gitignore").write_text("[ab]*.x\n")
    code = (
        "import sys, iflint.sources as s; list(s.discover(['.']));"
        "print([m for m in ('pathspec', 'zipfile', 'json', 'lxml', 'dataclasses')"
        " if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_repository_root(here) -> None:
    write(here, "a/b/x.cer w/x.cer")
    (here / "w" / ".git").write_text("gitdir: elsewhere")
    assert repository_root("a/b/x.cer") == str(here)
    assert repository_root("w") == str(here / "w")
    shutil.rmtree(here / ".git")
    assert repository_root("a/b") == str(here)


LINES = (
    *("a", "b", "a/", "/a", "a/b", "a/**", "**/b", "*.cer", "*", "?", "a/*.cer", "/b/x.cer"),
    *("!a", "!b", "!*.cer", "!a/", "!a/b", "!*/", "!x.cer"),
    *("[a-b]", "[!a]", "x[.]c?r", "\\a", "a ", "b\\ ", "**", "/**", "a/**/", "**a", "x.*r"),
    *("A", "B/", "X.CER", "*.Cer", "[A-B]", "[[:upper:]]", "a/[^B]*.CER", "!A/**"),
    *("[[:alpha:]]", "[]a]", "[a", "a\\", "/", "a//b", "#a", "[^b]*", "*.*", "[b-a]", "[\\a]"),
)
PATTERNS = st.lists(st.sampled_from(LINES), max_size=4)


@settings(max_examples=40, deadline=None)
@given(top=PATTERNS, sub=PATTERNS, ignores_case=st.booleans())
def test_same_files_as_git(tmp_path_factory, top, sub, ignores_case) -> None:
    if shutil.which("git") is None:
        pytest.skip("needs git")
    folder = tmp_path_factory.mktemp("git")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    setting = ("core.ignorecase", str(ignores_case).lower())
    subprocess.run(["git", "-C", str(folder), "config", *setting], check=True)
    for name in ("x.cer", "a/x.cer", "a/b/x.cer", "a/b/a.cer", "b/x.cer", "b/a/x.cer"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (folder / ".gitignore").write_text("\n".join(top) + "\n")
    (folder / "a" / ".gitignore").write_text("\n".join(sub) + "\n")
    listed = subprocess.run(
        ["git", "-C", str(folder), "ls-files", "-co", "--exclude-standard", "*.cer"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert found(".", directory=str(folder)) == sorted(listed)
