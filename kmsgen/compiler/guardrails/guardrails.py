"""`guardrails` to Deny statements that really deny: those of the key policy, and those of IAM policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kmsgen.arn import is_service_principal
from kmsgen.catalogue.actions import ACTIONS, fits
from kmsgen.catalogue.guardrails import DENY, GUARD_RAILS
from kmsgen.compiler.conditions import conditions_of, conjoin, grant_conditions
from kmsgen.compiler.guardrails.everyone_else import deny_everyone_else
from kmsgen.compiler.guardrails.parts import NOT_A_SERVICE, Deny, actions_for, every_action, machine_roles, unless
from kmsgen.compiler.guardrails.world import CREATE_GRANT, World
from kmsgen.compiler.key_policy import Traced
from kmsgen.compiler.permit import Conditions, canonical
from kmsgen.compiler.sids import Sids
from kmsgen.errors import input_error
from kmsgen.intent.intent import GuardRailLine, Intent, is_pattern
from kmsgen.policy.document import EVERYONE, Condition, Effect, Principal, Statement

Values = tuple[str, ...]

DELETE = ("kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:ScheduleKeyDeletion")
CONTEXT_RAIL = "deny-without-encryption-context"
PUT_POLICY = ("kms:PutKeyPolicy",)


def deny_statements(intent: Intent, world: World, sids: Sids) -> list[Traced]:
    """Return the Deny statements of the key policy."""
    found = []
    for line in intent.guardrails:
        for principals, caller in _denied(line):
            for deny in _denies(line, world):
                held = canonical(conjoin((*deny.conditions, *caller), line.location))
                title = sids.spaced(f"{_title(line.name)} {deny.suffix}")
                statement = Statement(Effect.DENY, deny.actions, ("*",), principals, held, title)
                found.append(Traced(statement, (line.location,)))
    return found


def _denied(line: GuardRailLine) -> list[tuple[tuple[Principal, ...], Conditions]]:
    """Return whom a guard rail denies: everyone, those it names, and those that patterns of it match."""
    patterns = tuple(filter(is_pattern, line.principals))
    named = tuple(_named(name) for name in line.principals if name not in patterns)
    found: list[tuple[tuple[Principal, ...], Conditions]] = [(named, ())] if named else []
    if patterns:
        found.append(((EVERYONE,), (Condition("ArnLike", "aws:PrincipalArn", patterns),)))
    return found or [((EVERYONE,), ())]


def _named(name: str) -> Principal:
    return Principal("Service" if is_service_principal(name) else "AWS", name)


def identity_denies(intent: Intent, worlds: Iterable[World], sids: dict[str, Sids]) -> dict[str, list[Traced]]:
    """Return the Deny statements of IAM policies, by principal: for intents about keys whose key policies are not ours."""
    # a policy of one principal has nobody else to spare
    worlds = tuple(world._replace(permits=(), named=(), named_services=()) for world in worlds)
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


def _is_about(line: GuardRailLine, world: World) -> bool:
    """Return whether a guard rail has anything to deny on a key of this kind."""
    if line.name == CONTEXT_RAIL:
        return world.target.key_type == "symmetric"
    return line.name != DENY or not line.actions or not set(line.actions).isdisjoint(every_action(world))


def _for_every_kind(line: GuardRailLine, worlds: tuple[World, ...]) -> dict[Conditions, Values]:
    """Return what a guard rail denies on keys of any of these kinds: the actions, by the conditions of the Deny."""
    found: dict[Conditions, Values] = {}
    for world in [world for world in worlds if _is_about(line, world)] or worlds:
        for deny in _denies(line, world):
            held = canonical(deny.conditions)
            fitting = (action for action in deny.actions if fits(ACTIONS[action.removeprefix("kms:")], world.target.key_type))
            found[held] = tuple(dict.fromkeys((*found.get(held, ()), *fitting)))
    return found


def _title(name: str) -> str:
    return name[0].upper() + name[1:]


def _denies(line: GuardRailLine, world: World) -> list[Deny]:
    build = BUILDERS.get(line.name)
    if build is None:
        raise input_error(
            line.location, "unknown-guardrail", f"`{line.name}` is no guard rail", f"one of: {', '.join(GUARD_RAILS)}"
        )
    return build(line, world)


# --- the guard rails ----------------------------------------------------------------------------------------------------


def _deny_delete(line: GuardRailLine, world: World) -> list[Deny]:
    actions = actions_for(world.target, lambda action: action.iam_name in DELETE)
    return [Deny(actions, unless(line.exceptions))]


def _deny_outside_organization(line: GuardRailLine, world: World) -> list[Deny]:
    if world.organization is None:
        raise input_error(line.location, "organization-missing", f"`{line.name}` needs `scope.organization`")
    outside = Condition("StringNotEquals", "aws:PrincipalOrgID", (world.organization,))
    return [Deny(every_action(world), (outside, NOT_A_SERVICE, *unless((*line.exceptions, *machine_roles(world)))))]


def _deny_direct_use(line: GuardRailLine, world: World) -> list[Deny]:
    direct = Condition("Null", "kms:ViaService", ("true",))
    actions = actions_for(world.target, lambda action: action.cryptographic)
    return [Deny(actions, (direct, NOT_A_SERVICE, *unless((*line.exceptions, *machine_roles(world)))))]


def _deny_without_context(line: GuardRailLine, world: World) -> list[Deny]:
    actions = actions_for(world.target, lambda action: action.cryptographic and action.encryption_context)
    if world.target.key_type != "symmetric" or not actions:
        message = f"a key of {world.target.key.spec} has no encryption context"
        raise input_error(line.location, "guardrail-key-type", message, "leave the guard rail out")
    without = Condition("Null", "kms:EncryptionContextKeys", ("true",))
    return [Deny(actions, (without, *unless(line.exceptions)))]


def _deny_grants(line: GuardRailLine, _world: World) -> list[Deny]:
    direct = Condition("BoolIfExists", "kms:GrantIsForAWSResource", ("false",))
    return [Deny(CREATE_GRANT, (direct, NOT_A_SERVICE, *unless(line.exceptions)))]


def _deny_bypass(line: GuardRailLine, _world: World) -> list[Deny]:
    bypass = Condition("Bool", "kms:BypassPolicyLockoutSafetyCheck", ("true",))
    return [Deny(PUT_POLICY, (bypass, *unless(line.exceptions)))]


def _deny_insecure(line: GuardRailLine, world: World) -> list[Deny]:
    plain = Condition("Bool", "aws:SecureTransport", ("false",))
    return [Deny(every_action(world), (plain, *unless(line.exceptions)))]


def _deny_as_told(line: GuardRailLine, world: World) -> list[Deny]:
    known = every_action(world)
    actions = tuple(action for action in known if not line.actions or action in line.actions)
    if not actions:
        message = f"no key policy of such a key decides {', '.join(f'`{action}`' for action in line.actions)}"
        raise input_error(line.location, "guardrail-key-type", message, "leave the guard rail out")
    when = (*conditions_of(line.when, world.target.regions, line.location), *grant_conditions(line.when.grant))
    return [Deny(actions, (*when, *unless(line.exceptions)))]


BUILDERS: dict[str, Callable[[GuardRailLine, World], list[Deny]]] = {
    "deny-delete": _deny_delete,
    "deny-outside-organization": _deny_outside_organization,
    "deny-everyone-else": deny_everyone_else,
    "deny-direct-use": _deny_direct_use,
    CONTEXT_RAIL: _deny_without_context,
    "deny-grants-to-principals": _deny_grants,
    "deny-lockout-bypass": _deny_bypass,
    "deny-insecure-transport": _deny_insecure,
    DENY: _deny_as_told,
}
