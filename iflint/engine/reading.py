"""What a run reads: each file once, however many options and environments name it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING

from iflint.engine.inputs import Inputs, Known, named_file, read_certificates, read_inputs
from iflint.engine.roots import RootsRead, read_roots, read_trust_list
from iflint.limits import PARAMETER_PATHS, numbered
from iflint.options import UsageError
from iflint.places.bounds import real
from iflint.places.location import FileLocation, Location
from iflint.places.paths import is_below
from iflint.places.problems import Problem, ProblemKind, Unreadable
from iflint.sources.disk import Disk, enclosing_repository
from iflint.words.visible import shown

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.engine.environments import ParameterPath
    from iflint.engine.kept import Kept
    from iflint.engine.kept_flow import KeptFlow
    from iflint.engine.parts import Pair, Part
    from iflint.iflow.properties import ParameterFile
    from iflint.limits import Budget
    from iflint.options import Environment, Options
    from iflint.pki.calendar import Calendar
    from iflint.pki.public_cas import PublicCas
    from iflint.pki.roots.trust import TrustList
    from iflint.sources import Artifact, Parcel


_FEW = 128
"""What is found below this number is read here and now. Ours: that takes 0.1 s."""


class _Ahead(contextlib.ExitStack):
    """Asks what is kept from run to run, then other processes; of a few things neither."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self._options = options
        self._kept: Kept | None = None

    def __call__(self, found: Iterable[Artifact | Parcel]) -> Iterable[Pair]:
        """What was found, with the parts of parcels that are known."""
        options, remaining = self._options, iter(found)
        first = tuple(islice(remaining, _FEW))
        are_many = len(first) == _FEW
        pairs: Iterable[Pair] = zip(chain(first, remaining), repeat(None))
        if are_many and not options.no_cache:
            from iflint.engine.kept import Kept

            self._kept = self.enter_context(Kept(options))
            pairs = self._kept(pairs)
        executor = options.executor
        if executor is None and are_many and options.jobs not in (None, 1):
            from iflint.engine.workers import workers

            made = workers(options.jobs)
            executor = None if made is None else self.enter_context(made)
        if executor is not None:
            from iflint.engine.elsewhere import Elsewhere

            pairs = Elsewhere(options, executor)(pairs)
        return pairs

    @property
    def keeps(self) -> bool:
        """Whether anything is kept."""
        return self._kept is not None

    def keep(self, parcel: Parcel, part: Part) -> None:
        """Keep what was read of a parcel."""
        if self._kept is not None:
            self._kept.keep(parcel, part)


