"""Where what was read is kept from run to run, and whether that place can be trusted."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping

from iflint.values import is_on

VARIABLE = "IFLINT_CACHE_DIR"
"""The environment variable that names another folder; a configuration may be a stranger's."""
OFF = "IFLINT_NO_CACHE"
"""The environment variable that has every run read anew, as the setting no-cache does for one."""
NAME = "iflint"
_IGNORED = "# Made by iflint: what it has read, so that it reads it once.\n*\n"


class Unusable(Exception):  # noqa: N818 - it is no mistake of anybody
    """Why nothing can be kept; the message goes on after a colon, for people."""


def cache_folder(environment: Mapping[str, str] = os.environ) -> str:
    """The absolute path of the folder, which may not be there yet. Raises `Unusable`."""
    if is_on(OFF, environment):
        raise Unusable(f"{OFF} is set")
    if given := environment.get(VARIABLE):
        return os.path.abspath(given)
    if sys.platform == "win32":
        above = environment.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        above = _home("Library", "Caches")
    else:
        above = environment.get("XDG_CACHE_HOME", "")
        above = above if os.path.isabs(above) else _home(".cache")
    if not above:
        raise Unusable("there is no home folder of your own")
    return os.path.join(above, NAME)


def _home(*names: str) -> str:
    """A folder in the user's home; empty where there is none, or it is somebody else's."""
    home = os.path.expanduser("~")
    return os.path.join(home, *names) if os.path.isdir(home) and _is_own(os.stat(home)) else ""


def open_folder(folder: str) -> None:
    """Make the folder if it is not there. Raises `Unusable`, also where others may write to it."""
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:
            pass
        else:
            with open(os.path.join(folder, ".gitignore"), "x", encoding="utf-8") as file:
                file.write(_IGNORED)
        status = os.stat(folder)
    except (OSError, ValueError) as error:
        raise Unusable(f"it can't be made ({getattr(error, 'strerror', error)})") from error
    if not stat.S_ISDIR(status.st_mode):
        raise Unusable("it is not a folder")
    refuse_others(status)


def refuse_others(status: os.stat_result) -> None:
    """Raise `Unusable` for a file or folder that other users may write to."""
    if not _is_own(status):
        raise Unusable("it belongs to another user")
    if os.name == "posix" and status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Unusable("other users may write to it")


def _is_own(status: os.stat_result) -> bool:
    return os.name != "posix" or status.st_uid == os.geteuid()
