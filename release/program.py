"""Where the single executable begins."""

from iflint.__main__ import main

main()
