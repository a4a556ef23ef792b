"""IFL405: a signature with a broken hash."""

from collections.abc import Iterable

from iflint.rule import (
    BindingCase,
    Finding,
    Rule,
    Severity,
    Validity,
    about_certificate,
    hash_name,
    listed,
)

_WEAK = frozenset({"MD2", "MD4", "MD5", "SHA-1"})


class WeakSignature(Rule):
    """A certificate of the chain is signed with MD5 or SHA-1.

    ## What it does

    Reports the client certificate and the intermediates of its chain that are signed with a
    hash which is broken. The root's own signature says nothing and is not looked at.

    ## Why it matters

    TLS implementations refuse such signatures more and more. What the load balancer accepts is
    not documented.

    ## How to fix it

    Renew with SHA-256 or better.

    ## Source

    Our advice, from TLS practice (RFC 9155, RFC 9325). No SAP page forbids them.
    """

    code = "IFL405"
    name = "weak-signature"
    outcome = ("signature is weak", "signatures are weak")
    severity = Severity.WARNING

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say which certificates they are."""
        best = case.verdict.best
        if best is None or best.validity is Validity.EXPIRED:
            return
        weak = [
            (certificate, hash_name(certificate))
            for certificate in best.chain.below_root
            if hash_name(certificate) in _WEAK
        ]
        if not weak:
            return
        names = listed(
            [
                f"the client certificate with {hashed}"
                if certificate.sha256 == best.certificate.sha256
                else f"the intermediate {certificate.subject.readable} with {hashed}"
                for certificate, hashed in weak
            ]
        )
        yield self.finding(
            case,
            f"Signed with a broken hash (our advice): {names}.",
            remedy=case.words.with_switch(
                "Ask for a certificate that is signed with SHA-256 or better."
            ),
            **about_certificate(case, best),
        )
