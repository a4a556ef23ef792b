"""The files that come with iflint, wherever it lies: in a folder or in a zip."""

from __future__ import annotations

import pkgutil


def packaged_file(path: str) -> bytes:
    """The bytes of the file at a path with forward slashes below the package. Raises OSError."""
    data = pkgutil.get_data("iflint", path)
    if data is None:
        raise FileNotFoundError(path)
    return data
