"""Principals of templates that a condition may keep from being made: then they are others', with any policy and no boundary."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Effect
from kmsgen.reading.yaml_text import parse_yaml
from kmsgen.sources.beside import Beside
from kmsgen.sources.cloudformation.template import DIALECT, read_template
from kmsgen.sources.described import Described
from tests.unit.sources.cloudformation.stacks import HERE, described

ROLE, USER = "arn:aws:iam::111122223333:role/r", "arn:aws:iam::111122223333:user/u"
DENY: Final = "{Version: '2012-10-17', Statement: {Effect: Deny, Action: 'kms:Verify', Resource: '*'}}"
POLICIES: Final = f"Policies: [{{PolicyName: p, PolicyDocument: {DENY}}}]"
ATTACHED: Final = f"{{Type: AWS::IAM::Policy, Properties: {{PolicyName: p, Roles: [r], PolicyDocument: {DENY}}}}}"
BOUNDARY: Final = "PermissionsBoundary: 'arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser'"
KEY = "Key: {Type: AWS::KMS::Key}"


def of_resources(*resources: str, default: str = "", beside: Beside = HERE) -> Described:
    """Read a template whose condition C hangs on a parameter."""
    told = f", Default: {default}" if default else ""
    head = (
        f"Parameters: {{Z: {{Type: String{told}}}}}\nConditions: {{C: !Equals [!Ref Z, b], D: !Equals [!Ref Z, d]}}\nResources:\n"
    )
    return described(head + "".join(f"  {one}\n" for one in resources), beside)


def role(properties: str = "Path: /", condition: str = "C", name: str = "Role") -> str:
    """Return a role with a condition."""
    return f"{name}: {{Type: AWS::IAM::Role, Condition: {condition}, Properties: {{RoleName: r, {properties}}}}}"


def effects(bundle: Bundle, principal: str) -> list[tuple[Effect, str]]:
    """Return effect and first action of the statements of a principal."""
    documents = bundle.principals[principal].identity_policies
    return [(one.effect, one.actions[0]) for document in documents for one in document.statements]


@pytest.mark.parametrize("default", ["", "a", "b"])
@pytest.mark.parametrize("strict", [False, True])
def test_a_principal_that_may_not_be_made_may_have_any_policy(default: str, strict: bool) -> None:  # noqa: FBT001 - a case
    """A default decides no condition: both cases are kept, the role of others among them."""
    user = "User: {Type: AWS::IAM::User, Condition: C, Properties: {UserName: u}}"
    found = of_resources(KEY, role(), user, default=default, beside=HERE._replace(strict=strict))
    assert found.untold == {ROLE, USER}
    for one in (ROLE, USER):
        assert effects(found.most, one) == [(Effect.ALLOW, "*")]
        assert effects(found.least, one) == [(Effect.DENY, "*")]


@pytest.mark.parametrize(("value", "there"), [("b", {ROLE}), ("a", set())])
def test_a_condition_that_is_told_decides_whether_it_is_made(value: str, there: set[str]) -> None:
    """Then it has what the template gives it, or is none of the template."""
    found = of_resources(KEY, role(POLICIES), beside=HERE._replace(parameters={"Z": value}))
    assert (set(found.bundle.principals), found.untold) == (there, frozenset())


@pytest.mark.parametrize("resources", [(role(POLICIES),), (role(), f"Denied: {ATTACHED}")])
def test_a_deny_of_whom_the_template_may_not_make_takes_nothing_away(resources: tuple[str, ...]) -> None:
    """Without the principal of the template the Deny may be missing too."""
    assert (Effect.DENY, "kms:Verify") not in effects(of_resources(KEY, *resources).most, ROLE)


def test_a_boundary_of_whom_the_template_may_not_make_limits_nothing() -> None:
    """Whoever else makes it need give it none."""
    found = of_resources(KEY, role(BOUNDARY))
    assert found.most.principals[ROLE].boundary is None
    assert found.least.principals[ROLE].boundary is not None


def test_members_of_a_group_that_may_not_be_made_may_have_any_policy() -> None:
    """A group of that name may be others', and what it denies may be missing."""
    group = f"Group: {{Type: AWS::IAM::Group, Condition: C, Properties: {{GroupName: g, {POLICIES}}}}}"
    found = of_resources(KEY, group, "User: {Type: AWS::IAM::User, Properties: {UserName: u, Groups: [g]}}")
    assert (found.untold, effects(found.most, USER)) == ({USER}, [(Effect.ALLOW, "*")])


