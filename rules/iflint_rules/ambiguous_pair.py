"""IFL311: different keys share one pair."""

from collections.abc import Iterable

from iflint.rule import (
    EntryCase,
    EntryState,
    Finding,
    Related,
    Rule,
    Severity,
    about_certificate,
)


class AmbiguousPair(Rule):
    """Several certificates with different keys have the pair of a row.

    ## What it does

    Reports a row whose pair is that of at least two certificates that are valid now, may be
    used by clients and have different keys. A certificate that begins and ends later than another
    one is taken for its renewal, and not reported.

    ## Why it matters

    The tenant compares subject and issuer only. Whoever holds one of these keys is taken for
    the same sender, which may not be meant.

    ## How to fix it

    Make sure that all of these certificates belong to the same sender. If not, have one of them
    issued with another subject.

    ## Source

    SAP documentation (7f84d16: only the DNs are compared).
    """

    code = "IFL311"
    name = "ambiguous-pair"
    outcome = ("pair has several keys", "pairs have several keys")
    severity = Severity.NOTE

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say how many keys there are."""
        if case.verdict.state is not EntryState.JOINED:
            return
        rivals = case.verdict.joined.rivals
        if not rivals:
            return
        about = about_certificate(case, rivals[0])
        about["related"] += tuple(
            Related(place, "a certificate with another key")
            for match in rivals[1:]
            for place in match.locations[:1]
        )
        yield self.finding(
            case,
            f"{len(rivals)} valid certificates with different keys have this row's pair, so the "
            "channel can't tell them apart.",
            remedy="Make sure that all of them belong to the same sender.",
            **about,
        )
