"""iflint finds SAP Cloud Integration sender channels whose client certificate will fail."""
