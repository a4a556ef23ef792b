"""IFL403: the client certificate is a CA certificate."""

from collections.abc import Iterable

from iflint.rule import BindingCase, CallerCase, Finding, Outcome, Rule, Severity, about_certificate


class CaCertificateAsClient(Rule):
    """The client certificate of a row is the certificate of a CA.

    ## What it does

    Reports a row, a service key or a mapping whose certificate says that it is a CA
    (basicConstraints). Self-signed certificates have a rule of their own.

    ## Why it matters

    Either the wrong certificate of a chain was entered, and the sender will present another
    one; or a key that can issue certificates is in daily use at a sender, where it does not
    belong.

    ## How to fix it

    Enter the pair of the sender's own certificate, or make a new service key or mapping with it.
    If it really is a CA's, have another one
    issued for the sender.

    ## Source

    RFC 5280 §4.2.1.9. Our advice.
    """

    code = "IFL403"
    name = "ca-certificate-as-client"
    outcome = ("certificate is a CA's", "certificates are CAs'")
    severity = Severity.WARNING

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say that it is a CA's."""
        best = case.verdict.best
        if best is None or not best.certificate.is_ca:
            return
        if best.chain.outcome is Outcome.SELF_SIGNED:
            return
        yield self.finding(
            case,
            f"{case.words.its.capitalize()} certificate is that of a CA, not of a sender: "
            f"{best.certificate.subject.readable}.",
            remedy=case.words.with_switch(
                "Use the sender's own certificate, or have one issued."
                if isinstance(case, CallerCase)
                else "Enter Subject DN and Issuer DN of the sender's own certificate, or have one "
                "issued."
            ),
            **about_certificate(case, best),
        )
