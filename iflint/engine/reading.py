"""What a run reads: each file once, however many options and environments name it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from iflint.engine.inputs import Inputs, Known, named_file, read_certificates, read_inputs
from iflint.engine.roots import RootsRead, read_roots, read_trust_list
from iflint.places.problems import Problem, Unreadable

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.iflow.properties import ParameterFile
    from iflint.iflow.reader import ParsedIflow
    from iflint.options import Environment, Options
    from iflint.pki.roots.trust import TrustList


class Reader:
    """Reads for all environments of a run; ``options`` say from where and with which limits."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._parameters: dict[str, ParameterFile | Problem] = {}
        self._known: Known = {}
        self._roots: dict[tuple[str, ...], RootsRead] = {}

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
        self, environment: Environment, flows: Sequence[ParsedIflow]
    ) -> tuple[tuple[tuple[ParameterFile, ...], ...], tuple[Problem, ...]]:
        """For each flow the files that the environment's patterns mean and that exist."""
        from iflint.engine.environments import parameter_path

        unread: dict[Problem, None] = {}
        found = []
        for flow in flows:
            paths = (parameter_path(pattern, flow) for pattern in environment.parameters)
            files, problems = self.parameters([path for path in paths if self._is_there(path)])
            unread |= dict.fromkeys(problems)
            found.append(files)
        return tuple(found), tuple(unread)

    def certificates(self, paths: Sequence[str]) -> Inputs:
        """The certificates at ``paths``. Raises FileNotFoundError."""
        return read_certificates(paths, self._options, self._known)

    def inputs(self, paths: Sequence[str]) -> Inputs:
        """The flows under ``paths`` and the certificates of the run. Raises FileNotFoundError."""
        return read_inputs(paths, self._options, self._known)

    def trust_list(
        self, options: Options, as_of: datetime
    ) -> tuple[TrustList, tuple[Problem, ...]]:
        """`read_trust_list` for the options of an environment. Raises UsageError."""
        return read_trust_list(options, as_of, self._read_roots)

    def _read_roots(self, option: str, paths: Sequence[str]) -> RootsRead:
        asked = (option, *paths)
        if asked not in self._roots:
            self._roots[asked] = read_roots(option, paths, self._options, self._known)
        return self._roots[asked]

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
