"""The bytes of a bundle become an immutable integration flow: channels, entries, positions."""
