"""The service keys and mappings of a sender: those that let its certificate in, and the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.callers.caller import CallerKind
from iflint.judging.references import caller_reference
from iflint.judging.renewals import is_same_sender
from iflint.places.location import FileLocation
from iflint.report.findings import CallerReference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.engine.session import Session
    from iflint.pki.certificates import Certificate


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """A service key or a mapping that holds a certificate of a sender.

    ``lets_in`` tells whether it lets the certificate in that was asked about; ``opens`` are the
    channels that it is known to open, ``file`` is where it stands.
    """

    caller: CallerReference
    file: FileLocation
    lets_in: bool
    opens: tuple[str, ...]
    environments: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What people read."""
        where = f" in {', '.join(self.environments)}" if self.environments else ""
        return f"{label_of(self.caller, self.file)}{where}"


def label_of(caller: CallerReference, file: FileLocation) -> str:
    """A service key or a mapping with its file: ``service key partner (keys/partner.json)``."""
    what = "mapping of user" if caller.kind == CallerKind.MAPPING else "service key"
    return f"{what} {caller.name} ({file})"


def admissions(session: Session, certificate: Certificate) -> Iterator[Admission]:
    """Those that let a certificate in, which is at hand, or hold another one of its sender."""
    for verdict in session.caller_verdicts(session.as_of):
        held = verdict.caller.certificate
        lets_in = any(each.certificate == certificate for each in verdict.joined)
        same = held and held.subject.rdns and is_same_sender(held.subject, certificate.subject)
        if lets_in or same:
            yield Admission(
                caller=caller_reference(verdict.caller),
                file=verdict.caller.location.file,
                lets_in=lets_in,
                opens=session.opened_by(verdict.caller),
            )
