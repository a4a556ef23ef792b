"""IFL104: an intermediate or the root ends before the certificate does."""

from collections.abc import Iterable

from iflint.rule import (
    BindingCase,
    Finding,
    Outcome,
    Rule,
    Severity,
    Topic,
    Validity,
    about_certificate,
    dated,
    day,
)


class IssuerExpiresFirst(Rule):
    """An intermediate or the root of the chain ends before the client certificate does.

    ## What it does

    Looks at the path that makes a row, a service key or a mapping work today, and reports the
    first certificate above the client certificate that ends before it. (A root that ends within the
    window of `root-leaving` is left to that rule.)

    ## Why it fails at runtime

    Everybody watches the client certificate's own date. On the earlier day the chain breaks,
    although the certificate itself is still valid.

    ## How to fix it

    Ask the CA for the successor of the ending certificate. With the same name and key, the
    sender only replaces it in the key entry; else the client certificate must be renewed
    before that day.

    ## Source

    RFC 5280 §6.1.3 (every certificate of the path must be valid). Our advice: SAP says only
    that the whole chain must be valid.
    """

    code = "IFL104"
    name = "issuer-expires-first"
    outcome = ("certificate outlives its intermediate", "certificates outlive their intermediates")
    severity = Severity.WARNING
    about = Topic.VALIDITY

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say which one ends first, and when."""
        best = case.verdict.best
        if best is None or best.validity is not Validity.VALID or best.chain.faults:
            return
        if best.chain.outcome not in (Outcome.TRUSTED, Outcome.UNCERTAIN):
            return
        own_end = best.certificate.not_after
        ends = [
            (certificate.not_after, "intermediate", certificate.subject.readable)
            for certificate in best.chain.below_root
            if certificate != best.certificate
        ]
        root, context = best.chain.root, case.context
        soon = context.window_of(Topic.ROOT)
        if (
            root is not None
            and root.not_after is not None
            and not context.is_soon(root.not_after, soon)
        ):
            ends.append((root.not_after, "root", root.subject_text))
        first = min(ends, default=None)
        if first is None or first[0] >= own_end:
            return
        end, kind, subject = first
        yield self.finding(
            case,
            f"The {kind} above {case.words.its} certificate expires on "
            f"{dated(end, context.as_of)}, before the certificate itself ({day(own_end)}): "
            f"{subject}. From then on calls with it fail.",
            remedy=case.words.with_switch(
                "Before that day, get the renewed intermediate from the CA, or a client "
                "certificate under another one."
                if kind == "intermediate"
                else "Before that day, let the sender get a certificate under a root that lasts "
                "longer."
            ),
            cause=subject,
            breaks_on=end,
            **about_certificate(case, best),
        )
