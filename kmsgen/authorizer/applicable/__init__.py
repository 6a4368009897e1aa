"""Statements and grants of a bundle that can apply to one caller, action and resource."""
