"""What the deployer gets, and the page that tells of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kmsgen.checks import confirm
from kmsgen.compiler import Compiled, compile_intent
from kmsgen.intent.intent import Ending, Intent
from kmsgen.intent.resolve.resolve import resolve
from kmsgen.policy.document import Principal
from kmsgen.reading import parse
from tests.unit.compiler.compiling import ADMIN, HEAD, ROLE, Compile, compile_text, conditions, identity, statements

DEPLOYER = HEAD.replace("organization: o-exampleorgid", "deployer: role/ci")

KEYS = [f"arn:aws:kms:us-west-2:111122223333:key/{number:08d}-12ab-34cd-56ef-1234567890ab" for number in range(150)]


PAGE = Path(__file__).parents[3] / "docs/deployer.md"
WITH_DEPLOYER = HEAD.replace("organization:", "deployer: role/ci, organization:")
KEY_ARN = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
GRANTS = "grants: [{name: g, grantee: role/x, operations: [Decrypt]}]\n"
ALWAYS, CREATED, ROTATES, ALIAS, GRANTED, REPLICAS = (
    "always", "a key to create", "its material is KMS's and rotates", "it has an alias", "grants", "replicas",
)  # fmt: skip
CASES = {
    f'keys: ["{KEY_ARN}"]\n': {ALWAYS},
    f'keys: ["{KEY_ARN}"]\n{GRANTS}': {ALWAYS, GRANTED},
    "key: {spec: HMAC_256}\n": {ALWAYS, CREATED},
    "key: {spec: HMAC_256, alias: a}\n": {ALWAYS, CREATED, ALIAS},
    "key: {}\n": {ALWAYS, CREATED, ROTATES},
    f"key: {{multi_region: true, alias: a, replicas: [eu-west-1]}}\n{GRANTS}": {
        ALWAYS, CREATED, ROTATES, ALIAS, GRANTED, REPLICAS,
    },
}  # fmt: skip


def rows() -> set[tuple[str, str, str]]:
    """Return the rows of the page's table: action, when, and each place in which it stands."""
    found = re.findall(r"^\| `(\w+:\w+)` \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {(action, when, place) for action, when, places in found for place in places.split(", ")}


def given(found: Compiled) -> set[tuple[str, str]]:
    """Return each action of the deployer with the place in which it stands."""
    policy = found.bundle.keys[0].policy
    own = [one for one in policy.statements if any(who.value == f"{ROLE}ci" for who in one.principals or ())]
    in_key_policy = {(action, "key policy") for one in own for action in one.actions}
    documents = found.bundle.principals[f"{ROLE}ci"].identity_policies
    return in_key_policy | {(action, "`deployer/`") for one in documents for held in one.statements for action in held.actions}


@pytest.mark.parametrize(("key", "facts"), CASES.items())
def test_the_page_tells_what_a_deployer_gets(key: str, facts: set[str]) -> None:
    """Each action, when, and whether the key policy or `deployer/` gives it."""
    assert given(compile_text(WITH_DEPLOYER + ADMIN + key)) == {
        (action, place) for action, when, place in rows() if when in facts
    }


READS = "delegation: iam\nusers: [{principal: role/app, can: [decrypt], when: {conditions: {StringEquals: {%s}}}}]\n"
TAGGED = "key: {tags: {team: payments, env: prod}}\n"


@pytest.mark.parametrize(
    ("users", "pinned"),
    [
        ("", None),
        (READS % "aws:PrincipalTag/team: x", None),
        (READS % 'aws:PrincipalTag/x: "${aws:ResourceTag/env}"', {"StringEquals": {"aws:RequestTag/env": "prod"}}),
        (READS % "aws:PrincipalTag/x: \"a-${aws:resourcetag/TEAM, 'b'}\"", {"StringEquals": {"aws:RequestTag/team": "payments"}}),
        (READS % 'aws:PrincipalTag/x: "${aws:ResourceTag/owner}"', {"Null": {"aws:RequestTag/owner": "true"}}),
    ],
)
def test_only_tags_that_a_policy_reads_are_held_to_the_file(users: str, pinned: object) -> None:
    """A module's `tags` and a provider's `default_tags` may be any; what policies look at is as the file says, or not there."""
    found = compile_text(WITH_DEPLOYER + ADMIN + TAGGED + users)
    (statement,) = (one for one in identity(found, f"{ROLE}ci") if one["Action"] == "kms:TagResource")
    assert statement.get("Condition") == pinned


@pytest.mark.parametrize(("head", "told"), [(HEAD, ["no-deployer"]), (WITH_DEPLOYER, ["deployer-first"])])
def test_what_who_deploys_lacks_is_told(head: str, told: list[str]) -> None:
    """With a deployer that `deployer/` comes first; without one every action that deploying takes."""
    notes = [note for note in compile_text(head + ADMIN + TAGGED + GRANTS).notes if "deployer" in note.code]
    assert [note.code for note in notes] == told
    if told == ["no-deployer"]:
        for action in ("kms:CreateKey", "kms:CreateGrant", "kms:PutKeyPolicy", "kms:TagResource"):
            assert f"`{action}`" in notes[0].message


def with_ending(key: str, ending: Ending) -> Intent:
    """Return an intent that earlier renders gave more than the file says."""
    return resolve(parse(WITH_DEPLOYER + ADMIN + key, "intent.yaml"))._replace(ending=ending)


def test_who_deployed_until_now_keeps_what_deploying_takes() -> None:
    """It has what the deployer has, and both may delete an alias that the key had, and revoke grants that are gone."""
    intent = with_ending("key: {alias: new}\n", Ending((f"{ROLE}before",), ("alias/old",), grants=True))
    found = compile_intent(intent)
    confirm(intent, found)
    policies = [found.bundle.principals[f"{ROLE}{name}"].identity_policies for name in ("ci", "before")]
    held = [[(one.actions, one.resources) for one in policy[0].statements] for policy in policies]
    assert held[0] == held[1]
    assert (("kms:DeleteAlias",), ("arn:aws:kms:us-west-2:111122223333:alias/old",)) in held[0]
    own = [one for one in found.bundle.keys[0].policy.statements if Principal("AWS", f"{ROLE}before") in (one.principals or ())]
    actions = {action for one in own for action in one.actions}
    assert actions >= {"kms:PutKeyPolicy", "kms:RevokeGrant", "kms:ListGrants", "kms:DeleteAlias"}


def test_an_alias_that_goes_can_be_deleted() -> None:
    """Where the key has none any more, too."""
    intent = with_ending("key: {}\n", Ending(aliases=("alias/old",)))
    found = compile_intent(intent)
    confirm(intent, found)
    assert "kms:DeleteAlias" in {action for one in found.bundle.keys[0].policy.statements for action in one.actions}


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
