"""A text of any notation as a tree of mappings, sequences and texts, each with its place."""
