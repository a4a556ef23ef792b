"""After a report on a terminal: which commands to run next, where one helps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from iflint.words.terminal import BOLD, Style
from iflint.words.visible import shown, visible
from iflint.words.wording import as_argument, listed

if TYPE_CHECKING:
    from iflint.console.invocation import Invocation
    from iflint.report.findings import Finding
    from iflint.report.report import Report

SEVERAL = 10
"""Findings: from here on a page is easier to read than lines."""
MANY = 50
"""Findings: from here on nobody mends them all before the first gate."""
_MOST_PATHS = 3
"""Paths that a command repeats. Ours: so that it can be read."""
_NARROW = 30
"""Columns beside a command: with fewer of them, what it gives stands below. Ours."""


def show(report: Report, run: Invocation) -> None:
    """Print the next steps after the ``report`` of a run as `say` does."""
    steps = list(after(report, _typed(run.paths)))
    others = run.settings.other_environments
    if others and not run.settings.environments:
        names = [shown(each.name) for each in others]
        steps.append(("--all-environments", f"check {listed(names)}, too"))
    say(steps, run.settings.color)


def say(steps: Sequence[tuple[str, str]], colour: str) -> None:
    """Print what to type and what it gives, in colours as the setting says; not into a pipe."""
    from iflint.console import output

    if not steps or not output.is_terminal():
        return
    style = Style(output.wants_colour(colour), output.width(), ascii=False)
    at = max(len(command) for command, _ in steps) + 4
    lines = ["", style.paint("Next steps", BOLD)]
    for command, gain in steps:
        if style.width - at < _NARROW:
            lines += [f"  {command}", *style.hung(gain, 4)]
        else:
            lines += style.hung(gain, at, head=f"  {command}".ljust(at))
    output.print_text(lambda _: "".join(f"{line}\n" for line in lines))


def _typed(paths: Sequence[str]) -> str:
    """The paths of a run as the end of a command; nothing for the folder that every one takes."""
    if tuple(paths) == (".",):
        return ""
    if len(paths) > _MOST_PATHS:
        return " PATH..."
    return "".join(f" {as_argument(visible(path))}" for path in paths)


def after(report: Report, paths: str = "") -> Iterator[tuple[str, str]]:
    """What to type next, and what it gives; ``paths`` end a command that reads them."""
    from iflint.reporters.sentences import worst_first

    worst = worst_first(report.findings)
    if worst:
        yield f"iflint explain {worst[0].code}", "why it fails at runtime, and what to do"
    if any(finding.fixable for finding in report.findings):
        yield f"iflint fix --diff{paths}", "what iflint can write itself"
    ending = {each.certificate for each in report.findings if _tells_of_its_end(each)}
    if ending:
        yield (
            f"iflint renew NEW.cer{paths}",
            "what to do with the sender's new certificate, and where",
        )
    if len(ending) > 1:
        yield f"iflint certificates{paths}", "which certificate ends when, and who needs it"
    if any(finding.breaks_on for finding in report.findings):
        yield f"iflint forecast{paths}", "what breaks on which day"
    if len(report.findings) >= SEVERAL:
        yield "--format html=report.html", "all of it as a page, each flow drawn"
    if len(report.findings) >= MANY and report.baseline is None:
        yield "--write-baseline FILE", "make these known, so that only new ones count"


def _tells_of_its_end(finding: Finding) -> bool:
    """Whether a finding speaks of a certificate that has ended, or of the day on which it ends."""
    day = finding.broken_since or finding.breaks_on
    return finding.certificate is not None and finding.certificate.not_after == day
