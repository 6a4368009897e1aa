"""Excess access by enumeration (question two): is anything allowed that was not asked for.

Tries every action for everyone named and for strangers with all IAM permissions, in every situation that conditions tell apart.
The prover answers the same for all principals and situations; this does not use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from kmsgen.arn import Arn, account_of, is_service_principal, parse_arn
from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.memo import Memo
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT
from kmsgen.checks.example_requests import PLAIN, ExampleSituation, keys_read, request_for, situations, without_others
from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.asked_access import kinds_of_resource
from kmsgen.checks.intent.example_callers import everyone_of
from kmsgen.checks.intent.specification import Specification, as_bundle, is_person, root_of, with_own_policies
from kmsgen.errors import Location
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import Bundle, KeyAccess
from kmsgen.policy.document import Condition, Document, Effect, Statement
from kmsgen.policy.letter_case import folded
from kmsgen.prover.witness import witness_of

Origins = Mapping[str, tuple[Location, ...]]

STRANGER_ACCOUNTS = ("999999999999", "888888888888")
SERVICES = ("ec2.amazonaws.com", "lambda.amazonaws.com", "glacier.amazonaws.com")
_WITH_CONTEXT, _WITHOUT_CONTEXT = "kms:Encrypt", "kms:DescribeKey"
_MADE = 4096  # requests that are kept
_Alike = tuple[str, str]  # a principal, and an action that stands for those whose requests hold the same
_NAMED = 8  # principals, or actions, that a finding lists
OTHER_KEY = "key/99999999-9999-9999-9999-999999999999"
BESIDE_THE_KEY = frozenset({"alias", "any"})
OTHER_VALUES = {"bool": "false", "kms:viaservice": "glacier.us-east-1.amazonaws.com"}


class _TwoJudges:
    """Two authorizers for the same requests: of the policies in question, and of the intent's specification."""

    def __init__(self, intent: Intent, specification: Specification, bundle: Bundle) -> None:
        self._bundle, self._specification = bundle, specification
        judged = _with_another_key(bundle)
        strangers = _strangers(bundle, specification)
        # a stranger may stand for an account that the intent names, so it has all IAM permissions in both bundles
        both = (judged, as_bundle(specification, judged, intent))
        home = (intent.scope.organization, intent.scope.account)
        self.judge, self.intended = (Authorizer(with_own_policies(one, strangers, *home)) for one in both)
        self.keys = tuple(access.key.arn for access in judged.keys)
        named = _named(bundle, specification)
        unnamed = tuple(service for service in SERVICES if service not in named)[:1]
        self.principals = tuple(dict.fromkeys((*named, *strangers, *unnamed, "*")))
        self._read = keys_read(_statements(bundle, specification))
        self._plain: Memo[_Alike, Request] = Memo(_MADE, lambda alike: self._request(alike, PLAIN))
        self._special: Memo[_Alike, list[Request]] = Memo(_MADE, self._in_each_situation)

    def plain(self, principal: str, action: str, resource: str) -> Request:
        """Return the request in the plain situation, which nothing special is told of."""
        return self._plain[principal, _as(action)]._replace(action=action, resources=(resource,))

    def requests(self, principal: str, action: str, resource: str) -> Iterator[Request]:
        """Yield the request in each situation that the policies tell apart, the plain one first."""
        yield self.plain(principal, action, resource)
        yield from (one._replace(action=action, resources=(resource,)) for one in self._special[principal, _as(action)])

    def _in_each_situation(self, alike: _Alike) -> list[Request]:
        return [self._request(alike, one) for one in self._situations]

    def _request(self, alike: _Alike, situation: ExampleSituation) -> Request:
        """Return a request in a situation; every other condition key that a policy reads is absent."""
        return without_others(request_for(*alike, (), situation), self._read)

    @cached_property
    def _situations(self) -> tuple[ExampleSituation, ...]:
        """Every situation that the policies tell apart, without the plain one."""
        return tuple(one for one in _distinguished(self._bundle, self._specification) if str(one) != str(PLAIN))

    def differ_beside(self, principal: str) -> bool:
        """Return whether the caller's IAM policies are not those of the specification: only these allow what is no key."""
        caller = self.judge.caller(principal)
        return bool(caller.policies.identity_policies) and caller != self.intended.caller(principal)


def beyond(
    intent: Intent, specification: Specification, bundle: Bundle, origins: Origins, *, kinds: frozenset[str] | None = None
) -> Iterator[Finding]:
    """Yield a finding for each kind of access that the bundle allows in some situation and the intent does not ask for.

    `kinds` limits the kinds of resource: `key`, `alias`, `any`.
    """
    world = _TwoJudges(intent, specification, bundle)
    for same in _grouped(_every_excess(world, kinds), world.judge):
        yield _finding(intent, same, world.judge, origins)


