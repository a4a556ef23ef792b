"""IFL091: a suppression whose last day has passed."""

from collections.abc import Iterable
from datetime import UTC, datetime, time

from iflint.rule import (
    Finding,
    Rule,
    Severity,
    SuppressionCase,
    about_suppression,
    dated,
    of_suppression,
)


class ExpiredSuppression(Rule):
    """The last day of a suppression has passed, so what it suppressed is back.

    ## What it does

    Reports each `[[suppressions]]` whose `until` is before the clock. A suppression holds on its
    last day, to its end in UTC. From the next day on it suppresses nothing any more.

    ## Why it matters

    Somebody decided to live with a finding for a time, and the time is over. If the finding is
    still there, it is reported and fails the check again.

    ## How to fix it

    Mend what the finding says, and remove the suppression. Or, if the reason still holds, have
    its owner decide anew and set another `until`.

    ## Source

    Our advice.
    """

    code = "IFL091"
    name = "expired-suppression"
    outcome = ("suppression has expired", "suppressions have expired")
    severity = Severity.WARNING

    def check_suppression(self, case: SuppressionCase) -> Iterable[Finding]:
        """Say which day was its last."""
        given = case.use.suppression
        if not case.use.expired or given.until is None:
            return
        last = datetime.combine(given.until, time(), UTC)
        owner = f" Its owner is {given.owner}." if given.owner else ""
        yield self.finding(
            case,
            f"This suppression of {of_suppression(case)} has expired: its last day was"
            f" {dated(last, case.context.as_of)}.{owner} Its reason was: {given.reason}",
            remedy="Mend what it was for and remove it, or set a new last day (`until`).",
            **about_suppression(case),
        )
