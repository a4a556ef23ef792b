"""ACM001: an address ends in a slash."""

from __future__ import annotations

from collections.abc import Iterable

from iflint.rule import ChannelCase, Finding, Rule, Severity, texts


class TrailingSlash(Rule):
    """The address of a sender channel ends in a slash.

    ## What it does

    Reports addresses that end in a slash, but for those in `allowed`.

    ## Why it matters

    Senders who leave it out call another endpoint.

    ## How to fix it

    Remove the slash.
    """

    code = "ACM001"
    name = "trailing-slash"
    severity = Severity.NOTE
    allowed = texts("Addresses that may end in a slash.")

    def check_channel(self, case: ChannelCase) -> Iterable[Finding]:
        """Say which address it is."""
        address = case.channel.address
        text = address.text or "" if address is not None else ""
        if address is not None and text.endswith("/") and text not in self.allowed:
            yield self.finding(
                case,
                "The address ends in a slash.",
                remedy="Remove the slash.",
                location=address.location,
            )
