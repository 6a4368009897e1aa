"""The search for a request in which something bad holds."""
