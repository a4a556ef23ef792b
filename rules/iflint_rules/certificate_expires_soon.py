"""IFL102: the certificate of an entry, a service key or a mapping expires soon."""

from collections.abc import Iterable

from iflint.rule import (
    BindingCase,
    CallerCase,
    Finding,
    Rule,
    Severity,
    Topic,
    about_certificate,
    counted,
    dated,
    expires_soon,
    named,
    window,
)


class CertificateExpiresSoon(Rule):
    """The best certificate of an entry, a service key or a mapping expires soon.

    ## What it does

    Reports an entry, a service key or a mapping whose best certificate is valid and ends within
    `expiry-days` (default 30). Certificates that live less than 90 days are renewed by machines and
    would be reported all the time: for them the window is a third of their lifetime, if that is
    shorter.

    ## Why it fails at runtime

    On that day the channel stops working. SAP's procedure for a renewal that changes the pair
    needs two redeployments and the sender's people in between, so it takes longer than a day.

    ## How to fix it

    Ask the sender for the renewed certificate now. If it keeps subject and issuer, nothing in
    the flow changes; else add its pair beside this one first. For a service key or a mapping, first
    make a new key in the same instance, or a new mapping of the same user, and then let the sender
    switch.

    ## Source

    SAP documentation (2d3cae7). The length of the window is our advice.
    """

    code = "IFL102"
    name = "certificate-expires-soon"
    severity = Severity.WARNING
    about = Topic.VALIDITY
    expiry_days = window("A certificate that ends within so many days ends soon.")

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say on which day the best one ends."""
        best = case.verdict.best
        if best is None:
            return
        certificate, context = best.certificate, case.context
        if not expires_soon(
            certificate.not_before, certificate.not_after, context.as_of, self.expiry_days
        ):
            return
        several = len(case.verdict.joined)
        who = "The client certificate"
        if several > 1:
            who = f"The best of {counted(several, 'certificate')}"
        yield self.finding(
            case,
            f"{who} of {case.words.this} expires on {dated(certificate.not_after, context.as_of)}.",
            remedy=_remedy(case),
            breaks_on=certificate.not_after,
            **about_certificate(case, best),
        )


def _remedy(case: BindingCase) -> str:
    if isinstance(case, CallerCase) and case.verdict.overlap:
        later = named(case.verdict.overlap[0])
        return f"Let the sender switch to the certificate of {later}, then {case.words.removal}."
    return case.words.renewal_at_hand if case.verdict.successors else case.words.renewal
