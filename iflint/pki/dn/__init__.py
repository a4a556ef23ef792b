"""Distinguished names, read and compared as the runtime does; `iflint.pki.names` is the way in."""
