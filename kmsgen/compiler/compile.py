"""Intent to bundle: the key policies, IAM policies and grants that allow what was asked and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from kmsgen.arn import account_of, account_root
from kmsgen.compiler.accesses import access_permits
from kmsgen.compiler.conditions import is_for_iam_only, is_single
from kmsgen.compiler.deployer import deployer_permits
from kmsgen.compiler.grants import grants_on
from kmsgen.compiler.guardrails.contradictions import refuse_contradictions, takes_away
from kmsgen.compiler.guardrails.guardrails import deny_statements, identity_denies
from kmsgen.compiler.guardrails.world import World, world_of
from kmsgen.compiler.identity_policy import documents, identity_statements, needs_identity_policy, resources_of
from kmsgen.compiler.key_policy import Traced, allow_statements, check_size, is_delegable, works_in_key_policy
from kmsgen.compiler.notes.iam import notes_on_deployer, notes_on_iam
from kmsgen.compiler.notes.notes import notes_on
from kmsgen.compiler.order import in_order
from kmsgen.compiler.permit import Permit, without_repetition
from kmsgen.compiler.principals import has_identity_policies, is_account, is_service_linked
from kmsgen.compiler.services.services import service_permits
from kmsgen.compiler.sids import Sids
from kmsgen.compiler.target import Target, targets_of
from kmsgen.errors import Diagnostic, InputError, Location
from kmsgen.intent.intent import Access, Intent
from kmsgen.policy.bundle import Bundle, KeyAccess, Organization, PrincipalPolicies
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.variables import variables_in

Wanted = tuple[Permit, tuple[str, ...]]
Line = TypeVar("Line")


class Compiled(NamedTuple):
    """A bundle, what a reader should know of it, and the lines that each statement (by its label) serves."""

    bundle: Bundle
    notes: tuple[Diagnostic, ...]
    origins: dict[str, tuple[Location, ...]]
    on_deployer: frozenset[Diagnostic] = frozenset()  # the notes on the deployer's own policy


def compile_intent(intent: Intent) -> Compiled:
    """Compile an intent.

    Raises InputError for what cannot be had, RefusedError where a guard rail contradicts another line or a limit is passed.
    """
    intent = in_order(intent)
    targets = targets_of(intent)
    permits = {target.key.arn: _permits(intent, target) for target in targets}
    worlds = tuple(world_of(intent, target, permits[target.key.arn]) for target in targets)
    origins: dict[str, tuple[Location, ...]] = {}
    keys = tuple(_key_access(intent, world, origins) for world in worlds)
    principals = _identity_policies(intent, worlds, origins)
    on_deployer = frozenset(notes_on_deployer(intent, principals))
    notes = sorted({*notes_on(intent, worlds), *notes_on_iam(intent, targets, principals), *on_deployer})
    return Compiled(Bundle(keys, principals), tuple(notes), origins, on_deployer)


def _permits(intent: Intent, target: Target) -> list[Permit]:
    """Return what the intent permits on one key, each permit once, without what its guard rails deny."""
    wanted = list(_asked(intent, target))
    refuse_contradictions(intent, wanted)
    kept = [permit for permit in wanted if not any(takes_away(line, permit) for line in intent.guardrails)]
    _check_placeable(intent, target, kept)
    return without_repetition(kept)


def _asked(intent: Intent, target: Target) -> Iterator[Permit]:
    accesses: tuple[Access, ...] = (*intent.admins, *intent.users)
    # whole accounts come first: they cover nobody, and open the policy for its reader
    ordered = sorted(accesses, key=lambda access: not is_account(Principal("AWS", access.principal)))
    of_lines, problems = _of_each(ordered, lambda access: access_permits(access, target, intent.delegation))
    of_services, others = _of_each(intent.services, lambda use: service_permits(use, target, intent))
    if problems or others:
        raise InputError([*problems, *others])
    yield from of_lines
    yield from deployer_permits(intent, target, (*of_lines, *of_services))
    yield from of_services


def _of_each(lines: Iterable[Line], permits: Callable[[Line], Iterable[Permit]]) -> tuple[list[Permit], list[Diagnostic]]:
    """Return what lines permit, and what is wrong with them: all of it in one run."""
    found: list[Permit] = []
    problems: list[Diagnostic] = []
    for line in lines:
        try:
            found += permits(line)
        except InputError as error:
            problems += error.diagnostics
    return found, problems


def _check_placeable(intent: Intent, target: Target, permits: Iterable[Permit]) -> None:
    """Refuse permits that need an IAM policy of a principal that can have none, or, without key policies, of another account."""
    problems = list(_without_effect(target, permits, intent.delegation))
    for permit in permits:
        if not needs_identity_policy(permit, target, intent.delegation) or is_account(permit.principal):
            continue
        foreign = account_of(permit.principal.value) != target.account
        if not has_identity_policies(permit.principal) or (intent.every_key and foreign):
            message = f"`{permit.action}` of `{permit.who}` cannot be given from here"
            hint = "the key's own key policy must name this principal: list the keys" if intent.every_key else ""
            hint = hint or "it needs an IAM policy, which only users and roles can have: name one"
            problems.append(Diagnostic(permit.origins[0], "no-place", message, hint))
    if problems:
        raise InputError(problems)


def _without_effect(target: Target, permits: Iterable[Permit], delegation: str) -> Iterator[Diagnostic]:
    """Yield permits of a key policy that rest on what works in IAM policies alone, or on what KMS refuses in a key policy.

    Where the key policy lets the account's IAM policies decide, and nothing else, such conditions stand in these.

    Source: KMS Developer Guide, conditions-kms (kms:EncryptionContext:context-key): OverlyPermissiveCondition.
    """
    for permit in permits:
        lax = [each for each in permit.conditions if each.operator.startswith("ForAllValues:") and is_single(each.key)]
        if lax and target.governed and works_in_key_policy(permit):
            message = f"KMS refuses a key policy with `{lax[0].operator}` of `{lax[0].key}`: calls without it would pass"
            name = lax[0].operator.removeprefix("ForAllValues:")
            yield Diagnostic(permit.origins[0], "condition-refused", message, f"it has one value: `{name}`")
        resting = [condition for condition in permit.conditions if is_for_iam_only(condition)]
        by_iam = delegation == "iam" and is_delegable(permit, target)
        if resting and target.governed and works_in_key_policy(permit) and not by_iam:
            message = f"no key policy can rest on {_in_words(resting[0])}, which works in IAM policies alone"
            yield Diagnostic(permit.origins[0], "condition-iam-only", message, _where_it_stands(delegation))


def _where_it_stands(delegation: str) -> str:
    own = "the IAM policies of users and roles of the key's account"
    hint = f"it stands in {own} alone: name them" if delegation == "iam" else f"with `delegation: iam` it stands in {own}"
    return f"{hint}; or say it in an intent with `key_policy: keep`, or about every key"


def _in_words(condition: Condition) -> str:
    """Return the condition key, and the values of a condition that has policy variables."""
    values = [value for value in condition.values if variables_in(value)]
    return " ".join((f"`{condition.key}`", *(f"`{value}`" for value in values)))


def _key_access(intent: Intent, world: World, origins: dict[str, tuple[Location, ...]]) -> KeyAccess:
    target = world.target
    if not target.governed:
        return KeyAccess(target.key, _delegating_policy(world))
    sids = Sids()
    traced = allow_statements(world.permits, target, intent.delegation, sids) + deny_statements(intent, world, sids)
    policy = Document(tuple(item.statement for item in traced))
    check_size(policy, intent.place("key", "keys"))
    _note_origins("key-policy", traced, origins)
    return KeyAccess(target.key, policy, grants_on(intent, target), target.creation)


def _delegating_policy(world: World) -> Document:
    """Return the key policy that is taken for granted of a key whose policy stays; it is judged and told, never rendered.

    It lets the IAM policies of the key's account decide, as AWS's own default does, and those of each account of the intent.
    Source: KMS Developer Guide, key-policy-default, key-policy-modifying-external-accounts.
    """
    target = world.target
    others = (account_of(permit.principal.value) for permit in world.permits)
    accounts = dict.fromkeys([target.account, *(account for account in others if account)])
    roots = tuple(Principal("AWS", account_root(target.partition, account)) for account in accounts)
    return Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), roots, sid="Enable IAM User Permissions"),))


def _identity_policies(
    intent: Intent, worlds: tuple[World, ...], origins: dict[str, tuple[Location, ...]]
) -> dict[str, PrincipalPolicies]:
    sids: dict[str, Sids] = defaultdict(Sids)
    traced = identity_statements(_in_identity_policies(intent, worlds), sids)
    if not worlds[0].target.governed:
        for principal, denies in identity_denies(intent, worlds, sids).items():
            traced.setdefault(principal, []).extend(denies)
    found: dict[str, PrincipalPolicies] = {}
    for arn in _people(worlds, traced):
        groups = documents(arn, traced[arn], attached=intent.attaches) if arn in traced else ()
        for group in groups:
            _note_origins("identity-policy", group, origins)
        policies = tuple(Document(tuple(item.statement for item in group)) for group in groups)
        found[arn] = PrincipalPolicies(policies, organization=_organization(intent, arn), service_linked=is_service_linked(arn))
    return dict(sorted(found.items()))


def _in_identity_policies(intent: Intent, worlds: tuple[World, ...]) -> Iterator[Wanted]:
    for world in worlds:
        for permit in world.permits:
            fit = has_identity_policies(permit.principal)
            if fit and needs_identity_policy(permit, world.target, intent.delegation):
                yield permit, resources_of(permit, world.target)


def _people(worlds: tuple[World, ...], traced: Iterable[str]) -> list[str]:
    """Return every principal of this bundle that has an ARN of its own, so that what is known of each can be told."""
    arns = [permit.principal.value for world in worlds for permit in world.permits if permit.principal.kind == "AWS"]
    named = [arn for world in worlds for arn in world.named]
    people = (arn for arn in dict.fromkeys((*arns, *named, *traced)) if account_of(arn) and "*" not in arn)
    return [arn for arn in people if not is_account(Principal("AWS", arn))]


def _organization(intent: Intent, arn: str) -> Organization | None:
    """Return the organization of this account's principals; of other accounts the intent does not tell."""
    known = intent.scope.organization
    return Organization(known) if known and account_of(arn) == intent.scope.account else None


def _note_origins(layer: str, traced: Iterable[Traced], origins: dict[str, tuple[Location, ...]]) -> None:
    for item in traced:
        label = f"{layer}/{item.statement.sid}"
        origins[label] = tuple(dict.fromkeys((*origins.get(label, ()), *item.origins)))