def _every_excess(world: _TwoJudges, kinds: frozenset[str] | None) -> Iterator[Request]:
    """Yield one excess request for each principal and action that has one."""
    asked = {action.iam_name: _resources(world, action.iam_name, kinds) for action in ACTIONS.values()}
    beside_only = kinds is not None and "key" not in kinds
    for principal in filter(world.differ_beside, world.principals) if beside_only else world.principals:
        for action, resources in asked.items():
            yield from islice(_excess(world, principal, action, resources), 1)


def _grouped(requests: Iterable[Request], judge: Authorizer) -> Iterable[Sequence[Request]]:
    """Group requests that the same statements allow in the same circumstances: actions of a principal, then like principals."""
    by_principal: dict[tuple[object, ...], list[Request]] = {}
    for request in requests:
        alike = (judge.decide(request, whole=False).reason, request.resources, described(request))
        by_principal.setdefault((request.principal, *alike), []).append(request)
    found: dict[tuple[object, ...], list[Request]] = {}
    for key, same in by_principal.items():
        found.setdefault((*key[1:], tuple(request.action for request in same)), []).extend(same)
    return found.values()


def _excess(world: _TwoJudges, principal: str, action: str, resources: tuple[str, ...]) -> Iterator[Request]:
    """Yield the requests on these resources that are allowed and not asked for."""
    for resource in resources:
        plain = world.plain(principal, action, resource)
        if not world.judge.could_allow(plain):
            continue  # nothing allows it in any situation
        if _is_settled(plain, world.judge):
            requests: Iterable[Request] = (plain,)
        elif _is_settled(plain, world.intended) and _is_allowed(plain, world.intended):
            continue  # asked for in every situation
        else:
            requests = world.requests(principal, action, resource)
        for request in requests:
            if _is_allowed(request, world.judge) and not _is_allowed(request, world.intended):
                yield request


def _as(action: str) -> str:
    """Return an action whose example requests look the same: CreateGrant, one with or one without an encryption context."""
    row = ACTIONS[action.removeprefix("kms:")]
    return action if row.name == "CreateGrant" else _WITH_CONTEXT if row.encryption_context else _WITHOUT_CONTEXT


def _is_settled(request: Request, judge: Authorizer) -> bool:
    """Return whether an authorizer decides the same in every situation."""
    return not any(plan.conditional or plan.grants for plan in judge.plans(request))


def _is_allowed(request: Request, judge: Authorizer) -> bool:
    return judge.decide(request, whole=False).outcome is Outcome.ALLOWED


def _resources(world: _TwoJudges, action: str, kinds: frozenset[str] | None) -> tuple[str, ...]:
    wanted = [kind for kind in kinds_of_resource(action) if kinds is None or kind in kinds]
    aliases = dict.fromkeys(f"{key.rpartition(':')[0]}:alias/example" for key in world.keys if "alias" in wanted)
    return (*(world.keys if "key" in wanted else ()), *aliases, *(("*",) if "any" in wanted else ()))


def _named(bundle: Bundle, specification: Specification) -> tuple[str, ...]:
    """Return every principal that policies or intent name, and another session of each role with a named session."""
    sessions = [session for name in bundle.principals for session in _sessions(name)]
    written = [name for name in _in_key_policies(bundle) if is_person(name) or is_service_principal(name)]
    return (*bundle.principals, *written, *_services(specification), *sessions)


def _with_another_key(bundle: Bundle) -> Bundle:
    """Add a key outside the intent whose policy lets IAM policies decide."""
    key = bundle.keys[0].key
    arn = parse_arn(key.arn)
    other = key._replace(arn=str(arn._replace(resource=OTHER_KEY)) if arn else key.arn, aliases=(), tags=())
    policy = Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), (root_of(key),)),))
    return bundle._replace(keys=(*bundle.keys, KeyAccess(other, policy)))


def _strangers(bundle: Bundle, specification: Specification) -> tuple[str, ...]:
    """Return principals that nobody names: in the key's account, its root user, in each named account and in an unnamed one."""
    key = parse_arn(bundle.keys[0].key.arn)
    own, partition = (key.account, key.partition) if key else ("", "aws")
    named = [account_of(name) for name in _in_key_policies(bundle)]
    named += [account_of(access.principal.value) or everyone_of(access) for access in specification.accesses]
    others = dict.fromkeys(account for account in named if account and account != own)
    unnamed = next(account for account in STRANGER_ACCOUNTS if account != own and account not in others)
    names = [(own, "role/stranger"), (own, "user/stranger"), (own, "root")]
    names += [(account, "role/stranger") for account in (*others, unnamed)]
    return tuple(str(Arn(partition, "iam", "", account, resource)) for account, resource in names)


