"""Functions from one immutable Report to text; none computes a verdict or knows a rule."""
