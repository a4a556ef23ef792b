"""The corpus of real exports in ``../shared``, which is not part of the project."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
Files = dict[str, bytes]


def bundles(data: bytes) -> Iterator[tuple[str, bytes, Files]]:
    """Name and bytes of each ``.iflw`` in an archive, with the files of its bundle."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name, content in files.items():
        if name.endswith(".iflw"):
            root = name[: name.index("src/")]
            yield name, content, {n.removeprefix(root): c for n, c in files.items()}
        elif content.startswith(b"PK"):
            yield from bundles(content)
