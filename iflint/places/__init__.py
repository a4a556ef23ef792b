"""Where something stands, and which bytes change there."""
