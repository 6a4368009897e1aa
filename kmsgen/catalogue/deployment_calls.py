"""Calls that deploy a key: by the AWS provider of Terraform, by CloudFormation, by the AWS CLI with what kmsgen renders.

Terraform and the AWS CLI are recorded. CloudFormation: the handlers' permissions in the resource type schemas of AWS::KMS::Key,
AWS::KMS::Alias and AWS::KMS::ReplicaKey, and the parameters that the handlers give
(github.com/aws-cloudformation/aws-cloudformation-resource-providers-kms).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kmsgen.catalogue.recorded_calls import ROWS

Values = tuple[str, ...]


class DeploymentCall(NamedTuple):
    """A call to KMS that a tool makes for a resource; `parameters` are the names of those that it sends.

    `phase` is `create`, `read`, `update` or `delete`. Of a grant's constraints each is named: an empty one is sent too.
    """

    tool: str
    resource: str
    phase: str
    operation: str
    parameters: Values


_READ_KEY = (("DescribeKey", ("KeyId",)), ("GetKeyPolicy", ("KeyId", "PolicyName")), ("ListResourceTags", ("KeyId",)))
_CHANGE_KEY = (
    ("DescribeKey", ("KeyId",)),
    ("UpdateKeyDescription", ("Description", "KeyId")),
    ("PutKeyPolicy", ("KeyId", "Policy", "PolicyName")),
    ("ListResourceTags", ("KeyId",)),
    ("UntagResource", ("KeyId", "TagKeys")),
    ("TagResource", ("KeyId", "Tags")),
)
_CLOUDFORMATION: tuple[tuple[str, str, tuple[tuple[str, Values], ...]], ...] = (
    (
        "AWS::KMS::Key",
        "create",
        (
            ("CreateKey", ("Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin", "Policy", "Tags")),
            ("EnableKeyRotation", ("KeyId", "RotationPeriodInDays")),
        ),
    ),
    ("AWS::KMS::Key", "read", (*_READ_KEY, ("GetKeyRotationStatus", ("KeyId",)))),
    (
        "AWS::KMS::Key",
        "update",
        (*_CHANGE_KEY, ("EnableKeyRotation", ("KeyId", "RotationPeriodInDays")), ("DisableKeyRotation", ("KeyId",))),
    ),
    (
        "AWS::KMS::ReplicaKey",
        "create",
        (("ReplicateKey", ("Description", "KeyId", "Policy", "ReplicaRegion", "Tags")), ("DescribeKey", ("KeyId",))),
    ),
    ("AWS::KMS::ReplicaKey", "read", _READ_KEY),
    ("AWS::KMS::ReplicaKey", "update", _CHANGE_KEY),
    ("AWS::KMS::Alias", "create", (("CreateAlias", ("AliasName", "TargetKeyId")),)),
    ("AWS::KMS::Alias", "read", (("ListAliases", ("KeyId",)),)),
    ("AWS::KMS::Alias", "update", (("UpdateAlias", ("AliasName", "TargetKeyId")),)),
    ("AWS::KMS::Alias", "delete", (("DeleteAlias", ("AliasName",)),)),
)


def _merged(calls: Iterable[DeploymentCall]) -> Iterator[DeploymentCall]:
    """Yield each operation once with all parameters: a tool leaves out those that a kind of key does not need."""
    parameters: dict[DeploymentCall, dict[str, None]] = {}
    for call in calls:
        parameters.setdefault(call._replace(parameters=()), {}).update(dict.fromkeys(call.parameters))
    yield from (call._replace(parameters=tuple(names)) for call, names in parameters.items())


RECORDED: Mapping[str, tuple[DeploymentCall, ...]] = {
    kind: tuple(DeploymentCall(*row) for row in rows) for kind, rows in ROWS.items()
}
"""What Terraform and the AWS CLI were seen to call, by the kind of key that was deployed."""
CALLS: tuple[DeploymentCall, ...] = (
    *_merged(call for calls in RECORDED.values() for call in calls),
    *(
        DeploymentCall("CloudFormation", resource, phase, operation, parameters)
        for resource, phase, calls in _CLOUDFORMATION
        for operation, parameters in calls
    ),
)


PRIMARY, REPLICA, ALIAS, GRANT, POLICY = "key", "replica", "alias", "grant", "policy"
MADE: Mapping[str, str] = {
    "aws_kms_key": PRIMARY,
    "aws_kms_external_key": PRIMARY,
    "create-key.json": PRIMARY,
    "AWS::KMS::Key": PRIMARY,
    "aws_kms_replica_key": REPLICA,
    "aws_kms_replica_external_key": REPLICA,
    "AWS::KMS::ReplicaKey": REPLICA,
    "aws_kms_alias": ALIAS,
    "AWS::KMS::Alias": ALIAS,
    "aws_kms_grant": GRANT,
    "grants.sh": GRANT,
    "aws_kms_key_policy": POLICY,
}
"""What each resource of a tool makes; POLICY: the policy of a key that is there."""
EXTERNAL = frozenset({"aws_kms_external_key", "aws_kms_replica_external_key"})
"""The resources of Terraform for keys with imported material; those without `external` in their names are for KMS's own."""
