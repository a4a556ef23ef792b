"""What people see when a call fails, and what can be behind it: data, and how it is found."""
