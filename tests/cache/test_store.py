"""What is kept from run to run: right or not there, whatever happens to its file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iflint.engine import store as store_module
from iflint.engine.cache_folder import OFF, VARIABLE, cache_folder
from iflint.engine.store import Store

ITEMS = {f"key {number}".encode(): bytes([number]) * number * 40 for number in range(200)}


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture(autouse=True)
def _on(monkeypatch) -> None:
    monkeypatch.delenv(OFF, raising=False)


def put(items: dict[bytes, bytes] = ITEMS, **more: int) -> None:
    with Store.open(**more) as store:
        store.put_many(items.items())


def got(keys=ITEMS) -> dict[bytes, bytes]:
    with Store.open() as store:
        return store.get_many(keys)


def works(folder: Path) -> bool:
    put()
    return got() == ITEMS


def test_the_next_run_gets_what_was_put(folder) -> None:
    assert got() == {}
    put()
    assert got({*ITEMS, b"another"}) == ITEMS
    put({b"key 1": b"other"})
    assert got() == ITEMS | {b"key 1": b"other"}
    with Store.open() as store:
        assert len(store) == len(ITEMS)
        assert store.size > sum(map(len, ITEMS.values()))
        assert store.path == str(folder / "iflint-1.sqlite")
        store.clear()
        assert len(store) == 0
        assert store.size < 200_000
    assert got() == {}


def test_nobody_else_can_read_it_and_git_does_not_track_it(folder) -> None:
    put()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "iflint-1.sqlite").stat().st_mode & 0o777 == 0o600
    assert (folder / ".gitignore").read_text().endswith("\n*\n")


@pytest.fixture
def whole(folder) -> bytes:
    """The file with everything in it."""
    put()
    return (folder / "iflint-1.sqlite").read_bytes()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    flips=st.lists(
        st.tuples(st.integers(0, 99) | st.integers(0, 1 << 20), st.integers(0, 7)), max_size=20
    ),
    cut=st.integers(0, 1 << 20) | st.none(),
)
def test_a_damaged_file_gives_right_values_or_none(folder, whole, flips, cut) -> None:
    content = bytearray(whole)
    for at, bit in flips:
        content[at % len(content)] ^= 1 << bit
    (folder / "iflint-1.sqlite").write_bytes(content[: len(content) if cut is None else cut])
    for end in ("-wal", "-shm"):
        (folder / f"iflint-1.sqlite{end}").unlink(missing_ok=True)
    with Store.open() as store:
        assert store.get_many(ITEMS).items() <= ITEMS.items()
        store.put_many(ITEMS.items())
        assert store.get_many(ITEMS).items() <= ITEMS.items()
    assert got().items() <= ITEMS.items()


@pytest.mark.parametrize(
    "content", [b"", b"x", b"SQLite format 3\0" + bytes(200), b"no database at all" * 999]
)
def test_a_file_that_is_none_of_ours_is_made_anew(folder, content) -> None:
    folder.mkdir(0o700)
    (folder / "iflint-1.sqlite").write_bytes(content)
    assert works(folder)


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE other (x); INSERT INTO other VALUES (1)",
        "CREATE TABLE kept (key, day, value)",
        "CREATE VIEW kept AS WITH RECURSIVE n(key) AS (SELECT 1 UNION ALL SELECT key + 1 FROM n)"
        " SELECT key, key AS day, key AS value FROM n",
    ],
)
def test_another_database_is_made_anew(folder, script) -> None:
    folder.mkdir(0o700)
    with sqlite3.connect(folder / "iflint-1.sqlite") as other:
        other.executescript(script)
    other.close()
    assert works(folder)


def test_values_of_another_kind_are_none(folder) -> None:
    put()
    with sqlite3.connect(folder / "iflint-1.sqlite") as other:
        other.execute("UPDATE kept SET value = 'a text' WHERE key = ?", (b"key 1",))
        other.execute("UPDATE kept SET value = 7 WHERE key = ?", (b"key 2",))
    other.close()
    assert got().items() <= ITEMS.items()
    assert works(folder)


def test_a_value_moved_to_another_key_is_none(folder) -> None:
    put()
    with sqlite3.connect(folder / "iflint-1.sqlite") as other:
        other.execute(
            "UPDATE kept SET value = (SELECT value FROM kept WHERE key = ?) WHERE key = ?",
            (b"key 3", b"key 4"),
        )
    other.close()
    assert got() == {key: value for key, value in ITEMS.items() if key != b"key 4"}


def refused() -> str:
    with Store.open() as store:
        store.put_many(ITEMS.items())
        assert store.get_many(ITEMS) == {}
        assert (len(store), store.size >= 0) == (0, True)
        store.clear()
        return store.unusable


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "dangling"])
@pytest.mark.parametrize("end", ["", "-wal"])
def test_what_stands_in_the_file_s_place_is_left_alone(folder, kind, end, tmp_path) -> None:
    folder.mkdir(0o700)
    place, aim = folder / f"iflint-1.sqlite{end}", tmp_path / "aim"
    if kind == "link":
        aim.write_bytes(b"precious")
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(aim)
    assert refused() == "something else stands in the place of its file"
    assert not aim.exists() or aim.read_bytes() == b"precious"


def test_a_folder_that_others_may_write_to_is_not_used(folder) -> None:
    folder.mkdir()
    folder.chmod(0o770)
    assert refused() == "other users may write to it"
    folder.chmod(0o700)
    assert works(folder)
    (folder / "iflint-1.sqlite").chmod(0o602)
    assert refused() == "other users may write to it"


def test_a_folder_of_another_user_is_not_used(folder, monkeypatch) -> None:
    folder.mkdir(0o700)
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    assert refused() == "it belongs to another user"
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert refused() == "there is no home folder of your own"
    assert list(folder.iterdir()) == []


def test_a_folder_that_comes_with_a_checkout_is_not_used(folder, git, tmp_path) -> None:
    git(tmp_path, "init", "-q")
    assert works(folder)
    git(tmp_path, "add", "--force", "kept/iflint-1.sqlite")
    assert not works(folder)
    with Store.open() as store:
        assert "Git tracks" in store.unusable
    folder.rename(tmp_path / "data")
    git(tmp_path, "add", "--force", "data/iflint-1.sqlite")
    folder.symlink_to("data")
    assert not works(folder)


def test_without_a_home_nothing_is_made(tmp_path, monkeypatch) -> None:
    for name in (VARIABLE, "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "absent"))
    assert refused() == "there is no home folder of your own"
    assert not (tmp_path / "absent").exists()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert works(tmp_path)
    assert (tmp_path / ".cache" / "iflint" / "iflint-1.sqlite").is_file()


@pytest.mark.skipif(os.geteuid() == 0, reason="this user may read everything, and write")
@pytest.mark.parametrize("mode", [0o500, 0o000])
def test_a_folder_that_can_t_be_written_to_is_not_used(folder, mode) -> None:
    folder.mkdir(mode)
    assert refused()


def test_a_place_that_can_t_be_made_is_not_used(tmp_path, monkeypatch) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/none/such")):
        monkeypatch.setenv(VARIABLE, str(place))
        assert refused()


def test_a_database_that_another_program_holds_costs_little(folder, monkeypatch) -> None:
    put()
    monkeypatch.setattr(store_module, "_PATIENCE", 0.05)
    other = sqlite3.connect(folder / "iflint-1.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store.open() as store:
        assert store.get_many(ITEMS) == ITEMS
        store.put_many([(b"key", b"value")])
        assert store.get_many(ITEMS) == {}
    other.execute("ROLLBACK")
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with Store.open() as store:
        store.put_many([(b"key", b"value")])
    other.close()
    assert got() == ITEMS


FULL = """\
import os, resource
from iflint.engine.store import Store
few, many = {b"few": b"x" * 999}, {b"%d" % n: os.urandom(9999) for n in range(500)}
with Store.open() as store:
    store.put_many(few.items())
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
with Store.open() as store:
    store.put_many(many.items())
    assert store.unusable
