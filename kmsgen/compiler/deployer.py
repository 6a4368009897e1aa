"""What the principal that runs Terraform or CloudFormation needs on the key: create, update, read back; no use of it.

It may not schedule the deletion of the key: who wants that of it says so under `admins`.
Source: the read and update calls of the AWS provider's aws_kms_key, aws_kms_alias, aws_kms_replica_key and aws_kms_grant, and the
permissions of the CloudFormation resource types AWS::KMS::Key, Alias and ReplicaKey.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kmsgen.arn import Arn
from kmsgen.catalogue.capabilities import DEPLOYER
from kmsgen.catalogue.condition_keys import pair_key
from kmsgen.catalogue.key_specs import rotates
from kmsgen.compiler.accesses import halves
from kmsgen.compiler.conditions import has_wildcard
from kmsgen.compiler.permit import Conditions, Permit, canonical
from kmsgen.compiler.target import Target
from kmsgen.errors import Location
from kmsgen.intent.intent import DEPLOYER_FIELD, GrantLine, Intent
from kmsgen.policy.document import Condition, Principal
from kmsgen.policy.grant import Grant
from kmsgen.policy.letter_case import folded
from kmsgen.policy.variables import variables_in

READ_BACK = ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags")
ALIAS = frozenset({"CreateAlias", "UpdateAlias", "DeleteAlias"})
ROTATION = frozenset({"EnableKeyRotation", "DisableKeyRotation"})
GRANTS = ("ListGrants", "RevokeGrant")
RESOURCE_TAG = "aws:resourcetag/"
MULTI_REGION_SERVICE = "mrk.kms.amazonaws.com"
MULTI_REGION_ROLE = f"role/aws-service-role/{MULTI_REGION_SERVICE}/AWSServiceRoleForKeyManagementServiceMultiRegionKeys"


def deployer_permits(intent: Intent, target: Target, others: Iterable[Permit] = ()) -> Iterator[Permit]:
    """Yield what the deployer needs for one key whose policy is ours to write; `others` are what everybody else is permitted."""
    read = tags_read(others)
    for deployer in intent.deployers if target.governed else ():
        location = intent.place(DEPLOYER_FIELD) if deployer == intent.scope.deployer else Location(intent.path)
        for action, half, conditions in _needs(intent, target, read):
            yield Permit(Principal("AWS", deployer), action, half, canonical(conditions), "deploy", (location,), explicit=False)
        for line in intent.grants:
            pinned = canonical(pinning_conditions(line.grant))
            yield Permit(Principal("AWS", deployer), "kms:CreateGrant", "key", pinned, "deploy", (line.location,), _topic(line))


def deployer_actions(intent: Intent, target: Target) -> tuple[str, ...]:
    """Return the actions that whoever deploys one key needs."""
    granting = ("kms:CreateGrant",) if intent.grants else ()
    return tuple(sorted({action for action, _, _ in _needs(intent, target, frozenset())} | {*granting}))


def tags_read(permits: Iterable[Permit]) -> frozenset[str]:
    """Return the keys of tags of the key, in lower case, that conditions look at or put into their values."""
    found: set[str] = set()
    for condition in (one for permit in permits for one in permit.conditions):
        names = map(folded, (condition.key, *(name for value in condition.values for name in variables_in(value))))
        found |= {name.removeprefix(RESOURCE_TAG) for name in names if name.startswith(RESOURCE_TAG)}
    return frozenset(found)


def _needs(intent: Intent, target: Target, read: frozenset[str]) -> Iterator[tuple[str, str, Conditions]]:
    for name in _on_key(intent, target):
        for half in halves(f"kms:{name}"):
            yield f"kms:{name}", half, ()
    if target.creation is not None:
        yield from _creation(target) if target.creation.replica_of is None else ()
        yield "kms:TagResource", "new", _pinned_tags(target, read)
        yield from _former_aliases(intent, target)
    if target.replicas:
        yield from _replication(target)


def _on_key(intent: Intent, target: Target) -> list[str]:
    names = [name.removeprefix("kms:") for name in DEPLOYER[target.key_type]]
    if target.creation is None:
        names = [name for name in names if name in (*READ_BACK, "PutKeyPolicy")]
    if target.creation is None or target.creation.alias is None:
        names = [name for name in names if name not in ALIAS]
    else:
        names.append("ListAliases")
    if not rotates(target.key.spec, target.key.origin) or target.key.multi_region_key_type == "REPLICA":
        names = [name for name in names if name not in ROTATION]
    return [*names, *GRANTS] if intent.grants or intent.ending.grants else names


def _former_aliases(intent: Intent, target: Target) -> Iterator[tuple[str, str, Conditions]]:
    """Yield kms:DeleteAlias for aliases that the key had, on each and on the key, and kms:ListAliases."""
    for region in target.regions:
        for alias in intent.ending.aliases:
            yield "kms:DeleteAlias", str(Arn(target.partition, "kms", region, target.account, alias)), ()
    if intent.ending.aliases:
        yield "kms:DeleteAlias", "key", ()
        yield "kms:ListAliases", "any", ()


def _creation(target: Target) -> Iterator[tuple[str, str, Conditions]]:
    """Yield CreateKey, and what the first multi-Region key of an account takes: a key policy cannot allow these."""
    key = target.key
    yield (
        "kms:CreateKey",
        "any",
        (
            Condition("StringEquals", "kms:KeySpec", (key.spec,)),
            Condition("StringEquals", "kms:KeyUsage", (key.usage,)),
            Condition("StringEquals", "kms:KeyOrigin", (key.origin,)),
            Condition("Bool", "kms:MultiRegion", (str(key.multi_region).lower(),)),
            Condition("StringEquals", "aws:RequestedRegion", (target.region,)),
        ),
    )
    if key.multi_region:
        role = str(Arn(target.partition, "iam", "", target.account, MULTI_REGION_ROLE))
        yield "iam:CreateServiceLinkedRole", role, (Condition("StringEquals", "iam:AWSServiceName", (MULTI_REGION_SERVICE,)),)


def _pinned_tags(target: Target, read: frozenset[str]) -> Conditions:
    """Return what holds the tags of a key that is being created to the file, where policies read them.

    Others may be any: those of the file, of the module's `tags`, of the provider's `default_tags`.
    """
    told = {folded(name): (name, value) for name, value in target.key.tags}
    return tuple(_pin(*told.get(name, (name, None))) for name in sorted(read))


def _pin(name: str, value: str | None) -> Condition:
    key = f"aws:RequestTag/{name}"
    return Condition("Null", key, ("true",)) if value is None else Condition("StringEquals", key, (value,))


def _replication(target: Target) -> Iterator[tuple[str, str, Conditions]]:
    """Yield ReplicateKey on the primary, and CreateKey in the Regions of the replicas."""
    yield "kms:ReplicateKey", "key", (Condition("StringEquals", "kms:ReplicaRegion", target.replicas),)
    yield (
        "kms:CreateKey",
        "any",
        (
            # no page says whether kms:CreateKey sees it where ReplicateKey asks
            Condition("StringEqualsIfExists", "kms:MultiRegionKeyType", ("REPLICA",)),
            Condition("StringEquals", "aws:RequestedRegion", target.replicas),
        ),
    )


def pinning_conditions(grant: Grant) -> Conditions:
    """Return conditions that let CreateGrant make this grant, or one with fewer operations, and no other."""
    found = [
        Condition("StringEquals", f"kms:Grantee{'Service' if grant.grantee_is_service else ''}Principal", (grant.grantee,)),
        Condition("ForAllValues:StringEquals", "kms:GrantOperations", grant.operations),
    ]
    if grant.retiring is not None:
        key = f"kms:Retiring{'Service' if grant.retiring_is_service else ''}Principal"
        found.append(Condition("StringEquals", key, (grant.retiring,)))
    constraints = grant.constraints
    for kind, pairs in (
        ("EncryptionContextEquals", constraints.encryption_context_equals),
        ("EncryptionContextSubset", constraints.encryption_context_subset),
    ):
        if pairs is not None:
            found.append(Condition("StringEquals", "kms:GrantConstraintType", (kind,)))
            found += [Condition("StringEquals", pair_key(name), (value,)) for name, value in pairs]
    if constraints.source_arn is not None:
        # ArnEquals would take a wildcard of the constraint for a pattern of constraints
        operator = "StringEquals" if has_wildcard(constraints.source_arn) else "ArnEquals"
        found.append(Condition(operator, "kms:GrantConstraintSourceArn", (constraints.source_arn,)))
    return tuple(found)


def _topic(line: GrantLine) -> str:
    return f"grant {line.grant.name}" if line.grant.name else "grant"
