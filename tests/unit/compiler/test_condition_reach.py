"""Conditions of a line that do not hold on some of its actions."""

from __future__ import annotations

import pytest

from kmsgen.compiler.condition_reach import untouched
from kmsgen.intent.intent import GrantWhen, When
from kmsgen.policy.document import Condition

CONTEXT = When(encryption_context=(("app", ("a",)), ("team", ("b",))))
GRANT = When(grant=GrantWhen(operations=("Decrypt",)))
ALIAS = Condition("StringEquals", "kms:RequestAlias", ("alias/a",))


@pytest.mark.parametrize(
    ("when", "actions", "told"),
    [
        (When(), ("kms:Decrypt", "kms:TagResource"), []),
        (CONTEXT, ("kms:Decrypt", "kms:Encrypt"), []),
        (CONTEXT, ("kms:Decrypt", "kms:TagResource"), ["`kms:TagResource`"]),
        (GRANT, ("kms:CreateGrant",), []),
        (GRANT, ("kms:CreateGrant", "kms:Decrypt"), ["`kms:Decrypt`"]),
        (When(conditions=(ALIAS,)), ("kms:Decrypt", "kms:CreateKey"), ["`kms:CreateKey`"]),
        (When(conditions=(ALIAS._replace(operator="Null"),)), ("kms:CreateKey",), []),
    ],
)
def test_an_action_whose_request_lacks_what_is_asked_is_named(when: When, actions: tuple[str, ...], told: list[str]) -> None:
    """Once a condition, however many names an encryption context has; that a key is absent holds of every request."""
    found = list(untouched("role/app", when, actions))
    assert len(found) == len(told)
    assert all(name in text for name, text in zip(told, found, strict=True))
    assert all("`kms:Decrypt`" not in text for text in found if "`kms:Decrypt`" not in told)