def _in_key_policies(bundle: Bundle) -> tuple[str, ...]:
    """Return every principal that a key policy names."""
    statements = (statement for access in bundle.keys for statement in access.policy.statements)
    return tuple(dict.fromkeys(principal.value for statement in statements for principal in statement.principals or ()))


def _services(specification: Specification) -> tuple[str, ...]:
    return tuple(access.principal.value for access in specification.accesses if access.principal.kind == "Service")


def _sessions(name: str) -> Iterator[str]:
    """Yield another session of the role that a session belongs to."""
    arn = parse_arn(name)
    if arn is not None and arn.kind == "assumed-role":
        yield f"{name.rpartition('/')[0]}/another-session"


# --- situations ---------------------------------------------------------------------------------------------------------


def _distinguished(bundle: Bundle, specification: Specification) -> Iterator[ExampleSituation]:
    """Yield each situation that some statement's conditions tell apart, once."""
    seen: set[str] = set()
    for conditions in _condition_sets(bundle, specification):
        for varied in _variations(conditions):
            for situation in situations(varied):
                if str(situation) not in seen:
                    seen.add(str(situation))
                    yield situation


def _condition_sets(bundle: Bundle, specification: Specification) -> Iterator[tuple[Condition, ...]]:
    yield ()
    yield from dict.fromkeys(one.conditions for one in _statements(bundle, specification) if one.conditions)
    for access in bundle.keys:
        for grant in access.grants:
            pairs = grant.constraints.encryption_context_equals or grant.constraints.encryption_context_subset or ()
            yield tuple(Condition("StringEquals", f"{ENCRYPTION_CONTEXT}{name}", (value,)) for name, value in pairs)


def _statements(bundle: Bundle, specification: Specification) -> tuple[Statement, ...]:
    """Return all statements of the policies and of the specification."""
    documents = [access.policy for access in bundle.keys]
    documents += [policy for beside in bundle.principals.values() for policy in beside.identity_policies]
    written = (statement for document in documents for statement in document.statements)
    return (*written, *(access.statement for access in specification.accesses))


def _variations(conditions: tuple[Condition, ...]) -> Iterator[tuple[Condition, ...]]:
    """Yield all conditions, all but each one, and all with another value for each one."""
    yield conditions
    for i, condition in enumerate(conditions):
        rest = (*conditions[:i], *conditions[i + 1 :])
        yield rest
        yield (*rest, _changed(condition))


def _changed(condition: Condition) -> Condition:
    """Return a condition that holds of another value of the same key."""
    kind = folded(condition.operator.rpartition(":")[2])
    if kind.startswith("bool"):
        flipped = "false" if "true" in condition.values else "true"
        return Condition("StringEquals", condition.key, (flipped,))
    if kind == "null":
        return Condition("StringEquals", condition.key, ("something-else",))
    if kind.startswith("date"):
        return Condition("StringEquals", condition.key, ("1999-01-01T00:00:00Z",))
    if kind.startswith("ipaddress"):
        return Condition("StringEquals", condition.key, ("192.0.2.1",))
    return Condition("StringEquals", condition.key, (OTHER_VALUES.get(folded(condition.key), "something-else"),))


# --- findings -----------------------------------------------------------------------------------------------------------


def _finding(intent: Intent, requests: Sequence[Request], judge: Authorizer, origins: Origins) -> Finding:
    request = requests[0]
    labels = judge.decide(request, whole=False).reason
    witness = witness_of(request, judge.bundle)
    lines = tuple(dict.fromkeys(line for label in labels for line in origins.get(label, ())))
    where = lines[0] if lines else Location(intent.path)
    who, actions = (_listed(name) for name in ([one.principal for one in requests], [one.action for one in requests]))
    what = f"{who} may call {actions} on {request.resources[0]}"
    message = f"{what}, which nobody asked for: {described(request)}"
    return Finding("excess-access", "error", message, where, witness, labels, lines)


def _listed(names: Iterable[str]) -> str:
    names = [f"`{name}`" for name in dict.fromkeys(names)]
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def described(request: Request) -> str:
    """Return the circumstances of a request in words."""
    return (
        str(ExampleSituation(request.encryption_context, request.context))
        if request.encryption_context or request.context
        else str(PLAIN)
    )
