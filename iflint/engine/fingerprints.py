"""What makes a finding the same one tomorrow: no line, no column, no BPMN id."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256

import msgspec

from iflint.places.paths import absolute, from_root
from iflint.report.findings import Finding

_CONTENT_ID = r"^[0-9a-f]{32}(?=_content$)"
"""What a package's export names an artifact by; another one after an import (*inferred*)."""


def fingerprinted(
    findings: Iterable[Finding], directory: str, root: str, ids: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Give each finding its fingerprint: 32 hexadecimal digits, unique within the report.

    Made of the rule, the file on disk relative to ``root``, the iFlow (or, outside of one, the
    member of the archive, its name taken for an artifact's id), the channel's adapter, address and
    name, the pair, and the finding's own key; of a service key or a mapping of what it is, wherever
    it stands. Findings that have all of these in
    common are numbered in the order of the report. The identity is made of the same, without the
    file where only one of all flows, whose ``ids`` these are, has the iFlow's id.
    """
    seen: Counter[str] = Counter()
    flows = Counter(ids)

    def numbered(parts: Iterable[str]) -> str:
        base = "\x1f".join(parts)
        seen[base] += 1
        return _digest(base, seen[base])

    result = []
    for finding in findings:
        code, *rest = _parts(finding, directory, root)
        fingerprint = identity = numbered((code, *rest))
        iflow = finding.iflow
        if iflow and iflow.id and flows[iflow.id] == 1 and not finding.caller:
            identity = numbered((code, "", *rest[1:]))
        result.append(msgspec.structs.replace(finding, fingerprint=fingerprint, identity=identity))
    return tuple(result)


def elsewhere(
    findings: Iterable[Finding], directory: str, root: str
) -> Callable[[Finding], Callable[[str], str]]:
    """Tells of one of the findings what its fingerprint would be if its file lay at another path.

    The path is relative to ``root``. The findings have their fingerprints, and none a caller.
    """
    numbers = _numbers(findings, directory, root)

    def fingerprint(finding: Finding) -> Callable[[str], str]:
        code, _, *rest = _parts(finding, directory, root)
        number = numbers.get(finding.fingerprint, 1)
        return lambda path: _digest("\x1f".join((code, path, *rest)), number)

    return fingerprint


def written_otherwise(
    findings: Iterable[Finding], directory: str, root: str
) -> Callable[[Finding, str, str], str]:
    """Tells of one of the findings what its fingerprint would be with another subject and issuer.

    The findings have their fingerprints; one that is asked about is of an entry.
    """
    numbers = _numbers(findings, directory, root)

    def fingerprint(finding: Finding, subject: str, issuer: str) -> str:
        assert finding.entry is not None
        entry = msgspec.structs.replace(finding.entry, subject=subject, issuer=issuer)
        parts = _parts(msgspec.structs.replace(finding, entry=entry), directory, root)
        return _digest("\x1f".join(parts), numbers.get(finding.fingerprint, 1))

    return fingerprint


def _numbers(findings: Iterable[Finding], directory: str, root: str) -> dict[str, int]:
    """The number of each finding among those that have all in common, by its fingerprint."""
    bases = Counter("\x1f".join(_parts(finding, directory, root)) for finding in findings)
    return {
        _digest(base, number): number
        for base, count in bases.items()
        for number in range(1, count + 1)
    }


def _digest(base: str, number: int) -> str:
    text = f"{base}\x1f{number}" if number > 1 else base
    # 128 bits: ours, far more than tell all findings apart that there will ever be.
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _parts(finding: Finding, directory: str, root: str) -> Iterable[str]:
    iflow, channel, entry = finding.iflow, finding.channel, finding.entry
    file = iflow.location if iflow else finding.location.file
    yield finding.code
    if finding.caller:
        yield from (finding.caller.kind, finding.caller.id, finding.key)
        return
    yield from_root(absolute(directory, file.path), root)
    if iflow:
        yield iflow.id
    elif finding.key:
        yield from (re.sub(_CONTENT_ID, "", member) for member in file.members)
    else:
        yield from file.members
    if channel:
        yield from (channel.adapter, channel.address_raw, channel.name)
    if entry:
        yield from (entry.subject, entry.issuer)
    yield finding.key
