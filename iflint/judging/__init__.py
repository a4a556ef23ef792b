"""How an entry gets its verdict."""
