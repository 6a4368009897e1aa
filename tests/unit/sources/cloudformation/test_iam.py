"""IAM policies of templates, attached from every side."""

from __future__ import annotations

import pytest

from kmsgen.policy.bundle import PrincipalPolicies
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import Described
from tests.unit.sources.cloudformation.stacks import described

HEAD = """
Parameters: {Later: {Type: String}, Flag: {Type: String, Default: 'no'}}
Conditions: {On: !Equals [!Ref Flag, 'yes']}
Resources:
  Key: {Type: AWS::KMS::Key}
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: r, Path: /team/}}
  User: {Type: AWS::IAM::User, Properties: {UserName: u}}
  Group: {Type: AWS::IAM::Group, Properties: {GroupName: g}}
  Boundary:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Version: '2012-10-17', Statement: {Effect: Allow, Action: 'kms:Verify', Resource: '*'}}}
"""
ROLE, USER = "arn:aws:iam::111122223333:role/team/r", "arn:aws:iam::111122223333:user/u"
USE = "{Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'kms:Decrypt', Resource: !GetAtt Key.Arn}]}"
EVERYTHING = ("*",)


def template(*resources: str) -> Described:
    """Read a template with a role, a user, a group and some further resources."""
    return described(HEAD + "".join(f"  R{number}: {one}\n" for number, one in enumerate(resources)))


def actions(policies: PrincipalPolicies) -> list[tuple[str, ...]]:
    """Return the actions of every statement of a principal, those that it is denied too."""
    return [statement.actions for document in policies.identity_policies for statement in document.statements]


def policy(kind: str, holder: str) -> str:
    """Return a policy that names who has it."""
    return f"{{Type: AWS::IAM::{kind}, Properties: {{PolicyName: p, PolicyDocument: {USE}, {holder}}}}}"


@pytest.mark.parametrize(
    ("principal", "resource"),
    [
        (ROLE, policy("Policy", "Roles: [!Ref Role]")),
        (ROLE, policy("Policy", "Roles: [r]")),
        (ROLE, policy("ManagedPolicy", "Roles: [!Ref Role]")),
        (ROLE, policy("RolePolicy", "RoleName: !Ref Role")),
        (USER, policy("UserPolicy", "UserName: !Ref User")),
    ],
)
def test_a_policy_that_names_its_holder_is_the_holders(principal: str, resource: str) -> None:
    """By reference or by name, whatever the path of the holder."""
    found = template(resource)
    assert actions(found.bundle.principals[principal]) == [("kms:Decrypt",)]
    assert found.untold == frozenset()


@pytest.mark.parametrize("membership", ["Users: [u], GroupName: !Ref Group", "Users: [!Ref User], GroupName: g"])
def test_a_user_has_the_policies_of_its_groups(membership: str) -> None:
    """Whichever resource puts it into the group."""
    addition = f"{{Type: AWS::IAM::UserToGroupAddition, Properties: {{{membership}}}}}"
    found = template(policy("GroupPolicy", "GroupName: !Ref Group"), addition)
    assert actions(found.bundle.principals[USER]) == [("kms:Decrypt",)]
    assert set(found.bundle.principals) == {ROLE, USER}


def test_a_membership_under_a_condition_leaves_the_user_open() -> None:
    """It may have the policies of the group, or not."""
    addition = "{Type: AWS::IAM::UserToGroupAddition, Condition: On, Properties: {Users: [u], GroupName: g}}"
    assert template(addition).untold == {USER}


def test_a_user_may_name_its_groups_itself() -> None:
    """`Groups` of the user."""
    found = template(policy("Policy", "Groups: [g]"), "{Type: AWS::IAM::User, Properties: {UserName: v, Groups: [!Ref Group]}}")
    assert actions(found.bundle.principals[USER.replace("/u", "/v")]) == [("kms:Decrypt",)]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("!Ref Boundary", [("kms:Verify",)]),
        ("'arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser'", [("kms:CreateAlias", "kms:CreateKey")]),
        ("!Sub 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'", []),
    ],
)
def test_a_managed_policy_gives_what_it_says_of_kms(named: str, expected: list[tuple[str, ...]]) -> None:
    """One of the stack, or one of AWS; nobody is told to correct what AWS wrote."""
    found = template(f"{{Type: AWS::IAM::Role, Properties: {{RoleName: x, ManagedPolicyArns: [{named}]}}}}")
    assert [one[:2] for one in actions(found.bundle.principals["arn:aws:iam::111122223333:role/x"])] == expected
    assert len(found.places.policies) == 1 + ("Ref" in named)


@pytest.mark.parametrize(
    "properties",
    [
        "ManagedPolicyArns: [!Ref Later]",
        "ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/ours']",
        "ManagedPolicyArns: !Ref Later",
        "Policies: [{PolicyName: p, PolicyDocument: !Ref Later}]",
        "Policies: [{PolicyName: p, PolicyDocument: {Statement: nonsense}}]",
    ],
)
def test_whose_policies_are_not_all_told_may_have_any(properties: str) -> None:
    """Everything for the most access, and a Deny of everything for the least: it is no error of the key."""
    found = template(f"{{Type: AWS::IAM::Role, Properties: {{RoleName: x, {properties}}}}}")
    most, least = (bundle.principals["arn:aws:iam::111122223333:role/x"] for bundle in (found.most, found.least))
    assert EVERYTHING in actions(most)
    assert [str(one.effect) for document in least.identity_policies for one in document.statements] == ["Deny"]


def test_who_is_not_made_here_may_have_further_policies() -> None:
    """The template tells one of them; an intent that it is compared with tells the others."""
    text = f"{HEAD}  More: {policy('Policy', 'Roles: [elsewhere]')}\n"
    key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    assert described(text, Beside(key)).untold == {"arn:aws:iam::111122223333:role/elsewhere"}
    assert described(text).untold == frozenset()


def test_a_policy_under_a_condition_is_one_that_may_not_be_there() -> None:
    """For the most access it is, for the least it is not."""
    found = template(policy("Policy", "Roles: [!Ref Role]").replace("Properties", "Condition: On, Properties", 1))
    assert [actions(bundle.principals[ROLE]) for bundle in (found.most, found.least)] == [[("kms:Decrypt",)], []]


def test_a_policy_whose_holder_is_not_known_may_be_anybodys() -> None:
    """Anybody's of the kind that it is attached to."""
    found = template(policy("Policy", "Roles: [!Ref Later]"))
    assert [actions(found.most.principals[one]) for one in (ROLE, USER)] == [[("kms:Decrypt",)], []]
    assert actions(found.least.principals[ROLE]) == []


def test_a_boundary_limits_its_principal() -> None:
    """One of the stack or of AWS is read; one that is not told may allow nothing."""
    for named, most, least in (
        ("!Ref Boundary", ("kms:Verify",), ("kms:Verify",)),
        ("'arn:aws:iam::aws:policy/AdministratorAccess'", ("*",), ("*",)),
        ("!Ref Later", None, ("*",)),
    ):
        found = template(f"{{Type: AWS::IAM::Role, Properties: {{RoleName: x, PermissionsBoundary: {named}}}}}")
        boundaries = [bundle.principals["arn:aws:iam::111122223333:role/x"].boundary for bundle in (found.most, found.least)]
        assert [one.statements[0].actions if one else None for one in boundaries] == [most, least]
