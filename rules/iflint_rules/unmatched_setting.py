"""IFL092: a table about service keys or users that matches none."""

from collections.abc import Iterable

from iflint.rule import Finding, Rule, SettingCase, Severity, about_setting, of_setting


class UnmatchedSetting(Rule):
    """A table of the configuration about service keys or users matches none.

    ## What it does

    Reports each `[[service-keys]]` whose `path` matches no file with a service key, and each
    `[[users]]` whose user no certificate-to-user mapping names. It is said only where the run
    looked for them: it checked the folder in which the table's path begins (for a pattern such as
    `*.json`, and for a user, that of the configuration file), and every environment that has
    `certificates` of its own. So a check of one flow, as by the pre-commit hook, says nothing
    of it.

    ## Why it matters

    The roles that it gives, or that a key is not pinned, count for nobody; and a key that was to
    belong to one environment counts in each. A file may have been moved, or a name misspelt.

    ## How to fix it

    Correct the path or the name, or remove the table.

    ## Source

    Our advice.
    """

    code = "IFL092"
    name = "unmatched-setting"
    outcome = ("setting matches nothing", "settings match nothing")
    severity = Severity.WARNING

    def check_setting(self, case: SettingCase) -> Iterable[Finding]:
        """Say what is not there."""
        user = getattr(case.table, "name", "")
        what = "mapping" if user else "service key"
        named = "name or the path" if user and case.table.path else "name" if user else "path"
        yield self.finding(
            case,
            f"This table for {of_setting(case)} matches no {what}.",
            remedy=f"Correct the {named}, or remove the table.",
            **about_setting(case),
        )
