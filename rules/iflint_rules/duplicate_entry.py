"""IFL305: a channel lists the same pair twice."""

from collections.abc import Iterable

from iflint.rule import EntryCase, Finding, Related, Rule, Severity, Topic


class DuplicateEntry(Rule):
    """A channel lists the same pair of subject and issuer twice.

    ## What it does

    Reports a row whose pair is, for the runtime (*inferred*), that of a row before it in
    the same channel, also when the two are spelled differently. Only the first one is judged
    further.

    ## Why it matters

    At a renewal one of the two is changed or removed, and the other one stays behind.

    ## How to fix it

    Remove one of the two.

    ## Source

    Our advice.
    """

    code = "IFL305"
    name = "duplicate-entry"
    outcome = ("row is there twice", "rows are there twice")
    severity = Severity.WARNING
    about = Topic.PAIR

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say which entry has the same pair."""
        twin = case.verdict.twin
        if twin is None:
            return
        entry = case.verdict.entry
        alike = (entry.subject.text, entry.issuer.text) == (twin.subject.text, twin.issuer.text)
        yield self.finding(
            case,
            f"Row {entry.ordinal} has the same pair as row {twin.ordinal} of this channel"
            f"{'' if alike else ', only spelled differently (inferred)'}.",
            remedy="Remove one of the two rows.",
            location=entry.location,
            related=(Related(twin.location, f"row {twin.ordinal}"),),
        )
