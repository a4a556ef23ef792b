"""IFL406: the key usage does not allow what a TLS client does."""

from collections.abc import Iterable

from iflint.rule import BindingCase, Finding, Rule, Severity, Validity, about_certificate, listed


class KeyUsage(Rule):
    """The key usage of the client certificate does not allow digital signatures.

    ## What it does

    Reports a row, a service key or a mapping whose certificate has a key usage extension without
    `digitalSignature`. A CA's certificate has a rule of its own (`ca-certificate-as-client`).

    ## Why it matters

    A TLS client proves that it has the key by a signature. Implementations that look at the
    key usage refuse such a certificate; whether the load balancer does is not documented.

    ## How to fix it

    Renew with `digitalSignature` in the key usage.

    ## Source

    RFC 5280 §4.2.1.3; RFC 8446 §4.4.2.2 and RFC 5246 §7.4.6. Our advice.
    """

    code = "IFL406"
    name = "key-usage"
    outcome = ("key usage does not fit", "key usages do not fit")
    severity = Severity.WARNING

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say what it allows instead."""
        best = case.verdict.best
        if best is None or best.validity is Validity.EXPIRED:
            return
        usage = best.certificate.key_usage
        if usage is None or "digitalSignature" in usage or best.certificate.is_ca:
            return
        allowed = listed(sorted(usage)) or "nothing"
        yield self.finding(
            case,
            f"The key usage of {case.words.its} certificate allows {allowed}, but not "
            "digitalSignature, which a TLS client needs (our advice).",
            remedy=case.words.with_switch(
                "Ask for a certificate with digitalSignature in its key usage."
            ),
            **about_certificate(case, best),
        )
