"""Which actions of a line a condition of its `when` does not hold on: their requests have nothing that it could look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kmsgen.catalogue.condition_keys import pair_key
from kmsgen.compiler.conditions import carries, is_context_key
from kmsgen.intent.intent import GrantWhen, When
from kmsgen.policy.document import Condition

Values = tuple[str, ...]
CREATE_GRANT = "kms:CreateGrant"
ALLOWED_WITHOUT = "these are allowed without it: leave them out, or give them a line of their own"


def untouched(whose: str, when: When, actions: Values) -> Iterator[str]:
    """Yield a sentence for each condition of a `when`, on which of these actions of somebody it does not hold."""
    for asked, lack, without in dict.fromkeys(_without(when, actions)):
        if without:
            names = ", ".join(f"`{action}`" for action in without)
            yield f"what `{asked}` asks does not hold on {names} of `{whose}`: {lack}"


def _without(when: When, actions: Values) -> Iterator[tuple[str, str, Values]]:
    """Yield each condition as a `when` says it, why requests of some actions lack what it is about, and these actions."""
    context = [pair_key(name) for name, _ in when.encryption_context]
    context += [condition.key for condition in when.conditions if is_context_key(condition.key)]
    for key in context[:1]:
        yield key, "there is no encryption context", tuple(action for action in actions if not carries(action, key))
    if when.grant != GrantWhen():
        yield "grant", "no grant is made there", tuple(action for action in actions if action != CREATE_GRANT)
    for condition in _others(when.conditions):
        lacking = tuple(action for action in actions if not carries(action, condition.key))
        yield condition.key, "it is not carried there", lacking


def _others(conditions: Iterable[Condition]) -> Iterator[Condition]:
    return (each for each in conditions if not is_context_key(each.key) and not each.operator.endswith("Null"))
