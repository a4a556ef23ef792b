"""docs/performance.md is written by ``python -m benchmarks``, which tells what grows too fast."""

import shutil

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks.measuring import Row


@pytest.mark.parametrize("part", benchmarks.PARTS)
def test_each_part_has_its_table_in_the_document(tmp_path, monkeypatch, part) -> None:
    document = tmp_path / "performance.md"
    shutil.copy(benchmarks.DOCUMENT, document)
    monkeypatch.setattr(benchmarks, "DOCUMENT", document)
    benchmarks.write(part, [Row("A", 7, " KiB", 2), Row("B", 0.5)])
    table = document.read_text("utf-8").split(f"<!-- {part} -->\n")[1].split("<!-- /")[0]
    assert table.splitlines()[2:] == ["| A | **7.00 KiB** | 2 KiB |", "| B | 0.50 |  |"]


@pytest.mark.parametrize(("exponent", "status"), [(1.3, 0), (1.31, 1)])
def test_growth_fails_above_what_passes(monkeypatch, exponent, status) -> None:
    monkeypatch.setattr(benchmarks.growth, "rows", lambda *_: iter([Row("A", exponent, aim=1.3)]))
    monkeypatch.setattr("os.wait4", None, raising=False)
    monkeypatch.setattr("sys.argv", ["benchmarks", "growth"])
    assert benchmarks.main() == status
