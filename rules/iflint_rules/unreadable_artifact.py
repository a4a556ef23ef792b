"""IFL001: an archive, a flow or a properties file can't be read."""

from collections.abc import Iterable

from iflint.rule import Finding, ProblemCase, ProblemKind, Rule, Severity, sentence


class UnreadableArtifact(Rule):
    """An archive, a flow or a properties file can't be read, so what it holds was not checked.

    ## What it does

    Reports every archive, member of an archive, `.iflw`, `parameters.prop` or
    `resources.cnt` that iflint could not read, and says why: damaged, cut off, encrypted,
    larger than the limits allow, not well-formed, with a DOCTYPE, and so on. Everything else
    of the same export is still checked.

    A `.iflw` whose text does not end with the end tag of its root element is reported even
    when nothing of the missing part is needed. An archive without a readable directory is one
    finding; nothing is salvaged from it.

    A link that leads out of the repository is a note: what stands there was not read, since a
    stranger's repository could make iflint show any file of the machine.

    ## Why it matters

    A file that can't be read is a file that nobody checked. The tenant will most likely refuse
    it at import, too.

    ## How to fix it

    Export the artifact again, or restore the file from version control. A file that is no
    export at all can be left out with `exclude`.

    Archives have limits (bytes, members, ratio, depth), since they come from outside; an
    honest export stays far below them.
    """

    code = "IFL001"
    name = "unreadable-artifact"
    outcome = ("file or flow can't be read", "files or flows can't be read")
    severity = Severity.ERROR

    def check_problem(self, case: ProblemCase) -> Iterable[Finding]:
        """Say what could not be read."""
        problem = case.problem
        if problem.kind is ProblemKind.ARTIFACT:
            yield self.finding(
                case,
                sentence(problem.message),
                remedy=sentence(problem.remedy),
                location=problem.location,
                severity=Severity.NOTE if problem.left_out else None,
                key=problem.artifact,
            )
