"""The rules that come with iflint, one file a rule."""
