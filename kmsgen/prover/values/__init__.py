"""Sets of values of one condition key, and how tests cut them; no bundle in sight."""
