"""How things are said, and said safely."""
