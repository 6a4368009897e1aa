"""Policies that no tool but the AWS CLI can pass on."""

from __future__ import annotations

import pytest

from kmsgen.errors import InputError
from kmsgen.policy.document import Condition
from kmsgen.render import cloudformation
from kmsgen.render.terraform import modules
from tests.unit.render.bundles import allow, deployment, document, role


@pytest.mark.parametrize("target", [modules, cloudformation])
def test_a_character_that_a_tool_cannot_escape_is_refused(target: object) -> None:
    """Terraform's provider and CloudFormation write every character unescaped: KMS would refuse the policy."""
    when = (Condition("StringEquals", "kms:EncryptionContext:日", ("x",)),)
    given = deployment(key_policy=document(allow("kms:Decrypt", who=role("app"), when=when)))
    with pytest.raises(InputError, match="beyond-latin-1"):
        target.render(given)  # type: ignore[attr-defined]
