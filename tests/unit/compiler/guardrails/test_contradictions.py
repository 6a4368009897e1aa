"""Guard rails against what the same file says in so many words."""

from __future__ import annotations

import pytest

from kmsgen.errors import RefusedError
from tests.unit.compiler.compiling import Compile, statements


def test_administrators_lose_what_a_guard_rail_denies(compiled: Compile) -> None:
    """Without `can` an administrator gets the set minus what the same file denies."""
    (statement,) = statements(compiled("guardrails: [deny-delete]"), "Administer by Admin")
    assert not {"kms:ScheduleKeyDeletion", "kms:DisableKey"} & set(statement.actions)
    (spared,) = statements(compiled("guardrails: [{deny-delete: {except: [role/Admin]}}]"), "Administer by Admin")
    assert {"kms:ScheduleKeyDeletion", "kms:DisableKey"} <= set(spared.actions)


@pytest.mark.parametrize(
    "text",
    [
        "users: [{principal: role/app, can: [schedule-deletion]}]\nguardrails: [deny-delete]",
        "users: [{principal: role/app, can: [schedule-deletion]}]\nguardrails: [{deny-delete: {except: [role/other]}}]",
        "grants: [{name: g, grantee: role/app, operations: [Decrypt]}]\nguardrails: [deny-grants-to-principals]",
        "services: [{service: identity-center}]\nguardrails: [deny-everyone-else]",
        "users: [{principal: role/app, can: [decrypt]}]\nguardrails: [{deny: {actions: [kms:De*], for: [role/app]}}]",
    ],
)
def test_a_guard_rail_against_the_file_is_a_contradiction(compiled: Compile, text: str) -> None:
    """What the file says in so many words cannot be denied by it: the error names both lines."""
    with pytest.raises(RefusedError) as caught:
        compiled(text)
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.code == "contradiction"
    assert diagnostic.location.line > 0
    assert "intent.yaml:" in diagnostic.message


@pytest.mark.parametrize("exception", ["role/app", "account"])
def test_an_exception_settles_the_contradiction(compiled: Compile, exception: str) -> None:
    """The principal itself, or its account, can be excepted."""
    text = f"users: [{{principal: role/app, can: [schedule-deletion]}}]\nguardrails: [{{deny-delete: {{except: [{exception}]}}}}]"
    assert statements(compiled(text), "Use by app")
