"""IFL309: a DN is put together from text and parameters."""

from collections.abc import Iterable

from iflint.rule import EntryCase, Finding, Reading, Rule, Severity, Topic, listed


class ComposedDn(Rule):
    """A cell of the certificate list mixes text and parameters, or several parameters.

    ## What it does

    Reports subject and issuer cells that are neither plain text nor one whole `{{parameter}}`.
    The DN that results is judged all the same.

    ## Why it matters

    SAP does not support several parameters, or a part of a value, in a cell of a table. What
    the runtime makes of it is not documented.

    ## How to fix it

    Externalize the whole DN as one parameter.

    ## Source

    SAP documentation (45b2a07).
    """

    code = "IFL309"
    name = "composed-dn"
    outcome = ("cell is composed", "cells are composed")
    severity = Severity.WARNING
    about = Topic.PAIR

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say which cells are composed."""
        sides = (("subject", case.verdict.subject), ("issuer", case.verdict.issuer))
        composed = [(role, reading) for role, reading in sides if _is_composed(reading)]
        if not composed:
            return
        dns = listed([f"{role.capitalize()} DN" for role, _ in composed])
        several = len(composed) > 1
        yield self.finding(
            case,
            f"{dns if several else f'The {dns}'} of this row {'are' if several else 'is'} put "
            "together from several parts. In a cell SAP supports plain text or one whole parameter "
            "only.",
            remedy="Externalize the whole DN as one parameter.",
            location=composed[0][1].value.location,
        )


def _is_composed(reading: Reading) -> bool:
    value = reading.value
    uses = value.parameters
    return len(uses) > 1 or any(value.raw.strip() != value.raw[use.start : use.end] for use in uses)
