"""Grants as Terraform resources, where the provider can express them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kmsgen.policy.grant import Grant
from kmsgen.render import grant_calls
from kmsgen.render.deployment import Deployment, key_id
from kmsgen.render.grant_calls import GrantCall, calls, gone
from kmsgen.render.names import resource_words, unique
from kmsgen.render.terraform.module import GrantResource

# What aws_kms_grant takes, as of hashicorp/aws 5.100.
OPERATIONS = frozenset(
    (
        "CreateGrant", "Decrypt", "DeriveSharedSecret", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac", "GetPublicKey", "ReEncryptFrom",
        "ReEncryptTo", "RetireGrant", "Sign", "Verify", "VerifyMac",
    )
)  # fmt: skip


def expressible(grant: Grant) -> bool:
    """Return whether aws_kms_grant can express the grant.

    It cannot tell an empty encryption context that is demanded from one that is not.
    """
    constraints = grant.constraints
    contexts = (constraints.encryption_context_equals, constraints.encryption_context_subset)
    plain = not grant.grantee_is_service and not grant.retiring_is_service and constraints.source_arn is None
    return plain and OPERATIONS.issuperset(grant.operations) and () not in contexts


def of(deployment: Deployment, created: object, replica: str = "") -> tuple[GrantResource, ...]:
    """Return the aws_kms_grant resources of a bundle, on its keys that are no replicas to create, or on that in a Region.

    `created` is the expression for the id of the key to create.
    """
    asked = (call for call in calls(deployment) if (call.region if call.of_replica else "") == replica)
    chosen = [call for call in asked if expressible(call.grant)]
    labels = unique((resource_words(call.label) for call in chosen), "_")
    return tuple(_resource(call, label, created) for label, call in zip(labels, chosen, strict=True))


def held(deployment: Deployment) -> dict[str, str]:
    """Return the address of each aws_kms_grant with what it holds: `KEYID/NAME`."""
    new_key = deployment.new_key
    resources = of(deployment, key_id(new_key.key.arn) if new_key else None)
    return {f"aws_kms_grant.{one.label}": f"{one.key_id}/{one.name}" for one in resources if one.name is not None}


def ended_by_call(deployment: Deployment) -> tuple[str, ...]:
    """Return the grants to revoke that Terraform did not make, and does not revoke."""
    made = set(deployment.history.addresses.values())
    return tuple(one for one in gone(deployment) if _by_key(one) not in made)


def change_hands(deployment: Deployment) -> Iterator[str]:
    """Yield what to do where a grant that calls made is a resource now, or the other way round: neither knows of the other's."""
    history = deployment.history
    made = {value for address, value in history.addresses.items() if address.startswith("aws_kms_grant.")}
    before, there = set(map(_by_key, history.grants)), set(map(_by_key, grant_calls.held(deployment)))
    now = set(held(deployment).values())
    if resources := _names((before & now) - made):
        yield f"grants change hands: {resources} are resources now; once they are applied revoke those that `grants.sh` made"
    if by_call := _names((before & made & there) - now):
        yield f"grants change hands: {by_call} are calls now; run `grants.sh create` before Terraform revokes those that it made"


def _by_key(grant: str) -> str:
    """Return a grant of a history, the ARN of its key and its name, as `KEYID/NAME`."""
    arn, _, name = grant.partition(" ")
    return f"{key_id(arn)}/{name}"


def _names(grants: Iterable[str]) -> str:
    return ", ".join(sorted(f"`{one.partition('/')[2]}`" for one in grants))


def _resource(call: GrantCall, label: str, created: object) -> GrantResource:
    grant = call.grant
    return GrantResource(
        label=label,
        title=call.label,
        name=grant.name,
        key_id=key_id(call.key_arn) if call.key_arn else created,
        grantee=grant.grantee,
        retiring=grant.retiring,
        operations=grant.operations,
        context_equals=dict(grant.constraints.encryption_context_equals or ()),
        context_subset=dict(grant.constraints.encryption_context_subset or ()),
    )
