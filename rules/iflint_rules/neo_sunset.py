"""IFL502: the platform Neo ends."""

from collections.abc import Iterable
from datetime import UTC, datetime

from iflint.rule import Finding, Rule, RunCase, Severity, dated

_SUNSET = datetime(2028, 12, 31, tzinfo=UTC)


class NeoSunset(Rule):
    """The platform Neo ends, and the senders' certificates have to move with the flows.

    ## What it does

    With `platform = "neo"`, says once that SAP will end the platform Neo on December 31,
    2028, subject to the terms of customer and partner contracts.

    ## Why it matters

    On Cloud Foundry there is no certificate-to-user mapping, and the list of roots is another
    one: a certificate that works on Neo may have to be replaced. Check with
    `--platform cf` what will not work there.

    ## How to fix it

    Plan the migration, and let certificates that are renewed from now on come from a root that
    is on both lists.

    ## Source

    SAP Note 3351844.
    """

    code = "IFL502"
    name = "neo-sunset"
    outcome = ("tenant is on Neo", "tenants are on Neo")
    severity = Severity.NOTE

    def check_run(self, case: RunCase) -> Iterable[Finding]:
        """Say it once, at the first channel that it concerns."""
        if str(case.context.trust.platform) != "neo":
            return
        for verdict in case.verdicts:
            for channel in verdict.channels:
                if channel.judged:
                    yield self.finding(
                        case,
                        f"SAP ends its platform Neo on {dated(_SUNSET, case.context.as_of)}, "
                        "subject to contract terms (SAP Note 3351844).",
                        remedy="Check with --platform cf which certificates will not work on "
                        "Cloud Foundry. Renew them under a root that is on both lists.",
                        location=channel.channel.location,
                    )
                    return
