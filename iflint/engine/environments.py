"""One set of flows, several environments: parameter files by pattern, and one report of all.

A pattern is a path with placeholders. ``{artifact}`` at its beginning is the artifact's folder
(of an archive: the folder that holds it); anywhere else it is the artifact's id, as ``{id}`` is.
``{name}`` is its name, ``{package}`` the id of its package or, where an export names none, the
folder above the artifact's. Whatever an export calls itself, a pattern leads to nothing outside the
folder that stands before the first placeholder.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

import msgspec

from iflint.report.report import (
    CallerResult,
    ChannelResult,
    EnvironmentSummary,
    IflowResult,
    Report,
)
from iflint.values import ARTIFACT_FOLDER, PLACEHOLDER

if TYPE_CHECKING:
    from iflint.places.location import FileLocation
    from iflint.report.findings import Finding


T = TypeVar("T")


class ParameterPath(msgspec.Struct, frozen=True):
    """The path that a pattern means for a flow, and the folder that it must not leave.

    None: there is no placeholder in it, so that it is named as it stands.
    """

    path: str
    folder: str | None


def parameter_path(pattern: str, flow: IflowResult, bundle: FileLocation) -> ParameterPath:
    """The path that a pattern means for a flow that came in a bundle."""
    if re.search(PLACEHOLDER, pattern) is None:
        return ParameterPath(pattern, None)
    folder = bundle.path
    if bundle.members or bundle == flow.location:
        folder = posixpath.dirname(folder)
    values = {
        "artifact": flow.id,
        "id": flow.id,
        "name": flow.name,
        "package": flow.package.id
        if flow.package
        else posixpath.basename(posixpath.dirname(posixpath.abspath(folder))),
    }
    start = ""
    if pattern.startswith(ARTIFACT_FOLDER):
        start, pattern = folder or ".", pattern.removeprefix(ARTIFACT_FOLDER)
    fixed = start + re.split(PLACEHOLDER, pattern, maxsplit=1)[0]
    path = start + re.sub(PLACEHOLDER, lambda match: values[match[1]], pattern)
    return ParameterPath(path, posixpath.dirname(fixed.replace(os.sep, "/")))


def merged(reports: Mapping[str, Report]) -> Report:
    """One report of several environments, by name; each finding with those in which it holds.

    A finding is the same one if its fingerprint and severity are; it reads as in the first
    environment that has it. Channels that differ are listed once for each environment.
    """
    every = reports.values()
    first, *_ = every
    findings: dict[tuple[str, str], tuple[Finding, list[str]]] = {}
    for name, report in reports.items():
        for finding in report.findings:
            key = (finding.fingerprint, str(finding.severity))
            findings.setdefault(key, (finding, []))[1].append(name)
    wanted = {
        (certificate.subject, certificate.issuer): certificate
        for report in reports.values()
        for certificate in report.wanted
    }
    return msgspec.structs.replace(
        first,
        iflows=tuple(
            _merged_iflow([(name, report.iflows[number]) for name, report in reports.items()])
            for number in range(len(first.iflows))
        ),
        findings=tuple(
            msgspec.structs.replace(finding, environments=tuple(names))
            for finding, names in sorted(findings.values(), key=lambda found: found[0].place)
        ),
        callers=_merged_callers(reports),
        environments=tuple(
            EnvironmentSummary(name, report.trust, report.parameter_files)
            for name, report in reports.items()
        ),
        certificates=max(report.certificates for report in reports.values()),
        certificate_files=max(report.certificate_files for report in reports.values()),
        entries_checked=sum(report.entries_checked for report in reports.values()),
        entries_joined=sum(report.entries_joined for report in reports.values()),
        entries_not_found=sum(report.entries_not_found for report in reports.values()),
        wanted=tuple(wanted.values()),
        parameters=tuple(
            max(
                (report.parameters[number] for report in reports.values()),
                key=lambda file: file.used,
            )
            for number in range(len(first.parameters))
        ),
        untold=max(each.untold for each in every),
        certificate_paths_without=_of_all(each.certificate_paths_without for each in every),
        idle_patterns=_of_all(each.idle_patterns for each in every),
        misnamed_values=_of_all(each.misnamed_values for each in every),
    )


def _of_all(groups: Iterable[Iterable[T]]) -> tuple[T, ...]:
    """What any group has, each once."""
    return tuple(dict.fromkeys(chain.from_iterable(groups)))


def _merged_callers(reports: Mapping[str, Report]) -> tuple[CallerResult, ...]:
    """Each service key and mapping that is the same in several environments once."""
    found: dict[CallerResult, list[str]] = {}
    for name, report in reports.items():
        for caller in report.callers:
            found.setdefault(caller, []).append(name)
    return tuple(
        msgspec.structs.replace(caller, environments=tuple(names))
        for caller, names in found.items()
    )


def _merged_iflow(results: Sequence[tuple[str, IflowResult]]) -> IflowResult:
    (_, first), *_ = results
    by_ordinal: dict[int, list[tuple[str, ChannelResult]]] = {}
    for name, result in results:
        for channel in result.channels:
            by_ordinal.setdefault(channel.ordinal, []).append((name, channel))
    channels: list[ChannelResult] = []
    for _, each in sorted(by_ordinal.items()):
        (_, channel), *others = each
        if len(each) == len(results) and all(
            other is channel or other == channel for _, other in others
        ):
            channels.append(channel)
        else:
            channels += [msgspec.structs.replace(c, environment=name) for name, c in each]
    return msgspec.structs.replace(first, channels=tuple(channels))
