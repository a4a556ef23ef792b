"""Which files may have other bytes on disk than in Git: those that something converts.

What converts is told by ``gitattributes(5)`` and ``git-config(1)``, and more rather than less of it
is heard: a pattern counts wherever in the repository it stands, for every file if it is more than
the end of a name, and also if it is taken back later.

Line ends alone would need no look: a file whose CRs come and go has another size than its object.
So where line ends are LF, ``text`` and ``eol=lf`` are not heard, which most repositories have, and
included settings are not read, which pipelines use for credentials and which may lie anywhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence

from iflint.places.problems import Unreadable
from iflint.sources.disk import Disk

ATTRIBUTES = ".gitattributes"
_EVERY = "*"
Suffixes = frozenset[str]
"""Ends of names behind the last dot, in lower case; `_EVERY` stands for all files."""
_ALL: Suffixes = frozenset({_EVERY})

_MOST = 1 << 20
"""Bytes of a file of settings that are read; a longer one is taken to convert. Ours."""
_MOST_FILES = 1000
"""Files of attributes of a repository that are read; of more, all are taken to convert. Ours."""
_ATTRIBUTE = re.compile(rb"eol=crlf|(?:ident|filter|working-tree-encoding)(?:=.*)?", re.DOTALL)
_ATTRIBUTE_OF_TEXT = re.compile(rb"(?:text|crlf|eol)(?:=.*)?", re.DOTALL)
_SUFFIX = re.compile(rb"\*\.([A-Za-z0-9]+)")
_SETTING = re.compile(
    rb"\[\s*attr\b|\battributesfile\b|\beol\s*="
    rb'|\[\s*filter\b(?!\s+"lfs"\s*\])'
    rb"|\bautocrlf\b(?!\s*=\s*(?:false|no|off|0)\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
"""Settings that convert, or that name other attributes.

A filter may have converted a file by attributes that are gone from the work tree. That of LFS does
no harm, as nothing is kept under the name of a pointer in whose place it has put a file.
"""
_SYSTEM = "GIT_CONFIG_SYSTEM"
"""The variable that says where the settings of the machine are; on Windows, where Git is, else."""
_TYPED = ("GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "GIT_ATTR_SOURCE")
"""Variables by which Git is told settings for one command, as by ``git -c``."""


def is_among(suffixes: Suffixes, name: str) -> bool:
    """Whether a file of this name may be converted where such suffixes are."""
    return bool(suffixes) and (_EVERY in suffixes or name.rpartition(".")[2].lower() in suffixes)


def converted(
    folder: str, attributes: Sequence[str], environment: Mapping[str, str] = os.environ
) -> Suffixes:
    """What may be converted in a repository that has these files of attributes in its work tree.

    ``folder`` is the one with its index, as `iflint.sources.git.git_folder` gives it.
    """
    common = _text(f"{folder}/commondir") if folder else None
    too_many = len(attributes) > _MOST_FILES
    if (
        common is None
        or os.path.isabs(common)
        or too_many
        or any(name in environment for name in _TYPED)
        or (os.linesep != "\n" and _SYSTEM not in environment)
    ):
        return _ALL
    shared = os.path.join(folder, os.fsdecode(common.rstrip(b"\r\n")))
    configurations = (f"{shared}/config", f"{folder}/config.worktree")
    for settings in map(_text, (*configurations, *_configurations(environment))):
        if settings is None or _SETTING.search(settings):
            return _ALL
    files = (*attributes, f"{shared}/info/attributes", *_attributes(environment))
    return frozenset().union(*map(_converted_by, files))


def _configurations(environment: Mapping[str, str]) -> Iterator[str]:
    yield environment.get(_SYSTEM, "/etc/gitconfig")
    if "GIT_CONFIG_GLOBAL" in environment:
        yield environment["GIT_CONFIG_GLOBAL"]
    else:
        yield os.path.expanduser("~/.gitconfig")
        yield f"{_user_folder(environment)}/config"


def _attributes(environment: Mapping[str, str]) -> Iterator[str]:
    yield "/etc/gitattributes"
    yield f"{_user_folder(environment)}/attributes"


def _user_folder(environment: Mapping[str, str]) -> str:
    return f"{environment.get('XDG_CONFIG_HOME') or os.path.expanduser('~/.config')}/git"


def _converted_by(path: str) -> Suffixes:
    """What a file of attributes converts."""
    attributes = _text(path)
    if attributes is None:
        return _ALL
    found = set()
    for line in attributes.split(b"\n"):
        pattern, *names = line.split() or [b"#"]
        if not pattern.startswith(b"#") and any(map(_converts, names)):
            suffix = _SUFFIX.fullmatch(pattern)
            found.add(suffix[1].decode().lower() if suffix else _EVERY)
    return frozenset(found)


def _converts(attribute: bytes) -> bool:
    if os.linesep != "\n" and _ATTRIBUTE_OF_TEXT.fullmatch(attribute):
        return True
    return _ATTRIBUTE.fullmatch(attribute) is not None


def _text(path: str) -> bytes | None:
    """What stands in a file, nothing where there is none; None if that can't be told."""
    if path == os.devnull or not os.path.lexists(path):
        return b""
    try:
        data = Disk().head(path, _MOST + 1)
    except (Unreadable, ValueError):
        return None
    return data if len(data) <= _MOST else None
