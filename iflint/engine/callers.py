"""Who may call besides the rows: what files tell, with what the configuration says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.callers.caller import Caller, KeySettings, callers_of
from iflint.engine.patterns import path_test
from iflint.places.location import FileLocation
from iflint.places.paths import absolute, from_root

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iflint.callers.model import Callers
    from iflint.options import Options
    from iflint.pki.files import FoundCertificate


def callers_in(
    found: Callers,
    at_hand: Iterable[FoundCertificate],
    options: Options,
    directory: str,
    root: str,
) -> tuple[Caller, ...]:
    """Every service key and mapping of an environment, each once.

    Where a key refers to a file of certificates ``at_hand``, these are its own; nothing is opened
    for it. ``directory`` is the absolute folder of the call, ``root`` that of the repository. Of
    settings that name the same key, the last one counts.
    """
    settings = [
        (given, path_test(given.path, directory, given.folder or directory, root))
        for given in reversed(options.service_keys)
    ]
    users = {each.name.casefold(): each.roles for each in options.users}

    def settings_of(file: FileLocation) -> KeySettings:
        given = [each for each, matches in settings if matches(file)]
        return KeySettings(
            roles=next((each.roles for each in given if each.roles is not None), None),
            pinned=next((each.pinned for each in given if each.pinned is not None), None),
        )

    by_file: dict[FileLocation, list[FoundCertificate]] = {}
    for each in at_hand:
        by_file.setdefault(_whole(each.location.file, directory), []).append(each)
    return callers_of(
        found,
        settings_of,
        lambda user: users.get(user.casefold()),
        lambda file: by_file.get(_whole(file, directory), ()),
        lambda file: str(
            FileLocation(from_root(absolute(directory, file.path), root), file.members)
        ),
    )


def _whole(file: FileLocation, directory: str) -> FileLocation:
    """The location with its path from the top, in the one way to write it."""
    return FileLocation(absolute(directory, file.path), file.members)
