"""IFL103: the certificate of a row, a service key or a mapping is not valid yet."""

from collections.abc import Iterable

from iflint.rule import (
    BindingCase,
    Finding,
    Related,
    Rule,
    Severity,
    Topic,
    Validity,
    about_certificate,
    dated,
    named,
)


class CertificateNotYetValid(Rule):
    """The best certificate of a row, a service key or a mapping is not valid yet.

    ## What it does

    Reports a row, a service key or a mapping none of whose certificates is valid at the clock of
    the run while one will be later. If another one with the same pair has expired, both dates are
    named: between them the sender can't call.

    A successor whose row, key or mapping was added in time is a note only: another one of the
    same channel, roles or user, for the same common name, has a certificate that is valid until
    this one begins.

    ## Why it fails at runtime

    The load balancer refuses a client certificate before its first day like one after its
    last.

    ## How to fix it

    Wait, or let the sender use a certificate that is valid today; with its own pair beside
    this one, if that differs.

    ## Source

    RFC 5280 §4.1.2.5; SAP documentation (7f84d16).
    """

    code = "IFL103"
    name = "certificate-not-yet-valid"
    outcome = ("certificate is not valid yet", "certificates are not valid yet")
    severity = Severity.ERROR
    about = Topic.VALIDITY

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say from when on it will work."""
        verdict = case.verdict
        best = verdict.best
        if best is None or best.validity is not Validity.NOT_YET_VALID:
            return
        coming = min(
            (match for match in verdict.joined if match.validity is Validity.NOT_YET_VALID),
            key=lambda match: match.certificate.not_before,
        )
        expired = [
            match.certificate.not_after
            for match in verdict.joined
            if match.validity is Validity.EXPIRED
        ]
        begins = dated(coming.certificate.not_before, case.context.as_of)
        refused = "" if verdict.meanwhile else ": calls with it fail until then"
        message = (
            f"The client certificate of {case.words.this} is not valid before {begins}{refused}."
        )
        if expired:
            message += f" The one before it expired on {dated(max(expired), case.context.as_of)}."
        about = about_certificate(case, coming)
        if verdict.meanwhile:
            other = named(verdict.meanwhile)
            message += f" Until then {other} has a valid one for the same sender."
            about["related"] += (Related(verdict.meanwhile.location, "the one until then"),)
        yield self.finding(
            case,
            message,
            remedy="Nothing to do: let the sender switch when the day has come."
            if verdict.meanwhile
            else case.words.with_switch(
                "Wait for that day, or let the sender use a certificate that is valid today."
            ),
            severity=Severity.NOTE if verdict.meanwhile else None,
            broken_since=max(expired) if expired else None,
            works_from=coming.certificate.not_before,
            **about,
        )
