"""Who else may call: service keys and certificate-to-user mappings, out of files of all kinds."""
