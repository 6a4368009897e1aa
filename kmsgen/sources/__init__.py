"""Existing infrastructure, scenarios and bare policies to bundles."""
