"""Principals that stand for many to what a policy can say: everyone, or the account, under a condition on the caller.

Source: IAM User Guide, reference_policies_elements_principal, reference_policies_condition-keys (aws:PrincipalArn,
aws:PrincipalAccount, aws:PrincipalOrgID, aws:PrincipalOrgPaths); KMS Developer Guide, conditions-kms (kms:CallerAccount), and
the key policies of AWS managed keys, which say everyone of an account so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kmsgen.arn import account_of, account_root
from kmsgen.compiler.target import Target
from kmsgen.intent.intent import ORGANIZATION, account_of_everyone, is_pattern
from kmsgen.policy.document import EVERYONE, Condition, Principal

Conditions = tuple[Condition, ...]


def is_wide(name: str) -> bool:
    """Return whether a principal of an intent is a pattern, everyone of an account, or an organization."""
    return is_pattern(name) or name.startswith(ORGANIZATION) or account_of_everyone(name) is not None


def placed(name: str, target: Target, delegation: str) -> tuple[Principal, Conditions]:
    """Return the Principal element of a principal of an intent, and the conditions that leave nobody else.

    With `delegation` iam a pattern of the key's own account is a matter of the account's IAM policies.
    """
    if name.startswith(ORGANIZATION):
        return EVERYONE, (members_of(name),)
    if (whole := account_of_everyone(name)) is not None:
        return EVERYONE, (Condition("StringEquals", "kms:CallerAccount", (whole,)),)
    if not is_pattern(name):
        return Principal("AWS", name), ()
    account, named = account_of(name) or "", Condition("ArnLike", "aws:PrincipalArn", (name,))
    if delegation == "iam" and account == target.account:
        return Principal("AWS", account_root(target.partition, account)), (named,)
    return EVERYONE, (Condition("StringEquals", "aws:PrincipalAccount", (account,)), named)


def members_of(name: str) -> Condition:
    """Return the condition that holds for members of an organization, or of a unit with the units below it."""
    path = name.removeprefix(ORGANIZATION)
    if "/" not in path:
        return Condition("StringEquals", "aws:PrincipalOrgID", (path,))
    return Condition("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", (f"{path}/*",))


def others_than(names: Iterable[str]) -> Iterator[Condition]:
    """Yield conditions that hold for whoever is no member of these organizations and units, callers without one included."""
    paths = [name.removeprefix(ORGANIZATION) for name in names]
    whole = tuple(path for path in paths if "/" not in path)
    units = tuple(f"{path}/*" for path in paths if "/" in path)
    if whole:
        yield Condition("StringNotEquals", "aws:PrincipalOrgID", whole)
    if units:
        yield Condition("ForAllValues:StringNotLike", "aws:PrincipalOrgPaths", units)
