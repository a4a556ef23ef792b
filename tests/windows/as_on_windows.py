"""Runs iflint as on Windows, as far as another system can: its paths, its names, what it lacks.

``python as_on_windows.py DRIVES COMMAND…``: DRIVES is JSON, from a drive's letter (or a share,
``//server/share``) to the folder that stands for it. Drive C is everything. Files are found in
whatever letter case; a junction is a symbolic link that only a reparse tag tells of; a file that
is open is neither replaced nor deleted; a path of 260 characters needs a ``\\\\?\\`` in front.

Programs that this one begins are not run so: what reads in other processes is tested elsewhere.
"""

import builtins
import errno
import importlib
import importlib.machinery
import io
import json
import ntpath
import os
import signal
import sqlite3
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

for name in ("asyncio", "logging", "pathlib", "random", "shutil", "subprocess", "tempfile", "uuid"):
    importlib.import_module(name)  # they ask at their beginning what the system has

ABSENT = {
    os: (
        *("O_NONBLOCK", "O_NOFOLLOW", "O_DIRECTORY", "O_CLOEXEC", "O_SYNC", "O_NOCTTY"),
        *("sched_getaffinity", "sched_yield", "getuid", "geteuid", "getgid", "getegid"),
        *("chown", "lchown", "fchown", "fchmod", "uname", "fork", "forkpty", "killpg", "setsid"),
        *("getpgid", "getpgrp", "mkfifo", "mknod", "nice", "statvfs", "fstatvfs", "openpty"),
        *("pread", "pwrite", "preadv", "pwritev", "sendfile", "sysconf", "getloadavg", "wait3"),
        *("posix_fadvise", "posix_spawn", "register_at_fork", "getgroups", "initgroups", "fwalk"),
        *("set_blocking", "get_blocking", "WNOHANG", "WIFEXITED", "WEXITSTATUS", "environb"),
        *("getenvb", "setuid", "setgid", "umask_", "sync", "fdatasync", "getxattr", "listxattr"),
        *("getresuid", "tcgetpgrp", "ctermid", "ttyname", "EX_OK", "EX_USAGE", "memfd_create"),
    ),
    signal: (
        *("SIGHUP", "SIGPIPE", "SIGALRM", "SIGKILL", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGCHLD"),
        *("SIGWINCH", "SIGTSTP", "SIGSTOP", "SIGCONT", "SIGTTIN", "SIGTTOU", "alarm", "setitimer"),
        *("pause", "sigwait", "pthread_kill", "pthread_sigmask", "siginterrupt", "sigpending"),
    ),
}
MODULES = ("curses", "fcntl", "grp", "pty", "pwd", "readline", "resource", "termios", "tty")
RESERVED = (
    "con",
    "nul",
    "prn",
    "aux",
    *(f"{each}{n}" for each in ("com", "lpt") for n in "123456789"),
)
JUNCTION = 0xA0000003
ONE_PATH = (
    *("access", "chdir", "chmod", "listdir", "lstat", "mkdir", "open", "readlink", "remove"),
    *("rmdir", "scandir", "stat", "truncate", "unlink", "utime"),
)
LONGEST = 260

system = SimpleNamespace(
    **{name: getattr(os, name) for name in (*ONE_PATH, "getcwd", "rename", "replace")},
    realpath=os.path.realpath,
)
state = threading.local()


def in_current_folder(path: str, current: str) -> str:
    """A path, and if it names a drive alone, with the folder that is current there."""
    drive, rest = ntpath.splitdrive(path)
    if drive[1:] != ":" or rest.startswith(("/", "\\")):
        return path
    same = drive.upper() == current[:2].upper()
    return ntpath.join(current if same else f"{drive}\\", rest)


class Drives:
    """Which folder stands for which drive."""

    def __init__(self, folders: dict[str, str]) -> None:
        ordered = sorted(folders.items(), key=lambda each: -len(each[1]))
        self._folders = {name: folder.rstrip("/") for name, folder in (*ordered, ("C:", "/"))}

    def there(self, path: Any) -> Any:
        """A path as the system that runs this has it."""
        if isinstance(path, int) or getattr(state, "raw", False):
            return path
        text = os.fsdecode(path)
        verbatim = text.startswith("\\\\?\\")
        text = text.replace("\\", "/")
        if len(text) >= LONGEST and not verbatim:
            raise FileNotFoundError(errno.ENOENT, "The system cannot find the path specified", text)
        if text.startswith("//?/"):
            text = text[4:].replace("UNC/", "//", 1) if text[4:7] == "UNC" else text[4:]
        elif text.rpartition("/")[2].lower() in RESERVED:
            return "/dev/null"
        if not verbatim:
            if text[1:2] == ":" and text[2:3] != "/":
                text = in_current_folder(text, self.here(system.getcwd()))
            text = ntpath.normpath(text).replace("\\", "/") + "/" * text.endswith("/")
        if any(each in text[2:] for each in ':*?"<>|'):
            raise OSError(errno.EINVAL, "Invalid argument", text)
        for name, folder in self._folders.items():
            if text.lower() == name.lower() or text.lower().startswith(f"{name.lower()}/"):
                return self._as_written(folder, text[len(name) :])
        if text.startswith("//") or text[1:2] == ":":
            raise FileNotFoundError(errno.ENOENT, "The network path was not found", text)
        return text or path

    def here(self, path: str) -> str:
        """A path of that system as this one writes it."""
        for name, folder in self._folders.items():
            if path == folder or path.startswith(f"{folder}/"):
                return (name + (path[len(folder) :] or "/")).replace("/", "\\")
        raise AssertionError(path)

    def _as_written(self, folder: str, path: str) -> str:
        """The path in the letter case that it has on disk."""
        with raw():
            if os.path.lexists(folder + path):
                return folder + path or "/"
            for segment in filter(None, path.split("/")):
                try:
                    names = system.listdir(folder or "/")
                except OSError:
                    names = []
                same = (name for name in names if name.lower() == segment.lower())
                folder = f"{folder}/{segment if segment in names else next(same, segment)}"
            return folder


@contextmanager
def raw() -> Iterator[None]:
    """Leave paths alone."""
    before, state.raw = getattr(state, "raw", False), True
    try:
        yield
    finally:
        state.raw = before


def is_junction(status: os.stat_result, path: str) -> bool:
    with raw():
        return stat.S_ISLNK(status.st_mode) and os.path.isdir(path)


class Status:
    """What ``os.lstat`` tells of a file or, if it is one, of a junction."""

    def __init__(self, status: os.stat_result, path: str) -> None:
        self._status = status
        junction = is_junction(status, path)
        self.st_mode = stat.S_IFDIR | 0o777 if junction else status.st_mode
        self.st_reparse_tag = JUNCTION if junction else 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._status, name)


