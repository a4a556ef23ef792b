"""IFL009: a rule failed, so that something was not checked."""

from collections.abc import Iterable

from iflint.rule import FailureCase, Finding, Rule, Severity, counted


class RuleFailed(Rule):
    """A rule failed, so what it was to judge was not checked by it.

    ## What it does

    Reports each rule, of iflint or of a plugin, that ended with an exception, with the number of
    times and the first place. All other rules went on, and so did this one with everything else.
    It is asked whatever is selected.

    ## Why it matters

    What the rule would have found there is not found, and nobody sees that it is missing.

    ## How to fix it

    Tell the authors of the package, with what `--debug` prints. Until it is mended, leave the rule
    out with `ignore`.

    ## Source

    Our advice.
    """

    code = "IFL009"
    name = "rule-failed"
    severity = Severity.ERROR

    def check_failure(self, case: FailureCase) -> Iterable[Finding]:
        """Say which rule it was, and where."""
        failure = case.failure
        more = f", here and in {counted(failure.times - 1, 'other place')}"
        yield self.finding(
            case,
            f"Rule {failure.code} {failure.name} of the package {failure.package} failed with"
            f" {failure.error}{more if failure.times > 1 else ' here'}.",
            remedy="Report it to the authors of the package; --debug shows where it failed.",
            location=failure.location,
            key=failure.code,
        )
