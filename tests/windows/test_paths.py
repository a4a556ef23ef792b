r"""Paths of Windows, told on any system: drives, shares, what stands before long ones."""

import ntpath
import os
import subprocess
import sys

import pytest

from exports import Channel, Flow, bundle, write_tree
from iflint import check
from iflint.places import paths
from iflint.places.paths import absolute, from_root, openable, uri, written


@pytest.fixture
def windows(monkeypatch) -> None:
    """`iflint.places.paths` as it is on Windows."""
    system = type("os", (), {"sep": "\\", "path": ntpath, "name": "nt", "curdir": "."})
    monkeypatch.setattr(paths, "os", system)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("c:\\flows\\a", "C:/flows/a"),
        ("C:\\", "C:/"),
        ("\\\\server\\share\\a", "//server/share/a"),
        ("\\\\?\\c:\\flows", "C:/flows"),
        ("\\\\?\\UNC\\server\\share\\a", "//server/share/a"),
        ("\\\\?\\Volume{0}\\a", "//?/Volume{0}/a"),
        ("\\\\.\\nul", "//./nul"),
    ],
)
def test_a_path_is_written_in_one_way(windows, path, expected) -> None:
    assert written(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("C:/" + "a" * 200, "C:/" + "a" * 200),
        ("C:/" + "a/" * 150, "\\\\?\\C:\\" + "a\\" * 150),
        ("//server/share/" + "a" * 250, "\\\\?\\UNC\\server\\share\\" + "a" * 250),
    ],
)
def test_a_long_path_says_that_it_is_meant(windows, path, expected) -> None:
    assert openable(path) == expected
    assert written(openable(path)) == path


def test_elsewhere_a_path_is_opened_as_it_is() -> None:
    assert openable("/" + "a" * 300) == "/" + "a" * 300


@pytest.mark.parametrize(
    ("directory", "path", "expected"),
    [
        ("D:/flows", "a\\b", "D:/flows/a/b"),
        ("d:/flows", "..\\b", "D:/b"),
        ("D:/flows", "c:\\x\\..\\y", "C:/y"),
        ("D:/", "..", "D:/"),
        ("D:/flows", "\\\\server\\share\\a", "//server/share/a"),
        ("D:/flows", "\\\\?\\E:\\a", "E:/a"),
        ("//server/share/a", "..", "//server/share"),
        ("//server/share/a", "../../../b", "//server/share/b"),
        ("//server/share", "D:/a", "D:/a"),
        ("/flows", "a:/b", "/flows/a:/b"),
        ("/flows", "a\\b", "/flows/a\\b"),
    ],
)
def test_a_path_seen_from_a_folder(directory, path, expected) -> None:
    assert absolute(directory, path) == expected


@pytest.mark.parametrize(
    ("path", "root", "seen", "as_uri"),
    [
        ("D:/flows/a b", "D:/flows", "a b", "a%20b"),
        ("D:/flows", "D:/", "flows", "flows"),
        ("D:/other/a", "D:/flows", "../other/a", "file:///D:/other/a"),
        ("E:/a", "D:/flows", "E:/a", "file:///E:/a"),
        ("//server/share/a", "D:/flows", "//server/share/a", "file://server/share/a"),
        ("//server/share/a", "//server/share", "a", "a"),
        ("//server/share/b/x", "//server/share/a", "../b/x", "file://server/share/b/x"),
        ("/flows/a:/b", "/flows", "a:/b", "a%3A/b"),
    ],
)
def test_a_path_seen_from_the_root_of_a_report(path, root, seen, as_uri) -> None:
    assert from_root(path, root) == seen
    assert uri(path, root)[0] == as_uri


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such folder")
@pytest.mark.parametrize("name", ["a:", "C:", "\\\\server", "nul", "con.d"])
def test_a_folder_that_looks_like_windows(tmp_path, monkeypatch, name) -> None:
    write_tree(tmp_path / name, bundle(Flow("Orders", "Orders", [Channel("HTTPS", "/orders")])))
    monkeypatch.chdir(tmp_path)
    given, whole = check(name), check(".")
    assert [each.fingerprint for each in given.findings] == [
        each.fingerprint for each in whole.findings
    ]
    assert given.iflows


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "ascii"])
def test_a_console_that_lacks_characters(tmp_path, encoding) -> None:
    write_tree(tmp_path, bundle(Flow("Orders", "Aufträge 订单", [Channel("HTTPS", "/orders")])))
    bare = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "LANG": "C"}
    if os.name == "nt":
        bare["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    for command in ("check", "channels", "certificates", "rules", "config"):
        done = subprocess.run(
            [sys.executable, "-m", "iflint", command], cwd=tmp_path, env=bare, capture_output=True
        )
        assert done.returncode in (0, 1), done.stderr
        done.stdout.decode(encoding)
