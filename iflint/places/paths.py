"""Paths with forward slashes, also Windows ones on any machine, and what they look like as URIs."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Sequence

FLOW_FOLDER = "src/main/resources/scenarioflows/integrationflow/"
"""Where an artifact keeps its flow."""

_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")


def absolute_directory(directory: str | None) -> str:
    """The directory that relative paths start from, absolute, with forward slashes."""
    return os.path.abspath(directory or os.curdir).replace(os.sep, "/")


def absolute(directory: str, path: str) -> str:
    """The path, seen from the absolute ``directory``, without ``.`` and ``..``."""
    windows = directory[1:2] == ":" or directory.startswith("//")
    if windows:
        path = path.replace("\\", "/")
    if path[1:3] == ":/":
        return path[0].upper() + ":" + posixpath.normpath(path[2:])
    if windows and path.startswith("//"):
        return posixpath.normpath(path)
    if directory[1:2] == ":":
        inside = posixpath.join(directory[2:] or "/", path)
        return directory[0].upper() + ":" + posixpath.normpath(inside)
    joined = posixpath.normpath(posixpath.join(directory, path))
    return joined if windows else "/" + joined.lstrip("/")


def is_below(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` itself or lies in it; both absolute."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def uri(path: str, root: str) -> tuple[str, bool]:
    """The URI of an absolute path, and whether it is relative to the absolute ``root``.

    Relative below the root, else ``file:``; percent-encoded as RFC 3986 §2.1 says, a name's
    undecodable bytes (lone surrogates, PEP 383) as themselves.
    """
    root = absolute(root, ".")
    if is_below(path, root):
        return quoted(path[len(root.rstrip("/")) + 1 :]) or ".", True
    if path.startswith("//"):
        return "file:" + quoted(path), False
    if path[1:2] == ":":
        return f"file:///{path[:2]}{quoted(path[2:])}", False
    return "file://" + quoted(path), False


def from_root(path: str, root: str) -> str:
    """An absolute path as it is seen from the absolute ``root``, unescaped.

    A path on another drive stays absolute.
    """
    root = absolute(root, ".")
    if is_below(path, root):
        return path[len(root.rstrip("/")) + 1 :] or "."
    same_drive = path[:1] == root[:1] and path[1:2] != ":" and not path.startswith("//")
    return posixpath.relpath(path, root) if same_drive else path


def quoted(path: str) -> str:
    """The path with everything but unreserved characters and slashes percent-encoded."""
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = path.encode("utf-8", "surrogatepass")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in data)


def without_any(directory: str, paths: Sequence[str], files: Iterable[str]) -> list[str]:
    """The ``paths``, as given, that neither hold one of the files nor belong to an iFlow of one.

    ``files`` are those on disk that hold iFlows, or anything else that is checked. All are
    relative to ``directory``.
    """
    found = {absolute(directory, file) for file in files}
    bundles = {bundle for file in found if (bundle := file.partition(f"/{FLOW_FOLDER}")[0]) != file}

    def leads_to_any(path: str) -> bool:
        return any(is_below(file, path) for file in found) or any(
            is_below(path, bundle) for bundle in bundles
        )

    return [path for path in paths if not leads_to_any(absolute(directory, path))]
