"""Deployment calls: each request that Terraform, CloudFormation and the AWS CLI make for what is rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kmsgen.arn import parse_arn, region_of
from kmsgen.authorizer.decision import Decision, Outcome
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.deployment_calls import ALIAS, CALLS, EXTERNAL, GRANT, MADE, POLICY, PRIMARY, REPLICA, DeploymentCall
from kmsgen.catalogue.key_specs import key_type, rotates
from kmsgen.checks.example_requests import PLAIN, request_for
from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.asked_access import kinds_of_resource
from kmsgen.checks.intent.missing_access import past_guard_rails, why
from kmsgen.checks.judge import StatefulJudge
from kmsgen.intent.intent import DEPLOYER_FIELD, Intent
from kmsgen.policy.bundle import Bundle, Creation, Key, KeyAccess
from kmsgen.policy.grant import Grant
from kmsgen.policy.grant_form import format_grant, parse_create_grant
from kmsgen.policy.json_form import compact_policy, format_document
from kmsgen.prover.witness import Witness, witness_of

Parameters = Mapping[str, object]

ROTATION = ("EnableKeyRotation", "DisableKeyRotation")
ENCRYPTION_CONTEXT_MAPS = ("EncryptionContextEquals", "EncryptionContextSubset")
# stands for tags that modules, `default_tags` of a provider or stacks add; no condition of the intent reads it
FURTHER_TAG = {"kmsgen-further-tag": "any"}
# UpdateAlias needs two keys, and one of them is not the intent's
OF_OTHER_KEYS = ("UpdateAlias",)


def undeployable(intent: Intent, bundle: Bundle) -> Iterator[Finding]:
    """Yield a finding for each deployment call that the deployer is denied; one for each action and key."""
    deployer = intent.scope.deployer
    if deployer is None or not intent.governed:
        return
    judge = StatefulJudge(bundle)
    there = {access.key.arn for access in bundle.keys}
    for access in bundle.keys:
        found: set[str] = set()
        # of policies that exist the primary's may be in another file
        elsewhere = access.creation is not None and access.creation.replica_of not in {None, *there}
        for call, request in _asked(deployer, intent, access):
            if request.action == "kms:ReplicateKey" and elsewhere:
                continue
            decision = judge.decide(request, whole=True)
            if decision.outcome is not Outcome.ALLOWED and request.action not in found:
                found.add(request.action)
                yield _finding(
                    intent, call, witness_of(request, judge.bundle_for(request.action), str(decision.outcome)), decision
                )


def _asked(deployer: str, intent: Intent, access: KeyAccess) -> Iterator[tuple[DeploymentCall, Request]]:
    """Yield each distinct request about a key with the first deployment call that makes it."""
    told, asked = _values(access, access.creation or Creation()), set()
    made = {(call.operation, call.parameters): call for call in reversed(CALLS) if _is_made(call, access, intent)}
    for call in reversed(made.values()):
        for request in _requests(deployer, intent, access, call, told):
            held = request.action, repr(sorted(request.parameters.items())), repr(request.create_grant)
            if held not in asked:
                asked.add(held)
                yield call, request


def _finding(intent: Intent, call: DeploymentCall, witness: Witness, decision: Decision) -> Finding:
    request = witness.request
    what = f"{call.tool} calls `{request.action}` to {call.phase} {call.resource}"
    message = f"the deployer `{request.principal}` could not deploy: {what}, and {why(decision)}"
    return Finding("undeployable", "error", message, intent.place(DEPLOYER_FIELD), witness, decision.reason)


# --- which calls are made -----------------------------------------------------------------------------------------------


def _is_made(call: DeploymentCall, access: KeyAccess, intent: Intent) -> bool:
    """Return whether deploying a key makes a call; deleting the key does not count as deploying."""
    what, new, key = MADE[call.resource], access.creation, access.key
    if call.operation in OF_OTHER_KEYS or (call.phase == "delete" and what not in (ALIAS, GRANT)):
        return False
    made = {
        PRIMARY: new is not None and new.replica_of is None,
        REPLICA: new is not None and new.replica_of is not None,
        ALIAS: new is not None and new.alias is not None,
        GRANT: bool(intent.grants),
        POLICY: new is None,
    }
    return made[what] and _fits(call, key)


def _fits(call: DeploymentCall, key: Key) -> bool:
    """Return whether a deployment call is made for keys of this spec and origin."""
    of_material = call.tool == "Terraform" and MADE[call.resource] in (PRIMARY, REPLICA)
    if of_material and (call.resource in EXTERNAL) != (key.origin == "EXTERNAL"):
        return False
    if call.operation in ROTATION:
        return rotates(key.spec, key.origin)
    types = ACTIONS[call.operation].key_types
    return types is None or key_type(key.spec, key.usage) in types


# --- what they hold -----------------------------------------------------------------------------------------------------


def _requests(deployer: str, intent: Intent, access: KeyAccess, call: DeploymentCall, values: Parameters) -> Iterator[Request]:
    """Yield the requests of a deployment call on a key, with the parameters that it sends: per grant."""
    action = f"kms:{call.operation}"
    place = PLAIN.with_context("aws:RequestedRegion", region_of(access.key.arn)) if action == "kms:CreateKey" else PLAIN
    plain = request_for(deployer, action, _resources(access, action), past_guard_rails(place, intent, deployer, action))
    if action == "kms:CreateGrant":
        yield from (plain._replace(create_grant=_as_sent(line.grant, call)) for line in intent.grants)
        return
    held = {name: values[name] for name in call.parameters if name in values}
    yield plain._replace(parameters={name: value for name, value in held.items() if value not in (None, [], "")})


def _resources(access: KeyAccess, action: str) -> tuple[str, ...]:
    arn = parse_arn(access.key.arn)
    alias = access.creation.alias if access.creation else None
    primary = access.creation.replica_of if access.creation and action == "kms:ReplicateKey" else None
    named = {"key": primary or access.key.arn, "alias": str(arn._replace(resource=alias)) if arn and alias else "*"}
    return tuple(named.get(kind, "*") for kind in kinds_of_resource(action))


def _values(access: KeyAccess, creation: Creation) -> Parameters:
    """Return the request parameters that may decide whether a call is allowed, as the intent tells them."""
    key, tags = access.key, dict(access.key.tags)
    return {
        "BypassPolicyLockoutSafetyCheck": False,
        "CustomerMasterKeySpec": key.spec,
        "KeySpec": key.spec,
        "KeyUsage": key.usage,
        "MultiRegion": key.multi_region,
        "Origin": key.origin,
        "Policy": compact_policy(format_document(access.policy)),
        "PolicyName": "default",
        "ReplicaRegion": region_of(key.arn) if creation.replica_of else "",
        "RotationPeriodInDays": creation.rotation_days,
        "TagKeys": list(tags),
        "Tags": [{"TagKey": name, "TagValue": value} for name, value in {**FURTHER_TAG, **tags}.items()],
    }


def _as_sent(grant: Grant, call: DeploymentCall) -> Grant:
    """Return the grant as a tool sends it: Terraform adds an empty map for the encryption context constraint that is not set."""
    asked = format_grant(grant)
    held = asked.get("Constraints", {})
    maps = [name for name in ENCRYPTION_CONTEXT_MAPS if f"Constraints.{name}" in call.parameters]
    empty: dict[str, object] = {name: {} for name in maps} if any(name in held for name in maps) else {}
    return parse_create_grant({**asked, "Constraints": {**empty, **held}} if held else asked)
