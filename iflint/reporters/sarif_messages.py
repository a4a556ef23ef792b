"""What a SARIF result says: complete by itself, and powerless whatever names it holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iflint.reporters.sentences import certificate_name, days, roles_of
from iflint.words.visible import visible
from iflint.words.wording import lifetime, listed, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.report.findings import DnComparison, Finding, Related

_BRACKET = re.compile(r"(?<!\\)(\\*)([\[\]])")

MOST_RELATED = 20
"""A message links so many places at most. Ours: GitHub shows 100 of a result, people read fewer;
most seen: 3."""
MOST_DIFFERENCES = 10
"""A message names so many parts of a name that differ at most. Ours: names have up to 9."""


def message(finding: Finding) -> str:
    """The message of a result: its first sentence is a title, its links are related locations."""
    return " ".join(_sentences(finding))


def _sentences(finding: Finding) -> Iterator[str]:
    yield sentence(plain(finding.message))
    if where := _where(finding):
        yield where
    if environments := _environments(finding):
        yield environments
    if finding.certificate:
        certificate = finding.certificate
        since = "from " if certificate.not_before else ""
        issued = f", issued by {plain(certificate.issuer)}" if certificate.issuer else ""
        yield (
            f"The certificate is {plain(certificate_name(certificate))}{issued}, valid"
            f" {since}{lifetime(certificate.not_before, certificate.not_after)}."
        )
    for comparison in finding.comparisons:
        yield from _differences(comparison)
    yield from days(finding)
    if finding.location.file.members:
        yield f"It stands in {plain(str(finding.location))}."
    for number, related in enumerate(finding.related[:MOST_RELATED], 1):
        yield f"See [{_link(related.message or 'this place')}]({number})."
    yield f"To fix it: {sentence(plain(finding.remedy))}"


def _differences(comparison: DnComparison) -> Iterator[str]:
    """The parts in which a stored name and the certificate's differ, in one sentence."""
    rows = [row for row in comparison.rows if not row.same][:MOST_DIFFERENCES]
    if comparison.kind and rows:
        stored = ", ".join(plain(row.stored) for row in rows if row.stored) or "nothing"
        other = ", ".join(plain(row.certificate) for row in rows if row.certificate) or "nothing"
        role = plain(comparison.role)
        yield f"Where the {role} differs, the channel has {stored}; the certificate has {other}."


def _where(finding: Finding) -> str:
    """The package, iFlow, channel and entry of a finding, in one sentence."""
    if finding.caller:
        caller = finding.caller
        text = "the service key" if caller.kind == "service-key" else "the mapping of user"
        tenant = f" of tenant {_quoted(caller.tenant)}" if caller.tenant else ""
        return f"Found in {text} {_quoted(caller.name)}{tenant} ({plain(roles_of(caller))})."
    if finding.iflow is None:
        return ""
    iflow = finding.iflow
    text = f"iFlow {_quoted(iflow.name or iflow.id)}"
    if iflow.package:
        text += f" of package {_quoted(iflow.package.name or iflow.package.id)}"
    if finding.channel is None:
        return f"Found in {text}."
    channel = finding.channel
    sender = f"the {plain(channel.adapter)} sender channel"
    if channel.name and channel.name != channel.adapter:
        sender += f" {_quoted(channel.name)}"
    if channel.address:
        sender += f" at {_quoted(channel.address)}"
    if finding.entry is None:
        return f"Found in {sender} of {text}."
    entry = finding.entry
    names = " and ".join(
        f"{role} {_quoted(name)}"
        for role, name in (("subject", entry.subject), ("issuer", entry.issuer))
        if name
    )
    pair = f" ({names})" if names else ""
    return f"Found in row {entry.ordinal}{pair} of {sender} of {text}."


def _environments(finding: Finding) -> str:
    names = [plain(name) for name in finding.environments]
    if not names:
        return ""
    return f"It holds in the environment{'s' if len(names) > 1 else ''} {listed(names)}."


def place_and_words(related: Related) -> str:
    """A related place's own words; what is inside an archive is named."""
    text = plain(related.message)
    return f"{text} ({plain(str(related.location))})" if related.location.file.members else text


def plain(text: str) -> str:
    """Text from input in a message: nothing in it is a link (SARIF 2.1.0 §3.11.6).

    A backslash is doubled only where it stands before a bracket and would undo its escape.
    """
    return _BRACKET.sub(r"\1\1\\\2", visible(text))


def _link(text: str) -> str:
    """Text from input as the text of a link, in which a backslash must be escaped as well."""
    return visible(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _quoted(text: str) -> str:
    return f"'{plain(text)}'"
