"""Names of IAM policies."""

from __future__ import annotations

import pytest

from kmsgen.render.names import policy_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("pay", "role-role-app"), ("pay-role", "role-app")),
        (("pay", "user-ops-role-x"), ("pay-user-ops", "role-x")),
        (("pay", "role-User-x"), ("pay-Role", "user-x")),
    ],
)
def test_policies_of_two_intents_never_share_a_name(one: tuple[str, str], other: tuple[str, str]) -> None:
    """IAM knows one policy of a name in an account, whatever its case."""
    assert policy_name(*one).casefold() != policy_name(*other).casefold()


def test_a_policy_is_named_by_its_intent_and_its_principal() -> None:
    """A digest stands only where a name could be read in two ways."""
    assert policy_name("payroll-roles", "role-role-app") == "payroll-roles-role-role-app"
