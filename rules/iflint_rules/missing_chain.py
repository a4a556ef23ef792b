"""IFL202: an intermediate between a certificate and its root is not at hand."""

from collections.abc import Iterable

from iflint.rule import (
    CHAIN_AGAIN,
    BindingCase,
    CallerCase,
    Finding,
    Holder,
    JoinedCertificate,
    Outcome,
    Rule,
    Severity,
    Told,
    Topic,
    about_certificate,
    known_issuer,
    surely_unsupported,
)


class MissingChain(Rule):
    """An intermediate certificate between the client certificate and its root is missing.

    ## What it does

    Builds the chain of the best certificate of a row, a service key or a mapping from the files
    at hand and reports an issuer that is neither there nor a root of the list. It names the missing
    certificate and, if the certificate below it says where its issuer can be downloaded (AIA
    caIssuers), that address; nothing is ever fetched.

    Where the missing certificate is that of a public CA, it says to which root this leads, and
    whether that is on the list: by the key identifier that the certificate below names, or by the
    name alone (*inferred*). Under a root that is not on the list nobody needs the intermediate:
    `unsupported-issuer` says so instead.

    Whether a name that nothing at hand carries is an intermediate or a root can't be told, so
    the message says, too, that as a root it would not be on the list.

    ## Why it fails at runtime

    The load balancer holds root certificates only, so the sender must present every
    intermediate. If the chain is incomplete where the sender's people keep it, the handshake
    ends with an alert such as `unknown_ca`, or the request goes on without a certificate.

    The files at hand show only that a chain can be completed; what the sender really presents is
    in its own key store. So this is a warning where the certificate lies here as a file, and an
    error where a file shows what is presented: a keystore's key entry, or a certificate with its
    private key.

    ## How to fix it

    Get the missing certificate from the CA, give it to the sender's administrator, who must
    add it to the key entry, and keep it with your certificates. A service key that SAP made
    has the whole chain in its JSON: fetch it again.

    ## Source

    SAP documentation (4509f60: "the whole certificate chain").
    """

    code = "IFL202"
    name = "missing-chain"
    outcome = ("intermediate is missing", "intermediates are missing")
    severity = Severity.WARNING
    about = Topic.CHAIN

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say which certificate is missing, and where it may be found."""
        best, issuer = case.verdict.best, case.verdict.missing_issuer
        if best is None or best.chain.outcome is not Outcome.MISSING:
            return
        if _UNSUPPORTED_ISSUER in case.context.in_force and surely_unsupported(case):
            return
        chain = best.chain
        missing = chain.missing_issuer.readable if chain.missing_issuer else "unknown"
        message = (
            f"The chain of {case.words.its} certificate is incomplete: the certificate of "
            f"{missing} is missing."
        )
        if chain.below is not None and chain.below.sha256 != best.certificate.sha256:
            message += f" It issued {chain.below.subject.readable}."
        if issuer is not None:
            trust = case.context.trust
            message += f" It is {known_issuer(issuer, trust)} List: {trust.name}."
        elif chain.issuer_name_known:
            message += " The one of this name at hand or on the list has another key."
        else:
            message += (
                f" If that is a root, it is not a supported one (list: {case.context.trust.name})."
            )
        at = f" ({chain.ca_issuers[0]})" if chain.ca_issuers else ""
        remedy = f"Get this certificate from the CA{at}. Let the sender add it to its key entry, "
        remedy += "since calls fail without it, and keep it with your certificates."
        if _is_of_sap(case, best):
            remedy = CHAIN_AGAIN
        if issuer is not None and (issuer.told is Told.UNSUPPORTED or not issuer.for_clients):
            remedy = (
                "First ask the sender which CA it uses. If it is this one, it may need another "
            )
            remedy += "client certificate, not this intermediate."
        yield self.finding(
            case,
            message,
            remedy=remedy,
            cause=chain.missing_issuer.canonical if chain.missing_issuer else "",
            severity=Severity.ERROR if best.presented else None,
            **about_certificate(case, best),
        )


_UNSUPPORTED_ISSUER = "IFL207"
"""Says so where it is certain that the missing certificate is of no use."""


def _is_of_sap(case: BindingCase, best: JoinedCertificate) -> bool:
    """Whether SAP made the key pair together with a service key."""
    if isinstance(case, CallerCase) and case.verdict.caller.made_by_sap:
        return True
    return best.presented is not None and best.presented.entry.holder is Holder.SERVICE_KEY
