"""Notes on who else decides whether an access is had: IAM policies of other accounts or of nobody, key policies that stay.

Source: KMS Developer Guide, key-policy-modifying-external-accounts, key-policy-default.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.arn import account_of
from kmsgen.compiler.conditions import is_for_iam_only
from kmsgen.compiler.guardrails.world import World
from kmsgen.compiler.identity_policy import needs_identity_policy
from kmsgen.compiler.key_policy import is_delegable, works_in_key_policy
from kmsgen.compiler.permit import Permit
from kmsgen.compiler.principals import is_account, is_service_linked
from kmsgen.errors import Diagnostic, Location
from kmsgen.intent.intent import ORGANIZATION, Intent, When, account_named, account_of_everyone
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded


def notes_on_deciders(intent: Intent, worlds: tuple[World, ...]) -> Iterator[Diagnostic]:
    """Yield who decides beside the policies of the intent, and of whom no IAM policy is asked."""
    yield from _not_governed(intent, worlds)
    yield from _everyone(intent)
    for world in worlds:
        yield from _other_halves(intent, world)
        yield from _held_by_iam(intent, world)


def _everyone(intent: Intent) -> Iterator[Diagnostic]:
    """Yield whom no IAM policy holds back: everyone of the key's account, under the conditions of the line or under none."""
    own = intent.scope.account
    lines = [(line.principal, line.when, line.when == When(), line.location) for line in (*intent.admins, *intent.users)]
    lines += [(name, use.when, False, use.location) for use in intent.services for _, name in use.principals]
    for name, when, always, place in lines:
        if name.startswith(ORGANIZATION) and not any(_leaves_out(own, condition) for condition in when.conditions):
            yield from _of_own_organization(intent, name, place)
        if account_of_everyone(name) != own:
            continue
        if always:
            message = f"everyone of account {own}, its root user too, has what `{name}` has, always"
            hint = "`when: {via: [...]}` for what AWS services do for them, or `account` for whomever IAM policies allow it"
            yield Diagnostic(place, "everyone-unlimited", message, hint)
        else:
            message = f"no IAM policy decides who of account {own} has what `{name}` has"
            hint = "`account` for whomever IAM policies allow it"
            yield Diagnostic(place, "everyone-in-account", message, hint)


def _leaves_out(account: str, condition: Condition) -> bool:
    """Return whether a condition on the account of the caller excludes one."""
    if folded(condition.key) not in ("aws:principalaccount", "kms:calleraccount"):
        return False
    return (account in condition.values) == (condition.operator == "StringNotEquals")


def _of_own_organization(intent: Intent, name: str, place: Location) -> Iterator[Diagnostic]:
    """Yield that an organization lets in everyone of the key's account too, which is told, or may be, a member of it."""
    own, known = intent.scope.account, intent.scope.organization
    identifier, _, unit = name.removeprefix(ORGANIZATION).partition("/")
    if known is None or known == identifier:
        condition = f"if account {own} is in it, " if unit or known is None else ""
        message = f"{condition}no IAM policy decides who of account {own} has what `{name}` has: the key policy lets them in"
        hint = f'to leave that account out: `when: {{conditions: {{StringNotEquals: {{aws:PrincipalAccount: "{own}"}}}}}}`'
        yield Diagnostic(place, "everyone-in-account", message, hint)


def _not_governed(intent: Intent, worlds: tuple[World, ...]) -> Iterator[Diagnostic]:
    """Yield what is taken for granted of key policies that stay; a deny has its effect whatever they say."""
    place = intent.place("key_policy", "keys")
    pairs = {
        (account_of(permit.principal.value), world.target.account)
        for world in worlds
        for permit in world.permits
        if not intent.governed
    }
    if any(one == other for one, other in pairs):
        message = "taken for granted: the key policies let their account's IAM policies decide, and say nothing beside that"
        hint = "without that IAM policies have no effect; what a key policy allows or denies by itself is not known here"
        yield Diagnostic(place, "needs-delegation", message, hint)
    for one, other in sorted((one or "", other) for one, other in pairs if one != other):
        message = f"taken for granted: the key policies in account {other} let account {one} in, whose half this is"
        yield Diagnostic(place, "needs-other-half", message, f"account {other} names account {one}, or these principals, there")
    for line in intent.never if not intent.governed else ():
        message = "`never` is proved of the IAM policies written here alone: what else lets somebody in is not known"
        hint = "ask the key as it is: `kmsgen snapshot`, then `kmsgen prove --never` of what it wrote"
        yield Diagnostic(line.location, "never-of-iam-alone", message, hint)


def _other_halves(intent: Intent, world: World) -> Iterator[Diagnostic]:
    for permit in world.permits:
        name, place = permit.who, permit.origins[0]
        foreign = world.target.governed and account_of(name) not in (None, world.target.account)
        if permit.meant:
            yield from _halves_of_many(permit, world)
        elif foreign and is_account(permit.principal):
            message = f"account {account_of(name)} decides by its own IAM policies which of its principals use the key"
            yield Diagnostic(place, "other-half", message)
        elif foreign and is_service_linked(name):
            yield Diagnostic(place, "other-half", f"what `{name}` may do in its own account is AWS's to say")
        elif is_account(permit.principal) and needs_identity_policy(permit, world.target, intent.delegation):
            message = f"`{permit.action}` has no effect in a key policy; the account's IAM policies must allow it"
            yield Diagnostic(place, "iam-only", message)


def _held_by_iam(intent: Intent, world: World) -> Iterator[Diagnostic]:
    """Yield what the key policy cannot hold a user or role to, which it opens to their IAM policies."""
    for permit in world.permits if world.target.governed and intent.delegation == "iam" else ():
        resting = [condition.key for condition in permit.conditions if is_for_iam_only(condition)]
        if resting and works_in_key_policy(permit) and is_delegable(permit, world.target):
            message = f"the IAM policies written here alone hold `{permit.who}` to `{resting[0]}`, as no key policy can"
            hint = "another IAM policy of it that allows the same would give it without the condition"
            yield Diagnostic(permit.origins[0], "held-by-iam", message, hint)


def _halves_of_many(permit: Permit, world: World) -> Iterator[Diagnostic]:
    """Yield who else decides about those whom a pattern or an organization means: no IAM policy of theirs can be written here."""
    place, account = permit.origins[0], account_named(permit.who)
    if permit.who.startswith(ORGANIZATION):
        message = f"other accounts of `{permit.who}` decide by their own IAM policies which of their principals use the key"
        yield Diagnostic(place, "other-half", message)
    elif account != world.target.account:
        message = f"account {account} decides by its own IAM policies which of its principals use the key"
        yield Diagnostic(place, "other-half", message)
    elif is_account(permit.principal):
        message = f"whom `{permit.who}` matches is not known here: the IAM policies that let them use the key are yours to write"
        yield Diagnostic(place, "pattern-by-iam", message, "with `delegation: key-policy` the key policy lets them in")
