"""Rendered files, byte for byte."""
