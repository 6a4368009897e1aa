"""The name that a misspelt one may have been meant to be."""

import difflib


def nearest(text: str, names: list[str]) -> str:
    """Return a hint at the name that is most like a text; an empty text where none is like it."""
    found = difflib.get_close_matches(text.lower(), [name.lower() for name in names], 1)
    name = next((name for name in names if found and name.lower() == found[0]), None)
    return f"did you mean `{name}`?" if name else ""
