"""What kind of principal an ARN names."""

from __future__ import annotations

import pytest

from kmsgen.compiler.principals import has_identity_policies, is_account, is_service_linked, is_session
from kmsgen.policy.document import Principal

HOME = "arn:aws:iam::111122223333"
LINKED = f"{HOME}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"
KINDS = [  # has identity policies, is an account, is service-linked, is a session
    (f"{HOME}:role/app", (True, False, False, False)),
    (f"{HOME}:user/team/bob", (True, False, False, False)),
    (f"{HOME}:root", (False, True, False, False)),
    (LINKED, (False, False, True, False)),
    ("arn:aws:sts::111122223333:assumed-role/app/one", (False, False, False, True)),
    ("arn:aws:sts::111122223333:federated-user/bob", (False, False, False, True)),
    ("*", (False, False, False, False)),
]


@pytest.mark.parametrize(("text", "kinds"), KINDS)
def test_an_arn_tells_what_can_be_attached_to_its_principal(text: str, kinds: tuple[bool, ...]) -> None:
    """IAM policies go to users, and to roles that no service owns."""
    principal = Principal("AWS", text)
    assert (has_identity_policies(principal), is_account(principal), is_service_linked(text), is_session(text)) == kinds


def test_a_service_is_none_of_them() -> None:
    """Whatever its name."""
    service = Principal("Service", f"{HOME}:role/app")
    assert not has_identity_policies(service)
    assert not is_account(service)
