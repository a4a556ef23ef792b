"""IFL102: the certificate of a row, a service key or a mapping expires soon."""

from collections.abc import Iterable

from iflint.rule import (
    BindingCase,
    Finding,
    Rule,
    Severity,
    Topic,
    about_certificate,
    dated,
    day,
    expires_soon,
    window,
)


class CertificateExpiresSoon(Rule):
    """The best certificate of a row, a service key or a mapping expires soon.

    ## What it does

    Reports a row, a service key or a mapping whose best certificate is valid and ends within
    `expiry-days` (default 30), and for which no successor is at hand: a certificate that begins and
    ends later and has the same pair, or the same common name and no other organization. A successor
    that nothing accepts yet is told by `renewal-without-overlap` and `renewal-under-pin` instead,
    one that would be refused by `unusable-renewal`. A successor that begins only after the end is
    told here.

    Certificates that live less than 90 days are renewed by machines and would be reported all the
    time: for them the window is a third of their lifetime, if that is shorter.

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
    outcome = ("certificate ends soon", "certificates end soon")
    severity = Severity.WARNING
    about = Topic.VALIDITY
    expiry_days = window("A certificate that ends within so many days ends soon.")

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say on which day the best one ends."""
        best = case.verdict.best
        later = case.verdict.successor
        served = later is not None and (later.accepted_by is None or later.in_time)
        if best is None or served or case.verdict.unusable_renewal is not None:
            return
        certificate, context = best.certificate, case.context
        if not expires_soon(
            certificate.not_before, certificate.not_after, context.as_of, self.expiry_days
        ):
            return
        several = len(case.verdict.joined)
        who = "The client certificate"
        if several > 1:
            who = f"The best of {several} client certificates"
        message = f"{who} of {case.words.this} expires on "
        message += f"{dated(certificate.not_after, context.as_of)}."
        remedy = case.words.renewal
        if later is not None:
            begins = day(later.certificate.not_before)
            message += (
                f" Its successor is not valid before {begins}: in between the sender can't call."
            )
            ask = f"Ask the sender for a certificate for the days until {begins}."
            remedy = case.words.supply.instead or ask
        yield self.finding(
            case,
            message,
            remedy=remedy,
            breaks_on=certificate.not_after,
            **about_certificate(case, best),
        )