with Store.open() as store:
    assert store.get_many([*few, *many]) == few
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a limit of POSIX stands for a full disk")
def test_a_full_disk_leaves_what_was_there(folder) -> None:
    assert subprocess.run([sys.executable, "-c", FULL]).returncode == 0


def test_what_was_not_used_for_longest_goes_first(folder, monkeypatch) -> None:
    most = 1 << 20
    days = iter(range(20_000, 30_000))
    monkeypatch.setattr(store_module.time, "time", lambda: next(days) * 86_400)
    used = {b"used": b"u" * 1000}
    put(used, most=most)
    for number in range(20):
        some = {f"{number} {each}".encode(): os.urandom(4000) for each in range(40)}
        put(some, most=most)
        assert got(used) == used
        assert got(some) == some
    assert (folder / "iflint-1.sqlite").stat().st_size < 2 * most


def test_more_than_half_of_what_fits_is_not_put_at_once(folder) -> None:
    items = {str(number).encode(): bytes(10_000) for number in range(200)}
    put(items, most=1 << 20)
    assert 0 < len(got(items)) < 60


WRITER = """\
import sys
from iflint.engine.store import Store
items = {b"key %d" % n: bytes([n]) * n * 40 for n in range(200)}
for turn in range(15):
    with Store.open() as store:
        found = store.get_many(items)
        assert found.items() <= items.items()
        store.put_many(list(items.items())[turn:])
        if turn == int(sys.argv[1]):
            store.clear()
print("done", flush=True)
"""


def started(turn: int) -> subprocess.Popen[str]:
    program = [sys.executable, "-c", WRITER, str(turn)]
    return subprocess.Popen(program, stdout=subprocess.PIPE, text=True)


def test_runs_at_once_are_safe(folder) -> None:
    runs = [started(turn) for turn in (3, 9, 99)]
    assert [run.communicate()[0] for run in runs] == ["done\n"] * 3
    assert got().items() <= ITEMS.items()
    assert works(folder)


def test_a_run_that_is_killed_leaves_what_can_be_used(folder) -> None:
    for pause in (0.1, 0.2, 0.3, 0.5, 0.8):
        run = started(99)
        try:
            run.communicate(timeout=pause)
        except subprocess.TimeoutExpired:
            run.kill()
            run.communicate()
        assert got().items() <= ITEMS.items()
    assert works(folder)


@pytest.mark.parametrize(
    ("platform", "environment", "place"),
    [
        ("linux", {}, ".cache/iflint"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, ".cache/iflint"),
        ("linux", {"XDG_CACHE_HOME": "/somewhere"}, "/somewhere/iflint"),
        ("darwin", {"XDG_CACHE_HOME": "/somewhere"}, "Library/Caches/iflint"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/iflint"),
        ("linux", {VARIABLE: "/given"}, "/given"),
    ],
)
def test_where_it_is(tmp_path, monkeypatch, platform, environment, place) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder(environment) == os.path.join(str(tmp_path), place)


def test_sqlite_is_imported_only_where_it_is_used() -> None:
    program = "import sys, iflint.engine.store; print('sqlite3' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout == "False\n"
