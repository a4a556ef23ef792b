"""Documents and pipelines name the release by the one version, and a new one is set in all."""

import re

import pytest

from changes import collect
from iflint import __version__
from release import version

NAMES_A_TAG = re.compile(r"git\+https://github\.com/iflint/iflint@v")


def test_every_document_names_this_version() -> None:
    named = version.mentions()
    assert {"docs/ci.md", "examples/ci/github.yml", "templates/iflint.yml"} <= set(named)
    assert {name: versions for name, versions in named.items() if versions != {__version__}} == {}


def test_no_document_installs_from_a_tag() -> None:
    texts = {
        path: path.read_text(encoding="utf-8", errors="replace") for path in version.documents()
    }
    assert not [path for path, text in texts.items() if NAMES_A_TAG.search(text)]


def test_what_is_fetched_from_git_is_the_tag() -> None:
    """GitHub, GitLab and pre-commit know no version, only the tag that a release has: `v0.1.0`."""
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in version.documents()]
    fetched = re.findall(r"(?:\biflint/iflint@|\brev: )(v?)\d+\.", "".join(texts))
    assert set(fetched) == {"v"}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A tree with each way to name a release."""
    for name, text in {
        "iflint/__version__.py": '"""The version."""\n\n__version__ = "0.1.0"\n',
        "docs/ci.md": "iflint==0.1.0, iflint/iflint@v0.1.0, rev: v0.1.0, iflint-0.1.0-py3.whl",
        "templates/iflint.yml": "iflint/iflint/iflint@v0.1.0",
        "docs/other.md": "click==0.1.0, version 0.1.0",
        "CHANGELOG.md": "# Changelog\n\nAbout it.\n\n## 0.1.0 (2026-12-01)\n\n- First.\n",
        "changes/more.md": "- More.\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(version, "ROOT", tmp_path)
    monkeypatch.setattr(collect.main, "__defaults__", (tmp_path / "changes",))
    return tmp_path


def test_a_new_version_is_set_wherever_the_release_is_named(tree) -> None:
    version.set_version("0.2.0rc1")
    assert '"0.2.0rc1"' in (tree / "iflint" / "__version__.py").read_text()
    assert version.mentions() == {"docs/ci.md": {"0.2.0rc1"}, "templates/iflint.yml": {"0.2.0rc1"}}
    assert "0.1.0" not in (tree / "docs" / "ci.md").read_text()
    assert (tree / "docs" / "other.md").read_text() == "click==0.1.0, version 0.1.0"
    first, second = re.findall(
        r"^## (\S+) \(\d{4}-\d\d-\d\d\)$", (tree / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    assert (first, second) == ("0.2.0rc1", "0.1.0")
    version.set_version("0.2.0")
    assert version.mentions() == {"docs/ci.md": {"0.2.0"}, "templates/iflint.yml": {"0.2.0"}}
