"""How iflint talks to a terminal."""
