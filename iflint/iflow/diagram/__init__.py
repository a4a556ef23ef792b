"""How the editor draws a flow."""
