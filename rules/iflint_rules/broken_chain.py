"""IFL204: a certificate above the client certificate is there, but the link fails."""

from collections.abc import Iterable
from datetime import datetime

from iflint.rule import (
    BindingCase,
    Certificate,
    Fault,
    FaultKind,
    Finding,
    JoinedCertificate,
    Rule,
    Severity,
    Topic,
    about_certificate,
    dated,
    listed,
)


class BrokenChain(Rule):
    """A certificate above the client certificate is there, but it does not vouch for it.

    ## What it does

    Checks every link of the best path from the certificate of a row, a service key or a mapping
    to a root, and reports each certificate on it that fails: its key did not make the signature
    (another key under the same name), it is not a CA, its key usage does not allow to sign
    certificates, its path length is exceeded, its name constraints exclude a name below it, it has
    expired or is not valid yet. Constraints on host names hold for a common name, too, if it is a
    host name and the certificate has no DNS name among its alternative names.

    A root on SAP's list is checked for its dates only. A root of your own, from a file of
    `--roots` or `--roots-add`, also bounds what is below it by its own extensions: name
    constraints, path length, usages. RFC 5280 leaves these aside, but many programs apply them.

    A critical extension that nobody knows makes a certificate invalid, the client certificate
    too. The usual case is a pre-certificate, which a CA makes for the logs of Certificate
    Transparency, and which somebody took for the certificate itself. So does an extension that
    occurs twice, that can't be read, or that is critical although no CA should mark it so.

    An expired certificate that a sender's keystore presents although the chain does without it is a
    warning: most verifiers find the other path, but whether SAP's load balancer does is *unknown*.

    An issuer that is not there at all is `missing-chain`. A SHA-1 or MD5 signature that
    verifies is not broken.

    ## Why it fails at runtime

    The load balancer verifies the chain that the sender presents, link by link, at each
    connection.

    ## How to fix it

    Get the right certificate of the issuer from the CA and replace the one in the sender's key
    entry. An intermediate that has expired usually has a successor with the same name
    and key; the client certificate itself then needs no renewal.

    ## Source

    RFC 5280 §6.1; for roots of your own RFC 5937; SAP documentation (4509f60, 7f84d16).
    """

    code = "IFL204"
    name = "broken-chain"
    outcome = ("chain is broken", "chains are broken")
    severity = Severity.ERROR
    about = Topic.CHAIN

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say for each faulty certificate what is wrong with it."""
        best = case.verdict.best
        if best is None:
            return
        by_certificate: dict[str, list[Fault]] = {}
        for fault in best.chain.faults:
            by_certificate.setdefault(_identity(fault), []).append(fault)
        for identity, faults in by_certificate.items():
            yield self._finding(case, best, identity, faults)
        if best.presented is not None:
            for certificate in best.presented.expired_without_need(case.context.as_of):
                yield self._needless(case, best, certificate)

    def _needless(
        self, case: BindingCase, best: JoinedCertificate, certificate: Certificate
    ) -> Finding:
        """Say of an expired certificate that the sender presents it in vain."""
        return self.finding(
            case,
            f"The sender's key entry also presents {certificate.subject.readable}, which expired "
            f"on {dated(certificate.not_after, case.context.as_of)} and is not needed. Most "
            "servers then find the other chain. What SAP's does is not known.",
            remedy="Let the sender remove this certificate from the key entry.",
            severity=Severity.WARNING,
            cause=certificate.sha256,
            key=certificate.sha256,
            **about_certificate(case, best),
        )

    def _finding(
        self, case: BindingCase, best: JoinedCertificate, identity: str, faults: list[Fault]
    ) -> Finding:
        first = faults[0]
        reasons = listed([_reason(fault, case) for fault in faults])
        message = (
            f"The chain of {case.words.its} certificate breaks at {_subject(first)}: {reasons}."
        )
        if first.certificate != first.below:
            message += f" The certificate below is {first.below.subject.readable}."
        return self.finding(
            case,
            message,
            remedy=case.words.with_switch(_REMEDIES[first.kind])
            if first.kind in _REMEDIES
            else _REPLACE,
            broken_since=_end(first) if first.kind is FaultKind.EXPIRED else None,
            works_from=_begin(first) if first.kind is FaultKind.NOT_YET_VALID else None,
            cause=identity,
            key=identity,
            **about_certificate(case, best),
        )


_REPLACE = (
    "Get the right certificate of this issuer from the CA. Replace it in the sender's key entry "
    "and in your files."
)
_REMEDIES = {
    FaultKind.SIGNATURE: "Get this certificate and the one below it from the CA again. Replace "
    "both in the sender's key entry and in your files.",
    FaultKind.EXPIRED: "Get the renewed certificate of this issuer from the CA, or a client "
    "certificate under another one. Replace it in the sender's key entry, too.",
    FaultKind.NOT_YET_VALID: "Wait for that day, or get a certificate of this issuer that is "
    "valid today.",
    FaultKind.ALGORITHM: "Let the sender get a certificate that is signed in a common way, with "
    "RSA or ECDSA and SHA-256. The certificates above it must be so, too.",
    FaultKind.NAME_CONSTRAINTS: "Let the sender get a certificate with a name that this CA may "
    "certify, or one under another issuer.",
    FaultKind.UNKNOWN_CRITICAL_EXTENSION: "Get the certificate itself from the CA, without this "
    "extension. Replace it in the sender's key entry, too.",
    FaultKind.MALFORMED: "Let the CA issue this certificate again. Replace it in the sender's "
    "key entry and in your files.",
    FaultKind.PATH_LENGTH: "Let the sender get a certificate under another issuer, which may have "
    "this many intermediates below it.",
}


def _identity(fault: Fault) -> str:
    if fault.certificate is not None:
        return fault.certificate.sha256
    return fault.root.sha256 if fault.root is not None else ""


def _subject(fault: Fault) -> str:
    if fault.certificate is not None:
        return fault.certificate.subject.readable
    return fault.root.subject_text if fault.root is not None else fault.below.issuer.readable


def _begin(fault: Fault) -> datetime | None:
    holder = fault.certificate or fault.root
    return holder.not_before if holder else None


def _end(fault: Fault) -> datetime | None:
    holder = fault.certificate or fault.root
    return holder.not_after if holder else None


def _reason(fault: Fault, case: BindingCase) -> str:
    holder = fault.certificate or fault.root
    if holder is not None and fault.kind is FaultKind.EXPIRED and holder.not_after:
        return f"it expired on {dated(holder.not_after, case.context.as_of)}"
    if holder is not None and fault.kind is FaultKind.NOT_YET_VALID and holder.not_before:
        return f"it is not valid before {dated(holder.not_before, case.context.as_of)}"
    return fault.detail
