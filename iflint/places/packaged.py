"""The files that come with iflint, wherever it lies: in a folder or in a zip."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from importlib.abc import ResourceLoader

_PACKAGE = os.path.dirname(os.path.dirname(__file__))


def packaged_file(path: str) -> bytes:
    """The bytes of the file at a path with forward slashes below the package. Raises OSError."""
    loader = cast("ResourceLoader", __spec__.loader)
    return loader.get_data(os.path.join(_PACKAGE, *path.split("/")))
