"""Spelling hints: the name nearest to an unknown one."""

import difflib


def nearest(text: str, names: list[str]) -> str:
    """Return the hint "did you mean ..." with the most similar name; empty if none is similar."""
    found = difflib.get_close_matches(text.lower(), [name.lower() for name in names], 1)
    name = next((name for name in names if found and name.lower() == found[0]), None)
    return f"did you mean `{name}`?" if name else ""
