"""What SARIF says of a rule: for GitHub's alert page, and for everybody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iflint.report.findings import Severity
from iflint.words.visible import encodable, visible
from iflint.words.wording import sentence

if TYPE_CHECKING:
    from iflint.report.findings import RuleInfo

_SECURITY_SEVERITY = {Severity.ERROR: "7.5", Severity.WARNING: "5.0", Severity.NOTE: "2.0"}
"""In the middle of what GitHub calls high (7.0 to 8.9), medium (4.0 to 6.9) and low."""
_PROBLEM_SEVERITY = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "recommendation",
}
_LONGEST_DESCRIPTION = 1000
"""Characters. Ours: GitHub takes 1,024."""


def described_rule(rule: RuleInfo) -> dict[str, Any]:
    """The rule as a ``reportingDescriptor`` (SARIF 2.1.0 §3.49).

    ``defaultConfiguration`` is the rule's own; what GitHub shows follows the settings of the run.
    """
    summary = sentence(visible(rule.summary))
    severity = rule.configured.severity if rule.configured else rule.severity
    description: dict[str, Any] = {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": _full_description(rule) or summary},
        "help": {
            "text": encodable(rule.documentation or rule.summary),
            "markdown": encodable(
                f"# {rule.code} {rule.name}\n\n{rule.summary}\n\n{rule.documentation}"
            ),
        },
        "defaultConfiguration": {"level": str(rule.severity)},
        "properties": {
            "tags": ["security", "certificates", "sap-cloud-integration", str(rule.state)],
            "precision": "high",
            "problem.severity": _PROBLEM_SEVERITY[severity],
            "security-severity": _SECURITY_SEVERITY[severity],
        },
    }
    if rule.help_uri:
        description["helpUri"] = rule.help_uri
    return description


def configuration_override(rule: RuleInfo, index: int) -> dict[str, Any] | None:
    """What the settings of the run change of a rule (§3.20.5), None where that is nothing."""
    if rule.configured is None:
        return None
    configuration: dict[str, Any] = {"level": str(rule.configured.severity)}
    if rule.configured.options:
        configuration["parameters"] = {
            name: encodable(value) if isinstance(value, str) else value
            for name, value in rule.configured.options.items()
        }
    return {"descriptor": {"id": rule.code, "index": index}, "configuration": configuration}


def _full_description(rule: RuleInfo) -> str:
    """The first paragraph of the rule's page that is not a heading, after its summary."""
    paragraphs = (part.strip() for part in rule.documentation.split("\n\n"))
    first = next((part for part in paragraphs if part and not part.startswith("#")), "")
    text = f"{sentence(rule.summary)} {' '.join(first.split())}".strip()
    if len(text) > _LONGEST_DESCRIPTION:
        text = text[: _LONGEST_DESCRIPTION - 1] + "…"
    return encodable(text)
