"""Where a repository keeps what is Git's own, and what its settings say of files here."""

from __future__ import annotations

import os
import re

from iflint.places.problems import Unreadable
from iflint.sources.disk import Disk

LONGEST = 64 << 20
"""Bytes that are read of a file of Git's. Ours: half a million entries of an index."""
_IGNORES_CASE = re.compile(
    rb"^[ \t]*(?:\[core\][ \t]*)?ignorecase[ \t]*(?:=[ \t]*(\w+))?", re.IGNORECASE | re.MULTILINE
)


def git_folder(root: str) -> str:
    """The folder with the index: of a worktree or a submodule, a file says where it is."""
    place = f"{root}.git"
    if os.path.isdir(place):
        return place
    said = begin_of(place)
    if not said.startswith(b"gitdir:"):
        return ""
    return os.path.join(root, os.fsdecode(said.removeprefix(b"gitdir:").strip()))


def ignores_case(root: str) -> bool:
    """Whether letter case does not count in the repository at ``root``.

    Git has looked at the disk when it made the repository; worktrees share the settings of one.
    """
    folder = git_folder(f"{root}/")
    if not folder:
        return False
    shared = os.fsdecode(begin_of(f"{folder}/commondir").rstrip(b"\r\n"))
    told = _IGNORES_CASE.findall(begin_of(f"{os.path.join(folder, shared)}/config"))
    return bool(told) and (told[-1] or b"true").lower() in (b"true", b"yes", b"on", b"1")


def begin_of(path: str) -> bytes:
    """What stands in a file, or its beginning; no device and no pipe is read."""
    try:
        return Disk().head(path, LONGEST)
    except (Unreadable, ValueError):
        return b""
