"""Explanations of a decision: notes, the trace, and the nearest statements."""
