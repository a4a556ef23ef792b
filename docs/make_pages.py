"""Write what the documentation has from the code itself: rules, settings and their schema.

``python docs/make_pages.py`` writes it; a test fails when a file is not what it would write.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def pages() -> dict[Path, str]:
    """Every file that is made here, whole, with its text."""
    from iflint.configuration.schema import schema
    from iflint.engine.plugins import load_rules
    from iflint.reporters.encoding import dumped

    loaded = load_rules()
    rules = [rule.info() for rule in loaded]
    off = {rule.code for rule in loaded if not rule.enabled}
    made = {
        ROOT / "docs" / "rules" / f"{rule.name}.md": "\n".join(
            [
                f"# {rule.name} ({rule.code})",
                "",
                f"Severity: **{rule.severity}** · State: {rule.state}",
                "",
                rule.summary,
                "",
                rule.documentation,
                "",
            ]
        )
        for rule in rules
    }
    table = ["| code | rule | severity | what it says |", "| --- | --- | --- | --- |"]
    table += [
        f"| {rule.code} | [{rule.name}](docs/rules/{rule.name}.md) "
        f"| {rule.severity}{', off unless selected' if rule.code in off else ''} "
        f"| {rule.summary} |"
        for rule in rules
    ]
    made[ROOT / "docs" / "iflint.schema.json"] = dumped(schema(loaded))
    for file, name, rows in (
        (ROOT / "README.md", "rules", table),
        (ROOT / "docs" / "configuration.md", "settings", settings()),
    ):
        begin, end = f"<!-- {name}: made by docs/make_pages.py -->", f"<!-- end of {name} -->"
        before, rest = file.read_text(encoding="utf-8").split(begin)
        made[file] = "\n".join([before + begin, *rows, end]) + rest.split(end)[1]
    return made


def settings() -> list[str]:
    """The table of settings, and which of them an environment may have."""
    from iflint.configuration.settings import COMMAND_LINE_SETTINGS, ENVIRONMENT_SETTINGS

    table = ["| setting | what it says | takes | default |", "| --- | --- | --- | --- |"]
    for setting in COMMAND_LINE_SETTINGS.values():
        name = f"`--{setting.name}`, typed only" if setting.only_typed else f"`{setting.name}`"
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


def main() -> None:
    """Write every page that has changed, and remove those whose rule is gone."""
    made = pages()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    for path in (ROOT / "docs" / "rules").glob("*.md"):
        if path not in made:
            path.unlink()


if __name__ == "__main__":
    main()
