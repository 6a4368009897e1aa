"""One condition, evaluated."""

from __future__ import annotations

from collections.abc import Mapping

from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.policy.document import Condition

Values = tuple[str, ...]


def check(
    operator: str,
    wanted: str | Values,
    actual: str | Values | None,
    lookup: Mapping[str, Values] | None = None,
    *,
    modern: bool = True,
    key: str = "aws:X",
    key_policy: bool = False,
) -> bool | None:
    """Evaluate one condition on the key aws:x."""
    wanted = (wanted,) if isinstance(wanted, str) else wanted
    actual = (actual,) if isinstance(actual, str) else actual
    test = compile_condition(Condition(operator, key, wanted), deny=False, modern=modern, key_policy=key_policy)
    return test.check(actual, (lookup or {}).get)
