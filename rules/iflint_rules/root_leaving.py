"""IFL205: the root of a chain is about to leave the list, or to end."""

from collections.abc import Iterable
from datetime import datetime

from iflint.rule import (
    BindingCase,
    EntryState,
    Finding,
    JoinedCertificate,
    Platform,
    Rule,
    Severity,
    Topic,
    about_certificate,
    dated,
    window,
)


class RootLeaving(Rule):
    """The chain works today, but its root leaves the list of supported roots, or ends soon.

    ## What it does

    Looks at the root that makes a row, a service key or a mapping work at the clock of the run,
    and reports it when

    - a later release that is already known drops it from the list in force, or
    - it ends within `expiry-days` (default 30).

    When another path of the certificate reaches a root that stays, nothing is said. What is no
    longer on the list is `unsupported-root`, a listed root that has ended is `broken-chain`.

    A removal is known in advance when the table of roots holds a release with a later date, or
    when you look back: `--as-of` a day before the newest release tells what that release was
    going to break.

    ## Why it fails at runtime

    From that day on the load balancer does not trust the root any more, and every certificate
    below it fails, whatever its own dates. No renewal under the same root helps.

    ## How to fix it

    Let the sender get a certificate under a root that stays, before that day. `iflint roots`
    lists them; `iflint roots diff` shows for two releases which of your channels a removal
    breaks.

    ## Source

    The public SAP BTP Trust Store on GitHub, whose releases have a date each. That a load
    balancer drops a root on the day of the release is *inferred*; it can be later.
    """

    code = "IFL205"
    name = "root-leaving"
    outcome = ("root leaves the list", "roots leave the list")
    severity = Severity.WARNING
    about = Topic.ROOT
    expiry_days = window("A root that ends within so many days is reported.")

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say which root it is, when it goes, and why."""
        best = case.verdict.best
        if best is None or case.verdict.state is not EntryState.JOINED or not best.works:
            return
        root, leaving = best.chain.root, best.chain.leaving
        if root is None:
            return
        is_own = root.sha256 == best.certificate.sha256
        ends = None if is_own else root.not_after
        if ends is not None and not case.context.is_soon(ends, self.expiry_days):
            ends = None
        if leaving is not None and (ends is None or leaving.on <= ends):
            yield self._finding(case, best, leaving.on, _dropped(case, best))
        elif ends is not None:
            text = f"expires on {dated(ends, case.context.as_of)}"
            yield self._finding(case, best, ends, text)

    def _finding(
        self, case: BindingCase, best: JoinedCertificate, when: datetime, what: str
    ) -> Finding:
        assert best.chain.root is not None
        return self.finding(
            case,
            f"The root of {case.words.its} certificate {what}: {best.chain.root.subject_text}. "
            f"List: {case.context.trust.name}.",
            remedy=case.words.with_switch(
                "Before that day, let the sender get a certificate under a root that stays "
                "(`iflint roots` lists them).",
                elsewhere=True,
            ),
            cause=best.chain.root.subject_text,
            breaks_on=when,
            **about_certificate(case, best),
        )


def _dropped(case: BindingCase, best: JoinedCertificate) -> str:
    leaving, root, trust = best.chain.leaving, best.chain.root, case.context.trust
    assert leaving is not None
    assert root is not None
    text = f"leaves the list of supported roots on {dated(leaving.on, case.context.as_of)}, with "
    text += f"release {leaving.release} of {trust.table.name}"
    if trust.platform is Platform.NEO and root.in_neo_list:
        text += ", and will be on one of the two lists for Neo only"
    return text
