"""IFL105: a certificate expires soon, and its successor's pair is not accepted yet."""

from collections.abc import Iterable

from iflint.rule import (
    Answer,
    BindingCase,
    CallerCase,
    Finding,
    Rule,
    Severity,
    Successor,
    Topic,
    about_renewal,
    dated,
    day,
    expires_soon,
    window,
)


class RenewalWithoutOverlap(Rule):
    """A certificate expires soon, and its successor at hand has a pair that is not accepted yet.

    ## What it does

    Looks at rows, and at service keys that are not pinned, whose certificate expires soon (see
    `certificate-expires-soon`) and whose successor is at hand with another pair: a later
    certificate with the same common name and no other organization, that clients may use and whose
    chain no certificate at hand contradicts. It is reported when no row of the channel, and no
    key with the same roles, has that pair. The row to add is given, ready to paste.

    ## Why it fails at runtime

    By SAP's procedure the pair of the new certificate is added beside the old one and deployed
    before the sender switches. Without it there is a time in which neither certificate is
    accepted, and the switch becomes an outage.

    ## How to fix it

    Add a second row with the new certificate's subject and issuer (`iflint fix --add-successor`
    does it in unpacked flows), redeploy, let the sender switch, remove the old row, redeploy.
    Of a service key: make a new one with the new certificate in the same instance, let the sender
    switch, delete the old one.

    ## Source

    SAP documentation (2d3cae7, steps 3, 4, 7 and 10; 19af5e2).
    """

    code = "IFL105"
    name = "renewal-without-overlap"
    outcome = ("renewal is not prepared", "renewals are not prepared")
    severity = Severity.WARNING
    about = Topic.RENEWAL
    answer = Answer.SUCCESSOR
    expiry_days = window("A certificate that ends within so many days needs its successor's row.")

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say which pair is to be added."""
        best, successor = case.verdict.best, case.verdict.unprepared
        if best is None or successor is None or case.verdict.exact:
            return
        old, new = best.certificate, successor.certificate
        if not expires_soon(old.not_before, old.not_after, case.context.as_of, self.expiry_days):
            return
        begins, ends = day(new.not_before), dated(old.not_after, case.context.as_of)
        message = f"The client certificate of {case.words.this} expires on {ends}, and "
        if isinstance(case, CallerCase):
            message += "this key does not accept its successor."
            remedy = case.words.renewal_at_hand
        else:
            message += "no row accepts its successor."
            cells = (case.verdict.subject.value, case.verdict.issuer.value)
            is_of_parameters = any(cell.parameters for cell in cells)
            row = "a row of two parameters, as this one is," if is_of_parameters else "this row"
            remedy = f"Before the sender switches, add {row} and redeploy: {_row(successor)}"
        message += f" The successor is valid from {begins} and has another subject or issuer."
        if not successor.in_time:
            message += " In between the sender can't call."
            remedy = f"Ask for a certificate for the days until {begins}. {remedy}"
        yield self.finding(
            case,
            message,
            remedy=remedy,
            breaks_on=old.not_after,
            **about_renewal(case, best, successor),
        )


def _row(successor: Successor) -> str:
    certificate = successor.certificate
    return f"Subject DN {certificate.subject.text} and Issuer DN {certificate.issuer.text}"
