"""Names, certificates, chains and trust lists; knows nothing of integration flows."""
