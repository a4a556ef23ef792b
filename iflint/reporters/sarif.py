"""SARIF 2.1.0 for code review: one run, every rule, results on files that are on disk.

Written for the consumers that exist: GitHub reads inline root-relative URIs, the first sentence
of a message as a title, links to related locations, ``security-severity`` and
``primaryLocationLineHash``; others read the rest. A result in an archive stands on the archive's
first line, names the member in its message, and describes it as a nested artifact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from iflint.links import SITE
from iflint.places.location import FileLocation
from iflint.places.paths import absolute, quoted, uri
from iflint.reporters import Needs
from iflint.reporters.causes import causes_of, tally
from iflint.reporters.encoding import dumped
from iflint.reporters.remarks import remarks
from iflint.reporters.sarif_messages import MOST_RELATED, message, place_and_words, plain
from iflint.reporters.sarif_rules import configuration_override, described_rule
from iflint.reporters.sentences import scope, stale_table
from iflint.words.visible import encodable, visible
from iflint.words.wording import counted, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.places.location import Location, Region
    from iflint.report.findings import Finding, IflowReference, ProposedFix
    from iflint.report.report import KnownFinding, Report

NEEDS = Needs(describe_rules=True, fixes=True, settings=("sarif_profile",))

MOST_RESULTS = 25_000
"""GitHub refuses a run with more (docs.github.com, "SARIF results exceed one or more limits"); the
worst ones are kept and the rest is counted aloud."""
SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "SRCROOT"
_FIRST_LINE = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}

Json = dict[str, Any]


def render(report: Report, *, sarif_profile: str = "github") -> str:
    """The report as a SARIF log with one run; the same bytes for the same report.

    GitHub shows suppressed and known results as if they were open ones, so the profile
    ``github`` leaves them out; ``full`` has them, each result with its ``suppressions`` and
    ``baselineState``, and what the baseline has and the run did not find.
    """
    if sarif_profile != "full":
        findings = [msgspec.structs.replace(each, baseline=None) for each in report.findings]
        report = msgspec.structs.replace(
            report, findings=tuple(findings), known=(), suppressed=(), baseline=None
        )
    return dumped({"$schema": SCHEMA, "version": "2.1.0", "runs": [_Run(report).described()]})


class _Run:
    """Collects what results share: rules, artifacts, logical locations."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._rules = {rule.code: index for index, rule in enumerate(report.rules)}
        self._artifacts: list[Json] = []
        self._artifact_index: dict[tuple[int, str], int] = {}
        self._logical: list[Json] = []
        self._logical_index: dict[tuple[tuple[str, str], ...], int] = {}
        self._fingerprints: dict[str, int] = {}

    def described(self) -> Json:
        """The whole run."""
        report = self._report
        every = report.findings
        if report.known or report.suppressed:
            every = (*every, *report.known, *report.suppressed)
            every = tuple(sorted(every, key=lambda finding: finding.place))
        findings = _worst(every)
        results = [self._result(finding) for finding in findings]
        if report.baseline:
            results += [self._absent(row) for row in report.baseline.vanished]
        run: Json = {
            "tool": {
                "driver": {
                    "name": "iflint",
                    "version": report.version,
                    "semanticVersion": report.version,
                    "informationUri": SITE,
                    "rules": [described_rule(rule) for rule in report.rules],
                }
            },
            "invocations": [self._invocation(findings)],
            "automationDetails": {"id": "iflint/"},
            "originalUriBaseIds": {
                ROOT: {"description": {"text": "The root folder of the repository."}}
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": self._properties(),
        }
        if self._artifacts:
            run["artifacts"] = self._artifacts
        if self._logical:
            run["logicalLocations"] = self._logical
        return run

    def _properties(self) -> Json:
        report = self._report
        trust = report.trust
        return {
            "asOf": report.as_of,
            "platform": visible(trust.platform),
            "trustList": visible(trust.name),
            "trustListRelease": visible(trust.release),
            "trustListReleasedOn": visible(trust.released_on),
            "trustListKnownUntil": visible(trust.known_until),
            "iflows": report.counts.iflows,
            "senderChannels": report.counts.channels,
            "certificates": report.certificates,
            **msgspec.structs.asdict(tally(causes_of(report.findings))),
            "summary": scope(report),
        }

    def _invocation(self, findings: list[Finding]) -> Json:
        """The run as an event; what could not be read or led to nothing are its notifications."""
        on_problems = {rule.code for rule in self._report.rules if "problem" in rule.handed}
        notifications = [
            self._notification(finding) for finding in findings if finding.code in on_problems
        ]
        report = self._report
        every = len(report.findings) + len(report.known) + len(report.suppressed)
        if left_out := every - len(findings):
            text = f"{counted(left_out, 'finding')} of the least severity left out: too many."
            notifications.append({"level": "warning", "message": {"text": text}})
        if stale := self._report.trust.stale_days:
            text = stale_table(visible(self._report.trust.known_until), stale)
            notifications.append({"level": "note", "message": {"text": text}})
        notifications += [
            {"level": str(each.severity), "message": {"text": plain(each.text)}}
            for each in remarks(report)
        ]
        invocation: Json = {"executionSuccessful": not report.lacks_flows}
        overrides = [configuration_override(rule, n) for n, rule in enumerate(report.rules)]
        if any(overrides):
            invocation["ruleConfigurationOverrides"] = list(filter(None, overrides))
        if notifications:
            invocation["toolExecutionNotifications"] = notifications
        return invocation

    def _notification(self, finding: Finding) -> Json:
        return {
            "level": str(finding.severity),
            "message": {"text": sentence(plain(finding.message))},
            "locations": [{"physicalLocation": self._physical(finding.location)}],
            "associatedRule": {"id": finding.code, "index": self._rules[finding.code]},
        }

    def _result(self, finding: Finding) -> Json:
        related = finding.related[:MOST_RELATED]
        result: Json = {
            "ruleId": finding.code,
            "level": str(finding.severity),
            "message": {"text": message(finding)},
            "locations": [self._location(finding)],
            "partialFingerprints": self._partial_fingerprints(finding),
            "properties": _facts(finding),
        }
        if self._report.suppressed:
            result["suppressions"] = _suppressions(finding)
        if finding.baseline:
            result["baselineState"] = str(finding.baseline)
        if finding.code in self._rules:
            result["ruleIndex"] = self._rules[finding.code]
        if related:
            result["relatedLocations"] = [
                {
                    "id": number,
                    "message": {"text": sentence(place_and_words(item))},
                    "physicalLocation": self._physical(item.location),
                }
                for number, item in enumerate(related, 1)
            ]
        if finding.fix:
            result["fixes"] = [self._fix(finding, finding.fix)]
        return result

    def _fix(self, finding: Finding, fix: ProposedFix) -> Json:
        """What `iflint fix` would write, file by file (SARIF 2.1.0 §3.55).

        In both profiles: GitHub ignores it, editors offer it, and it takes less than 1 KB.
        """
        changes: dict[FileLocation, list[Json]] = {}
        for each in fix.replacements:
            assert each.location.region is not None
            deleted = _region(each.location.region)
            deleted.pop("snippet", None)
            changes.setdefault(each.location.file, []).append(
                {"deletedRegion": deleted, "insertedContent": {"text": each.text}}
            )
        return {
            "description": {"text": sentence(plain(finding.remedy))},
            "artifactChanges": [
                {
                    "artifactLocation": self._artifact_location(file)
                    | {"index": self._artifact(file)},
                    "replacements": replacements,
                }
                for file, replacements in changes.items()
            ],
        }

    def _absent(self, known: KnownFinding) -> Json:
        """A finding of the baseline that is gone."""
        location = {"uri": quoted(known.path), "uriBaseId": ROOT}
        where = f" in {visible(known.member)}" if known.member else ""
        of = known.channel or known.caller
        whose = f" of {visible(of)}" if of else ""
        text = f"No longer found: {visible(known.name)}{whose}{where}."
        result: Json = {
            "ruleId": known.code,
            "level": str(known.severity),
            "message": {"text": text},
            "locations": [
                {"physicalLocation": {"artifactLocation": location, "region": dict(_FIRST_LINE)}}
            ],
            "partialFingerprints": {"iflint/v1": known.fingerprint},
            "baselineState": "absent",
        }
        if self._report.suppressed:
            result["suppressions"] = []
        if known.code in self._rules:
            result["ruleIndex"] = self._rules[known.code]
        return result

    def _partial_fingerprints(self, finding: Finding) -> dict[str, str]:
        """Ours under keys of our own; GitHub's too where the line would make all one alert.

        The second version survives a new name of the export, and so does GitHub's.
        """
        prints = {"iflint/v1": finding.fingerprint, "iflint/v2": finding.identity}
        if finding.location.file.members:
            count = self._fingerprints.get(finding.identity, 0) + 1
            self._fingerprints[finding.identity] = count
            prints["primaryLocationLineHash"] = f"{finding.identity}:{count}"
        return prints

    def _location(self, finding: Finding) -> Json:
        location: Json = {"physicalLocation": self._physical(finding.location)}
        if logical := self._logical_locations(finding):
            location["logicalLocations"] = logical
        return location

    def _physical(self, location: Location) -> Json:
        """Where a reader finds it on disk: for a member, the first line of its archive."""
        self._artifact(location.file)
        on_disk = self._artifact_location(location.file)
        on_disk["index"] = self._artifact(FileLocation(location.file.path))
        physical: Json = {"artifactLocation": on_disk}
        region = location.region
        if location.file.members or region is None:
            physical["region"] = dict(_FIRST_LINE)
            return physical
        physical["region"] = _region(region)
        if context := _context(region):
            physical["contextRegion"] = context
        return physical

    def _artifact_location(self, file: FileLocation) -> Json:
        path = absolute(self._report.directory, file.path)
        address, relative = uri(path, self._report.root)
        location: Json = {"uri": address}
        if relative:
            location["uriBaseId"] = ROOT
        return location

    def _artifact(self, file: FileLocation) -> int:
        """The index of a file among the artifacts, below that of the archive it is in."""
        artifact: Json = {"roles": ["analysisTarget"]}
        parent = -1
        if file.members:
            holder = FileLocation(file.path, file.members[:-1])
            parent = artifact["parentIndex"] = self._artifact(holder)
            location = {"uri": quoted(file.members[-1].lstrip("/")) or "."}
        else:
            location = self._artifact_location(file)
        artifact["location"] = location
        index = self._artifact_index.setdefault((parent, location["uri"]), len(self._artifacts))
        if index == len(self._artifacts):
            self._artifacts.append(artifact)
        return index

    def _logical_locations(self, finding: Finding) -> list[Json]:
        """Package, iFlow and channel, each within the one before."""
        steps = list(_logical_steps(finding))
        found: list[Json] = []
        parent = -1
        for depth, (kind, _, name) in enumerate(steps, 1):
            key = tuple(step[:2] for step in steps[:depth])
            index = self._logical_index.get(key)
            qualified = "/".join(quoted(part).replace("/", "%2F") for _, part in key)
            if index is None:
                index = self._logical_index[key] = len(self._logical)
                entry: Json = {"name": name, "fullyQualifiedName": qualified, "kind": kind}
                if parent >= 0:
                    entry["parentIndex"] = parent
                self._logical.append(entry)
            found.append(
                {"name": name, "fullyQualifiedName": qualified, "kind": kind, "index": index}
            )
            parent = index
        return found


def _suppressions(finding: Finding) -> list[Json]:
    """Why a result is suppressed; empty, which says that it is not, for any other."""
    why = finding.suppression
    if why is None:
        return []
    suppression: Json = {
        "kind": "external",
        "status": "accepted",
        "justification": visible(why.reason),
    }
    facts = {"owner": visible(why.owner), "until": why.until and why.until.isoformat()}
    if any(facts.values()):
        suppression["properties"] = {name: value for name, value in facts.items() if value}
    return [suppression]


def _facts(finding: Finding) -> Json:
    """What SARIF has no field for.

    The ``cause`` neither: ``correlationGuid`` and fingerprints are of results that are the same one
    (SARIF 2.1.0 §3.27.4, §3.27.17), and results of a cause are not.
    """
    facts: Json = {"rule": finding.name, "remedy": visible(finding.remedy)}
    if finding.cause:
        facts["cause"] = finding.cause
    if finding.breaks_on:
        facts["breaksOn"] = finding.breaks_on
    if finding.broken_since:
        facts["brokenSince"] = finding.broken_since
    if finding.works_from:
        facts["worksFrom"] = finding.works_from
    if finding.location.file.members:
        facts["member"] = visible("!/".join(finding.location.file.members))
        if finding.location.region:
            facts["memberRegion"] = _region(finding.location.region)
    return facts


def _region(region: Region) -> Json:
    described: Json = {
        "startLine": region.start_line,
        "startColumn": region.start_column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    }
    first = region.start_column - region.excerpt_column
    last = region.end_column - region.excerpt_column
    whole = region.start_line == region.end_line and 0 <= first < last <= len(region.excerpt)
    if whole:
        described["snippet"] = {"text": encodable(region.excerpt[first:last])}
    return described


def _context(region: Region) -> Json | None:
    """The line around a region, where it is known and shows more than the region itself."""
    end = region.excerpt_column + len(region.excerpt)
    inside = region.excerpt_column <= region.start_column and region.end_column <= end
    same = (region.start_column, region.end_column) == (region.excerpt_column, end)
    if region.start_line != region.end_line or same or not inside:
        return None
    return {
        "startLine": region.start_line,
        "startColumn": region.excerpt_column,
        "endLine": region.start_line,
        "endColumn": end,
        "snippet": {"text": encodable(region.excerpt)},
    }


def _logical_steps(finding: Finding) -> Iterator[tuple[str, str, str]]:
    """Kind, identity and name of each logical place, the widest first."""
    iflow: IflowReference | None = finding.iflow
    if finding.caller:
        caller = finding.caller
        if caller.tenant:
            yield "tenant", caller.tenant, visible(caller.tenant)
        yield caller.kind, caller.id, visible(caller.name)
    if iflow is None:
        return
    if iflow.package:
        package = iflow.package
        yield "package", package.id or package.name, visible(package.name or package.id)
    yield "iflow", iflow.id or iflow.name, visible(iflow.name or iflow.id)
    if finding.channel:
        channel = finding.channel
        yield "channel", _channel_identity(finding), visible(channel.name or channel.adapter)


def _channel_identity(finding: Finding) -> str:
    """A channel by what people know, not by its BPMN id, which a new export may change."""
    channel = finding.channel
    assert channel is not None
    return f"{channel.adapter}:{channel.address_raw or channel.name or channel.ordinal}"


def _worst(findings: tuple[Finding, ...]) -> list[Finding]:
    """As many findings as a consumer takes, in the order of the report."""
    if len(findings) <= MOST_RESULTS:
        return list(findings)
    by_rank = sorted(range(len(findings)), key=lambda index: findings[index].severity.rank)
    return [findings[index] for index in sorted(by_rank[:MOST_RESULTS])]
