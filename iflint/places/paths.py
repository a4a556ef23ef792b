"""Paths with forward slashes, also Windows ones on any machine, and what they look like as URIs."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Container, Iterable, Iterator, Sequence

FLOW_FOLDER = "src/main/resources/scenarioflows/integrationflow/"
"""Where an artifact keeps its flow."""

_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")
_LONGEST = 248
"""Characters from which on Windows may refuse a path: ``MAX_PATH`` less what 8.3 takes."""
_VERBATIM = "//?/"


def absolute_directory(directory: str | None) -> str:
    """The directory that relative paths start from, absolute, with forward slashes."""
    return absolute_path(directory or os.curdir)


def absolute_path(path: str, directory: str = "") -> str:
    """The absolute path of what the system calls ``path`` in ``directory``, as `written`."""
    return written(os.path.abspath(os.path.join(directory, path)))


def written(path: str) -> str:
    r"""An absolute path of this system as it is written everywhere, so that two can be compared.

    It has forward slashes, and begins with one of them, a share (``//server/share``), or a drive's
    capital letter; the ``\\?\`` that Windows has before long ones is left to `openable`.
    """
    if os.sep == "/":
        return "/" + path.lstrip("/") if path.startswith("//") else path
    path = _plain(path.replace(os.sep, "/"))
    return path[0].upper() + path[1:] if path[1:2] == ":" else path


def _plain(path: str) -> str:
    """A path without what Windows has before one that it is to take as it stands."""
    if not path.startswith(_VERBATIM):
        return path
    if path[4:8].upper() == "UNC/":
        return f"//{path[8:]}"
    return path[4:] if path[5:6] == ":" else path


def openable(path: str) -> str:
    """A path as `written` gives it, so that this system opens it however long it is."""
    if os.name != "nt" or len(path) < _LONGEST:
        return path
    path = path.replace("/", "\\")
    return f"\\\\?\\UNC{path[1:]}" if path.startswith("\\") else f"\\\\?\\{path}"


def _split(path: str) -> tuple[str, str]:
    """A path's drive or share, and what stands behind it."""
    if path[1:2] == ":":
        return path[:2], path[2:]
    if not path.startswith("//"):
        return "", path
    server, slash, way = path[2:].partition("/")
    share, _, _ = way.partition("/")
    drive = f"//{server}{slash}{share}"
    return drive, path[len(drive) :]


def absolute(directory: str, path: str) -> str:
    """The path, seen from the absolute ``directory``, without ``.`` and ``..``."""
    drive, folder = _split(directory)
    if drive:
        other, path = _split(_plain(path.replace("\\", "/")))
        drive, folder = (other, "/") if other else (drive, folder)
        drive = drive.upper() if drive.endswith(":") else drive
    inside = posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")
    return f"{drive}/{inside}" if inside or not drive.startswith("//") else drive


def is_below(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` itself or lies in it; both absolute."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def is_below_any(path: str, folders: Container[str]) -> bool:
    """Whether `is_below` is true for one of the folders, however many there are."""
    return any(each in folders for each in up_from(path))


def up_from(path: str) -> Iterator[str]:
    """The absolute path itself and each folder above it, with and without a slash at its end."""
    yield path
    while "/" in path:
        path = path.rpartition("/")[0]
        yield f"{path}/"
        yield path


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
    (drive, inside), (other, folder) = map(_split, (path, root))
    return posixpath.relpath(inside or "/", folder or "/") if drive == other else path


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
    above = {folder for file in found for folder in up_from(file)}
    bundles = {bundle for file in found if (bundle := file.partition(f"/{FLOW_FOLDER}")[0]) != file}

    def leads_to_any(path: str) -> bool:
        return path in above or is_below_any(path, bundles)

    return [path for path in paths if not leads_to_any(absolute(directory, path))]
