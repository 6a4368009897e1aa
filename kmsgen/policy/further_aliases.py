"""Aliases that a KMS key may get beside those that are told of it, as far as conditions look at them.

Source: AWS KMS Developer Guide, "Use aliases to control access to KMS keys", kms:RequestAlias and kms:ResourceAliases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kmsgen.policy.bundle import Bundle, Key
from kmsgen.policy.document import Condition, Statement

BY_REQUEST, BY_KEY = "kms:requestalias", "kms:resourcealiases"
_UNNAMED = "alias/another"
ANY = None
Values = tuple[str, ...]
Further = Values | None


def statements_of(bundle: Bundle, *, key_policies: bool = True) -> Iterator[Statement]:
    """Yield the statements of a bundle's IAM policies, and of its key policies where these count."""
    documents = [access.policy for access in bundle.keys if key_policies]
    documents += [policy for beside in bundle.principals.values() for policy in beside.identity_policies]
    return (each for document in documents for each in document.statements)


def further_sets(statements: Iterable[Statement], told: Values, *, by_key: bool) -> tuple[Further, ...]:
    """Return what aliases to ask about a key with beside those told: each that a condition names, then all of them together.

    What conditions on kms:ResourceAliases name counts with `by_key` alone. One that says which alias it must not be holds for
    an alias that nobody names. ANY comes first where a condition on kms:RequestAlias has a variable, or a pattern that names
    none.
    """
    wanted = (BY_REQUEST, BY_KEY) if by_key else (BY_REQUEST,)
    conditions = (one for each in statements for one in each.conditions if one.operator.lower() != "null")
    looking = [one for one in conditions if one.key.lower() in wanted]
    named = tuple(name for name in dict.fromkeys(_named(looking)) if name not in told)
    some = any(not _names_one(value) for one in looking if one.key.lower() == BY_REQUEST for value in one.values)
    return (*([ANY] if some and told else []), *((name,) for name in named), *([named] if len(named) > 1 else []))


def with_aliases(key: Key, further: Further) -> Key:
    """Return a key with aliases beside its own; one that is called by any is one whose aliases are not told."""
    return key._replace(aliases=() if further is ANY else tuple(dict.fromkeys((*key.aliases, *further))))


def further_aliases(key: Key, told: Key) -> str:
    """Return in words which aliases a key has beside those that are told; nothing where it has none."""
    further = [alias for alias in key.aliases if alias not in told.aliases]
    if told.aliases and not key.aliases:
        return "if the key has another alias too"
    return f"if the key has the alias {', '.join(further)} too" if further else ""


def _named(conditions: Iterable[Condition]) -> Iterator[str]:
    for condition in conditions:
        yield from (value.replace("*", "x").replace("?", "x") for value in condition.values if _names_one(value))
        if "not" in condition.operator.lower():
            yield _UNNAMED


def _names_one(value: str) -> bool:
    return value.startswith("alias/") and "${" not in value
