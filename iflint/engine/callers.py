"""Who may call besides the rows: what files tell, with what the configuration says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from iflint.callers.caller import Caller, CallerSettings, callers_of
from iflint.callers.model import ServiceKey
from iflint.engine.patterns import path_test

if TYPE_CHECKING:
    from iflint.callers.model import Callers, UserMapping
    from iflint.options import Environment, Options, ServiceKeySettings, UserSettings
    from iflint.places.location import FileLocation


def callers_in(
    found: Callers, options: Options, environment: str, directory: str, root: str
) -> tuple[Caller, ...]:
    """Every service key and mapping of an environment (empty: of all), each once.

    ``directory`` is the absolute folder of the call, ``root`` that of the repository. Of settings
    that name the same key or user, the last one counts.
    """
    tables = Tables(options, directory, root)
    return callers_of(found, tables.settings_of, environment)


def _tables(of: Options | Environment) -> tuple[ServiceKeySettings | UserSettings, ...]:
    return *of.service_keys, *of.users


class Tables:
    """The tables of a configuration that speak of keys and users, ready to be asked."""

    def __init__(self, options: Options, directory: str, root: str) -> None:
        def lies_there(table: ServiceKeySettings | UserSettings) -> Callable[[FileLocation], bool]:
            if not table.path:
                return lambda _file: True
            return path_test(table.path, directory, table.folder or directory, root)

        self._keys = [(each, lies_there(each)) for each in reversed(options.service_keys)]
        self._users = [(each, lies_there(each)) for each in reversed(options.users)]
        self._claims = [
            (environment.name, lies_there(table))
            for environment in (*options.environments, *options.other_environments)
            for table in _tables(environment)
            if table.path
        ]

    def settings_of(self, found: ServiceKey | UserMapping) -> CallerSettings:
        """What the configuration says of a key or a mapping where it stands in a file."""
        file = found.location.file
        environments = frozenset(name for name, lies_there in self._claims if lies_there(file))
        if isinstance(found, ServiceKey):
            keys = [table for table, lies_there in self._keys if lies_there(file)]
            return CallerSettings(
                roles=next((each.roles for each in keys if each.roles is not None), None),
                pinned=next((each.pinned for each in keys if each.pinned is not None), None),
                environments=environments,
            )
        user = found.user.casefold()
        users = (each for each, lies_there in self._users if lies_there(file))
        roles = next((each.roles for each in users if each.name.casefold() == user), None)
        return CallerSettings(roles=roles, environments=environments)
