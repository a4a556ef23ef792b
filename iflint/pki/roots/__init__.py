"""Which roots count: SAP's lists by date, and those of one's own."""
