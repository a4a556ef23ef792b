"""The search for the configuration file that counts for some paths."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence

from iflint.places.bounds import Bounds, real
from iflint.sources.disk import enclosing_repository
from iflint.values import TRUST, is_on

OWN_FILE = "iflint.toml"
SHARED_FILE = "pyproject.toml"
TABLE = ("tool", "iflint")
"""The table of `pyproject.toml` in which the settings stand."""

TRUST_VARIABLE = f"IFLINT_{TRUST.replace('-', '_').upper()}"

LARGEST_FILE = 1024 * 1024
"""Bytes; a larger file is no configuration. Ours: `tomllib` reads one full of tables in 0.5 s."""


def find(paths: Sequence[str]) -> str | None:
    """The configuration file nearest to the paths: in their common folder, or above it.

    A `pyproject.toml` counts only if it has the table `[tool.iflint]`; in the same folder,
    `iflint.toml` comes first. The result is an absolute path.
    """
    folder = common_folder(paths)
    while folder is not None:
        own = os.path.join(folder, OWN_FILE)
        if os.path.isfile(own):
            return own
        shared = os.path.join(folder, SHARED_FILE)
        if os.path.isfile(shared) and bounds_of(shared).may_read(shared) and _has_table(shared):
            return shared
        parent = os.path.dirname(folder)
        folder = parent if parent != folder else None
    return None


def bounds_of(path: str) -> Bounds:
    """How far a configuration file reaches that was found: its repository, and its folder."""
    folder = real(os.path.dirname(path))
    return Bounds(enclosing_repository(folder) or folder, folder)


def is_trusted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment vouches for every configuration that is found."""
    return is_on(TRUST_VARIABLE, environment)


def common_folder(paths: Iterable[str]) -> str | None:
    """The absolute folder that holds all the paths; None when they share no drive."""
    folders = [
        path if os.path.isdir(path) else os.path.dirname(path)
        for path in map(os.path.abspath, paths)
    ]
    try:
        return os.path.commonpath(folders) if folders else os.getcwd()
    except ValueError:
        return None


def _has_table(path: str) -> bool:
    """Whether a `pyproject.toml` configures iflint; one that can't be read but names it counts."""
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError:
        return False
    as_utf8 = data.replace(b"\0", b"")
    if b"iflint" not in as_utf8:
        return False
    from iflint.configuration.toml import loads

    try:
        tool = loads(data.decode("utf-8-sig")).get("tool")
    except (ValueError, RecursionError):
        return re.search(_TABLE, as_utf8) is not None
    return isinstance(tool, dict) and TABLE[1] in tool


_TABLE = rb"""\btool["']?\s*\.\s*["']?iflint(?![\w-])"""
"""The name of the table, in a file that may have any fault."""
