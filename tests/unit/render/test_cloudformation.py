"""CloudFormation templates: what they say, and what is said beside them."""

from __future__ import annotations

import json

import pytest

from kmsgen.errors import InputError, RefusedError
from kmsgen.policy.bundle import Creation
from kmsgen.policy.document import Condition
from kmsgen.policy.json_form import format_document
from kmsgen.render import cloudformation
from kmsgen.render.render import render
from tests.unit.render.bundles import OLD_ARN, allow, deployment, document, role, texts


def test_a_key_outlives_its_stack() -> None:
    """DeletionPolicy and UpdateReplacePolicy retain the key."""
    text = texts(cloudformation.render(deployment()))["cloudformation/template.yaml"]
    assert "DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain" in text


@pytest.mark.parametrize("description", ["{{resolve:ssm:x}}", "a {{resolve:secretsmanager:b}} c"])
def test_a_text_that_cloudformation_would_resolve_is_refused(description: str) -> None:
    """A dynamic reference has no escape: the text would come out as another."""
    with pytest.raises(InputError, match="dynamic reference"):
        cloudformation.render(deployment(creation=Creation("alias/app", description)))


def test_a_condition_key_that_is_a_function_of_cloudformation_is_refused() -> None:
    """A policy in which CloudFormation would see a function is not what was proved: reading back says so."""
    when = (Condition("StringEquals", "Ref", ("Key",)),)
    with pytest.raises(RefusedError, match="read-back"):
        render(deployment((role("app"), document(allow("kms:Decrypt", when=when)))), ["cloudformation"])


def test_the_policy_of_a_key_that_exists_comes_beside_the_template() -> None:
    """No resource can set it, and the note says so."""
    rendering = cloudformation.render(deployment((role("app"), document(allow("kms:Decrypt", on=(OLD_ARN,)))), creation=None))
    assert json.loads(texts(rendering)["cloudformation/key-policy.json"])["Statement"]
    assert "AWS::KMS::Key" not in texts(rendering)["cloudformation/template.yaml"]
    assert any("put-key-policy" in note for note in rendering.notes)


def test_the_policy_of_a_key_that_was_created_by_call_comes_beside_the_template_too() -> None:
    """The request created it with a policy; what the file says of it later nothing else puts."""
    given = deployment()
    (access,) = given.bundle.keys
    kem = access._replace(key=access.key._replace(spec="ML_KEM_768", usage="ENCAPSULATE_DECAPSULATE"))
    rendering = cloudformation.render(given._replace(bundle=given.bundle._replace(keys=(kem,))))
    assert json.loads(texts(rendering)["cloudformation/key-policy.json"]) == format_document(access.policy)
    assert any("put-key-policy" in note for note in rendering.notes)


@pytest.mark.parametrize(("statements", "told"), [(10, False), (400, True)])
def test_a_template_that_a_call_does_not_hold_is_told(statements: int, *, told: bool) -> None:
    """CreateStack takes 51,200 bytes, and the rest from S3."""
    policy = document(*(allow("kms:Decrypt", who=role(f"reader-{number}")) for number in range(statements)))
    notes = cloudformation.render(deployment(key_policy=policy)).notes
    assert any("put it into S3" in note for note in notes) == told


def test_a_policy_that_the_stack_attaches_to_nobody_has_a_name_and_an_output() -> None:
    """Who attaches it needs both: a permission set takes names, a role takes ARNs."""
    given = deployment((role("app"), document(allow("kms:ListKeys"))))
    attached, written = (texts(cloudformation.render(given._replace(attaches=one))) for one in (True, False))
    for text in ("ManagedPolicyName: app-role-app", "Outputs:\n  KeyArn:", "Ref: PolicyRoleApp"):
        assert (text in attached["cloudformation/template.yaml"]) is (text.startswith("Outputs"))
        assert text in written["cloudformation/template.yaml"]
    assert "Roles:" not in written["cloudformation/template.yaml"]
