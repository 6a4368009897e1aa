"""Size limits of AWS, counted as AWS counts; the deployer; keys that exist."""

from __future__ import annotations

import pytest

from kmsgen.compiler.identity_policy import MANAGED_POLICY_CHARACTERS, characters
from kmsgen.compiler.key_policy import Traced, check_size
from kmsgen.errors import Location, RefusedError
from kmsgen.policy.document import Document, Effect, Statement
from tests.unit.compiler.compiling import HEAD, ROLE, Compile, conditions, identity, statements

DEPLOYER = HEAD.replace("organization: o-exampleorgid", "deployer: role/ci")
KEYS = [f"arn:aws:kms:us-west-2:111122223333:key/{number:08d}-12ab-34cd-56ef-1234567890ab" for number in range(150)]


def test_white_space_does_not_count() -> None:
    """IAM counts characters without white space."""
    one = Traced(Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",), sid="A"), ())
    spaced = Traced(Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",), sid="A \n\t"), ())
    assert characters((spaced,)) == characters((one,)) + 4  # JSON writes \n and \t as two characters each


def test_a_long_iam_policy_is_split(compiled: Compile) -> None:
    """Each policy fits a managed policy, no key is lost, and each statement keeps a Sid of its own."""
    keys = f"keys: {KEYS}\n".replace("'", '"')
    found = compiled("delegation: iam\nusers: [{principal: role/app, can: [decrypt]}]", key=keys)
    policies = found.bundle.principals[f"{ROLE}app"].identity_policies
    assert len(policies) > 1
    for policy in policies:
        assert characters(Traced(statement, ()) for statement in policy.statements) <= MANAGED_POLICY_CHARACTERS
    items = identity(found, f"{ROLE}app")
    assert sorted(arn for item in items for arn in item["Resource"]) == KEYS
    assert len({item["Sid"] for item in items}) == len(items)
    assert all(f"identity-policy/{item['Sid']}" in found.origins for item in items)


def test_a_key_policy_over_the_limit_is_refused_with_a_way_out(compiled: Compile) -> None:
    """KMS takes 32 KiB; the message says what to do."""
    users = "\n".join(f"  - {{principal: role/{'r' * 50}{number}, can: [decrypt], when: {{via: [s3]}}}}" for number in range(400))
    with pytest.raises(RefusedError, match=r"key-policy-too-long.*32768") as caught:
        compiled(f"users:\n{users}\n")
    assert caught.value.diagnostics[0].hint


def test_a_key_policy_is_counted_as_it_is_written() -> None:
    """A character above U+00FF is written as its escape of six bytes, and counts so; one below has two in UTF-8."""

    def policy(letter: str) -> Document:
        return Document((Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",), sid=letter * 9000),))

    check_size(policy("\u00e9"), Location("intent.yaml"))
    with pytest.raises(RefusedError, match="key-policy-too-long"):
        check_size(policy("\u4e2d"), Location("intent.yaml"))


def test_the_deployer_can_create_update_and_read_back(compiled: Compile) -> None:
    """What Terraform and CloudFormation call on the key, and no use of it."""
    (statement,) = statements(compiled("", head=DEPLOYER), "Deploy by ci")
    assert {"kms:PutKeyPolicy", "kms:DescribeKey", "kms:GetKeyPolicy", "kms:TagResource", "kms:CreateAlias"} <= set(
        statement.actions
    )
    assert not {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ScheduleKeyDeletion"} & set(statement.actions)


def test_the_deployer_stays_in_the_key_policy(compiled: Compile) -> None:
    """It creates the key before any IAM policy can name it: with `delegation: iam` the lockout check would refuse the key."""
    (statement,) = statements(compiled("delegation: iam", head=DEPLOYER), "Deploy by ci")
    assert [principal.value for principal in statement.principals or ()] == [f"{ROLE}ci"]


def test_creating_the_key_is_for_an_iam_policy(compiled: Compile) -> None:
    """CreateKey has no key yet; it is narrowed to the key that the file describes."""
    found = compiled("", head=DEPLOYER, key="key: {alias: a, tags: {team: x}}\n")
    by_action = {item["Action"]: item for item in identity(found, f"{ROLE}ci") if isinstance(item["Action"], str)}
    assert by_action["kms:CreateKey"]["Condition"]["StringEquals"]["kms:KeySpec"] == "SYMMETRIC_DEFAULT"
    assert by_action["kms:TagResource"]["Resource"] == "arn:aws:kms:us-west-2:111122223333:key/*"
    assert "Condition" not in by_action["kms:TagResource"]


def test_the_deployer_creates_the_grants_of_the_file_only(compiled: Compile) -> None:
    """CreateGrant is pinned to grantee, operations, constraints and retiring principal of each grant."""
    text = """grants:
  - name: g
    grantee: role/b
    operations: [Decrypt]
    retiring_principal: role/c
    constraints: {encryption_context_equals: {app: a}}
"""
    (statement,) = statements(compiled(text, head=DEPLOYER), "grant g")
    assert statement.actions == ("kms:CreateGrant",)
    assert conditions(statement) == {
        ("ForAllValues:StringEquals", "kms:GrantOperations"): ("Decrypt",),
        ("StringEquals", "kms:EncryptionContext:app"): ("a",),
        ("StringEquals", "kms:GrantConstraintType"): ("EncryptionContextEquals",),
        ("StringEquals", "kms:GranteePrincipal"): (f"{ROLE}b",),
        ("StringEquals", "kms:RetiringPrincipal"): (f"{ROLE}c",),
    }


def test_a_multi_region_key_needs_its_service_linked_role(compiled: Compile) -> None:
    """The first multi-Region key of an account creates the role; replicas are created in their Regions only."""
    found = compiled("", head=DEPLOYER, key="key: {alias: a, multi_region: true, replicas: [us-east-1]}\n")
    actions = {action for item in identity(found, f"{ROLE}ci") for action in [item["Action"]] if isinstance(action, str)}
    assert {"iam:CreateServiceLinkedRole", "kms:CreateKey"} <= actions
    replicate = [s for s in found.bundle.keys[0].policy.statements if s.actions == ("kms:ReplicateKey",)]
    assert [conditions(s)["StringEquals", "kms:ReplicaRegion"] for s in replicate] == [("us-east-1",)]


def test_of_keys_that_exist_the_deployer_gets_policy_and_grants_only(compiled: Compile) -> None:
    """Tags, rotation and aliases of such a key are not this file's."""
    (statement,) = statements(compiled("", head=DEPLOYER, key=f'keys: ["{KEYS[0]}"]\n'), "Deploy by ci")
    assert "kms:PutKeyPolicy" in statement.actions
    assert not {"kms:TagResource", "kms:EnableKeyRotation", "kms:CreateAlias"} & set(statement.actions)


def test_each_listed_key_has_a_policy_of_its_own(compiled: Compile) -> None:
    """One key policy a key; one IAM policy for all keys of a principal."""
    keys = f"keys: {KEYS[:2]}\n".replace("'", '"')
    found = compiled("users: [{principal: 'arn:aws:iam::444455556666:role/p', can: [decrypt]}]", key=keys)
    assert [access.key.arn for access in found.bundle.keys] == KEYS[:2]
    assert identity(found, "arn:aws:iam::444455556666:role/p")[0]["Resource"] == KEYS[:2]


def test_a_new_key_has_its_placeholder_and_how_to_create_it(compiled: Compile) -> None:
    """Renderers put a reference in the placeholder's place."""
    key = "key: {alias: a, rotation_days: 365, description: d, tags: {t: v}}\n"
    access = compiled("", key=key).bundle.keys[0]
    assert access.key.arn.endswith("00000000-0000-0000-0000-000000000000")
    assert access.creation is not None
    assert (access.creation.alias, access.creation.rotation_days, access.creation.tags) == ("alias/a", 365, (("t", "v"),))


def test_the_grants_stand_on_the_key(compiled: Compile) -> None:
    """For the judge a grant of the file exists, issued by the key's account."""
    grants = compiled("grants: [{name: g, grantee: role/b, operations: [Decrypt]}]").bundle.keys[0].grants
    assert [(grant.id, grant.issuing_account) for grant in grants] == [("g", "111122223333")]
