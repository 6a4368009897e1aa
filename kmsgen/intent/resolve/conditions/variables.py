"""Values of conditions, compared as they stand but for policy variables, which a request of the principal must fill in.

Source: IAM User Guide, reference_policies_variables, reference_policies_condition-keys (aws:username).
"""

from __future__ import annotations

import re

from kmsgen.catalogue import condition_keys
from kmsgen.intent.files.suggestion import did_you_mean
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import Who
from kmsgen.policy.letter_case import folded
from kmsgen.policy.variables import ESCAPES
from kmsgen.reading import Steps

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_USERS_ONLY = "aws:username"


def check_exact(text: str, steps: Steps, who: Who | None, context: Context) -> None:
    """Report a value that has a wildcard where values are compared as they stand; checks its policy variables."""
    if "*" in _VARIABLE.sub("", text):
        hint = "for a pattern: `conditions: {StringLike: {...}}`"
        context.refuse(steps, "exact-value", f"`{text}` is compared as it stands, `*` included", hint)
    check_value(text, steps, who, context)


def check_value(text: str, steps: Steps, who: Who | None, context: Context) -> None:
    """Report characters that no policy can hold, and policy variables that no request of the principal fills in."""
    context.check_policy_text(text, steps)
    if "${" in _VARIABLE.sub("", text):
        context.refuse(steps, "policy-variable", f"`{text}` holds a policy variable that does not end", "close it with `}`")
    for match in _VARIABLE.finditer(text):
        _check_variable(match[1].partition(",")[0].strip(), steps, who, context)


def _check_variable(name: str, steps: Steps, who: Who | None, context: Context) -> None:
    if name in ESCAPES:
        return
    key = condition_keys.find(name)
    if key is None:
        hint = did_you_mean(name, condition_keys.CONDITION_KEYS)
        context.refuse(steps, "policy-variable", f"`{name}` is no policy variable", hint)
    elif key.multi_valued:
        context.refuse(
            steps, "policy-variable", f"`{name}` has several values, and is no policy variable", "compare it with `conditions:`"
        )
    elif folded(name) == _USERS_ONLY and who is not None and _is_no_user(who):
        hint = "use aws:PrincipalTag/NAME, or name a user"
        context.refuse(steps, "when-never-holds", f"`{name}` exists for IAM users only, and `{who.arn}` is none", hint)


def _is_no_user(who: Who) -> bool:
    """Return whether a principal is no IAM user and stands for none."""
    return who.kind in ("role", "assumed-role", "federated-user") or (who.kind == "pattern" and ":role/" in who.arn)
