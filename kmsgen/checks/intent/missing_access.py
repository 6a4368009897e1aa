"""Missing access (question one): is every access that the intent asks for allowed in an example of its `when`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from kmsgen.arn import account_of
from kmsgen.authorizer.decision import Decision, Outcome
from kmsgen.authorizer.explain.nearest import misses
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.key_specs import key_type
from kmsgen.checks.example_requests import MAX_SITUATIONS, ExampleSituation, request_for, situations
from kmsgen.checks.example_values import opposite
from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.asked_access import Expected, is_reached, regions_of
from kmsgen.checks.intent.asked_conditions import denied_when, spared_by_denies
from kmsgen.checks.intent.example_callers import SOMEBODY, everyone_of
from kmsgen.checks.intent.example_calls import REGION, Call, calls, key_for
from kmsgen.checks.intent.example_parameters import holds_of
from kmsgen.checks.intent.specification import Specification, is_service_linked, with_own_policies
from kmsgen.checks.judge import StatefulJudge
from kmsgen.errors import Location
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import Bundle, Key
from kmsgen.policy.document import Condition, Effect
from kmsgen.policy.letter_case import folded
from kmsgen.prover.witness import witness_of

Origins = Mapping[str, tuple[Location, ...]]
_CONTEXT_RAIL = "deny-without-encryption-context"
_THROUGH = ("s3", "ec2", "rds", "secretsmanager", "lambda")


def not_allowed(intent: Intent, specification: Specification, bundle: Bundle, origins: Origins) -> Iterator[Finding]:
    """Yield a finding for each access that the intent asks for and the bundle denies in an example of its `when`."""
    keys = {item.key.arn: item.key for item in bundle.keys}
    wanted = [access for access in (*specification.accesses, *specification.by_grants) if access.required]
    asked = [(access, tuple(calls(access, intent, keys[access.key]))) for access in wanted]
    assumed = {call.principal for access, made in asked for call in made if _is_assumed(access, call.principal)}
    assumed |= {name for name in spared_by_denies(intent) if any(SOMEBODY in one for one in assumed)}
    judges = _Judges(with_own_policies(bundle, assumed, intent.scope.organization, intent.scope.account))
    possible = {_line_of(access) for access, made in asked if made}
    for access, made in asked:
        if not access.action.startswith("kms:"):
            yield from _unwritten(access, bundle, origins)
        elif made:
            yield from (found for call in made for found in _judge(access, call, intent, judges, origins))
        elif _line_of(access) not in possible and not _is_elsewhere(access, intent):
            who = "anybody" if access.principal.value == "*" else f"`{access.principal.value}`"
            message = f"no situation is known in which {who} could call `{access.action}` as `when` wants it"
            unmet = _unmet(access, intent, keys[access.key])
            yield _finding(access, f"{message}: nothing meets {unmet}" if unmet else message, origins=origins)


def _unmet(access: Expected, intent: Intent, key: Key) -> str:
    """Return in words the conditions that no example call meets, one alone or two together; empty if there are none."""
    conditions = access.statement.conditions
    for size, beside in ((1, ""), (2, " together")):
        for some in combinations(conditions, size):
            alone = access._replace(statement=access.statement._replace(conditions=some))
            if next(calls(alone, intent, key), None) is None:
                return " and ".join(map(_in_words, some)) + beside
    return ""


def _in_words(condition: Condition) -> str:
    return f"{condition.operator} {condition.key} {', '.join(f'`{value}`' for value in condition.values)}"


def _line_of(access: Expected) -> tuple[object, ...]:
    """Return what identifies the intent line of an access across keys: it needs an example call on one key only."""
    return access.location, access.principal, access.action, access.half


def _is_elsewhere(access: Expected, intent: Intent) -> bool:
    """Return whether an every-key line asks for a Region that may be outside the scope; a note tells that elsewhere."""
    return intent.every_key and any(folded(condition.key) == REGION for condition in access.statement.conditions)


class _Judges:
    """StatefulJudges by the forms that keys take in example calls."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._by_keys: dict[tuple[Key, ...], StatefulJudge] = {}

    def about(self, arn: str, key: Key) -> StatefulJudge:
        """Return the judge of a bundle in which the key of this ARN has the form that an example call gives it."""
        keys = tuple(item._replace(key=key) if item.key.arn == arn else item for item in self._bundle.keys)
        forms = tuple(item.key for item in keys)
        if forms not in self._by_keys:
            self._by_keys[forms] = StatefulJudge(self._bundle._replace(keys=keys))
        return self._by_keys[forms]


def _is_assumed(access: Expected, name: str) -> bool:
    """Return whether a caller's IAM policies are not the intent's to write, so that all permissions are assumed there."""
    if everyone_of(access) == account_of(access.key):
        return ":federated-user/" in name  # it needs session policies; others of the key's account need no IAM policy
    foreign_session = ":sts:" in name and account_of(name) != account_of(access.key)
    return (name != access.principal.value and name.startswith("arn:")) or is_service_linked(name) or foreign_session


