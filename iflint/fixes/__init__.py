"""What would be written, proven before anybody writes it."""
