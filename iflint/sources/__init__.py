"""Any path becomes artifacts: files in folders, in archives, in archives in archives."""
