"""`iflint cache`: what is kept from run to run, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.console import output
from iflint.console.frame import subcommand
from iflint.console.interface import LAST_HEADING, Option
from iflint.console.invocation import Request
from iflint.limits import numbered

if TYPE_CHECKING:
    from iflint.engine.store import Store


@subcommand(
    "cache",
    "Show or clear what is kept for the next run.",
    (Option("--clear", LAST_HEADING, "Forget everything that is kept."),),
    examples=("iflint cache", "iflint cache --clear"),
)
def command(_asked: Request, clear: bool) -> None:
    """Show where iflint keeps what it has read, and how much that is.

    The next run reads only what has changed, and judges everything anew. What was not used for
    longest goes first. IFLINT_CACHE_DIR names another folder. --no-cache, no-cache = true in the
    configuration or IFLINT_NO_CACHE=1 keeps and uses nothing. Exit code: 0.
    """
    from iflint.engine.store import Store

    with Store.open() as store:
        if clear:
            store.clear()
        place, kept = store.folder, _kept(store)
    output.write_text(
        None, "never", lambda style: f"Folder  {style.show(place or 'none')}\nKept    {kept}\n"
    )


def _kept(store: Store) -> str:
    from iflint.sources.limits import size_text

    count = len(store)
    if store.unusable:
        return f"nothing: {store.unusable}"
    if not count:
        return "nothing"
    size, most = size_text(store.size), size_text(store.most)
    return f"{numbered(count)} archives, flows and texts, {size} of at most {most}"
