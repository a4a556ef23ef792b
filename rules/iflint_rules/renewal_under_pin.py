"""IFL321: a renewed certificate is at hand that its service key or mapping does not accept."""

from collections.abc import Iterable

from iflint.rule import (
    BindingCase,
    Finding,
    Rule,
    Severity,
    Topic,
    Validity,
    about_renewal,
    dated,
    day,
    sentence,
)


class RenewalUnderPin(Rule):
    """A renewed certificate is at hand, and its service key or mapping accepts the old one only.

    ## What it does

    Looks at service keys that are pinned and at certificate-to-user mappings. Each accepts one
    certificate. It is reported as soon as a later certificate of the sender is at hand that clients
    may use, and no other key with the same roles and no other mapping of the same user has it.
    A later certificate has the same pair, or the same common name and no other organization, and
    begins and ends later.

    Where nothing says whether a key is pinned, it counts as pinned: SAP's default.

    ## Why it fails at runtime

    The sender may switch to the new certificate on any day. From then on it gets HTTP 401, although
    the old certificate is still valid and the new one is, too.

    ## How to fix it

    Make a new service key with the new certificate in the same instance, or map it to the same
    user. Then let the sender switch, then delete the old key or remove the old mapping.
    `iflint renew` gives the steps. If the certificate is not the successor but somebody else's of
    the same name, say which certificates belong to clients (`certificates`), or leave its file out
    (`exclude`).

    ## Source

    SAP documentation (19af5e2, 0fc1446: Pin Certificate; 2d3cae7, steps 4b and 9b; 9949c61).
    """

    code = "IFL321"
    name = "renewal-under-pin"
    outcome = (
        "key or mapping does not accept the renewed certificate",
        "keys or mappings do not accept the renewed certificate",
    )
    severity = Severity.WARNING
    about = Topic.RENEWAL

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say which certificate waits outside."""
        best, successor = case.verdict.best, case.verdict.unprepared
        if best is None or successor is None or not case.verdict.exact:
            return
        if best.validity is not Validity.VALID:
            return
        begins, ends = (
            day(successor.certificate.not_before),
            dated(best.certificate.not_after, case.context.as_of),
        )
        this = case.words.this
        message = f"{this[:1].upper()}{this[1:]} does not accept the renewed certificate at hand, "
        message += f"valid from {begins}. It holds the one that expires on {ends}."
        if not successor.in_time:
            message += " In between the sender can't call."
        yield self.finding(
            case,
            message,
            remedy=sentence(case.words.renewal_at_hand),
            breaks_on=best.certificate.not_after,
            **about_renewal(case, best, successor),
        )
