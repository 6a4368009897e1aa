"""Grants as Terraform resources, where the provider can express them."""

from __future__ import annotations

from kmsgen.policy.grant import Grant
from kmsgen.render.deployment import Deployment, key_id
from kmsgen.render.grant_calls import GrantCall, calls
from kmsgen.render.names import unique, words
from kmsgen.render.terraform.hcl import Expression
from kmsgen.render.terraform.module import Resource

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


def of(deployment: Deployment, identifier: str) -> tuple[Resource, ...]:
    """Return the grants that the provider can express, on keys that exist or on that of the id, an expression."""
    chosen = [call for call in calls(deployment) if expressible(call.grant)]
    labels = unique((words(call.label) for call in chosen), "_")
    return tuple(_resource(call, label, identifier) for label, call in zip(labels, chosen, strict=True))


def _resource(call: GrantCall, label: str, identifier: str) -> Resource:
    grant = call.grant
    body: dict[str, object] = {} if grant.name is None else {"name": grant.name}
    body["key_id"] = key_id(call.key_arn) if call.key_arn else Expression(identifier)
    body["grantee_principal"] = grant.grantee
    if grant.retiring is not None:
        body["retiring_principal"] = grant.retiring
    body["operations"] = list(grant.operations)
    return Resource(label, body, _constraints(grant), call.label)


def _constraints(grant: Grant) -> dict[str, object]:
    pairs = {
        "encryption_context_equals": grant.constraints.encryption_context_equals,
        "encryption_context_subset": grant.constraints.encryption_context_subset,
    }
    return {name: dict(value) for name, value in pairs.items() if value is not None}