def _judge(access: Expected, call: Call, intent: Intent, judges: _Judges, origins: Origins) -> Iterator[Finding]:
    name = call.principal
    if intent.any_spec and _is_without_context(access.action, call.key) and _CONTEXT_RAIL in _rails(intent, name):
        return  # the guard rail leaves keys that have an encryption context, as a note tells
    outside = past_guard_rails(call.situation, intent, name, access.action, access.statement.conditions)
    others = spared_by_denies(intent) if SOMEBODY in name else ()
    asked = [
        (held, judges.about(access.key, key), request_for(who, access.action, (_resource(access, key),), held))
        for who in (*others, name)
        for held in past_denies(outside, intent, call.key, access.action)
        if (key := key_for(access, held, who, call.key, intent)) is not None
    ]
    if any(judge.decide(request).outcome is Outcome.ALLOWED for _, judge, request in asked):
        return
    held, judge, request = asked[-1]
    decision = judge.decide(request, trace=True)
    message = f"`{name}` cannot call `{access.action}` with {held}: {why(decision)}"
    finding = _finding(access, message, decision, origins)
    witness = witness_of(request, judge.bundle_for(request.action), str(decision.outcome))
    yield finding._replace(witness=witness)


def _resource(access: Expected, key: Key) -> str:
    if access.half != "alias":
        return key.arn if access.half == "key" else "*"
    return f"{key.arn.rpartition(':')[0]}:{key.aliases[0] if key.aliases else 'alias/example'}"


def _unwritten(access: Expected, bundle: Bundle, origins: Origins) -> Iterator[Finding]:
    """Yield a finding for an action of another service that no IAM policy of the principal lists."""
    if not _is_written(access, bundle):
        name = access.principal.value
        yield _finding(access, f"`{access.action}` is in no IAM policy of `{name}`", origins=origins)


def past_guard_rails(
    situation: ExampleSituation, intent: Intent, name: str, action: str, conditions: Sequence[Condition] = ()
) -> ExampleSituation:
    """Return the situation changed to pass the file's guard rails; `conditions` are those that it meets already."""
    row = ACTIONS[action.removeprefix("kms:")]
    rails = _rails(intent, name)
    key_region = intent.scope.regions[0] if intent.scope.regions else "us-east-1"
    is_service = name.endswith(".amazonaws.com")
    if "deny-direct-use" in rails and row.cryptographic and not is_service:
        situation = situation.with_context("kms:ViaService", _service_past(conditions, key_region))
    if _CONTEXT_RAIL in rails and row.encryption_context and not situation.encryption_context:
        situation = ExampleSituation({"purpose": "example"}, situation.context, situation.grant)
    if "deny-outside-organization" in rails and intent.scope.organization and not is_service:
        situation = situation.with_context("aws:PrincipalOrgID", intent.scope.organization)
    return situation


def _rails(intent: Intent, name: str) -> frozenset[str]:
    """Return the names of the guard rails that reach a principal."""
    return frozenset(line.name for line in intent.guardrails if is_reached(line, name, intent))


def _is_without_context(action: str, key: Key) -> bool:
    """Return whether an action that takes an encryption context has none with such a key: only symmetric keys have one."""
    return ACTIONS[action.removeprefix("kms:")].encryption_context and key_type(key.spec, key.usage) != "symmetric"


def _service_past(conditions: Sequence[Condition], region: str) -> str:
    """Return a kms:ViaService value that meets the conditions on that key; S3 if none does."""
    names = [f"{service}.{region}.amazonaws.com" for service in _THROUGH]
    asked = [condition for condition in conditions if folded(condition.key) == "kms:viaservice"]
    return next((name for name in names if all(holds_of(condition, name) for condition in asked)), names[0])


def past_denies(situation: ExampleSituation, intent: Intent, key: Key, action: str) -> tuple[ExampleSituation, ...]:
    """Return the situation, and variants of it in which some condition of each `deny` guard rail fails."""
    found = [situation]
    for line in intent.guardrails:
        denied = denied_when(line, action, regions_of(intent, key))
        outside = [other for condition in denied for other in situations(opposite(condition))]
        found += [one.beside(other) for one in found for other in outside][: MAX_SITUATIONS - len(found)]
    return tuple(found)


def _is_written(access: Expected, bundle: Bundle) -> bool:
    """Return whether an IAM policy of the principal allows an action of another service, which the authorizer cannot decide."""
    policies = bundle.principals[access.principal.value].identity_policies if access.principal.value in bundle.principals else ()
    statements = [statement for policy in policies for statement in policy.statements]
    return any(statement.effect is Effect.ALLOW and access.action in statement.actions for statement in statements)


def why(decision: Decision) -> str:
    """Return in words why a request is not allowed."""
    if decision.outcome is Outcome.EXPLICIT_DENY:
        return "it is denied"
    if decision.outcome is Outcome.ERROR:
        return f"KMS answers {decision.error}"
    near = next(misses(decision), None)
    if near is None:
        return f"nothing allows it in: {', '.join(decision.reason)}"
    return f"`{near.source}` would allow it but for {'; '.join(element.because for element in near.failed)}"


def _finding(access: Expected, message: str, decision: Decision | None = None, origins: Origins | None = None) -> Finding:
    labels = decision.reason if decision else ()
    lines = tuple(dict.fromkeys(line for label in labels for line in (origins or {}).get(label, ())))
    return Finding("intended-not-allowed", "error", message, access.location, None, labels, lines)
