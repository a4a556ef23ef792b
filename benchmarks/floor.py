"""The floor: inflate each ``.iflw`` of bundles, and read it to the end of its collaboration.

``python -m benchmarks.floor FOLDER…`` does that with lxml, and nothing else.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from lxml import etree

_COLLABORATION = "{http://www.omg.org/spec/BPMN/20100524/MODEL}collaboration"
_AT_ONCE = 65536


def main(folders: list[str]) -> None:
    """Read all bundles in folders."""
    for folder in folders:
        for path in sorted(Path(folder).glob("*.zip")):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if name.endswith(".iflw"):
                        _read(archive.read(name))


def _read(data: bytes) -> None:
    parser = etree.XMLPullParser(events=("end",), tag=_COLLABORATION)
    for start in range(0, len(data), _AT_ONCE):
        parser.feed(data[start : start + _AT_ONCE])
        if next(iter(parser.read_events()), None) is not None:
            break


if __name__ == "__main__":
    main(sys.argv[1:])
