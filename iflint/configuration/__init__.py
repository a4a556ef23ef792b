"""Settings: what each of them accepts, and the files in which they can stand."""
