"""ACM101: a certificate that lives longer than the team's policy allows."""

from __future__ import annotations

from collections.abc import Iterable

from iflint.rule import BindingCase, Finding, Rule, Severity, about_certificate, number


class LongCertificate(Rule):
    """A client certificate lives longer than our policy allows.

    ## What it does

    Reports a row, a service key or a mapping whose certificate is valid for more than `days`.

    ## Why it matters

    Whoever gets hold of its key can call for as long.

    ## How to fix it

    Ask the partner for a shorter one at the next renewal.
    """

    code = "ACM101"
    name = "long-certificate"
    severity = Severity.WARNING
    days = number(
        "The longest life of a certificate.", default=398, least=1, most=3650, unit="days"
    )

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say how long it lives."""
        best = case.verdict.best
        if best is None:
            return
        life = (best.certificate.not_after - best.certificate.not_before).days + 1
        if life > self.days:
            yield self.finding(
                case,
                f"The client certificate of {case.words.this} lives {life} days,"
                f" and our policy allows {self.days}.",
                remedy="Ask the partner for a shorter one at the next renewal.",
                **about_certificate(case, best),
            )
