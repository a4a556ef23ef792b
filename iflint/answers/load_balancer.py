"""Whether a sender trusts the load balancer: its root among the sender's certificates to trust.

The load balancer's own chain comes from SAP's Connectivity Test (057f4a7, 5d6cbf4). A sender that
is not Java may trust by other rules than those of Java's keystores: *inferred* for these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from iflint.answers.checklist import Complaint, State
from iflint.answers.store_commands import Store, to_trust, trust_in_keystore
from iflint.options import UsageError
from iflint.pki.chains.connectivity import SERVER_AUTH, is_load_balancer_chain
from iflint.pki.chains.pool import CertificatePool
from iflint.pki.chains.search import judge_chain
from iflint.pki.chains.verdict import ChainVerdict, FaultKind, Outcome
from iflint.pki.files import FoundCertificate, Stored
from iflint.pki.roots.trust import Platform, TrustList, root_from_certificate
from iflint.words.wording import dated, day, listed

if TYPE_CHECKING:
    from iflint.pki.certificates import Certificate
    from iflint.pki.chains.verdict import Fault
    from iflint.pki.roots.trust import Table

_DOWNLOAD_AGAIN = (
    "Download the chain again with the Connectivity Test, pointed at the address of the flow."
)


class Trusting(msgspec.Struct, frozen=True):
    """The sender's side of the handshake, before its own certificate is asked for.

    ``held`` are the certificates of its ``stores``, the keystore and then truststores; ``clock``
    is aware. ``table`` lends the names and keys of known roots.
    """

    held: tuple[FoundCertificate, ...]
    stores: tuple[Store, ...]
    table: Table
    clock: datetime

    @property
    def where(self) -> str:
        """The files, for people."""
        return listed([store.path for store in self.stores], "or")

    def judge(self, download: Sequence[FoundCertificate]) -> tuple[list[str], list[Complaint]]:
        """Facts, and what is wrong, for each server in the Connectivity Test's download.

        Raises UsageError when the download holds no server's certificate.
        """
        pool = CertificatePool(download)
        facts: list[str] = []
        complaints: list[Complaint] = []
        for server in _servers(pool):
            facts.append(f"the server is {server.subject.readable}")
            if not is_load_balancer_chain(tuple(pool)):
                facts.append(
                    "by its name it may be any server: give the download of your own address"
                )
            complaints.extend(self._too_old(server))
            fact, complaint = self._judge_server(server, pool)
            facts.extend(fact)
            complaints.extend(complaint)
        return facts, complaints

    def _too_old(self, server: Certificate) -> Iterator[Complaint]:
        if self.clock > server.not_after:
            yield Complaint(
                "The download is old: the server's certificate in it expired on "
                f"{dated(server.not_after, self.clock)}; the load balancer may have another root "
                "by now.",
                _DOWNLOAD_AGAIN,
                State.WARNING,
            )

    def _judge_server(
        self, server: Certificate, pool: CertificatePool
    ) -> tuple[list[str], list[Complaint]]:
        for kind, only_roots, complaint in _LEVELS:
            verdict = self._trusted(server, pool, kind, only_roots=only_roots)
            anchor = verdict.root.certificate if verdict.root else None
            if verdict.outcome is not Outcome.TRUSTED or anchor is None:
                continue
            place = ", ".join(dict.fromkeys(self._places(anchor, kind)))
            fact = f"{anchor.subject.readable}, until {day(anchor.not_after)}, in {place}"
            found = [] if complaint is None else [complaint]
            if not anchor.self_issued:
                found.append(_pinned(anchor))
            found.extend(_fault(fault) for fault in verdict.faults)
            return [fact], found
        return [], [self._missing(server, pool)]

    def _trusted(
        self, server: Certificate, pool: CertificatePool, kind: Stored, *, only_roots: bool = False
    ) -> ChainVerdict:
        """The server's chain if the certificates of this kind, or the roots of it, are trusted."""
        anchors = {
            found.certificate: root_from_certificate(found.certificate, str(found.location.file))
            for found in self.held
            if _is(found, kind) and (found.certificate.self_issued or not only_roots)
        }
        trust = TrustList(Platform.CUSTOM, self.table, None, tuple(anchors.values()))
        return judge_chain(server, pool, trust, self.clock)

    def _places(self, anchor: Certificate, kind: Stored) -> Iterator[str]:
        for found in self.held:
            if found.certificate == anchor and _is(found, kind):
                yield str(found.location.file)

    def _missing(self, server: Certificate, pool: CertificatePool) -> Complaint:
        """None of the certificates to trust leads to the server: what to import, from where."""
        verdict = self._trusted(server, pool, Stored.TRUSTED)
        top = verdict.certificates[-1]
        name = top.subject if top.self_issued else top.issuer
        message = (
            f"The load balancer's root, {name.readable}, is not among the certificates to trust "
            f"in {self.where}."
        )
        if any(_is(f, Stored.TRUSTED) and _same_name(f, name.chain_key) for f in self.held):
            message += " The one of that name there has another key."
        if not top.self_issued:
            return Complaint(
                f"{message} The download does not hold it either.",
                "Get this root from its CA, and import it as a certificate to trust.",
            )
        place = pool.locations(top)[0]
        file = str(place.file).rpartition("!/")[2]
        target = self.stores[-1]
        how = "Import" if target.is_keystore else "Add"
        remedy = f"{how} {file} of the download into {target.path} as a certificate to trust"
        command = to_trust(file, target, is_text=place.region is not None)
        if target.is_alone:
            remedy += (
                ": that file can hold no second one, so make a PEM file of both for the sender"
            )
        return Complaint(message, f"{remedy}.", commands=(command,) if command else ())


