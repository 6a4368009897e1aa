"""`guardrails` to Deny statements that really deny.

A Deny applies where each of its conditions holds, and a negated operator holds where the key is missing. So each exemption is
a condition that fails for the exempted and holds for everybody else: ArnNotEquals aws:PrincipalArn also holds for callers
without an ARN, and BoolIfExists aws:PrincipalIsAWSService `false` also for unsigned requests.
Source: IAM User Guide, reference_policies_elements_condition_operators, reference_policies_condition-keys; KMS Developer Guide,
conditions-kms; EBS User Guide, ebs-encryption-requirements (role/aws:ec2-infrastructure).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from kmsgen.arn import account_of, parse_arn, role_of_session
from kmsgen.catalogue.actions import ACTIONS, fits, works_in_key_policy
from kmsgen.catalogue.capabilities import IMPORT_ADMINISTRATOR
from kmsgen.catalogue.guardrails import GUARD_RAILS
from kmsgen.catalogue.model import Action
from kmsgen.compiler.conditions import conjoin
from kmsgen.compiler.guardrail_world import CREATE_GRANT, World
from kmsgen.compiler.key_policy import Traced
from kmsgen.compiler.permit import Conditions, canonical
from kmsgen.compiler.principals import is_account, is_session
from kmsgen.compiler.sids import Sids
from kmsgen.compiler.target import Target
from kmsgen.compiler.wide_principals import others_than
from kmsgen.errors import input_error
from kmsgen.intent.intent import ORGANIZATION, GuardRailLine, Intent, account_named, account_of_everyone, is_pattern
from kmsgen.policy.document import EVERYONE, Condition, Effect, Principal, Statement

Values = tuple[str, ...]

DELETE = ("kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:ScheduleKeyDeletion")
CONTEXT_RAIL = "deny-without-encryption-context"
PUT_POLICY = ("kms:PutKeyPolicy",)
NOT_A_SERVICE = Condition("BoolIfExists", "aws:PrincipalIsAWSService", ("false",))
EC2_ROLE = "arn:{partition}:iam::{account}:role/aws:ec2-infrastructure"


class _Deny(NamedTuple):
    actions: Values
    conditions: Conditions


def deny_statements(intent: Intent, world: World, sids: Sids) -> list[Traced]:
    """Return the Deny statements of the key policy."""
    found = []
    for line in intent.guardrails:
        for principals, caller in _denied(line):
            for deny in _denies(line, world):
                held = canonical(conjoin((*deny.conditions, *caller), line.location))
                title = sids.spaced(_title(line.name))
                statement = Statement(Effect.DENY, deny.actions, ("*",), principals, held, title)
                found.append(Traced(statement, (line.location,)))
    return found


def _denied(line: GuardRailLine) -> list[tuple[tuple[Principal, ...], Conditions]]:
    """Return whom a guard rail denies: everyone, those it names, and those that patterns of it match."""
    patterns = tuple(filter(is_pattern, line.principals))
    named = tuple(Principal("AWS", arn) for arn in line.principals if arn not in patterns)
    found: list[tuple[tuple[Principal, ...], Conditions]] = [(named, ())] if named else []
    if patterns:
        found.append(((EVERYONE,), (Condition("ArnLike", "aws:PrincipalArn", patterns),)))
    return found or [((EVERYONE,), ())]


def identity_denies(intent: Intent, worlds: Iterable[World], sids: dict[str, Sids]) -> dict[str, list[Traced]]:
    """Return the Deny statements of IAM policies, by principal: for intents about keys whose key policies are not ours."""
    worlds = tuple(worlds)
    arns = tuple(dict.fromkeys(arn for world in worlds for arn in world.target.key_arns))
    found: dict[str, list[Traced]] = {}
    for line in intent.guardrails:
        for principal in line.principals:
            if principal in line.exceptions:
                continue
            for conditions, actions in _for_every_kind(line._replace(exceptions=()), worlds).items():
                title = sids[principal].joined(f"{_title(line.name)} by {principal.rpartition('/')[2]}")
                statement = Statement(Effect.DENY, actions, arns, None, conditions, title)
                found.setdefault(principal, []).append(Traced(statement, (line.location,)))
    return found


def _for_every_kind(line: GuardRailLine, worlds: tuple[World, ...]) -> dict[Conditions, Values]:
    """Return what a guard rail denies on keys of any of these kinds: the actions, by the conditions of the Deny."""
    found: dict[Conditions, Values] = {}
    with_context = [world for world in worlds if line.name != CONTEXT_RAIL or world.target.key_type == "symmetric"]
    for world in with_context or worlds:
        for deny in _denies(line, world):
            held = canonical(deny.conditions)
            fitting = (action for action in deny.actions if fits(ACTIONS[action.removeprefix("kms:")], world.target.key_type))
            found[held] = tuple(dict.fromkeys((*found.get(held, ()), *fitting)))
    return found


def _title(name: str) -> str:
    return name[0].upper() + name[1:]


def _denies(line: GuardRailLine, world: World) -> list[_Deny]:
    build = BUILDERS.get(line.name)
    if build is None:
        raise input_error(
            line.location, "unknown-guardrail", f"`{line.name}` is no guard rail", f"one of: {', '.join(GUARD_RAILS)}"
        )
    return build(line, world)


# --- the guard rails ----------------------------------------------------------------------------------------------------


def _deny_delete(line: GuardRailLine, world: World) -> list[_Deny]:
    actions = _actions(world.target, lambda action: action.iam_name in DELETE)
    return [_Deny(actions, _unless(line.exceptions))]


def _deny_outside_organization(line: GuardRailLine, world: World) -> list[_Deny]:
    if world.organization is None:
        raise input_error(line.location, "organization-missing", f"`{line.name}` needs `scope.organization`")
    outside = Condition("StringNotEquals", "aws:PrincipalOrgID", (world.organization,))
    return [_Deny(_every_action(world), (outside, NOT_A_SERVICE, *_unless((*line.exceptions, *_machine_roles(world)))))]


def _deny_everyone_else(line: GuardRailLine, world: World) -> list[_Deny]:
    principals = [permit.principal for permit in world.permits]
    arns = [permit.who for permit in world.permits if permit.principal.kind == "AWS"]
    named = tuple(dict.fromkeys((*arns, *world.named, *line.exceptions, *_machine_roles(world))))
    sessions = [arn for arn in named if is_session(arn) and _role_patterns(arn)]
    others = [arn for arn in named if arn not in sessions]
    spared = {account_named(arn) for arn in others if _is_whole_account(arn)}
    of_role: dict[Values, list[str]] = {}
    for arn in sessions:
        if account_of(arn) not in spared:
            of_role.setdefault(_role_patterns(arn), []).append(arn.rpartition("/")[2])
    actions = _every_action(world)
    services = [principal.value for principal in principals if principal.kind == "Service"]
    spared_services = _spared_services(tuple(dict.fromkeys((*services, *world.named_services))), world)
    return [
        _Deny(actions, (*_unless((*others, *(pattern for patterns in of_role for pattern in patterns))), *spared_services)),
        *(_other_sessions(patterns, names, others, actions) for patterns, names in of_role.items()),
    ]


def _spared_services(names: Values, world: World) -> Conditions:
    """Return the condition that fails for AWS services which the intent lets work, and for no other caller.

    Grants that services create for themselves name principals of AWS that no file can know: then all of AWS's are spared, and
    what they may do is what those grants say. A regional name is also given without its Region, as IAM may report either.
    """
    if world.grants_for_aws:
        return (NOT_A_SERVICE,)
    both = tuple(dict.fromkeys(form for name in names for form in (name, _without_region(name, world.target.regions))))
    return (Condition("StringNotEquals", "aws:PrincipalServiceName", both),) if both else ()


def _without_region(name: str, regions: Values) -> str:
    for region in regions:
        name = name.replace(f".{region}.", ".")
    return name


def _other_sessions(patterns: Values, sessions: list[str], others: list[str], actions: Values) -> _Deny:
    """Return the deny of a role's other sessions: aws:PrincipalArn shows the role only, aws:userid ends in the session."""
    exact, under_path = patterns
    named = [arn for arn in others if fnmatchcase(exact, arn) or fnmatchcase(arn, under_path) or arn.startswith(ORGANIZATION)]
    conditions = (
        Condition("ArnLike", "aws:PrincipalArn", patterns),
        Condition("StringNotLike", "aws:userid", tuple(f"*:{session}" for session in sessions)),
        NOT_A_SERVICE,  # whose aws:PrincipalArn no page tells
        *_unless(named),
    )
    return _Deny(actions, conditions)


