"""From a certificate to a root, link by link."""
