"""Every KMS action, and how to find one.

Source: Service Authorization Reference; KMS Developer Guide, kms-api-permissions-reference, symm-asymm-compare, key-state.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from kmsgen.catalogue import _actions
from kmsgen.catalogue.model import Action, StateRule
from kmsgen.policy.letter_case import folded

PREFIX = "kms:"
KEY_STATES = _actions.STATES
FOOTNOTES = _actions.FOOTNOTES
"""Footnotes of the key-state page by number: (exception name or nothing, what it says)."""

_FIELDS = tuple(name for name in Action._fields if name != "name")
_STATE_RULES = {code: StateRule(*rule) for code, rule in _actions.STATE_RULES.items()}


def _action(name: str) -> Action:
    row = dict(zip(_FIELDS, _actions.ROWS[name], strict=True))
    states, key_types = row.pop("states"), row.pop("key_types")
    return Action(
        name=name,
        condition_keys=frozenset(row.pop("condition_keys")),
        key_types=None if key_types is None else frozenset(key_types),
        states=None if states is None else _rules(states),
        **row,
    )


def _rules(codes: tuple[str, ...]) -> Mapping[str, StateRule]:
    return MappingProxyType({state: _STATE_RULES[code] for state, code in zip(KEY_STATES, codes, strict=True)})


ACTIONS: dict[str, Action] = {name: _action(name) for name in _actions.ROWS}
_BY_LOWER_CASE = {folded(name): action for name, action in ACTIONS.items()}


def find(text: str) -> Action | None:
    """Return the action of that name, with or without `kms:`; case does not matter."""
    return _BY_LOWER_CASE.get(folded(text).removeprefix(PREFIX))


def regular(pattern: str) -> str:
    """Return the regular expression that a pattern of IAM is: `*` is any run of characters, `?` any one."""
    return "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)


@lru_cache(maxsize=1024)
def expand(pattern: str) -> tuple[str, ...]:
    """Return the IAM names that an Action pattern matches: `kms:Describe*`, `*`, `KMS:decrypt`; nothing for no match.

    Case does not matter. Source: IAM User Guide, elements_action.
    """
    if pattern.isascii() and not {"*", "?"}.intersection(pattern):
        action = find(pattern)
        return (action.iam_name,) if action and folded(pattern) == folded(action.iam_name) else ()
    matches = re.compile(regular(pattern), re.IGNORECASE | re.ASCII | re.DOTALL).fullmatch
    return tuple(action.iam_name for action in ACTIONS.values() if matches(action.iam_name))


def works_in_key_policy(action: Action) -> bool:
    """Return whether a key policy can allow the action; one that only IAM policies can allow is dead there.

    Source: KMS Developer Guide, kms-api-permissions-reference (policy type), key-policy-default, grant-delete.
    """
    return action.policy_types in {"key", "both"}


def fits(action: Action, key_type: str) -> bool:
    """Return whether KMS offers the action for keys of that type; an undocumented action is taken to fit every type."""
    return action.key_types is None or key_type in action.key_types
