"""Grants as Terraform resources, where the provider can express them."""

from __future__ import annotations

from kmsgen.policy.grant import Grant
from kmsgen.render.deployment import Deployment, key_id
from kmsgen.render.grant_calls import GrantCall, calls
from kmsgen.render.names import unique, words
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
    """Return whether aws_kms_grant can say all that the grant says.

    It cannot tell an empty encryption context that is demanded from one that is not.
    """
    constraints = grant.constraints
    contexts = (constraints.encryption_context_equals, constraints.encryption_context_subset)
    plain = not grant.grantee_is_service and not grant.retiring_is_service and constraints.source_arn is None
    return plain and OPERATIONS.issuperset(grant.operations) and () not in contexts


def of(deployment: Deployment, created: object) -> tuple[GrantResource, ...]:
    """Return the grants that the provider can express, on keys that exist or on the one to create, whose id is an expression."""
    chosen = [call for call in calls(deployment) if expressible(call.grant)]
    labels = unique((words(call.label) for call in chosen), "_")
    return tuple(_resource(call, label, created) for label, call in zip(labels, chosen, strict=True))


def _resource(call: GrantCall, label: str, created: object) -> GrantResource:
    grant = call.grant
    return GrantResource(
        label,
        call.label,
        grant.name,
        created if created and not call.key_arn else key_id(call.key_arn),
        grant.grantee,
        grant.retiring,
        grant.operations,
        dict(grant.constraints.encryption_context_equals or ()),
        dict(grant.constraints.encryption_context_subset or ()),
    )
