"""Values of raw conditions: where no request has one of them, by the type and form of the condition key.

A value that never comes says nothing where it is asked for, and everything where it is ruled out: neither is what anybody means.
"""

from __future__ import annotations

from kmsgen.catalogue import condition_keys, value_forms
from kmsgen.intent.resolve.context import Context
from kmsgen.policy.operators import OperatorName
from kmsgen.reading import Steps


def check_values(operator: OperatorName, key: str, values: list[str], steps: Steps, context: Context) -> None:
    """Report the values of a condition where no request has any of them."""
    known = condition_keys.find(key)
    if known is not None and not value_forms.compares_its_type(operator, key):
        message = f"`{operator}` never holds of `{key}`, which is of type {known.type}"
        context.problems.add_key(steps, "when-never-holds", message, "an operator for that type")
        return
    forms = [value_forms.form_of(operator, key, value) for value in values]
    for index, (form, value) in enumerate(zip(forms, values, strict=True)):
        if form is not None and None not in forms:
            message = f"no request has `{value}` as `{key}`, which `{operator}` compares as it stands"
            context.refuse((*steps, index), "when-never-holds", message, f"such as {form.example}")
