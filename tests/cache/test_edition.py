"""What another program has read is not taken for what this one would read."""

from __future__ import annotations

import os

from iflint.__version__ import __version__
from iflint.engine.edition import edition


def package(folder, record: str | None = None) -> str:
    (folder / "iflint").mkdir(parents=True)
    (folder / "iflint" / "reader.py").write_text("one")
    if record is not None:
        installed = folder / f"iflint-{__version__}.dist-info"
        installed.mkdir()
        (installed / "RECORD").write_text(record)
    return str(folder / "iflint")


def test_it_is_the_same_as_long_as_nothing_changes(tmp_path) -> None:
    assert edition() == edition()
    working_copy = package(tmp_path / "copy")
    before = edition(working_copy)
    assert before == edition(working_copy)
    (tmp_path / "copy" / "iflint" / "reader.py").write_text("two")
    os.utime(tmp_path / "copy" / "iflint" / "reader.py", (1, 1))
    assert edition(working_copy) != before


def test_what_is_installed_is_the_same_on_each_machine(tmp_path) -> None:
    first = package(tmp_path / "first", "iflint/reader.py,sha256=one,3\n")
    compiled = "iflint/__pycache__/reader.cpython-311.pyc,,\n../../bin/iflint,sha256=other,200"
    second = package(tmp_path / "second", f"iflint/reader.py,sha256=one,3\n{compiled}\n")
    os.utime(tmp_path / "second" / "iflint" / "reader.py", (1, 1))
    assert edition(first) == edition(second)
    assert edition(first) != edition(package(tmp_path / "third", "iflint/reader.py,sha256=two,3"))


def test_another_library_may_read_otherwise(tmp_path) -> None:
    installed = package(tmp_path, "iflint/reader.py,sha256=one,3")
    before = edition(installed)
    (tmp_path / "lxml-6.0.0.dist-info").mkdir()
    assert edition(installed) != before
