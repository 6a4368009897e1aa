"""What a reader should know of a compiled intent, though nothing is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from ipaddress import ip_network

from kmsgen.arn import account_of
from kmsgen.compiler.condition_reach import ALLOWED_WITHOUT, untouched
from kmsgen.compiler.conditions import EQUALITIES, fails_when_absent
from kmsgen.compiler.guardrails.world import World
from kmsgen.compiler.notes.conditions import notes_on_conditions
from kmsgen.compiler.notes.deciders import notes_on_deciders
from kmsgen.compiler.notes.guardrails import notes_on_guardrails
from kmsgen.compiler.notes.services import notes_on_services
from kmsgen.compiler.principals import is_account
from kmsgen.errors import Diagnostic, Location
from kmsgen.intent.intent import GrantWhen, Intent, When, account_of_everyone
from kmsgen.policy.document import Principal
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator

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
_PRIVATE = (
    *map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16")),
    *map(ip_network, ("fc00::/7", "fe80::/10", "::1/128")),
)
_TAG_KEYS = "aws:tagkeys"
"""The key that AWS's own examples put under ForAllValues alone: a request without tags sets none."""


def notes_on(intent: Intent, worlds: tuple[World, ...]) -> tuple[Diagnostic, ...]:
    """Return the notes, in source order, each once."""
    found = {*_recovery(intent), *notes_on_deciders(intent, worlds), *notes_on_guardrails(intent, worlds)}
    found |= {*notes_on_services(intent), *_outside_scope(intent), *_held_to_source_arn(intent)}
    found |= {*_unlimited_grants(intent), *_not_on_action(intent), *_private_addresses(intent)}
    found |= {*notes_on_conditions(intent), *_held_when_absent(intent), *_through_services_elsewhere(intent)}
    return tuple(sorted(found))


def _recovery(intent: Intent) -> Iterator[Diagnostic]:
    if not intent.governed:
        return
    accounts = [access for access in (*intent.admins, *intent.users) if is_account(Principal("AWS", access.principal))]
    own = [access for access in accounts if account_of(access.principal) == intent.scope.account]
    own += [access for access in intent.admins if account_of_everyone(access.principal) == intent.scope.account]
    if not any("kms:PutKeyPolicy" in access.actions for access in own):
        yield Diagnostic(
            intent.place("admins", "key", "keys"),
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
    """Yield what a condition of a line does not hold on: it is about the encryption context, or about grants."""
    for access in (*intent.admins, *intent.users):
        for message in untouched(access.principal, access.when, access.actions):
            yield Diagnostic(access.location, "when-not-on-action", message, ALLOWED_WITHOUT)


def _private_addresses(intent: Intent) -> Iterator[Diagnostic]:
    for place, when in _conditions(intent):
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


def _held_to_source_arn(intent: Intent) -> Iterator[Diagnostic]:
    """Yield grants with a SourceArn whose grantee is no service: aws:SourceArn comes with calls of AWS services alone."""
    for line in intent.grants:
        if line.grant.constraints.source_arn is not None and not line.grant.grantee_is_service:
            message = f"the grant `{line.grant.name}` is taken to give `{line.grant.grantee}` nothing but DescribeKey"
            hint = (
                "only calls of AWS services carry what its `source_arn` asks for: leave that out, or name the service as grantee"
            )
            yield Diagnostic(line.location, "grant-source-arn", message, hint)


def _held_when_absent(intent: Intent) -> Iterator[Diagnostic]:
    """Yield conditions under ForAllValues that hold of a request without their key, where the line does not ask for the key.

    Source: IAM User Guide, reference_policies_condition-single-vs-multi-valued-context-keys.
    """
    for place, when in _conditions(intent):
        asked = {folded(condition.key) for condition in when.conditions if fails_when_absent(condition)}
        for condition in when.conditions:
            name = split_operator(condition.operator)
            lacking = folded(condition.key) not in asked and folded(condition.key) != _TAG_KEYS
            if name is not None and name.quantifier == "ForAllValues" and lacking:
                message = f"`{condition.operator}` on {condition.key} holds too where a request has no {condition.key}"
                hint = f'`"Null": {{"{condition.key}": "false"}}` beside it asks for the key'
                yield Diagnostic(place, "holds-when-absent", message, hint)


def _through_services_elsewhere(intent: Intent) -> Iterator[Diagnostic]:
    """Yield `via` in other partitions than aws: no page tells under which names services call there, or whether they do."""
    for place, when in _conditions(intent) if intent.scope.partition != "aws" else ():
        if when.via:
            names = ", ".join(f"`{name}`" for name in when.via)
            message = f"that {names} of `via` calls KMS under this name is documented for the partition aws"
            hint = f"for {intent.scope.partition} none was found: try the service before you rely on it"
            yield Diagnostic(place, "service-partition", message, hint)


def _conditions(intent: Intent) -> Iterator[tuple[Location, When]]:
    """Yield the `when` of every line that has one."""
    yield from ((line.location, line.when) for line in (*intent.admins, *intent.users))
    yield from ((line.location, line.when) for line in intent.services)
