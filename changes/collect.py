"""Move the changes of this folder to CHANGELOG.md, at a release.

    python changes/collect.py VERSION

By the names of their files they come to the end of the section of that version; where there is none
yet, it begins the list of versions.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent


def changes(folder: Path = HERE) -> list[Path]:
    """The files of the changes that wait for a release, by name."""
    return sorted(path for path in folder.glob("*.md") if path.name != "README.md")


def collected(changelog: str, version: str, items: Iterable[str]) -> str:
    """The changelog with these items in the section of a version."""
    about, *sections = re.split(r"^(?=## )", changelog, flags=re.MULTILINE)
    titles = [section.split()[1] for section in sections]
    if version not in titles:
        titles.insert(0, version)
        sections.insert(0, f"## {version}\n\n")
    at = titles.index(version)
    more = "".join(item.rstrip() + "\n" for item in items)
    sections[at] = sections[at].rstrip() + ("\n" if "\n- " in sections[at] else "\n\n") + more
    return about + "\n".join(section.rstrip() + "\n" for section in sections)


def main(version: str, folder: Path = HERE) -> None:
    """Write the changelog beside the folder, and remove what it has taken in."""
    log, waiting = folder.parent / "CHANGELOG.md", changes(folder)
    texts = [path.read_text(encoding="utf-8") for path in waiting]
    told = collected(log.read_text(encoding="utf-8"), version, texts)
    log.write_text(told, encoding="utf-8", newline="\n")
    for path in waiting:
        path.unlink()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
