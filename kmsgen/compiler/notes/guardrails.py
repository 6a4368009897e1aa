"""Notes on what guard rails and `never` leave of the lines of an intent, and on whom they do not hold for good."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import product
from typing import NamedTuple

from kmsgen.arn import account_of
from kmsgen.catalogue import services
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import FOR_AWS_RESOURCE, tells_caller
from kmsgen.catalogue.guardrails import DENY
from kmsgen.compiler.conditions import CONTEXT_PREFIX, EQUALITIES, fails_when_absent, has_wildcard
from kmsgen.compiler.grants import CREATE_GRANT
from kmsgen.compiler.guardrails.contradictions import reaches
from kmsgen.compiler.guardrails.guardrails import CONTEXT_RAIL
from kmsgen.compiler.guardrails.parts import is_whole_account, role_patterns
from kmsgen.compiler.guardrails.world import World
from kmsgen.compiler.permit import Permit
from kmsgen.errors import Diagnostic, Location
from kmsgen.intent.intent import ORGANIZATION, GuardRailLine, Intent, NeverLine, account_named
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.policy.wildcards import may_meet

GRANTS_RAIL = "deny-grants-to-principals"


class _Narrowing(NamedTuple):
    """What a guard rail leaves of an access, and the condition key (a prefix, lower case) of lines that say so themselves."""

    key: str
    left: str
    hint: str


_NARROWINGS = {
    "deny-direct-use": _Narrowing(
        "kms:viaservice", "calls through AWS services", "say so with `via:`, or except the principal from the guard rail"
    ),
    CONTEXT_RAIL: _Narrowing(
        CONTEXT_PREFIX,
        "calls with an encryption context",
        "say so with `encryption_context:`, or except the principal from the guard rail",
    ),
    GRANTS_RAIL: _Narrowing(
        "kms:grantisforawsresource",
        "grants that kms:GrantIsForAWSResource marks",
        "no page says that the grants here are marked: try it, or except the principal from the guard rail",
    ),
}
GRANTABLE = tuple(name for name, row in ACTIONS.items() if row.grantable)
_ALL_OF = ("ForAllValues:StringEquals", "ForAllValues:StringLike")
_Asked = tuple[str, Location]  # a principal, and the line that asks for its access


def notes_on_guardrails(intent: Intent, worlds: tuple[World, ...]) -> Iterator[Diagnostic]:
    """Yield the notes on guard rails and on `never`, whatever list the lines stand in that they are about."""
    permits = [permit for world in worlds for permit in world.permits]
    for line in intent.guardrails:
        yield from _members(line, intent, permits) if line.name == "deny-outside-organization" else ()
        yield from (
            (*_spared_accounts(line, permits), *_unnamed_grantees(line, permits)) if line.name == "deny-everyone-else" else ()
        )
        yield from _narrowed_lines(line, permits) if line.name in _NARROWINGS else ()
        yield from _narrowed_grants(line, intent) if line.name in _NARROWINGS else ()
        yield from _left_to_some(line, permits) if line.name == DENY else ()
    yield from _beside_never(intent, permits)
    yield from _granting_never(intent, permits)


class _Undoing(NamedTuple):
    """What a permission can undo of a `never`: the code of the note, what it says and a hint."""

    code: str
    message: str
    hint: str


_UNDOING = {
    "kms:PutKeyPolicy": _Undoing(
        "never-until-changed",
        "may change the key policy, and with it give anybody what this rules out",
        "`never` is about what the policies of this intent allow, not about what they can be changed to",
    ),
    "kms:ReplicateKey": _Undoing(
        "never-until-replicated",
        "may make a replica of the key under another key policy, which can give anybody what this rules out",
        "`never` is about this key; a replica opens the same data under a policy of its own",
    ),
}


def _beside_never(intent: Intent, permits: list[Permit]) -> Iterator[Diagnostic]:
    """Yield whom `never` does not hold for good: who may change or replicate the key can give what it rules out."""
    undoing = {permit.who: _UNDOING[action] for action in reversed(_UNDOING) for permit in permits if permit.action == action}
    for line in intent.never:
        for who, found in undoing.items():
            own = intent.scope.organization is not None and account_named(who) == intent.scope.account
            member = own and line.principal == f"{ORGANIZATION}{intent.scope.organization}"
            if member or _can_be(who, line.principal):
                yield Diagnostic(line.location, found.code, f"`{who}` {found.message}", found.hint)


def _granting_never(intent: Intent, permits: list[Permit]) -> Iterator[Diagnostic]:
    """Yield who may create grants, as no service makes them for itself, that give somebody what `never` rules out."""
    free = [permit for permit in permits if permit.action == CREATE_GRANT and not _is_for_a_service(permit)]
    handed_on = [line.grant for line in intent.grants if "CreateGrant" in line.grant.operations]
    limit = "limit them: `when: {grant: {operations: [...], grantees: [...]}}`; `prove --no-escalation` asks about them"
    for line in intent.never:
        told = {permit.who: limit for permit in free if _could_grant(permit, line)}
        for grant in handed_on:
            if any(fnmatchcase(f"kms:{name}", action) for name in grant.operations for action in line.actions):
                told.setdefault(grant.grantee, "leave CreateGrant out of the grant: with it the grantee can hand on the rest")
        for who, hint in told.items():
            yield Diagnostic(
                line.location, "never-until-granted", f"`{who}` may create grants that give what this rules out", hint
            )


def _is_for_a_service(permit: Permit) -> bool:
    return FOR_AWS_RESOURCE in permit.conditions or any(folded(one.key) == "kms:viaservice" for one in permit.conditions)


def _could_grant(permit: Permit, line: NeverLine) -> bool:
    """Return whether a grant that a permit lets create can be for somebody of `never`, with an action that it rules out."""
    limits = [(folded(one.key), one.operator, one.values) for one in permit.conditions]
    operations = [values for key, operator, values in limits if key == "kms:grantoperations" and operator in _ALL_OF]
    listed = [values for key, operator, values in limits if key == "kms:granteeprincipal" and operator in EQUALITIES]
    barred = [values for key, operator, values in limits if key == "kms:granteeprincipal" and "Not" in operator]
    to_service = any(key == "kms:granteeserviceprincipal" and operator in EQUALITIES for key, operator, _ in limits)
    left = (name for name in GRANTABLE if all(any(fnmatchcase(name, value) for value in values) for values in operations))
    given = any(fnmatchcase(f"kms:{name}", action) for name in left for action in line.actions)
    free = not to_service and not any(line.principal in values for values in barred)
    return given and free and all(any(_may_be_named(name, line) for name in values) for values in listed)


def _may_be_named(grantee: str, line: NeverLine) -> bool:
    return "${" in grantee or line.principal.startswith(ORGANIZATION) or _can_be(grantee, line.principal)


def _can_be(who: str, pattern: str) -> bool:
    """Return whether somebody whom a line names, as one of an account or by a pattern too, can be one of `never`.

    A session is one of its role, and a role is each of its sessions.
    """
    if pattern == "*":
        return True
    if is_whole_account(who):
        return fnmatchcase(account_named(who) or "", account_of(pattern) or "")
    return any(may_meet(one, other) for one, other in product(_names(who), _names(pattern)))


def _names(who: str) -> tuple[str, ...]:
    return (who, *role_patterns(who))


def _members(line: GuardRailLine, intent: Intent, permits: list[Permit]) -> Iterator[Diagnostic]:
    own = f"{ORGANIZATION}{intent.scope.organization}"
    people = (permit for permit in permits if permit.principal.kind == "AWS" and permit.who != "*")
    asked: list[_Asked] = [(permit.who, permit.origins[0]) for permit in people]
    asked += [(each.grant.grantee, each.location) for each in intent.grants if not each.grant.grantee_is_service]
    for who, place in dict.fromkeys(asked):
        foreign = account_named(who) != intent.scope.account and not who.startswith(own)
        if foreign and _is_denied(line, who):
            message = f"`{who}` is denied unless its account is in {intent.scope.organization}"
            yield Diagnostic(place, "must-be-member", message, "if it is not, except it from the guard rail")


def _is_denied(line: GuardRailLine, who: str) -> bool:
    """Return whether a guard rail denies whom a line names: no exception is that principal, or its account."""
    if line.principals and not any(_can_be(who, each) for each in line.principals):
        return False
    accounts = {account_named(each) for each in line.exceptions if is_whole_account(each)}
    return account_named(who) not in accounts and not any(
        fnmatchcase(name, each) for each in line.exceptions for name in _names(who)
    )


def _spared_accounts(line: GuardRailLine, permits: list[Permit]) -> Iterator[Diagnostic]:
    given: dict[_Asked, dict[str, None]] = {}
    for permit in permits:
        if is_whole_account(permit.who) and permit.who not in line.exceptions:
            given.setdefault((permit.who, permit.origins[0]), {})[permit.action] = None
    for (who, place), actions in given.items():
        names = ", ".join(f"`{action}`" for action in sorted(actions))
        message = f"`{line.name}` spares everybody in account {account_named(who)} in {names}, which {place} asks for"
        hint = "name its principals in place of the account, if nobody else there is to be spared"
        yield Diagnostic(line.location, "guardrail-spares-account", message, hint)


def _unnamed_grantees(line: GuardRailLine, permits: list[Permit]) -> Iterator[Diagnostic]:
    """Yield who may create grants for anybody: a Deny keeps whom no line names from using them."""
    free = [
        permit
        for permit in permits
        if permit.action == CREATE_GRANT and permit.purpose != "serve" and not _names_grantees(permit)
    ]
    for who, place in dict.fromkeys((permit.who, permit.origins[0]) for permit in free):
        message = (
            f"`{line.name}` denies whomever a grant of `{who}`, which {place} lets it create, is for, unless a line names them"
        )
        hint = "`when: {grant: {grantees: [...]}}` spares them, and so does `except` of the guard rail"
        yield Diagnostic(line.location, "guardrail-narrows", message, hint)


def _names_grantees(permit: Permit) -> bool:
    named = {"kms:granteeprincipal", "kms:granteeserviceprincipal"}
    equal = any(folded(one.key) in named and one.operator in EQUALITIES for one in permit.conditions)
    return equal or FOR_AWS_RESOURCE in permit.conditions


def _narrowed_lines(line: GuardRailLine, permits: list[Permit]) -> Iterator[Diagnostic]:
    narrowing = _NARROWINGS[line.name]
    found: dict[_Asked, dict[str, None]] = {}
    for permit in permits:
        reached = reaches(line, permit.who) and (permit.principal.kind != "Service" or line.name == CONTEXT_RAIL)
        if reached and _narrows(line.name, permit.action.removeprefix("kms:")) and not _says(permit, narrowing.key):
            found.setdefault((permit.who, permit.origins[0]), {})[permit.action] = None
    for (who, place), actions in found.items():
        yield _narrowed(line, place, list(actions), who)


def _narrowed_grants(line: GuardRailLine, intent: Intent) -> Iterator[Diagnostic]:
    for asked in intent.grants:
        grant, constraints = asked.grant, asked.grant.constraints
        actions = [f"kms:{name}" for name in grant.operations if _narrows(line.name, name)]
        pairs = constraints.encryption_context_equals or constraints.encryption_context_subset
        says_so = grant.grantee_is_service if line.name != CONTEXT_RAIL else bool(pairs)
        if actions and not says_so and reaches(line, grant.grantee):
            yield _narrowed(line, asked.location, actions, grant.grantee)


def _narrowed(line: GuardRailLine, asked: Location, actions: list[str], principal: str) -> Diagnostic:
    narrowing = _NARROWINGS[line.name]
    names = ", ".join(f"`{action}`" for action in actions)
    message = f"of {names} of `{principal}`, which {asked} asks for, `{line.name}` leaves only {narrowing.left}"
    return Diagnostic(line.location, "guardrail-narrows", message, narrowing.hint)


def _left_to_some(line: GuardRailLine, permits: list[Permit]) -> Iterator[Diagnostic]:
    """Yield lines that mean many of whom a `deny` leaves only some, by its conditions on the caller."""
    found: dict[_Asked, dict[str, None]] = {}
    for permit in permits if _tells_callers_apart(line) else ():
        many = is_whole_account(permit.who) or has_wildcard(permit.who) or permit.who.startswith(ORGANIZATION)
        if many and reaches(line, permit.who) and (not line.actions or permit.action in line.actions):
            found.setdefault((permit.who, permit.origins[0]), {})[permit.action] = None
    for (who, place), actions in found.items():
        names = ", ".join(f"`{action}`" for action in actions)
        message = (
            f"of {names} of `{who}`, which {place} asks for, `{line.name}` leaves only whom its conditions on the caller spare"
        )
        yield Diagnostic(line.location, "guardrail-narrows", message, "say so in that line too, if that is what is meant")


def _tells_callers_apart(line: GuardRailLine) -> bool:
    when = line.when
    return when.mfa is not None or bool(when.principal_tags) or any(tells_caller(one.key) for one in when.conditions)


def _narrows(guardrail: str, action: str) -> bool:
    if guardrail == GRANTS_RAIL:
        return f"kms:{action}" == CREATE_GRANT
    row = ACTIONS.get(action)
    return row is not None and row.cryptographic and (guardrail != CONTEXT_RAIL or row.encryption_context)


def _says(permit: Permit, key: str) -> bool:
    """Return whether a permit demands by itself what a guard rail would leave of it, or a service always does so."""
    row = services.find(permit.topic) if permit.purpose == "serve" else None
    sent = key == CONTEXT_PREFIX and row is not None and bool(row.context)
    return sent or any(_demands(condition, key) for condition in permit.conditions)


def _demands(condition: Condition, key: str) -> bool:
    return folded(condition.key).startswith(key) and fails_when_absent(condition)
