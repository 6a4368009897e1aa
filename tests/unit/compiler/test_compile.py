"""An intent to its bundle."""

from __future__ import annotations

from tests.unit.compiler.compiling import Compile, conditions, statements


def test_no_wildcard_action_is_compiled(compiled: Compile) -> None:
    """Actions are listed in full, for administrators too."""
    found = compiled("users: [{principal: role/app, can: [encrypt, decrypt, use-grants, view]}]")
    actions = [action for statement in found.bundle.keys[0].policy.statements for action in statement.actions]
    assert actions
    assert not [action for action in actions if "*" in action or "?" in action]


def test_a_line_that_another_covers_is_not_repeated(compiled: Compile) -> None:
    """The same access under a further condition adds nothing; both lines are origins of the statement that stays."""
    found = compiled(
        """users:
  - {principal: role/app, can: [decrypt]}
  - {principal: role/app, can: [decrypt, encrypt], when: {via: [s3]}}
"""
    )
    by_actions = {s.actions: conditions(s) for s in statements(found, "Use by app")}
    assert set(by_actions) == {("kms:Decrypt",), ("kms:Encrypt",)}
    assert by_actions["kms:Decrypt",] == {}
    assert len(found.origins["key-policy/Use by app"]) == 2


def test_the_same_intent_compiles_to_the_same_bundle(compiled: Compile) -> None:
    """Nothing depends on the order of sets."""
    text = "users: [{principal: [role/b, role/a, user/c], can: [decrypt, encrypt, view], when: {via: [s3, rds]}}]"
    assert compiled(text) == compiled(text)
