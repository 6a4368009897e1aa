"""Lines of `admins` and `users`."""

from __future__ import annotations

import pytest

from kmsgen.compiler import Compiled
from tests.unit.compiler.compiling import Compile, conditions, statements


def test_alternatives_of_one_condition_stay_in_one_statement(compiled: Compile) -> None:
    """A list in `when` gives alternatives of that one condition."""
    found = compiled("users: [{principal: role/app, can: [decrypt], when: {encryption_context: {app: [a, b]}, via: [s3, rds]}}]")
    (statement,) = statements(found, "Use by app")
    assert conditions(statement) == {
        ("StringEquals", "kms:EncryptionContext:app"): ("a", "b"),
        ("StringEquals", "kms:ViaService"): ("rds.us-west-2.amazonaws.com", "s3.us-west-2.amazonaws.com"),
    }


def held_by(found: Compiled, word: str) -> list[dict[tuple[str, str], tuple[str, ...]]]:
    """Return the conditions of each statement whose Sid has the word in it."""
    return [conditions(statement) for statement in statements(found, word)]


def test_lines_that_differ_in_a_value_are_one_statement(compiled: Compile) -> None:
    """A list of values says the same as a statement for each, in a fraction of the room."""
    lines = [f"  - {{principal: role/app, can: [decrypt], when: {{encryption_context: {{t: '{n}', a: b}}}}}}" for n in range(150)]
    found = compiled("users:\n" + "\n".join(lines))
    (held,) = held_by(found, "Use by app")
    assert held["StringEquals", "kms:EncryptionContext:t"] == tuple(sorted(map(str, range(150))))
    assert held["StringEquals", "kms:EncryptionContext:a"] == ("b",)
    assert len(found.origins["key-policy/Use by app with encryption context"]) == 150


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "'ForAllValues:StringEquals': {kms:EncryptionContextKeys: a}",
            "'ForAllValues:StringEquals': {kms:EncryptionContextKeys: b}",
        ),
        ("StringNotEquals: {'kms:EncryptionContext:a': x}", "StringNotEquals: {'kms:EncryptionContext:a': y}"),
        ("StringEquals: {'kms:EncryptionContext:a': x}", "StringEquals: {'kms:EncryptionContext:b': x}"),
        ("StringEquals: {'kms:EncryptionContext:a': x}", "StringLike: {'kms:EncryptionContext:a': 'y*'}"),
    ],
)
def test_conditions_that_a_list_would_widen_or_narrow_stay_apart(compiled: Compile, one: str, other: str) -> None:
    """Only values of which any one is enough go into a list: with others the list would say something else."""
    lines = [f"  - {{principal: role/app, can: [decrypt], when: {{conditions: {{{each}}}}}}}" for each in (one, other)]
    assert len(held_by(compiled("users:\n" + "\n".join(lines)), "Use by app")) == 2


def test_use_grants_is_for_aws_resources_only(compiled: Compile) -> None:
    """The word lets AWS services make grants for their resources, and nobody else."""
    found = compiled("users: [{principal: role/app, can: [use-grants]}]")
    allowing = [s for s in found.bundle.keys[0].policy.statements if "kms:CreateGrant" in s.actions]
    assert [conditions(s)["Bool", "kms:GrantIsForAWSResource"] for s in allowing] == [("true",)]
