"""An example of rules of one's own: what a plugin needs, and no more."""

from __future__ import annotations

from collections.abc import Iterable

from iflint.findings import Finding, Severity
from iflint.hooks import hookimpl
from iflint.rule import ChannelCase, Rule


class TrailingSlash(Rule):
    """The address of a sender channel ends in a slash.

    ## What it does

    Reports addresses that end in a slash.

    ## Why it matters

    Senders who leave it out call another endpoint.

    ## How to fix it

    Remove the slash.
    """

    code = "EXA001"
    name = "trailing-slash"
    severity = Severity.NOTE

    def check_channel(self, case: ChannelCase) -> Iterable[Finding]:
        """Say which address it is."""
        address = case.channel.address
        if address is not None and (address.text or "").endswith("/"):
            yield self.finding(
                case,
                "The address ends in a slash.",
                remedy="Remove the slash.",
                location=address.location,
            )


@hookimpl
def iflint_rules() -> list[type[Rule]]:
    """The rules of this plugin."""
    return [TrailingSlash]