def _role_patterns(arn: str) -> Values:
    """Return the ARNs that the role of a session can have: the session's ARN does not show the role's path."""
    parsed = parse_arn(arn)
    role = role_of_session(parsed) if parsed else None
    if parsed is None or role is None:
        return ()
    head = f"arn:{parsed.partition}:iam::{parsed.account}:role/"
    return (f"{head}{role}", f"{head}*/{role}")


def _deny_direct_use(line: GuardRailLine, world: World) -> list[_Deny]:
    direct = Condition("Null", "kms:ViaService", ("true",))
    actions = _actions(world.target, lambda action: action.cryptographic)
    return [_Deny(actions, (direct, NOT_A_SERVICE, *_unless((*line.exceptions, *_machine_roles(world)))))]


def _deny_without_context(line: GuardRailLine, world: World) -> list[_Deny]:
    actions = _actions(world.target, lambda action: action.cryptographic and action.encryption_context)
    if world.target.key_type != "symmetric" or not actions:
        message = f"a key of {world.target.key.spec} has no encryption context"
        raise input_error(line.location, "guardrail-key-type", message, "leave the guard rail out")
    without = Condition("Null", "kms:EncryptionContextKeys", ("true",))
    return [_Deny(actions, (without, *_unless(line.exceptions)))]