@pytest.mark.parametrize(
    ("keys", "untold"),
    [
        (["Key: {Type: AWS::KMS::Key, Condition: C}"], set()),
        (["Key: {Type: AWS::KMS::Key, Condition: D}"], {ROLE}),
        (["Key: {Type: AWS::KMS::Key, Condition: C}", "Other: {Type: AWS::KMS::Key}"], {ROLE}),
        ([], {ROLE}),
    ],
)
def test_what_comes_with_every_key_is_made(keys: list[str], untold: set[str]) -> None:
    """Nobody asks about a key that is not created: a role under the same condition is there with it."""
    assert of_resources(*keys, role()).untold == untold


NESTED_KEY = "Key: {Type: AWS::KMS::Key}, "


@pytest.mark.parametrize(
    ("condition", "outer", "inner", "untold"),
    [
        ("Condition: C, ", KEY, "", {ROLE}),
        ("", KEY, "", set()),
        ("Condition: C, ", "Topic: {Type: AWS::SNS::Topic}", NESTED_KEY, set()),
        ("Condition: C, ", KEY, NESTED_KEY, {ROLE}),
    ],
)
def test_principals_of_a_nested_stack_are_made_with_it(
    condition: str, outer: str, inner: str, untold: set[str], tmp_path: Path
) -> None:
    """A condition on the stack is one on everything within, unless every key is within too."""
    child = f"Resources: {{{inner}R: {{Type: AWS::IAM::Role, Properties: {{RoleName: r, {POLICIES}}}}}}}"
    (tmp_path / "child.yaml").write_text(child)
    text = f"""
Parameters: {{Z: {{Type: String}}}}
Conditions: {{C: !Equals [!Ref Z, b]}}
Resources:
  {outer}
  Child: {{Type: AWS::CloudFormation::Stack, {condition}Properties: {{TemplateURL: child.yaml}}}}
"""
    found = read_template(parse_yaml(text, str(tmp_path / "parent.yaml"), DIALECT), HERE)
    assert found.untold == untold
    assert ((Effect.DENY, "kms:Verify") in effects(found.most, ROLE)) is not bool(untold)


def test_principals_of_a_stack_set_may_be_made_elsewhere_only() -> None:
    """It names the accounts in which its stacks are."""
    body = '{"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r"}}}}'
    made = f"Set: {{Type: AWS::CloudFormation::StackSet, Properties: {{TemplateBody: '{body}'}}}}"
    assert of_resources(KEY, made).untold == {ROLE}


@pytest.mark.parametrize(
    ("note", "attached", "holder", "untold"),
    [
        ("by its ARN, under no condition", "'arn:aws:iam::111122223333:policy/p'", "", {ROLE}),
        ("by a reference, which needs it", "!Ref Policy", "", set()),
        ("by its ARN, under its own condition", "'arn:aws:iam::111122223333:policy/p'", "Condition: C, ", set()),
    ],
)
def test_a_managed_policy_that_may_not_be_made_is_another_one(note: str, attached: str, holder: str, untold: set[str]) -> None:
    """Under its ARN there may be one of other contents, which the template does not tell."""
    policy = (
        f"Policy: {{Type: AWS::IAM::ManagedPolicy, Condition: C, Properties: {{ManagedPolicyName: p, PolicyDocument: {DENY}}}}}"
    )
    holding = f"Role: {{Type: AWS::IAM::Role, {holder}Properties: {{RoleName: r, ManagedPolicyArns: [{attached}]}}}}"
    key = f"Key: {{Type: AWS::KMS::Key{', Condition: C' if holder else ''}}}"
    found = of_resources(key, policy, holding)
    assert found.untold == untold, note
