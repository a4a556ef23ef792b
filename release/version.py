"""Set the version, in its one place and wherever a document names the release.

    python -m release.version 0.2.0           set it, and move the changes to the changelog
    python -m release.version --tagged v0.2.0 fail unless it is the version

Documents and pipelines name a release as the tools want it that read them, by the one version:
`iflint==0.2.0` for pip, `iflint/iflint@v0.2.0` for GitHub, `iflint/iflint/iflint@v0.2.0` for
GitLab, `rev: v0.2.0` for pre-commit, `iflint-0.2.0-…` for a file.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from changes import collect
from iflint import __version__
from release import ROOT, say

VERSION = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?")
MENTION = re.compile(
    rf"(\biflint(?:==|-|/iflint@v)|\brev: v|placeholder: iflint )({VERSION.pattern})"
)
PLACES = ("README.md", "docs/**/*.md", "examples/**/*", "templates/*", ".github/**/*.yml")


def documents() -> Iterator[Path]:
    """The files that may name the release."""
    for place in PLACES:
        yield from sorted(path for path in ROOT.glob(place) if path.is_file())


def mentions() -> dict[str, set[str]]:
    """The versions that each document names."""
    told = {}
    for path in documents():
        found = MENTION.findall(path.read_text(encoding="utf-8", errors="replace"))
        if found:
            told[path.relative_to(ROOT).as_posix()] = {version for _, version in found}
    return told


def set_version(version: str) -> None:
    """Write the version to its place and to every document, and date the changelog."""
    _rewrite(ROOT / "iflint" / "__version__.py", re.compile(r'(= ")([^"]+)'), rf"\g<1>{version}")
    for name in mentions():
        _rewrite(ROOT / name, MENTION, rf"\g<1>{version}")
    collect.main(version)
    heading = re.compile(rf"^## {re.escape(version)}\b.*$", re.MULTILINE)
    _rewrite(ROOT / "CHANGELOG.md", heading, f"## {version} ({date.today().isoformat()})")


def _rewrite(path: Path, pattern: re.Pattern[str], replacement: str) -> None:
    text = pattern.sub(replacement, path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    """Set the version, or compare a tag with it."""
    parser = argparse.ArgumentParser(description="Set the version everywhere.")
    parser.add_argument("version", nargs="?")
    parser.add_argument("--tagged", metavar="TAG", help="fail unless this tag names the version")
    options = parser.parse_args()
    if options.tagged is not None:
        if options.tagged != f"v{__version__}":
            raise SystemExit(f"release: the tag {options.tagged} is not v{__version__}")
    elif not options.version or not VERSION.fullmatch(options.version):
        raise SystemExit("release: give a version such as 0.2.0")
    else:
        set_version(options.version)
        say(f"release: it is {options.version}; read `git diff`, then commit and tag it")


if __name__ == "__main__":
    main()
