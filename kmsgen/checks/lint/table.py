"""The table of lint rules, by what they look at; a new rule is a row and a function in its subject's file."""

from typing import Any

from kmsgen.checks.lint import (
    access,
    actions,
    conditions,
    dead_parts,
    elements,
    grants,
    operators,
    policies,
    principals,
    services,
    unknown,
    via_service,
)
from kmsgen.checks.lint.rule import LintRule

OF_STATEMENTS = (
    *actions.RULES,
    *principals.RULES,
    *services.RULES,
    *conditions.RULES,
    *via_service.RULES,
    *operators.RULES,
    *grants.RULES,
    *elements.RULES,
)
"""The rules on single statements."""

OF_POLICIES = policies.RULES
"""The rules on a policy as it is written."""

OF_KEYS = (*access.RULES, *dead_parts.RULES)
"""The rules on a key with all policies that apply to it."""

OF_READINGS = unknown.RULES
"""The rules on values that a file leaves unknown."""

RULES: tuple[LintRule[Any], ...] = (*OF_STATEMENTS, *OF_POLICIES, *OF_KEYS, *OF_READINGS)
"""Every rule."""
