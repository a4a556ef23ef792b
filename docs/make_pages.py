"""Write what is made from the rules and from the code: pages, schemas, the manual page.

``python docs/make_pages.py`` writes it, as a part of ``make snapshots``; a test fails where it is
not what would be written. A list that every new rule adds a line to is a file of its own, which
`.gitattributes` lets Git merge by keeping the lines of both sides, until it is made anew.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iflint.rule import Rule

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "rules"
sys.path.insert(0, str(ROOT / "docs"))
from man_page import man_page  # noqa: E402
from rule_interface import interface_page  # noqa: E402

FAMILIES = {
    "IFL0": "what can't be read or has no value, and what of the configuration is of no use",
    "IFL1": "dates and renewals",
    "IFL2": "chains and roots",
    "IFL3": "the rows of a channel, and the certificates that they mean",
    "IFL4": "certificates: what they may be used for, keys, signatures",
    "IFL5": "what SAP recommends and what it ends",
}
"""What the rules are about whose codes begin so."""


def pages() -> dict[Path, str]:
    """Every file that is made here, whole, with its text."""
    from iflint.commands.main import cli
    from iflint.configuration.schema import schema
    from iflint.links import SITE, schema_id
    from iflint.reporters.encoding import dumped
    from iflint.reporters.schema import SCHEMAS
    from iflint_rules import iflint_rules

    rules = sorted(iflint_rules(), key=lambda rule: rule.code)
    start = ROOT / "docs" / "index.md"
    made = {PAGES / f"{rule.name}.md": page(rule) for rule in rules}
    made[PAGES / "README.md"] = "\n".join(index(rules))
    made[start] = with_terms(start.read_text(encoding="utf-8"))
    made[ROOT / "docs" / "symptoms.md"] = "\n".join(all_symptoms(rules))
    made[ROOT / "docs" / "rule-interface.md"] = "\n".join(interface_page())
    configuration = ROOT / "docs" / "configuration.md"
    made[configuration] = with_settings(configuration.read_text(encoding="utf-8"))
    security = ROOT / "docs" / "security.md"
    made[security] = with_limits(security.read_text(encoding="utf-8"))
    pipelines = ROOT / "docs" / "ci.md"
    made[pipelines] = with_inputs(with_files(pipelines.read_text(encoding="utf-8")))
    made[ROOT / "docs" / "iflint.schema.json"] = dumped(schema(rules))
    made |= {ROOT / "docs" / name: dumped(make()) for name, make in SCHEMAS.items()}
    made[ROOT / "docs" / "iflint.1"] = man_page(cli, SITE)
    made[ROOT / "maintenance" / "schemastore.json"] = dumped(
        {
            "name": "iflint",
            "description": "Settings of iflint, a linter of SAP Cloud Integration content",
            "fileMatch": ["iflint.toml"],
            "url": schema_id("iflint"),
        }
    )
    return made


def page(rule: type[Rule]) -> str:
    """The page of a rule."""
    info = rule.info()
    head = f"# {info.name} ({info.code})", f"Severity: **{info.severity}** · State: {info.state}"
    return "\n\n".join([*head, info.summary, info.documentation]) + "\n"


def index(rules: list[type[Rule]]) -> Iterator[str]:
    """The lines of the list of rules, family by family."""
    yield from ("# Rules", "", "Made by `make snapshots` from the rules themselves.")
    family = ""
    for rule in rules:
        info = rule.info()
        if info.code[:4] != family:
            family = info.code[:4]
            about = f": {FAMILIES[family]}" if family in FAMILIES else ""
            yield from ("", f"## {family}{about}", "")
            yield from ("| code | rule | severity | what it says |", "| --- | --- | --- | --- |")
        severity = f"{info.severity}{'' if rule.enabled else ', off unless selected'}"
        yield f"| {info.code} | [{info.name}]({info.name}.md) | {severity} | {info.summary} |"
    yield ""


def with_terms(page: str) -> str:
    """The first page of the site with the words that are ours."""
    from iflint.symptoms.model import terms
    from iflint.symptoms.pages import term_lines

    begin, end = "<!-- terms: made by docs/make_pages.py -->", "<!-- end of terms -->"
    before, rest = page.split(begin)
    return "\n".join([before + begin, *term_lines(terms()), end]) + rest.split(end)[1]


def all_symptoms(rules: list[type[Rule]]) -> Iterator[str]:
    """The lines of the page of symptoms."""
    from iflint.symptoms.model import symptoms
    from iflint.symptoms.pages import symptoms_page

    yield from ("# A call failed: what somebody saw, and what can be behind it", "")
    yield "Made by `make snapshots` from `iflint/symptoms/`, as `iflint explain SYMPTOM` shows it."
    yield from symptoms_page(symptoms(), {rule.name: rule.code for rule in rules})
    yield ""


def with_settings(page: str) -> str:
    """The page on configuration with its table of settings."""
    begin, end = "<!-- settings: made by docs/make_pages.py -->", "<!-- end of settings -->"
    before, rest = page.split(begin)
    return "\n".join([before + begin, *settings(), end]) + rest.split(end)[1]


def settings() -> list[str]:
    """The table of settings, and which of them an environment may have."""
    from iflint.configuration.settings import COMMAND_LINE_SETTINGS
    from iflint.configuration.tables import ENVIRONMENT_SETTINGS, EXTENDS

    table = ["| setting | what it says | takes | default |", "| --- | --- | --- | --- |"]
    for setting in (*COMMAND_LINE_SETTINGS.values(), EXTENDS):
        name = f"`--{setting.name}`, typed only" if setting.only_typed else f"`{setting.name}`"
        name += ", in files only" if setting is EXTENDS else ""
        takes = f"{setting.kind.words}, or several" if setting.many else setting.kind.words
        default = setting.default
        if isinstance(default, tuple):
            default = ", ".join(default)
        elif isinstance(default, bool):
            default = str(default).lower()
        told = setting.absent or ("" if default is None else f"`{default}`")
        table.append(f"| {name} | {setting.summary} | {takes} | {told} |")
    names = ", ".join(f"`{name}`" for name in ENVIRONMENT_SETTINGS)
    patterns = ENVIRONMENT_SETTINGS["parameters"].summary.replace("Files", "files", 1)
    return [
        *table,
        "",
        f"In `[environments.NAME]` may stand {names}. Its `parameters`: {patterns}",
    ]


def with_limits(page: str) -> str:
    """The page on security with its table of limits."""
    from iflint.limits import LIMITS, numbered

    begin, end = "<!-- limits: made by docs/make_pages.py -->", "<!-- end of limits -->"
    before, rest = page.split(begin)
    table = ["| limit | at most | of what | why so many |", "| --- | --- | --- | --- |"]
    table += [
        f"| `{limit.name}` | {numbered(limit.default)} | {limit.bounds} | {limit.reason} |"
        for limit in LIMITS.values()
    ]
    return "\n".join([before + begin, *table, end]) + rest.split(end)[1]


def with_files(page: str) -> str:
    """The page with the files that it shows."""

    def shown(found: re.Match[str]) -> str:
        text = (ROOT / found["path"]).read_text(encoding="utf-8")
        language = "yaml" if found["path"].endswith(".yml") else "groovy"
        return f"{found['begin']}\n```{language}\n{text}```\n<!-- end of file -->"

    begin = r"(?P<begin><!-- file: (?P<path>\S+) -->)"
    return re.sub(rf"{begin}\n.*?<!-- end of file -->", shown, page, flags=re.DOTALL)


def with_inputs(page: str) -> str:
    """The page with the table of the action's inputs."""
    import yaml

    begin, end = "<!-- inputs: made by docs/make_pages.py -->", "<!-- end of inputs -->"
    before, rest = page.split(begin)
    table = ["| input | what it says | default |", "| --- | --- | --- |"]
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    for name, told in action["inputs"].items():
        default = f"`{told['default']}`" if told["default"] else ""
        table.append(f"| `{name}` | {told['description']} | {default} |")
    return "\n".join([before + begin, *table, end]) + rest.split(end)[1]


def main() -> None:
    """Write every file that has changed, and remove the pages of rules that are gone."""
    made = pages()
    for path, text in made.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{path.relative_to(ROOT).as_posix()}\n")
    for path in set(PAGES.glob("*.md")) - set(made):
        path.unlink()


if __name__ == "__main__":
    main()
