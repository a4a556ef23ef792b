"""Who may call besides the rows: what files tell, with what the configuration says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from iflint.callers.caller import Caller, CallerSettings, callers_of
from iflint.callers.model import ServiceKey
from iflint.engine.patterns import path_test
from iflint.options import ServiceKeySettings, UserSettings
from iflint.places.location import FileLocation
from iflint.places.paths import absolute, from_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from iflint.callers.model import Callers, UserMapping
    from iflint.options import Environment, Options
    from iflint.pki.files import FoundCertificate

Table = ServiceKeySettings | UserSettings


def callers_in(
    found: Callers,
    at_hand: Iterable[FoundCertificate],
    options: Options,
    environment: str,
    directory: str,
    root: str,
) -> tuple[Caller, ...]:
    """Every service key and mapping of an environment (empty: of all), each once.

    Where a key refers to a file of certificates ``at_hand``, these are its own; nothing is opened
    for it. ``directory`` is the absolute folder of the call, ``root`` that of the repository. Of
    settings that name the same key or user, the last one counts.
    """
    by_file: dict[FileLocation, list[FoundCertificate]] = {}
    for each in at_hand:
        by_file.setdefault(_whole(each.location.file, directory), []).append(each)

    def written(file: FileLocation) -> str:
        return str(FileLocation(from_root(absolute(directory, file.path), root), file.members))

    return callers_of(
        found,
        Tables(options, directory, root).settings_of,
        lambda file: by_file.get(_whole(file, directory), ()),
        written,
        environment,
    )


def tables_of(of: Options | Environment) -> tuple[Table, ...]:
    """The tables that count for a run or an environment, in this order."""
    return *of.service_keys, *of.users


class Tables:
    """The tables of a configuration that speak of keys and users, ready to be asked."""

    def __init__(self, options: Options, directory: str, root: str) -> None:
        def lies_there(table: Table) -> Callable[[FileLocation], bool]:
            if not table.path:
                return lambda _file: True
            return path_test(table.path, directory, table.folder or directory, root)

        self._keys = [(each, lies_there(each)) for each in reversed(options.service_keys)]
        self._users = [(each, lies_there(each)) for each in reversed(options.users)]
        self._claims = [
            (environment.name, table, lies_there(table))
            for environment in (*options.environments, *options.other_environments)
            for table in tables_of(environment)
            if table.path
        ]
        self._of_all = not options.environments

    def in_use(self, found: Callers) -> Iterator[Table]:
        """The tables that match a key or a mapping."""
        files = dict.fromkeys(key.location.file for key in found.service_keys)
        yield from (each for each, lies_there in self._keys if any(map(lies_there, files)))
        users = dict.fromkeys((m.user.casefold(), m.location.file) for m in found.mappings)
        for table, lies_there in self._users:
            if any(table.name.casefold() == user and lies_there(file) for user, file in users):
                yield table

    def settings_of(self, found: ServiceKey | UserMapping) -> CallerSettings:
        """What the configuration says of a key or a mapping where it stands in a file."""
        file = found.location.file
        if isinstance(found, ServiceKey):
            keys = [table for table, lies_there in self._keys if lies_there(file)]
            claims = self._claiming(file, ServiceKeySettings)
            return CallerSettings(
                roles=_said(keys, "roles", claims if self._of_all else {}),
                pinned=_said(keys, "pinned", claims if self._of_all else {}),
                environments=frozenset(claims),
            )
        user = found.user.casefold()

        def of_user(tables: Iterable[Table]) -> list[Table]:
            named = (each for each in tables if isinstance(each, UserSettings))
            return [each for each in named if each.name.casefold() == user]

        users = of_user(table for table, lies_there in self._users if lies_there(file))
        claims = self._claiming(file, UserSettings)
        theirs = {name: of_user(tables) for name, tables in claims.items()}
        return CallerSettings(
            roles=_said(users, "roles", theirs if self._of_all else {}),
            environments=frozenset(claims),
        )

    def _claiming(self, file: FileLocation, by: type[Table]) -> dict[str, list[Table]]:
        """The environments to which a file belongs by the paths of such tables, last ones first."""
        claims: dict[str, list[Table]] = {}
        for name, table, lies_there in reversed(self._claims):
            if isinstance(table, by) and lies_there(file):
                claims.setdefault(name, []).append(table)
        return claims


def _said(tables: Iterable[Table], setting: str, claims: Mapping[str, Iterable[Table]]) -> Any:
    """What the first table says that says anything, else what all environments say alike."""
    said = next((value for each in tables if (value := getattr(each, setting)) is not None), None)
    if said is not None or not claims:
        return said
    values = {_said(theirs, setting, {}) for theirs in claims.values()}
    return values.pop() if len(values) == 1 else None


def _whole(file: FileLocation, directory: str) -> FileLocation:
    """The location with its path from the top, in the one way to write it."""
    return FileLocation(absolute(directory, file.path), file.members)
