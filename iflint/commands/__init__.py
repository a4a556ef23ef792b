"""The command line: arguments and configuration become one call of the library."""
