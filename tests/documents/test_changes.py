"""Changes wait for a release in files of their own, and come to the changelog as its items."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("collect", ROOT / "changes" / "collect.py")
collect = importlib.util.module_from_spec(spec)
spec.loader.exec_module(collect)

CHANGELOG = "# Changelog\n\nAbout it.\n\n## 0.2.0 (unreleased)\n\n- Old.\n\n## 0.1.0\n\n- First.\n"


def test_each_change_is_an_item_of_the_changelog() -> None:
    for path in collect.changes():
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("- "), path.name
        assert all(line.startswith(("- ", "  ")) and len(line) <= 100 for line in lines), path.name


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("0.2.0", CHANGELOG.replace("- Old.\n", "- Old.\n- A.\n- B\n  and more.\n")),
        ("0.1.0", CHANGELOG + "- A.\n- B\n  and more.\n"),
        ("0.3.0", CHANGELOG.replace("## 0.2", "## 0.3.0\n\n- A.\n- B\n  and more.\n\n## 0.2")),
    ],
)
def test_changes_come_to_the_section_of_a_version(version, told) -> None:
    assert collect.collected(CHANGELOG, version, ["- A.\n", "- B\n  and more.\n"]) == told


def test_the_changelog_stays_as_it_is_without_any() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert collect.collected(changelog, "0.1.0", []) == changelog


def test_what_is_collected_waits_no_more(tmp_path) -> None:
    folder = tmp_path / "changes"
    folder.mkdir()
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    for name in ("README", "b", "a"):
        (folder / f"{name}.md").write_text(f"- {name}.\n")
    collect.main("0.2.0", folder)
    assert "- Old.\n- a.\n- b.\n" in (tmp_path / "CHANGELOG.md").read_text()
    assert [path.name for path in folder.iterdir()] == ["README.md"]
