"""`admins`, `users` and the deployer to permits."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.arn import account_of, account_root
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import FOR_AWS_RESOURCE
from kmsgen.compiler.conditions import (
    carries,
    conditions_of,
    conjoin,
    fails_when_absent,
    grant_conditions,
    is_context_key,
    reads_metadata,
)
from kmsgen.compiler.permit import Conditions, Permit, canonical
from kmsgen.compiler.target import Target
from kmsgen.compiler.wide_principals import is_wide, placed
from kmsgen.errors import input_error
from kmsgen.intent.intent import Access
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded

CREATE_GRANT = "kms:CreateGrant"
OF_A_KEY = ("kms:", "aws:resourcetag/")


def access_permits(access: Access, target: Target, delegation: str) -> Iterator[Permit]:
    """Yield what one line asks for on one key. Raises InputError for what cannot be had."""
    conditions = conditions_of(access.when, target.regions, access.location)
    _check_reaches(access, conditions)
    principal, caller = placed(access.principal, target, delegation)
    is_account = principal.value == account_root(target.partition, account_of(principal.value) or "")
    purpose = "delegate" if is_account else {"admin": "administer", "user": "use"}[access.role]
    meant = access.principal if is_wide(access.principal) else ""
    for action in access.actions:
        for half in halves(action):
            if access.on and half in ("key", "alias") and half not in access.on:
                continue
            if half == "alias" and not _manages_aliases(access, target):
                continue
            held = canonical(conjoin((*_conditions_on(access, action, half, conditions), *caller), access.location))
            yield Permit(principal, action, half, held, purpose, (access.location,), explicit=access.explicit, meant=meant)


def _manages_aliases(access: Access, target: Target) -> bool:
    """Return whether somebody is to manage aliases: who asks for it, and administrators of a key that has one or may have."""
    return access.explicit or target.creation is None or target.creation.alias is not None


def halves(action: str) -> tuple[str, ...]:
    """Return the resources an action needs: `key`, `alias`, both, or `any` where Resource must be `*`."""
    row = ACTIONS.get(action.removeprefix("kms:")) if action.startswith("kms:") else None
    return (row.resource_types or ("any",)) if row else ("any",)


def _check_reaches(access: Access, conditions: Conditions) -> None:
    """Refuse a `when` about the encryption context on a line none of whose actions has one."""
    for condition in conditions:
        if is_context_key(condition.key) and not any(carries(action, condition.key) for action in access.actions):
            raise input_error(
                access.location,
                "when-never-holds",
                f"no action of this line has an encryption context, so `{condition.key}` can never hold",
                "drop the condition, or ask for actions of a symmetric encryption key",
            )


def _conditions_on(access: Access, action: str, half: str, conditions: Conditions) -> Conditions:
    """Return the conditions that this action's requests can meet on this half."""
    held = []
    for condition in conditions:
        if half == "alias" and folded(condition.key).startswith(OF_A_KEY):
            continue  # an alias has no condition keys of KMS and no tags; the key's half of the same call carries them
        if carries(action, condition.key):
            held.append(condition)
        elif fails_when_absent(condition) and not _may_go_without(action, condition, conditions):
            raise input_error(
                access.location,
                "when-never-holds",
                f"`{action}` never carries `{condition.key}`, so it could never be allowed under this condition",
                f"give `{action}` a line of its own",
            )
    if action == CREATE_GRANT:
        held += grant_conditions(access.when.grant)
    return conjoin(held, access.location)


def _may_go_without(action: str, condition: Condition, conditions: Conditions) -> bool:
    """Return whether an action without an encryption context is given without the condition on it.

    It is if it reads metadata, or if it ends grants that AWS services made for their resources.
    """
    ends_grants = action == "kms:RevokeGrant" and FOR_AWS_RESOURCE in conditions
    return is_context_key(condition.key) and (reads_metadata(action) or ends_grants)
