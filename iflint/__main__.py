"""Where the program `iflint` begins, which is the same as `python -m iflint`."""

from __future__ import annotations

import contextlib
import os
import sys

from iflint.console.interruption import watch


def main() -> None:
    """Run the program: from here on a signal ends it in silence, also while it is imported.

    No module is taken from the current folder, which may be a stranger's repository, but where
    iflint itself lies in it.
    """
    watch()
    here = {"", os.curdir}
    with contextlib.suppress(OSError):  # it may have been deleted
        here.add(os.getcwd())
    here.discard(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if not sys.flags.safe_path:
        sys.path[:] = [folder for folder in sys.path if folder not in here]
    from iflint.commands.main import main as run

    run()


if __name__ == "__main__":
    main()