class Reader:
    """Reads for all environments of a run; ``options`` say from where and with which limits."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._parameters: dict[str, ParameterFile | Problem] = {}
        self._known = Known()
        self._roots: dict[tuple[str, ...], RootsRead] = {}

    @property
    def budget(self) -> Budget:
        """What the run may still take of its limits."""
        return self._known.budget

    def parameters(
        self, paths: Sequence[str]
    ) -> tuple[tuple[ParameterFile, ...], tuple[Problem, ...]]:
        """The parameter files at ``paths``, and what of them can't be read. Raises UsageError."""
        read = [self._parameter_file(path) for path in paths]
        return (
            tuple(each for each in read if not isinstance(each, Problem)),
            tuple(each for each in read if isinstance(each, Problem)),
        )

    def parameters_of(
        self, environment: Environment, flows: Sequence[KeptFlow]
    ) -> tuple[tuple[tuple[ParameterFile, ...], ...], tuple[Problem, ...], tuple[str, ...]]:
        """For each flow the files that the environment's patterns mean and that exist.

        Behind them what can't be read, and the patterns that mean no file of any flow. Raises
        UsageError for more patterns and flows than a run may look for.
        """
        from iflint.engine.environments import parameter_path

        if not self.budget.spend(PARAMETER_PATHS, len(flows) * len(environment.parameters)):
            raise UsageError(
                f"environment {shown(environment.name)} makes it more than"
                f" {numbered(PARAMETER_PATHS.value)} {PARAMETER_PATHS.bounds};"
                f" {PARAMETER_PATHS.option}"
            )
        unread: dict[Problem, None] = {}
        idle = dict.fromkeys(environment.parameters)
        found = []
        for flow in flows:
            paths = []
            for pattern in environment.parameters:
                meant = parameter_path(pattern, flow.told, flow.bundle)
                if not self._may_be_read(meant, environment):
                    unread[_leads_out(flow.told.location, environment)] = None
                elif self._is_there(meant.path):
                    paths.append(meant.path)
                    idle.pop(pattern, None)
            files, problems = self.parameters(paths)
            unread |= dict.fromkeys(problems)
            found.append(files)
        return tuple(found), tuple(unread), tuple(idle)

    def certificates(
        self, paths: Sequence[str], taken: frozenset[FileLocation] = frozenset()
    ) -> Inputs:
        """The certificates at ``paths``, but for ``taken`` files. Raises FileNotFoundError."""
        return read_certificates(paths, self._options, self._known, taken=taken)

    def inputs(self, paths: Sequence[str]) -> Inputs:
        """The flows under ``paths`` and the certificates of the run. Raises FileNotFoundError."""
        with _Ahead(self._options) as ahead:
            return read_inputs(paths, self._options, self._known, ahead)

    def trust_list(
        self, options: Options, as_of: datetime
    ) -> tuple[TrustList, tuple[Problem, ...]]:
        """`read_trust_list` for the options of an environment. Raises UsageError."""
        return read_trust_list(options, as_of, self._read_roots)

    def read_tables_that_are_given(self) -> None:
        """Read the calendar and the public CAs of the options. Raises UsageError."""
        if self._options.calendar is not None:
            _ = self.calendar
        if self._options.public_cas is not None:
            _ = self.public_cas

    @cached_property
    def calendar(self) -> Calendar:
        """The CA calendar, read from its file when it is first asked something."""
        from iflint.engine.roots import read_calendar

        return read_calendar(self._options)

    @cached_property
    def public_cas(self) -> PublicCas:
        """The table of public CAs, read from its file when it is first asked something."""
        from iflint.engine.roots import read_public_cas

        return read_public_cas(self._options)

    def _read_roots(self, option: str, paths: Sequence[str]) -> RootsRead:
        asked = (option, *paths)
        if asked not in self._roots:
            self._roots[asked] = read_roots(option, paths, self._options, self._known)
        return self._roots[asked]

    def _may_be_read(self, meant: ParameterPath, environment: Environment) -> bool:
        """Whether a path stays in its folder, and by way of links in what may be read."""
        if meant.folder is None:
            return True
        if "\0" in meant.path:
            return False
        absolute = Disk(self._options.directory).absolute
        path, folder = absolute(meant.path), absolute(meant.folder)
        there, own = real(path), real(folder)
        within = environment.repository
        return (
            is_below(path, folder)
            and (is_below(there, own) or is_below(there, enclosing_repository(own) or own))
            and (within is None or is_below(there, within))
        )

    def _is_there(self, path: str) -> bool:
        return path in self._parameters or os.path.isfile(
            os.path.join(self._options.directory or "", path)
        )

    def _parameter_file(self, path: str) -> ParameterFile | Problem:
        from iflint.engine.parameter_files import read_parameters

        if path not in self._parameters:
            source = named_file(path, self._options)
            try:
                self._parameters[path] = read_parameters(source.read(), source.location)
            except Unreadable as error:
                self._parameters[path] = error.problem
        return self._parameters[path]


def _leads_out(flow: FileLocation, environment: Environment) -> Problem:
    """What to say of a flow whose names would make a pattern lead elsewhere."""
    return Problem(
        ProblemKind.ARTIFACT,
        Location(flow),
        f"The parameters of environment {shown(environment.name)} were not read for this flow: its"
        " id, its name, its package or a link leads out of the folder that the pattern names",
        "Correct the name, or the pattern in the configuration",
    )
