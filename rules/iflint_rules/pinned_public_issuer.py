"""IFL310: the Issuer DN names an intermediate of a public CA."""

from collections.abc import Iterable
from typing import Any

from iflint.rule import (
    EntryCase,
    Finding,
    Rule,
    Severity,
    Told,
    Validity,
    about_certificate,
    about_issuer,
)


class PinnedPublicIssuer(Rule):
    """The Issuer DN of a row names an intermediate of a public CA, which a renewal changes.

    ## What it does

    Reports a row whose certificate was issued by an intermediate below a public web root
    (one that Mozilla's store for TLS holds, which stands in for all browsers). Where the
    certificate is not at hand, the name of the issuer tells (*inferred*), unless that CA ends
    certificates for clients anyway, which `client-auth-sunset` says.

    ## Why it fails at runtime

    Public CAs change their intermediates often: the browsers' root programs ask for new ones,
    some CAs pick one at random at each issuance so that nobody relies on it. The renewed
    certificate then has another issuer, its pair is not in the channel, and the sender gets
    HTTP 403.

    ## How to fix it

    Plan the renewal as one that changes the pair: add the new pair before the sender switches.
    Better: a certificate of a CA whose intermediates stay, such as a private one or SAP Cloud
    Root CA, or an authorization that does not compare DNs.

    ## Source

    Chrome Root Program policy; the CAs' own announcements. Our advice.
    """

    code = "IFL310"
    name = "pinned-public-issuer"
    outcome = ("pair depends on a public intermediate", "pairs depend on public intermediates")
    severity = Severity.WARNING

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say which intermediate it is."""
        best, by_name = case.verdict.best, case.verdict.by_name
        if best is not None and best.validity is Validity.EXPIRED:
            return
        if by_name is not None and by_name.told is Told.CHANGES:
            name = f"{by_name.issuer.readable} (inferred from the name)"
            yield self._pinned(case, name, about_issuer(case))
        if best is None or not best.chain.ok:
            return
        root, issuer = best.chain.root, best.certificate.issuer
        if root is None or not root.public_web or issuer.chain_key == root.subject.chain_key:
            return
        yield self._pinned(case, issuer.readable, about_certificate(case, best))

    def _pinned(self, case: EntryCase, name: str, about: dict[str, Any]) -> Finding:
        return self.finding(
            case,
            f"The Issuer DN names an intermediate of a public CA, {name}. The next renewal will "
            "probably change it, and then this row accepts the sender no more.",
            remedy=case.words.with_switch(
                "Plan the renewal with a second row, or let the sender use a CA whose "
                "intermediates stay."
            ),
            **about,
        )
