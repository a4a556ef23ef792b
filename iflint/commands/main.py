"""The program `iflint`: its commands, by name."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

import click

from iflint.__version__ import __version__
from iflint.console.interface import CLEAN, COMPLETION_VARIABLE, FAILED, FOUND, Interface
from iflint.console.interruption import watch

SECTIONS = {
    "Check": ("check", "fix"),
    "Understand": ("explain", "rules", "channels", "certificates", "chain", "sender"),
    "Plan": ("forecast", "renew", "roots"),
    "For tools": ("hook", "config", "cache", "completion"),
}
"""The commands by what people want of them; each is the name of its module."""


def _show_version(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        click.echo("\n".join(_versions()))
        context.exit()


def _versions() -> Iterator[str]:
    """The version of the program, and the days on which its packaged tables were checked."""
    from iflint.pki.public_cas import PublicCas
    from iflint.pki.roots.trust import packaged_table

    roots, public_cas = packaged_table(), PublicCas().table
    newest = roots.in_order[-1]
    yield f"iflint {__version__}"
    yield f"{roots.name} {newest} ({roots.releases[newest]}), checked on {roots.checked_on}"
    yield f"public CAs of CCADB, checked on {public_cas.checked_on}"


@click.group(
    "iflint",
    cls=Interface,
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    "-V",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Find SAP Cloud Integration sender channels whose client certificate will fail.

    Reads exported integration flows and certificate files, and tells which channels will
    reject their senders, why, from which day on, and what to do. It needs no network.
    """


def main() -> None:
    """Run the program with the arguments of the process.

    Leaves at once when all is written: taking an interpreter apart costs a short run a tenth of
    its time, and nothing here waits for it.
    """
    watch()
    _whole_streams()
    if COMPLETION_VARIABLE in os.environ:
        from iflint.console import suggestions

        suggestions.register()
    try:
        cli()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
        if not _flushed(sys.stdout) and code in (CLEAN, FOUND):
            code = FAILED
        _flushed(sys.stderr)
        os._exit(code)


def _whole_streams() -> None:
    """Let nothing be written in part, and nothing that is said on standard error go elsewhere.

    A stream without a buffer (``PYTHONUNBUFFERED``) takes a short write for a whole one. Where
    standard error is closed, `print` would fall back on standard output.
    """
    raw = getattr(sys.stdout, "buffer", None)
    if isinstance(raw, io.RawIOBase):
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(raw),
            encoding=sys.stdout.encoding,
            errors=sys.stdout.errors,
            line_buffering=True,
        )
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - to the end


def _flushed(stream: TextIO | None) -> bool:
    try:
        if stream is not None:
            stream.flush()
    except (OSError, ValueError):
        return False
    return True
