"""Known findings whose export was renamed: the same artifact, in a file of another name.

A fingerprint holds the file. So a finding that is not known is compared as if its file lay where a
known one did that is not found any more: its artifact's id, its channel and its pair are then the
known one's. It is taken for the same one only if the artifact has left the old file, if no other
artifact could have come from there, and this one from nowhere else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from iflint.engine.coverage import RunCoverage, channel_in_baseline, path_in_baseline
from iflint.engine.fingerprints import elsewhere

if TYPE_CHECKING:
    from iflint.report.findings import Finding
    from iflint.report.report import KnownFinding, Report

Artifact: TypeAlias = tuple[str, ...]
"""The id of a flow, or what leads to a member of an archive, which has none."""

_MOST_FILES = 1_000
"""Files in which a finding may have been. Ours: more than exports are renamed at once."""


def moved(
    findings: Sequence[Finding],
    lost: Iterable[KnownFinding],
    known: Container[str],
    report: Report,
    checked: RunCoverage,
) -> dict[str, str]:
    """The fingerprint of the ``lost`` row that a finding was, for each that has moved.

    ``known`` has the fingerprints of the whole baseline.
    """
    fingerprint_at = elsewhere(findings, report.directory, report.root)
    rows: dict[tuple[str, ...], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in lost:
        named, any_name = (row.code, row.channel, row.iflow or row.member), (row.code, row.channel)
        rows[named][row.path].add(row.fingerprint)
        rows[any_name][row.path].add(row.fingerprint)
    there = {
        (path_in_baseline(iflow.location.path, report), (iflow.id,)) for iflow in report.iflows
    }
    stays = {_place(f, report) for f in findings if f.fingerprint in known}
    came: dict[tuple[str, Artifact], set[str]] = defaultdict(set)
    went: dict[tuple[str, Artifact], set[str]] = defaultdict(set)
    same: list[tuple[Finding, str, str]] = []
    for finding in findings:
        place = path, artifact = _place(finding, report)
        if place in stays or not artifact:
            continue
        channel = channel_in_baseline(finding.channel) if finding.channel else ""
        at, of_flow = fingerprint_at(finding), finding.iflow is not None
        any_name = (finding.code, channel)
        for key in ((*any_name, _name(finding)), any_name):
            befores = [
                (old, before)
                for old, lost_there in islice(rows[key].items(), _MOST_FILES)
                if (before := at(old)) in lost_there
                and (old, artifact) not in there
                and checked.has_left(old, of_flow=of_flow)
            ]
            for old, before in befores:
                same.append((finding, old, before))
                came[place].add(old)
                went[old, artifact].add(path)
            if befores:
                break
    return {
        finding.fingerprint: before
        for finding, old, before in same
        for place in (_place(finding, report),)
        if len(came[place]) == len(went[old, place[1]]) == 1
    }


def _name(finding: Finding) -> str:
    """What a baseline calls the artifact; that it is called so no more is rare."""
    iflow = finding.iflow
    return iflow.name or iflow.id if iflow else "!/".join(finding.location.file.members)


def _place(finding: Finding, report: Report) -> tuple[str, Artifact]:
    """The file on disk in which an artifact is, as a baseline writes it, and the artifact."""
    file = finding.iflow.location if finding.iflow else finding.location.file
    artifact = (finding.iflow.id,) if finding.iflow else file.members
    return path_in_baseline(file.path, report), artifact
