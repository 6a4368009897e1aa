"""What a reader should know of a compiled intent, though nothing is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from ipaddress import ip_network
from typing import NamedTuple

from kmsgen.arn import account_of
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.compiler.conditions import CONTEXT_PREFIX, EQUALITIES, carries, fails_when_absent, is_context_key
from kmsgen.compiler.contradictions import reaches
from kmsgen.compiler.decider_notes import notes_on_deciders
from kmsgen.compiler.guardrail_world import World
from kmsgen.compiler.guardrails import CONTEXT_RAIL
from kmsgen.compiler.principals import is_account
from kmsgen.compiler.service_notes import notes_on_services
from kmsgen.errors import Diagnostic, Location
from kmsgen.intent.intent import ORGANIZATION, Access, GrantWhen, GuardRailLine, Intent, account_named, account_of_everyone
from kmsgen.policy.document import Principal
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator


class _Narrowing(NamedTuple):
    """What a guard rail leaves of an access, and the condition key (a prefix, lower case) of lines that say so themselves."""

    key: str
    left: str
    hint: str


# what narrows the grants of a line that names none of its `grant`
_LIMIT_GRANTS = frozenset(
    {
        "kms:granteeprincipal",
        "kms:granteeserviceprincipal",
        "kms:grantoperations",
        "kms:grantisforawsresource",
        "kms:grantconstrainttype",
        "kms:viaservice",
    }
)
# RFC 1918, 4193, 6598: what no public endpoint of AWS is called from
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))
_NARROWINGS = {
    "deny-direct-use": _Narrowing(
        "kms:viaservice", "calls through AWS services", "say so with `via:`, or except the principal from the guard rail"
    ),
    CONTEXT_RAIL: _Narrowing(
        CONTEXT_PREFIX,
        "calls with an encryption context",
        "say so with `encryption_context:`, or except the principal from the guard rail",
    ),
}

_TAG_KEYS = "aws:tagkeys"
"""The key that AWS's own examples put under ForAllValues alone: a request without tags sets none."""


def notes_on(intent: Intent, worlds: tuple[World, ...]) -> tuple[Diagnostic, ...]:
    """Return the notes, in source order, each once."""
    found = {*_recovery(intent), *_members(intent), *notes_on_deciders(intent, worlds)}
    found |= {*notes_on_services(intent), *_narrowed_lines(intent), *_narrowed_grants(intent), *_spared_accounts(intent)}
    found |= {*_outside_scope(intent), *_beside_never(intent), *_grants_of_replicas(intent)}
    found |= {*_unlimited_grants(intent), *_not_on_action(intent), *_private_addresses(intent)}
    found |= {*_held_when_absent(intent)}
    return tuple(sorted(found))


def _recovery(intent: Intent) -> Iterator[Diagnostic]:
    if not intent.governed:
        return
    accounts = [access for access in (*intent.admins, *intent.users) if is_account(Principal("AWS", access.principal))]
    own = [access for access in accounts if account_of(access.principal) == intent.scope.account]
    own += [access for access in intent.admins if account_of_everyone(access.principal) == intent.scope.account]
    if not any("kms:PutKeyPolicy" in access.actions for access in own):
        yield Diagnostic(
            Location(intent.path),
            "no-recovery",
            "without a statement for the account the key depends on its administrators existing",
            "a recovery path: under `admins`, `{principal: account, can: [change-policy]}`",
        )


def _unlimited_grants(intent: Intent) -> Iterator[Diagnostic]:
    for access in (*intent.admins, *intent.users):
        keys = {folded(condition.key) for condition in access.when.conditions}
        limited = access.when.grant != GrantWhen() or access.when.via or keys & _LIMIT_GRANTS
        if "kms:CreateGrant" in access.actions and not limited:
            message = f"nothing limits the grants that `{access.principal}` may create: any operation of the key, for anybody"
            hint = "`when: {grant: {operations: [...], grantees: [...]}}`, or `use-grants` for grants of AWS services only"
            yield Diagnostic(access.location, "grants-unlimited", message, hint)


def _not_on_action(intent: Intent) -> Iterator[Diagnostic]:
    """Yield what a condition on the encryption context of a line does not hold on: actions that only read about the key."""
    for access in (*intent.admins, *intent.users):
        raw = [condition.key for condition in access.when.conditions if is_context_key(condition.key)]
        asked = [*(f"kms:EncryptionContext:{name}" for name, _ in access.when.encryption_context), *raw]
        without = [action for action in access.actions if asked and not carries(action, asked[0])]
        if without:
            names = ", ".join(f"`{action}`" for action in without)
            message = f"{names} of `{access.principal}` have no encryption context, so they are allowed without `{asked[0]}`"
            yield Diagnostic(access.location, "when-not-on-action", message, "leave them out, or give them a line of their own")


def _private_addresses(intent: Intent) -> Iterator[Diagnostic]:
    lines = [(line.location, line.when) for line in (*intent.admins, *intent.users)]
    lines += [(line.location, line.when) for line in intent.services]
    for place, when in lines:
        raw = (one for one in when.conditions if folded(one.key) == "aws:sourceip" and one.operator.startswith("IpAddress"))
        for text in (*when.source_ip, *(value for one in raw for value in one.values)):
            if _is_private(text):
                message = f"`{text}` is private, and aws:SourceIp is a public address: no call comes from there"
                hint = "through a VPC endpoint: `source_vpce`, or `conditions` on aws:VpcSourceIp"
                yield Diagnostic(place, "private-source-ip", message, hint)