class Entry:
    """What ``os.scandir`` gives."""

    def __init__(self, entry: "os.DirEntry[str]", folder: str) -> None:
        self._entry = entry
        self.name = entry.name
        self.path = ntpath.join(folder, entry.name)

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return self._entry.is_dir(follow_symlinks=follow_symlinks)

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        return self._entry.is_file(follow_symlinks=follow_symlinks)

    def is_symlink(self) -> bool:
        return self._entry.is_symlink() and not self._entry.is_dir()

    def stat(self, *, follow_symlinks: bool = True) -> Any:
        status = self._entry.stat(follow_symlinks=follow_symlinks)
        return Status(status, self._entry.path)


class Scan:
    """An iterator that can be closed."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self._entries = entries

    def __iter__(self) -> Iterator[Entry]:
        return self._entries

    def __next__(self) -> Entry:
        return next(self._entries)

    def __enter__(self) -> "Scan":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def is_open(path: str) -> bool:
    """Whether this process has the file open."""
    found = set()
    for name in system.listdir("/proc/self/fd"):
        try:
            found.add(system.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            continue
    return path in found


def refuse_open(path: str, number: int) -> None:
    with raw():
        held = is_open(system.realpath(path)) or os.path.lexists(f"{path}.held")
    if held:
        error = PermissionError(errno.EACCES, "Access is denied", path)
        error.winerror = number  # type: ignore[misc]
        raise error


def install(drives: Drives) -> None:
    there = drives.there
    loader, read = (
        importlib.machinery.SourceFileLoader,
        importlib.machinery.SourceFileLoader.get_data,
    )
    loader.get_data = lambda self, path: read(self, path.replace("\\", "/"))  # type: ignore

    def of_one(name: str) -> Callable[..., Any]:
        def call(path: Any = ".", *args: Any, **options: Any) -> Any:
            place = there(path)
            if name in ("unlink", "remove"):
                refuse_open(place, 32)
            if getattr(state, "raw", False):
                return getattr(system, name)(place, *args, **options)
            if name == "scandir":
                return Scan(Entry(each, path) for each in system.scandir(place))
            answer = getattr(system, name)(place, *args, **options)
            return Status(answer, place) if name == "lstat" else answer

        return call

    def of_two(name: str) -> Callable[..., Any]:
        def call(source: Any, target: Any, **options: Any) -> Any:
            source, target = there(source), there(target)
            refuse_open(source, 32)
            refuse_open(target, 5)
            return getattr(system, name)(source, target, **options)

        return call

    def getcwd() -> str:
        return drives.here(system.getcwd())

    def abspath(path: str) -> str:
        path = os.fspath(path)
        if ntpath.basename(path).lower() in RESERVED:
            return f"\\\\.\\{ntpath.basename(path)}"
        return ntpath.normpath(ntpath.join(getcwd(), in_current_folder(path, getcwd())))

    def realpath(path: str, *, strict: bool = False) -> str:
        path = abspath(path)
        try:
            place = there(path)
        except OSError:
            return path
        with raw():
            return path if place == "/dev/null" else drives.here(system.realpath(place))

    opened = builtins.open

    def open_file(file: Any, *args: Any, opener: Any = None, **options: Any) -> Any:
        place = there(file) if opener is None else file
        return opened(place, *args, opener=opener, **options)

    connect = sqlite3.connect
    sqlite3.connect = lambda path, **options: connect(there(path), **options)  # type: ignore
    for name in ONE_PATH:
        setattr(os, name, of_one(name))
    for name in ("rename", "replace"):
        setattr(os, name, of_two(name))
    for module, names in ABSENT.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    os.getcwd = getcwd
    builtins.open = io.open = open_file
    ntpath.abspath, ntpath.realpath = abspath, realpath
    os.path = ntpath
    sys.modules["os.path"] = ntpath
    os.sep, os.altsep, os.pathsep, os.linesep, os.devnull = "\\", "/", ";", "\r\n", "nul"
    os.name = "nt"


if __name__ == "__main__":
    install(Drives(json.loads(sys.argv[1])))
    sys.argv = ["iflint", *sys.argv[2:]]
    importlib.import_module("iflint.__main__").main()
