"""Passwords of keystores: from environment variables that the user names, and from nowhere else.

An entry is ``NAME``, for every keystore, or ``PATH=NAME``, for the keystore at this path (or those
in the archive or folder there). Values never leave this module but to open a keystore.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from iflint.places.paths import absolute_path, up_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from iflint.places.location import FileLocation

OPTION = "--keystore-password-env"

_CONVENTIONAL = re.compile(r"[A-Z][A-Z0-9_]*")


class Password:
    """The variable that holds a password, and its value (None: it is not set)."""

    def __init__(self, variable: str, value: str | None) -> None:
        self.variable = variable
        self.value = value

    @property
    def spellings(self) -> tuple[str, ...]:
        """The value, and without the line end that files and vaults like to add."""
        if self.value is None:
            return ()
        return tuple(dict.fromkeys((self.value, self.value.rstrip("\r\n"))))

    @property
    def label(self) -> str:
        """The variable for people; what may be a password given by mistake is not repeated."""
        if _CONVENTIONAL.fullmatch(self.variable):
            return f"the environment variable {self.variable}"
        return f"the environment variable that {OPTION} names"

    def __repr__(self) -> str:
        return "Password(…)"


class Passwords:
    """The passwords of a run, by keystore; ``directory`` is what relative paths start from."""

    def __init__(
        self,
        given: Sequence[str],
        directory: str | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._directory = directory or os.curdir
        self._own: dict[str, list[Password]] = {}
        self._common: list[Password] = []
        for text in given:
            path, separator, variable = text.rpartition("=")
            password = Password(variable, environment.get(variable))
            if separator:
                self._own.setdefault(self._absolute(path), []).append(password)
            else:
                self._common.append(password)

    def of(self, file: FileLocation) -> tuple[Password, ...]:
        """The passwords to try on a keystore: those for its path alone, if there are any.

        Those for the nearest folder come first.
        """
        places = up_from(self._absolute(file.path))
        own = [password for place in places for password in self._own.get(place, ())]
        return tuple(own or self._common)

    def _absolute(self, path: str) -> str:
        return absolute_path(path, self._directory)


def what_is_needed(tried: Sequence[Password], file: FileLocation) -> tuple[str, str]:
    """Why a keystore stays closed, as a clause, and what to do, as a line."""
    if not tried:
        return (
            "it is encrypted, and neither an empty password nor none opens it",
            f"put its password into an environment variable and name that: {OPTION} NAME",
        )
    of_its_own = f"for this file alone: {OPTION} '{file.path}=NAME'"
    unset = [password for password in tried if password.value is None]
    if len(unset) == len(tried):
        return (
            f"it is encrypted, and {unset[0].label} is not set",
            f"set the variable to the keystore's password, or name another one, {of_its_own}",
        )
    labels = " or ".join(dict.fromkeys(p.label for p in tried if p.value is not None))
    return (
        f"the password in {labels} is wrong for it, or it is damaged",
        f"set the variable to the keystore's password, or name another one, {of_its_own}",
    )
