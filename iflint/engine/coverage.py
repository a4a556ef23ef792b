"""What a run looked at: a known finding is gone only where it would have been found."""

from __future__ import annotations

import os.path
import posixpath
from collections.abc import Iterable
from functools import cached_property

import msgspec

from iflint.places.location import FileLocation
from iflint.places.paths import absolute, from_root, is_below_any, up_from
from iflint.report.findings import CallerReference, ChannelReference
from iflint.report.report import CallerResult, KnownFinding, Report
from iflint.sources.names import Role, bundle_root, role_of


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What a run looked at, as locations have it.

    It looked for files at and below ``paths``, read all at and below ``given``, and ``files``.
    ``unread`` could not be read, or not as a whole. ``by_dates`` are the codes of the rules that
    dates alone are enough for.
    """

    paths: tuple[str, ...]
    given: tuple[str, ...]
    files: frozenset[str]
    unread: tuple[FileLocation, ...]
    by_dates: frozenset[str] = frozenset()


def path_in_baseline(path: str, report: Report) -> str:
    """A path of the report as a baseline writes it: relative to the root."""
    return from_root(absolute(report.directory, path), report.root)


def caller_in_baseline(caller: CallerReference | CallerResult) -> str:
    """A service key or a mapping as a baseline writes it."""
    return f"{caller.kind} {caller.name}"


def channel_in_baseline(channel: ChannelReference) -> str:
    """A channel as a baseline writes it."""
    return f"{channel.adapter} {channel.address_raw or channel.name}".strip()


class RunCoverage:
    """What a whole run looked at, in all of its environments."""

    def __init__(self, report: Report, coverages: Iterable[Coverage]) -> None:
        def absolutes(paths: Iterable[str]) -> set[str]:
            return {absolute(report.directory, path) for path in paths}

        every = tuple(coverages)
        self._root = report.root
        self._paths = absolutes(path for each in every for path in each.paths)
        self._given = absolutes(path for each in every for path in each.given)
        self._files = absolutes({path for each in every for path in each.files})
        unread = {
            _whole(_place(absolute(report.directory, file.path), "!/".join(file.members)))
            for each in every
            for file in each.unread
        }
        self._unread = unread | {f"{each}!" for each in unread}
        self._environments = frozenset(each.name for each in report.environments)
        self._unjudged = {
            (path_in_baseline(iflow.location.path, report), iflow.name or iflow.id, *pair)
            for iflow in report.iflows
            for channel in iflow.channels
            for entry in channel.entries
            if entry.state == "not-found"
            for pair in ((entry.subject, entry.issuer), ("", ""))
        }

        self._by_dates = frozenset(code for each in every for code in each.by_dates)
        self._callers = {
            (path_in_baseline(caller.location.file.path, report), caller_in_baseline(caller)): (
                caller.by_facts
            )
            for caller in report.callers
            if caller.by_facts or not caller.certificates
        }

    def covers(self, known: KnownFinding) -> bool:
        """Whether the run would have found it."""
        if bool(known.environments) != bool(self._environments):
            return False
        if not self._environments.issuperset(known.environments):
            return False
        entry = (known.path, known.iflow, known.subject, known.issuer)
        if known.channel and entry in self._unjudged:
            return False
        by_dates = self._callers.get((known.path, known.caller))
        if by_dates is not None and not (by_dates and known.code in self._by_dates):
            return False
        of_flow = bool(known.iflow)
        renewed = not known.renewed or self._was_read(known.renewed)
        return renewed and self._was_read(known.path, known.member, of_flow=of_flow)

    def has_left(self, path: str, *, of_flow: bool) -> bool:
        """Whether what lay at a path is not there any more; a flow, also where others are read."""
        gone = not os.path.lexists(absolute(self._root, path))
        return gone or (of_flow and self._was_read(path, of_flow=True))

    def _was_read(self, file: str, member: str = "", *, of_flow: bool = False) -> bool:
        """Whether a file was read as a whole, or is no longer where the run looked for files."""
        path = absolute(self._root, file)
        place = _place(path, member)
        if is_below_any(place, self._unread):
            return False
        if path in self._files or is_below_any(path, self._given):
            return True
        if not is_below_any(path, self._paths):
            return False
        if not os.path.lexists(path):
            return True
        read_with_others = not of_flow and role_of(path) in _READ_WITH_OTHERS
        folder = path if os.path.isdir(path) else posixpath.dirname(path)
        return read_with_others and folder in self._places

    @cached_property
    def _places(self) -> frozenset[str]:
        """The files that were read, and all folders above them."""
        return frozenset(place for file in self._files for place in up_from(file))


_READ_WITH_OTHERS = (None, Role.MANIFEST, Role.PACKAGE_LIST)
"""Roles of files that are read for others in their folder: lists, manifests, the configuration."""


def _place(path: str, member: str) -> str:
    return f"{path}!/{member}" if member else path


def _whole(place: str) -> str:
    """The bundle that the file at ``place`` is a part of, else the file."""
    return (bundle_root(place) or place).removesuffix("!")
