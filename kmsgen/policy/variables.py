"""The policy variables in a text, by the condition keys that they name.

Source: IAM User Guide, reference_policies_variables.
"""

from __future__ import annotations

import re

_VARIABLE = re.compile(r"\$\{([^{},]*)(?:,[^{}]*)?\}")
ESCAPES = frozenset("*?$")
"""What stands between the braces of `${*}`, `${?}` and `${$}`: the character itself."""


def variables_in(text: str) -> tuple[str, ...]:
    """Return the condition keys that a text's policy variables name, in their order; escapes name none."""
    names = (match[1].strip() for match in _VARIABLE.finditer(text))
    return tuple(name for name in names if name not in ESCAPES)
