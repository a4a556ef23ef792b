"""IFL307: rows on a channel that does not look at them."""

from collections.abc import Iterable

from iflint.rule import AuthorizationKind, ChannelCase, Finding, Rule, Severity


class DormantCertificateEntry(Rule):
    """A channel whose Authorization is not Client Certificate still has rows.

    ## What it does

    Reports sender channels whose Authorization is User Role (or basic authentication) and
    whose list of certificates holds a DN. Rows that are empty, that name a parameter without a
    value, or that still have a placeholder, are how published content comes: nothing is said of
    them.

    ## Why it matters

    The rows decide nothing. Whoever reads the channel may believe that they do, and whoever
    switches the authorization back brings them to life again.

    ## How to fix it

    Remove the rows, or set the authorization to client certificate if they are meant to count.

    ## Source

    SAP documentation of the sender adapters; seen in published content.
    """

    code = "IFL307"
    name = "dormant-certificate-entry"
    outcome = ("row decides nothing", "rows decide nothing")
    severity = Severity.NOTE

    def check_channel(self, case: ChannelCase) -> Iterable[Finding]:
        """Say how many entries there are."""
        authorization = case.channel.authorization
        entries = [each.entry for each in case.verdict.entries if not each.left_open]
        if authorization.kind is not AuthorizationKind.USER_ROLE or not entries:
            return
        value = authorization.value.text if authorization.value else ""
        what = f"{len(entries)} rows decide" if len(entries) > 1 else "row decides"
        key = authorization.key
        stored = [f" ({key}: {each})" for each in authorization.documented[:1]]
        yield self.finding(
            case,
            f"This channel's Authorization is not Client Certificate ({key}: "
            f"{value}), so its {what} nothing.",
            remedy=f"Remove the {'rows' if len(entries) > 1 else 'row'}, or set Authorization to "
            f"Client Certificate{''.join(stored)}.",
            location=entries[0].location,
        )
