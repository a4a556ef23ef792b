"""What findings carry of the model: references to flows, channels, entries and certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.report.findings import (
    MOST_PLACES,
    CallerReference,
    CertificateReference,
    ChannelReference,
    EntryReference,
    IflowReference,
)

if TYPE_CHECKING:
    from iflint.callers.caller import Caller
    from iflint.iflow.model import Iflow, SenderChannel, Value
    from iflint.judging.verdicts import EntryVerdict
    from iflint.pki.certificates import Certificate
    from iflint.places.location import Location


def iflow_reference(iflow: Iflow) -> IflowReference:
    """The reference that findings carry."""
    return IflowReference(iflow.id, iflow.name, iflow.version, iflow.package, iflow.location)


def channel_reference(channel: SenderChannel) -> ChannelReference:
    """The reference that findings carry."""
    address = channel.address
    return ChannelReference(
        id=channel.id,
        ordinal=channel.ordinal,
        name=channel.name,
        adapter=channel.adapter,
        address=text_of(address) if address else "",
        address_raw=address.raw if address else "",
    )


def channel_label(iflow: Iflow, channel: SenderChannel) -> str:
    """A channel as people read it, with its iFlow: ``Orders: HTTPS /orders``."""
    address = channel.address
    place = text_of(address) if address else channel.name
    return f"{iflow.name}: {channel.adapter} {place}".strip()


def folder_of(iflow: IflowReference) -> str:
    """Where a flow lies, as people tell its copies apart: its folder, or its archive."""
    bundle, _, _ = str(iflow.location).partition("/src/main/resources/")
    return bundle.removesuffix("!")


def entry_reference(verdict: EntryVerdict) -> EntryReference:
    """The reference that findings carry."""
    return EntryReference(
        verdict.entry.ordinal, text_of(verdict.entry.subject), text_of(verdict.entry.issuer)
    )


def caller_reference(caller: Caller) -> CallerReference:
    """The reference that findings carry."""
    from hashlib import sha256

    identity = f"{caller.kind}\x1f{caller.identity}".encode("utf-8", "backslashreplace")
    return CallerReference(
        kind=str(caller.kind),
        name=caller.name,
        id=sha256(identity).hexdigest()[:32],
        tenant=caller.tenant,
        roles=caller.roles,
    )


def certificate_reference(
    certificate: Certificate, locations: tuple[Location, ...]
) -> CertificateReference:
    """The reference that findings carry."""
    return CertificateReference(
        subject=certificate.subject.readable,
        issuer=certificate.issuer.readable,
        sha256=certificate.sha256,
        not_before=certificate.told_begin,
        not_after=certificate.not_after,
        locations=locations,
    )


def told_certificate(
    certificate: Certificate, locations: tuple[Location, ...]
) -> CertificateReference:
    """The reference of a finding or a result, of which many may speak of the same certificate."""
    return certificate_reference(certificate, locations[:MOST_PLACES])


def text_of(value: Value) -> str:
    """The resolved text of a value, or the stored one where a parameter is not defined."""
    return value.raw if value.text is None else value.text
