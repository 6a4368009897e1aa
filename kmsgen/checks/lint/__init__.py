"""Findings on policies that anyone wrote."""
