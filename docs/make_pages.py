"""Write the rule pages and the README's table of rules from the rules themselves.

``python docs/make_pages.py`` writes them; a test fails when they are not what it would write.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEGIN = "<!-- rules: made by docs/make_pages.py -->"
END = "<!-- end of rules -->"


def pages() -> dict[Path, str]:
    """Every file that is made here, whole, with its text."""
    from iflint.engine.plugins import load_rules

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
    readme = ROOT / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    made[readme] = "\n".join([before + BEGIN, *table, END]) + rest.split(END)[1]
    return made


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
