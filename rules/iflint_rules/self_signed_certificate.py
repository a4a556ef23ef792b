"""IFL203: a client certificate is its own issuer and not on the list."""

from collections.abc import Iterable

from iflint.rule import (
    BindingCase,
    Finding,
    IssuerVerdict,
    Outcome,
    Platform,
    Rule,
    Severity,
    Told,
    Topic,
    about_certificate,
    about_issuer,
)


class SelfSignedCertificate(Rule):
    """The client certificate is self-signed, so no root that SAP supports vouches for it.

    ## What it does

    Reports a row, a service key or a mapping whose best certificate is signed with its own key
    and is not itself on the list of roots in force. Where no certificate is at hand, and subject
    and issuer are one name, this is *inferred* from the name: a warning.

    ## Why it fails at runtime

    The load balancer accepts client certificates only if their chain ends in one of its roots.
    A self-signed certificate is its own root, and it is not there.

    ## How to fix it

    Let the sender get a certificate from a CA whose root is on the list. On a custom domain
    whose own list holds this certificate, check with `--platform custom --roots FILE`.

    ## Source

    SAP documentation (4509f60).
    """

    code = "IFL203"
    name = "self-signed-certificate"
    outcome = ("certificate is self-signed", "certificates are self-signed")
    severity = Severity.ERROR
    about = Topic.ROOT

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say that it is self-signed."""
        by_name = case.verdict.by_name
        if by_name is not None and by_name.told is Told.OWN_ISSUER:
            yield self._by_name(case, by_name)
        best = case.verdict.best
        if best is None or best.chain.outcome is not Outcome.SELF_SIGNED:
            return
        yield self.finding(
            case,
            f"The client certificate of {case.words.this} is self-signed and not on the list of "
            f"supported roots ({case.context.trust.name}): {best.certificate.subject.readable}.",
            remedy=case.words.with_switch(_REMEDIES[case.context.trust.platform], elsewhere=True),
            **about_certificate(case, best),
        )

    def _by_name(self, case: BindingCase, issuer: IssuerVerdict) -> Finding:
        return self.finding(
            case,
            f"Subject and issuer of {case.words.its} certificate are the same, so it is "
            f"self-signed (inferred). It is not on the list of supported roots "
            f"({case.context.trust.name}): "
            f"{issuer.issuer.readable}.",
            remedy=case.words.with_switch(_REMEDIES[case.context.trust.platform], elsewhere=True),
            severity=Severity.WARNING,
            **about_issuer(case),
        )


_ANOTHER = "Let the sender get a certificate under a supported root (`iflint roots` lists them)"
_REMEDIES = {
    **dict.fromkeys(
        Platform,
        f"{_ANOTHER}. If it calls a domain of your own, check with the list of that: "
        "--platform custom --roots FILE.",
    ),
    Platform.CUSTOM: f"{_ANOTHER}, or add this certificate to your own list: --roots FILE.",
}
