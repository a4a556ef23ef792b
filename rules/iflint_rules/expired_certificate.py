"""IFL101: the certificate of a row, a service key or a mapping has expired."""

from collections.abc import Iterable

from iflint.rule import (
    BindingCase,
    Finding,
    Rule,
    Severity,
    Topic,
    Validity,
    about_certificate,
    dated,
    to_renew,
)


class ExpiredCertificate(Rule):
    """The certificate of a row, a service key or a mapping has expired, and no other one serves.

    ## What it does

    Joins the row to the certificates that have its subject and issuer, and reports it when
    none of them is valid any more at the clock of the run (`--as-of`). When several
    certificates have the pair, as after a renewal that kept it, the best one counts: one that
    is still valid is enough. An expired row beside a valid one for the same common name is
    `stale-entry` instead, unless that rule is not in force.

    A service key that is pinned, and a certificate-to-user mapping, accept one certificate only:
    theirs. A key that is not pinned is judged like a row, by all certificates with its pair.

    ## Why it fails at runtime

    The load balancer refuses an expired client certificate, or passes the request on as if it
    had none. What the caller sees differs: a TLS alert, HTTP 401 or 403.

    ## How to fix it

    Get the renewed certificate from the sender. If its subject and issuer are the same,
    nothing in the flow changes. If not: add the new pair beside the old one, redeploy, switch
    the sender, remove the old pair, redeploy.

    Of a service key: make a new key with the renewed certificate in the same instance, let the
    sender switch, delete the old key. Of a mapping: map the renewed certificate to the same user,
    let the sender switch, remove the old mapping. No flow is deployed again.

    ## Source

    SAP documentation (7f84d16, 2d3cae7, 19af5e2, 9949c61); RFC 5280 §4.1.2.5 (both bounds are
    inclusive).
    """

    code = "IFL101"
    name = "expired-certificate"
    outcome = ("certificate has expired", "certificates have expired")
    severity = Severity.ERROR
    about = Topic.VALIDITY

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say when the last one expired."""
        best = case.verdict.best
        if best is None or best.validity is not Validity.EXPIRED:
            return
        if case.verdict.fresher and "IFL106" in case.context.in_force:
            return
        last = case.verdict.joined.last
        end = last.certificate.not_after
        count = len(case.verdict.joined)
        who = "The client certificate" if count == 1 else f"The last of {count} client certificates"
        yield self.finding(
            case,
            f"{who} of {case.words.this} expired on {dated(end, case.context.as_of)}, so calls "
            "with it fail.",
            remedy=to_renew(case),
            broken_since=end,
            **about_certificate(case, last),
        )
