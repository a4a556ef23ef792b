"""What else a session can be asked."""
