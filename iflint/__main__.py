"""Runs `python -m iflint`, which is the same as the program `iflint`."""

from __future__ import annotations

from iflint.commands.main import main

if __name__ == "__main__":
    main()
