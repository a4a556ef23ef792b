"""Who may call besides the rows: what files tell, with what the configuration says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.callers.caller import Caller, KeySettings, callers_of
from iflint.engine.patterns import path_test

if TYPE_CHECKING:
    from iflint.callers.model import Callers
    from iflint.options import Options
    from iflint.places.location import FileLocation


def callers_in(found: Callers, options: Options, directory: str, root: str) -> tuple[Caller, ...]:
    """Every service key and mapping of an environment, each once.

    ``directory`` is the absolute folder of the call, ``root`` that of the repository. Of settings
    that name the same key, the last one counts.
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

    return callers_of(found, settings_of, lambda user: users.get(user.casefold()))