def _is_private(text: str) -> bool:
    """Return whether a text is a network within a private one; what is no network is reported elsewhere."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return False
    return any(network.version == private.version and network.subnet_of(private) for private in _PRIVATE)  # type: ignore[arg-type]


def _outside_scope(intent: Intent) -> Iterator[Diagnostic]:
    """Yield lines about every key that hold in Regions of which the scope has no key: they give nothing."""
    for access in (*intent.admins, *intent.users) if intent.every_key and intent.scope.regions else ():
        for condition in access.when.conditions:
            if folded(condition.key) != "aws:requestedregion" or condition.operator not in EQUALITIES:
                continue
            if not any(fnmatchcase(region, value) for region in intent.scope.regions for value in condition.values):
                message = f"the keys of this intent are in {', '.join(intent.scope.regions)}, where `{condition.key}` never holds"
                yield Diagnostic(
                    access.location, "region-outside-scope", message, "the line gives nothing: add the Region to `scope`"
                )


def _beside_never(intent: Intent) -> Iterator[Diagnostic]:
    """Yield whom `never` does not hold for good: who may change the key policy can give themselves what it rules out."""
    for line in intent.never:
        for access in (*intent.admins, *intent.users):
            own = intent.scope.organization is not None and account_named(access.principal) == intent.scope.account
            member = own and line.principal == f"{ORGANIZATION}{intent.scope.organization}"
            if "kms:PutKeyPolicy" in access.actions and (member or _is_meant(access.principal, line.principal)):
                message = f"`{access.principal}` may change the key policy, and with it give anybody what this rules out"
                hint = "`never` is about what the policies of this intent allow, not about what they can be changed to"
                yield Diagnostic(line.location, "never-until-changed", message, hint)


def _is_meant(principal: str, pattern: str) -> bool:
    """Return whether a pattern of `never` fits a principal of a line, or somebody of an account of which it is everyone."""
    if account_of_everyone(principal) is None:
        return fnmatchcase(principal, pattern)
    return pattern == "*" or fnmatchcase(account_named(principal) or "", account_of(pattern) or "")


def _grants_of_replicas(intent: Intent) -> Iterator[Diagnostic]:
    regions = intent.key.replicas if intent.key else ()
    for line in intent.grants if regions else ():
        message = f"the grant `{line.grant.name}` is on the primary key alone; replicas have grants of their own"
        hint = f"make it in {', '.join(regions)} too: `aws kms create-grant --region`, with the request in grants.json"
        yield Diagnostic(line.location, "grant-on-primary", message, hint)


def _members(intent: Intent) -> Iterator[Diagnostic]:
    for line in intent.guardrails:
        for access in (*intent.admins, *intent.users):
            own = f"{ORGANIZATION}{intent.scope.organization}"
            foreign = account_named(access.principal) != intent.scope.account and not access.principal.startswith(own)
            spared = access.principal in line.exceptions
            if line.name == "deny-outside-organization" and foreign and not spared:
                message = f"`{access.principal}` is denied unless its account is in {intent.scope.organization}"
                yield Diagnostic(access.location, "must-be-member", message, "if it is not, except it from the guard rail")


def _spared_accounts(intent: Intent) -> Iterator[Diagnostic]:
    for line in intent.guardrails:
        for access in (*intent.admins, *intent.users) if line.name == "deny-everyone-else" else ():
            if is_account(Principal("AWS", access.principal)) or account_of_everyone(access.principal):
                message = (
                    f"`{line.name}` spares everybody in account {account_named(access.principal)}, which {access.location} names"
                )
                hint = "name its principals in place of the account, if nobody else there is to be spared"
                yield Diagnostic(line.location, "guardrail-spares-account", message, hint)


def _narrowed_lines(intent: Intent) -> Iterator[Diagnostic]:
    for line in intent.guardrails:
        narrowing = _NARROWINGS.get(line.name)
        for access in (*intent.admins, *intent.users) if narrowing else ():
            actions = [action for action in access.actions if _narrows(line.name, action.removeprefix("kms:"))]
            says_so = narrowing is None or _says(access, narrowing.key)
            if actions and not says_so and reaches(line, access.principal):
                yield _narrowed(line, access.location, actions, access.principal)


def _narrowed_grants(intent: Intent) -> Iterator[Diagnostic]:
    for line in intent.guardrails:
        for asked in intent.grants if line.name in _NARROWINGS else ():
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


def _narrows(guardrail: str, action: str) -> bool:
    row = ACTIONS.get(action)
    return row is not None and row.cryptographic and (guardrail != CONTEXT_RAIL or row.encryption_context)


def _held_when_absent(intent: Intent) -> Iterator[Diagnostic]:
    """Yield conditions under ForAllValues that hold of a request without their key, where the line does not ask for the key.

    Source: IAM User Guide, reference_policies_condition-single-vs-multi-valued-context-keys.
    """
    for access in (*intent.admins, *intent.users):
        asked = {folded(condition.key) for condition in access.when.conditions if fails_when_absent(condition)}
        for condition in access.when.conditions:
            name = split_operator(condition.operator)
            lacking = folded(condition.key) not in asked and folded(condition.key) != _TAG_KEYS
            if name is not None and name.quantifier == "ForAllValues" and lacking:
                message = f"`{condition.operator}` on {condition.key} holds too where a request has no {condition.key}"
                hint = f'`"Null": {{"{condition.key}": "false"}}` beside it asks for the key'
                yield Diagnostic(access.location, "holds-when-absent", message, hint)


def _says(access: Access, key: str) -> bool:
    """Return whether a line demands by itself what a guard rail would leave of it."""
    when = access.when
    said = when.via if key != CONTEXT_PREFIX else when.encryption_context
    raw = (condition for condition in when.conditions if folded(condition.key).startswith(key))
    return bool(said) or any(fails_when_absent(condition) for condition in raw)