def _deny_grants(line: GuardRailLine, _world: World) -> list[_Deny]:
    direct = Condition("BoolIfExists", "kms:GrantIsForAWSResource", ("false",))
    return [_Deny(CREATE_GRANT, (direct, NOT_A_SERVICE, *_unless(line.exceptions)))]


def _deny_bypass(line: GuardRailLine, _world: World) -> list[_Deny]:
    bypass = Condition("Bool", "kms:BypassPolicyLockoutSafetyCheck", ("true",))
    return [_Deny(PUT_POLICY, (bypass, *_unless(line.exceptions)))]


def _deny_insecure(line: GuardRailLine, world: World) -> list[_Deny]:
    plain = Condition("Bool", "aws:SecureTransport", ("false",))
    return [_Deny(_every_action(world), (plain, *_unless(line.exceptions)))]


BUILDERS: dict[str, Callable[[GuardRailLine, World], list[_Deny]]] = {
    "deny-delete": _deny_delete,
    "deny-outside-organization": _deny_outside_organization,
    "deny-everyone-else": _deny_everyone_else,
    "deny-direct-use": _deny_direct_use,
    CONTEXT_RAIL: _deny_without_context,
    "deny-grants-to-principals": _deny_grants,
    "deny-lockout-bypass": _deny_bypass,
    "deny-insecure-transport": _deny_insecure,
}


# --- their parts --------------------------------------------------------------------------------------------------------


def _unless(names: Iterable[str]) -> Conditions:
    """Return conditions that fail for these principals (an account: for each of its principals) and hold for all others."""
    arns = tuple(names)
    unique = tuple(arn for arn in dict.fromkeys(arns) if not arn.startswith(ORGANIZATION))
    accounts = tuple(dict.fromkeys(account_named(arn) or "" for arn in unique if _is_whole_account(arn)))
    others = tuple(arn for arn in unique if not _is_whole_account(arn))
    members = others_than(arn for arn in dict.fromkeys(arns) if arn.startswith(ORGANIZATION))
    rows = (("ArnNotLike" if any(map(is_pattern, others)) else "ArnNotEquals", "aws:PrincipalArn", others),
            ("StringNotEquals", "aws:PrincipalAccount", accounts))  # fmt: skip
    return (*(Condition(operator, key, values) for operator, key, values in rows if values), *members)


def _is_whole_account(name: str) -> bool:
    """Return whether a principal of an intent is an account, or everyone of one: to a condition both are the same callers."""
    return is_account(Principal("AWS", name)) or account_of_everyone(name) is not None


def _machine_roles(world: World) -> Values:
    """Return the roles by which EC2 uses grants on EBS volumes, which are no service principals."""
    return tuple(EC2_ROLE.format(partition=world.target.partition, account=account) for account in world.grant_makers)


def _every_action(world: World) -> Values:
    """Return every action that a key policy can deny, and those permitted here of which no page tells whether it can."""
    permitted = {permit.action for permit in world.permits}
    undocumented = {row.iam_name for row in ACTIONS.values() if row.policy_types is None}
    return tuple(sorted({*_actions(world.target, lambda _action: True), *(permitted & undocumented)}))


def _actions(target: Target, wanted: Callable[[Action], bool]) -> Values:
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
