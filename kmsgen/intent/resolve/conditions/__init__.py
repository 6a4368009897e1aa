"""Conditions of a line: which request holds each key, which values it compares with, what grants must be."""
