"""Keystores, PKCS#12 and Java's own: their certificates, by entry; their keys are left alone."""
