"""`iflint completion`: the script that lets a shell complete what is typed."""

from __future__ import annotations

import click

from iflint.console.frame import subcommand
from iflint.console.interface import COMPLETION_VARIABLE
from iflint.console.invocation import Request

SHELLS = ("bash", "zsh", "fish", "powershell")


@subcommand(
    "completion",
    "Let the Tab key complete commands.",
    [click.Argument(["shell"], metavar="SHELL", type=click.Choice(SHELLS, case_sensitive=False))],
    examples=(
        "bash        add to ~/.bashrc:  source <(iflint completion bash)",
        "zsh         add to ~/.zshrc, after compinit:  source <(iflint completion zsh)",
        "fish        iflint completion fish > ~/.config/fish/completions/iflint.fish",
        "PowerShell  add to $PROFILE:",
        "            iflint completion powershell | Out-String | Invoke-Expression",
    ),
)
def command(_asked: Request, shell: str) -> None:
    """Write the script for SHELL: bash (4.4 or newer), zsh, fish or powershell.

    With it the Tab key completes commands, options, formats, rules with what they find, symptoms,
    the environments of the configuration, and paths.
    """
    from iflint.commands.main import cli
    from iflint.console import output, suggestions

    script = suggestions.SHELLS[shell](cli, {}, "iflint", COMPLETION_VARIABLE).source()
    output.write_data(None, script)
