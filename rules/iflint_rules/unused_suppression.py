"""IFL090: a suppression that suppresses nothing."""

from collections.abc import Iterable

from iflint.rule import (
    Finding,
    Rule,
    Severity,
    SuppressionCase,
    about_suppression,
    listed,
    of_suppression,
)

_MISSING = {
    "path": "no iFlow and no finding lies at this path",
    "channel": "no sender channel has this name, address or adapter",
    "caller": "no service key and no user of a mapping has this name",
    "dn": "no row and no certificate has this DN",
    "certificate": "no row, service key or mapping has this certificate",
}


class UnusedSuppression(Rule):
    """A suppression in the configuration suppresses nothing.

    ## What it does

    Reports each `[[suppressions]]` that no finding of the run needs. It is said only where the
    run looked at what the suppression is for: it checked the folder of the configuration file,
    or it has the channel, DN, certificate or path that the suppression names. So a check of one
    flow, as by the pre-commit hook, says nothing of the suppressions for others.

    ## Why it matters

    What it was for has been mended, moved or renamed. Left in place it will hide the next
    problem of this kind, and nobody will have decided that.

    ## How to fix it

    Remove the suppression, or correct what it names: a path, an address or a DN may have
    changed.

    ## Source

    Our advice.
    """

    code = "IFL090"
    name = "unused-suppression"
    outcome = ("suppression is not used", "suppressions are not used")
    severity = Severity.WARNING

    def check_suppression(self, case: SuppressionCase) -> Iterable[Finding]:
        """Say that nothing needs it."""
        if case.use.in_vain:
            yield self.finding(
                case,
                f"This suppression of {of_suppression(case)} suppresses nothing.",
                remedy=f"Remove it, or correct what it names{_why(case)}.",
                **about_suppression(case),
            )


def _why(case: SuppressionCase) -> str:
    """What nothing that was checked has, where that is so."""
    reasons = [_MISSING[name] for name in case.use.missing]
    return f": {listed(reasons)}" if reasons else ""