def trusted(held: Iterable[FoundCertificate]) -> int:
    """How many different certificates to trust there are among those of keystores and files."""
    return len({found.certificate for found in held if _is(found, Stored.TRUSTED)})


def _is(found: FoundCertificate, kind: Stored) -> bool:
    """Whether a certificate counts as one of ``kind``; one of a plain file is to be trusted."""
    return (found.stored or Stored.TRUSTED) is kind


_LEVELS = (
    (Stored.TRUSTED, True, None),
    (Stored.TRUSTED, False, None),
    (
        Stored.UNMARKED,
        False,
        Complaint(
            "It lacks Java's mark of a certificate to trust, so a sender that runs on Java does "
            "not trust it.",
            "For a sender that runs on Java, import it with: "
            f"{trust_in_keystore('FILE', 'KEYSTORE')}.",
            State.WARNING,
        ),
    ),
    (
        Stored.PRESENTED,
        False,
        Complaint(
            "It is there as a part of a key entry's chain only, which is presented, not trusted.",
            "Import it once more, as a certificate to trust: "
            f"{trust_in_keystore('FILE', 'KEYSTORE')}.",
        ),
    ),
)


def _fault(fault: Fault) -> Complaint:
    """What is wrong in the chain of the download: out of date, or not what a sender accepts."""
    holder = fault.certificate.subject.readable if fault.certificate else "the root"
    dates = (FaultKind.EXPIRED, FaultKind.NOT_YET_VALID)
    state = State.WARNING if fault.kind in dates else State.FAILS
    return Complaint(
        f"The chain of the download does not hold: {holder}: {fault.detail}.",
        _DOWNLOAD_AGAIN,
        state,
    )


def _pinned(anchor: Certificate) -> Complaint:
    kind = "an intermediate" if anchor.is_ca else "the server's own certificate"
    return Complaint(
        f"What is trusted is {kind} of the load balancer, not its root: it is replaced "
        f"without notice, at the latest before {day(anchor.not_after)}.",
        "Import the root of the download as a certificate to trust.",
        State.WARNING,
    )


def _same_name(found: FoundCertificate, key: str) -> bool:
    return found.certificate.subject.chain_key == key


def _servers(pool: CertificatePool) -> tuple[Certificate, ...]:
    """Those in the download that issued no other one in it; CAs only if there is nothing else."""
    issuers = {c.issuer.chain_key for c in pool if not c.self_issued}
    lowest = tuple(c for c in pool if c.subject.chain_key not in issuers)
    lowest = tuple(c for c in lowest if not c.is_ca) or lowest
    servers = tuple(
        c for c in lowest if c.extended_key_usage is None or SERVER_AUTH in c.extended_key_usage
    )
    if not servers:
        names = ", ".join(c.subject.readable for c in lowest[:3])
        raise UsageError(f"no server's certificate is in it, but {names or 'none at all'}")
    return servers
