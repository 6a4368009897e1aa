"""What guard rails are made of: actions that a key policy can deny, and conditions that fail for those whom a Deny spares.

A Deny applies where each of its conditions holds, and a negated operator holds where the key is missing. So each exemption is
a condition that fails for the exempted and holds for everybody else: ArnNotEquals aws:PrincipalArn also holds for callers
without an ARN, and BoolIfExists aws:PrincipalIsAWSService `false` also for unsigned requests.
Source: IAM User Guide, reference_policies_elements_condition_operators, reference_policies_condition-keys; KMS Developer Guide,
conditions-kms; EBS User Guide, ebs-encryption-requirements (role/aws:ec2-infrastructure).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from kmsgen.arn import parse_arn, role_of_session
from kmsgen.catalogue.actions import ACTIONS, fits, works_in_key_policy
from kmsgen.catalogue.capabilities import IMPORT_ADMINISTRATOR
from kmsgen.catalogue.model import Action
from kmsgen.compiler.guardrails.world import World
from kmsgen.compiler.permit import Conditions
from kmsgen.compiler.principals import is_account
from kmsgen.compiler.target import Target
from kmsgen.compiler.wide_principals import others_than
from kmsgen.intent.intent import ORGANIZATION, account_named, account_of_everyone, is_pattern
from kmsgen.policy.document import Condition, Principal

Values = tuple[str, ...]

NOT_A_SERVICE = Condition("BoolIfExists", "aws:PrincipalIsAWSService", ("false",))
EC2_ROLE = "arn:{partition}:iam::{account}:role/aws:ec2-infrastructure"


class Deny(NamedTuple):
    """Actions, the conditions under which they are denied, and what its Sid says beside the guard rail's name."""

    actions: Values
    conditions: Conditions
    suffix: str = ""


def unless(names: Iterable[str]) -> Conditions:
    """Return conditions that fail for these principals (an account: for each of its principals) and hold for all others."""
    arns = tuple(names)
    unique = tuple(arn for arn in dict.fromkeys(arns) if not arn.startswith(ORGANIZATION))
    accounts = tuple(dict.fromkeys(account_named(arn) or "" for arn in unique if is_whole_account(arn)))
    others = tuple(arn for arn in unique if not is_whole_account(arn))
    members = others_than(arn for arn in dict.fromkeys(arns) if arn.startswith(ORGANIZATION))
    rows = (("ArnNotLike" if any(map(is_pattern, others)) else "ArnNotEquals", "aws:PrincipalArn", others),
            ("StringNotEquals", "aws:PrincipalAccount", accounts))  # fmt: skip
    return (*(Condition(operator, key, values) for operator, key, values in rows if values), *members)


def is_whole_account(name: str) -> bool:
    """Return whether a principal of an intent is an account, or everyone of one: to a condition both are the same callers."""
    return is_account(Principal("AWS", name)) or account_of_everyone(name) is not None


def role_patterns(arn: str) -> Values:
    """Return the ARNs that the role of a session can have: the session's ARN does not show the role's path."""
    parsed = parse_arn(arn)
    role = role_of_session(parsed) if parsed else None
    if parsed is None or role is None:
        return ()
    head = f"arn:{parsed.partition}:iam::{parsed.account}:role/"
    return (f"{head}{role}", f"{head}*/{role}")


def machine_roles(world: World) -> Values:
    """Return the roles by which EC2 uses grants on EBS volumes, which are no service principals."""
    return tuple(EC2_ROLE.format(partition=world.target.partition, account=account) for account in world.grant_makers)


def every_action(world: World) -> Values:
    """Return every action that a key policy can deny, and those permitted here of which no page tells whether it can."""
    permitted = {permit.action for permit in world.permits}
    undocumented = {row.iam_name for row in ACTIONS.values() if row.policy_types is None}
    return tuple(sorted({*actions_for(world.target, lambda _action: True), *(permitted & undocumented)}))


def actions_for(target: Target, wanted: Callable[[Action], bool]) -> Values:
    """Return the actions that a key policy can deny on this key, in full."""
    rows = (action for action in ACTIONS.values() if works_in_key_policy(action) and wanted(action))
    return tuple(sorted(action.iam_name for action in rows if _exists(action, target)))


def _exists(action: Action, target: Target) -> bool:
    """Return whether the action can be called on the key; of a key that exists already, origin and Regions are not known."""
    if target.creation is not None and not target.key.multi_region and action.multi_region_only:
        return False
    if target.creation is not None and target.key.origin == "AWS_KMS" and action.iam_name in IMPORT_ADMINISTRATOR:
        return False
    return fits(action, target.key_type)
