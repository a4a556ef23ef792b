"""Who may call besides the rows: what files tell, with what the configuration says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from iflint.callers.caller import Caller, CallerSettings, callers_of
from iflint.callers.model import ServiceKey
from iflint.engine.bits import any_of, bits_by, bits_of, numbers_in
from iflint.engine.patterns import Paths
from iflint.options import ServiceKeySettings, UserSettings
from iflint.places.location import FileLocation
from iflint.places.paths import absolute, from_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iflint.callers.model import Callers, UserMapping
    from iflint.engine.patterns import Trials
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
    trials: Trials,
) -> tuple[Caller, ...]:
    """Every service key and mapping of an environment (empty: of all), each once.

    Where a key refers to a file of certificates ``at_hand``, these are its own; nothing is opened
    for it. ``directory`` is the absolute folder of the call, ``root`` that of the repository. Of
    settings that name the same key or user, the last one counts. Raises UsageError for more than a
    run may compare.
    """
    by_file: dict[FileLocation, list[FoundCertificate]] = {}
    for each in at_hand:
        by_file.setdefault(_whole(each.location.file, directory), []).append(each)

    def written(file: FileLocation) -> str:
        return str(FileLocation(from_root(absolute(directory, file.path), root), file.members))

    return callers_of(
        found,
        Tables(options, directory, root, trials).settings_of,
        lambda file: by_file.get(_whole(file, directory), ()),
        written,
        environment,
    )


def tables_of(of: Options | Environment) -> tuple[Table, ...]:
    """The tables that count for a run or an environment, in this order."""
    return *of.service_keys, *of.users


class Tables:
    """The tables of a configuration that speak of keys and users, ready to be asked."""

    def __init__(self, options: Options, directory: str, root: str, trials: Trials) -> None:
        def last_first(tables: Iterable[tuple[str, Table]]) -> _Among:
            return _Among(tuple(tables)[::-1], directory, root, trials)

        environments = (*options.environments, *options.other_environments)
        self._keys = last_first(("", table) for table in options.service_keys)
        self._users = last_first(("", table) for table in options.users)
        self._claims_of_keys = last_first(
            (each.name, table) for each in environments for table in each.service_keys if table.path
        )
        self._claims_of_users = last_first(
            (each.name, table) for each in environments for table in each.users if table.path
        )
        self._of_all = not options.environments

    def in_use(self, found: Callers) -> Iterator[Table]:
        """The tables that match a key or a mapping."""
        files = dict.fromkeys(key.location.file for key in found.service_keys)
        yield from self._keys.tables_in(any_of(map(self._keys.at, files)))
        users = dict.fromkeys((m.location.file, m.user) for m in found.mappings)
        yield from self._users.tables_in(any_of(self._users.at(*each) for each in users))

    def settings_of(self, found: ServiceKey | UserMapping) -> CallerSettings:
        """What the configuration says of a key or a mapping where it stands in a file."""
        file = found.location.file
        if isinstance(found, ServiceKey):
            tables, claims, user = self._keys, self._claims_of_keys, None
        else:
            tables, claims, user = self._users, self._claims_of_users, found.user
        here, claiming = tables.at(file, user), claims.at(file)
        owners = [name for name, bits in claims.environments.items() if bits & claiming]

        def said(setting: str) -> Any:
            """What the first table says that says anything, else what all owners say alike."""
            value = tables.said(setting, here)
            if value is not None or not (self._of_all and owners):
                return value
            theirs = claims.at(file, user)
            values = {claims.said(setting, theirs & claims.environments[each]) for each in owners}
            return values.pop() if len(values) == 1 else None

        return CallerSettings(
            roles=said("roles"),
            pinned=said("pinned") if isinstance(found, ServiceKey) else None,
            environments=frozenset(owners),
        )


class _Among:
    """Tables with the environments that they stand in, asked at once: bit n is that of table n."""

    def __init__(
        self, tables: Sequence[tuple[str, Table]], directory: str, root: str, trials: Trials
    ) -> None:
        self._tables = [table for _, table in tables]
        self._paths = Paths(
            [(table.path, table.folder or directory) for table in self._tables],
            directory,
            root,
            trials,
        )
        self._anywhere = bits_of(n for n, table in enumerate(self._tables) if not table.path)
        self._users = bits_by(
            (table.name.casefold(), number)
            for number, table in enumerate(self._tables)
            if isinstance(table, UserSettings)
        )
        self._saying = {
            setting: bits_of(
                number
                for number, table in enumerate(self._tables)
                if getattr(table, setting, None) is not None
            )
            for setting in ("roles", "pinned")
        }
        self.environments = bits_by((name, number) for number, (name, _) in enumerate(tables))

    def at(self, file: FileLocation, user: str | None = None) -> int:
        """The bits of the tables whose path has the file; with a ``user``, of those about them."""
        found = self._anywhere | self._paths.matching(file)
        return found if user is None else found & self._users.get(user.casefold(), 0)

    def tables_in(self, bits: int) -> Iterator[Table]:
        """The tables with these bits."""
        return (self._tables[number] for number in numbers_in(bits))

    def said(self, setting: str, bits: int) -> Any:
        """What the first of the tables with these bits says that says anything."""
        first = next(self.tables_in(bits & self._saying[setting]), None)
        return first and getattr(first, setting)


def _whole(file: FileLocation, directory: str) -> FileLocation:
    """The location with its path from the top, in the one way to write it."""
    return FileLocation(absolute(directory, file.path), file.members)
