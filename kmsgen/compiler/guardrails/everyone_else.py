"""`deny-everyone-else`: nobody whom the intent does not name, whatever IAM policies say.

Who is named is spared altogether. An account, everyone of one and an organization are named for what their lines give, and no
more: their other principals may come by a grant, or by the statement of another line, to what nobody asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from kmsgen.compiler.guardrails.parts import (
    NOT_A_SERVICE,
    Deny,
    every_action,
    is_whole_account,
    machine_roles,
    role_patterns,
    unless,
)
from kmsgen.compiler.guardrails.world import World
from kmsgen.compiler.key_policy import works_in_key_policy
from kmsgen.compiler.permit import Conditions
from kmsgen.compiler.principals import is_session
from kmsgen.intent.intent import ORGANIZATION, GuardRailLine, account_named
from kmsgen.policy.document import Condition

Values = tuple[str, ...]
Given = dict[str, set[str]]  # what lines give to accounts and organizations, by who
NAMED = 2


def deny_everyone_else(line: GuardRailLine, world: World) -> list[Deny]:
    """Return the Deny statements, in whichever of two forms with the same meaning is shorter."""
    of_lines = [permit.who for permit in world.permits if permit.principal.kind == "AWS" and not _is_many(permit.who)]
    named = tuple(dict.fromkeys((*of_lines, *world.named, *line.exceptions)))
    given = {who: actions for who, actions in _given_to_many(world).items() if who not in named}
    forms = [list(_by_action(named, given, world)), list(_by_account(named, given, world))]
    return min(forms, key=_length)


def _by_action(named: Values, given: Given, world: World) -> Iterator[Deny]:
    """Yield a Deny for each set of accounts and organizations that lines give the same actions."""
    groups: dict[Values, list[str]] = {}
    for action in every_action(world):
        groups.setdefault(tuple(who for who, actions in given.items() if action in actions), []).append(action)
    for many, actions in groups.items():
        yield from _denies(tuple(actions), named, many, world)


def _by_account(named: Values, given: Given, world: World) -> Iterator[Deny]:
    """Yield a Deny of everyone outside the accounts that lines give anything, and Denies in these of what they are not given.

    The names of principals then stand once, for actions that lines give the same organizations.
    """
    groups: dict[Values, list[str]] = {}
    for action in every_action(world):
        members = tuple(who for who, actions in given.items() if who.startswith(ORGANIZATION) and action in actions)
        groups.setdefault(members, []).append(action)
    spared = {account_named(who) for who in named if is_whole_account(who)}
    for members, actions in groups.items():
        many = [who for who, some in given.items() if is_whole_account(who) and some & {*actions}]
        yield from _denies(tuple(actions), named, (*many, *members), world)
        accounts = {account: _given_in(account, given) for who in many if (account := account_named(who) or "") not in spared}
        for within, lacked in _lacking(accounts, actions, named).items():
            here = tuple(who for who in named if account_named(who) in within)
            yield from _denies(tuple(lacked), here, members, world, within)


def _given_in(account: str, given: Given) -> set[str]:
    return {
        action for who, actions in given.items() if is_whole_account(who) and account_named(who) == account for action in actions
    }


def _lacking(accounts: Given, actions: list[str], named: Values) -> dict[Values, list[str]]:
    """Return actions by the accounts that lack them; an account of which principals are named stands by itself."""
    apart = [account for account in accounts if any(account_named(who) == account for who in named)]
    found: dict[Values, list[str]] = {}
    for action in actions:
        lack = [account for account, has in accounts.items() if action not in has]
        together = tuple(account for account in lack if account not in apart)
        for within in (together, *((account,) for account in lack if account in apart)):
            if within:
                found.setdefault(within, []).append(action)
    return found


def _length(denies: list[Deny]) -> int:
    """Return about how long statements are: the texts that they list."""
    held = [(each.actions, *(condition.values for condition in each.conditions)) for each in denies]
    return sum(len(text) for lists in held for values in lists for text in values)


def _is_many(who: str) -> bool:
    return is_whole_account(who) or who.startswith(ORGANIZATION)


def _given_to_many(world: World) -> Given:
    """Return what lines give to accounts and organizations on the key."""
    found: Given = {}
    for permit in world.permits:
        if _is_many(permit.who) and works_in_key_policy(permit):
            found.setdefault(permit.who, set()).add(permit.action)
    return found


def _denies(actions: Values, named: Values, many: Values, world: World, within: Values = ()) -> Iterator[Deny]:
    """Yield the Deny of actions for whoever is not named, and that of the other sessions of roles of which some are.

    Whom a spared account has needs no name of its own there. `within` are the accounts in which alone the Deny applies.
    """
    accounts = {account_named(arn) for arn in (*named, *many) if is_whole_account(arn)}
    left = [arn for arn in named if is_whole_account(arn) or account_named(arn) not in accounts]
    sessions = [arn for arn in left if is_session(arn) and role_patterns(arn)]
    others = [arn for arn in dict.fromkeys((*left, *many, *machine_roles(world))) if arn not in sessions]
    of_role: dict[Values, list[str]] = {}
    for arn in sessions:
        of_role.setdefault(role_patterns(arn), []).append(arn.rpartition("/")[2])
    services = tuple(permit.principal.value for permit in world.permits if permit.principal.kind == "Service")
    spared_services = _spared_services(tuple(dict.fromkeys((*services, *world.named_services))), world)
    spared = (*unless((*others, *(pattern for patterns in of_role for pattern in patterns))), *spared_services)
    place = (Condition("StringEquals", "aws:PrincipalAccount", within),) if within else ()
    yield Deny(actions, (*place, *spared), f"{_in(within)} {_but(many)}".strip())
    for patterns, names in of_role.items():
        yield _other_sessions(patterns, names, others, actions)


def _in(accounts: Values) -> str:
    """Return in words in which accounts a Deny applies; nothing for all."""
    if len(accounts) > NAMED:
        return f"in {len(accounts)} accounts"
    return f"in account {' and '.join(accounts)}" if accounts else ""


def _but(many: Values) -> str:
    """Return in words whom a Deny spares beside the principals that are named one by one."""
    accounts = [f"account {account_named(who)}" for who in many if is_whole_account(who)]
    members = ["members of an organization"] if any(who.startswith(ORGANIZATION) for who in many) else []
    names = list(dict.fromkeys([*accounts, *members]))
    listed = " and ".join(names) if len(names) <= NAMED else f"{len(names)} accounts and organizations"
    return f"but {listed}" if names else ""


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


def _other_sessions(patterns: Values, sessions: list[str], others: list[str], actions: Values) -> Deny:
    """Return the deny of a role's other sessions: aws:PrincipalArn shows the role only, aws:userid ends in the session."""
    exact, under_path = patterns
    named = [arn for arn in others if fnmatchcase(exact, arn) or fnmatchcase(arn, under_path) or arn.startswith(ORGANIZATION)]
    conditions = (
        Condition("ArnLike", "aws:PrincipalArn", patterns),
        Condition("StringNotLike", "aws:userid", tuple(f"*:{session}" for session in sessions)),
        NOT_A_SERVICE,  # whose aws:PrincipalArn no page tells
        *unless(named),
    )
    return Deny(actions, conditions)
