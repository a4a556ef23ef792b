"""The version of iflint, in this one place."""

__version__ = "0.1.0"
