"""Damage to whatever iflint reads, and what must hold all the same."""
