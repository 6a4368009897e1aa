"""Missing access (question one): is every access that the intent asks for allowed in an example of its `when`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from kmsgen.arn import account_of
from kmsgen.authorizer.decision import Decision, Outcome
from kmsgen.authorizer.explain.nearest import misses
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import OF_CALLERS_ARN
from kmsgen.catalogue.key_specs import key_type
from kmsgen.checks.example_requests import MAX_SITUATIONS, ExampleSituation, request_for, situations
from kmsgen.checks.example_values import opposite
from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.asked_access import Expected, is_reached, regions_of
from kmsgen.checks.intent.asked_conditions import denied_when
from kmsgen.checks.intent.example_callers import everyone_of
from kmsgen.checks.intent.example_calls import REGION, Call, calls, key_for
from kmsgen.checks.intent.example_parameters import holds_of
from kmsgen.checks.intent.example_routes import as_sent
from kmsgen.checks.intent.other_callers import others_of
from kmsgen.checks.intent.specification import Specification, is_service_linked, with_own_policies
from kmsgen.checks.judge import StatefulJudge
from kmsgen.errors import Location
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import Bundle, Key
from kmsgen.policy.document import Condition, Effect
from kmsgen.policy.letter_case import folded
from kmsgen.prover.witness import witness_of

Values = tuple[str, ...]
Origins = Mapping[str, tuple[Location, ...]]
_CONTEXT_RAIL = "deny-without-encryption-context"
_THROUGH = ("s3", "ec2", "rds", "secretsmanager", "lambda")


def not_allowed(intent: Intent, specification: Specification, bundle: Bundle, origins: Origins) -> Iterator[Finding]:
    """Yield a finding for each access that the intent asks for and the bundle denies in an example of its `when`."""
    keys = {item.key.arn: item.key for item in bundle.keys}
    wanted = [access for access in (*specification.accesses, *specification.by_grants) if access.required]
    asked = [(access, tuple(_with_others(access, intent, keys[access.key]))) for access in wanted]
    callers = ((access, name) for access, made in asked for call, others in made for name in (call.principal, *others))
    assumed = {name for access, name in callers if _is_assumed(access, name)}
    judges = _JudgesByForm(with_own_policies(bundle, assumed, intent.scope.organization, intent.scope.account))
    possible = {_line_of(access) for access, made in asked if made}
    for access, made in asked:
        if not access.action.startswith("kms:"):
            yield from _unwritten(access, bundle, origins)
        elif made:
            denied = (call for call, others in made if not _is_had(access, call, others, intent, judges))
            yield from (_denied(access, call, judges.about(access.key, call.key), origins) for call in denied)
        elif _line_of(access) not in possible and not _is_elsewhere(access, intent):
            who = "anybody" if access.principal.value == "*" else f"`{access.principal.value}`"
            message = f"no situation is known in which {who} could call `{access.action}` as `when` wants it"
            unmet = _unmet(access, intent, keys[access.key])
            yield _finding(access, f"{message}: nothing meets {unmet}" if unmet else message, origins=origins)


def _with_others(access: Expected, intent: Intent, key: Key) -> Iterator[tuple[Call, Values]]:
    """Yield each example call, with the other callers of whom one is enough."""
    for call in calls(access, intent, key):
        yield call, others_of(access, call.principal, intent, key)


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


class _JudgesByForm:
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


def _is_had(access: Expected, call: Call, others: Values, intent: Intent, judges: _JudgesByForm) -> bool:
    """Return whether the caller, or one of the others, is allowed the call in some situation past the guard rails."""
    if intent.any_spec and _is_without_context(access.action, call.key) and _CONTEXT_RAIL in _rails(intent, call.principal):
        return True  # the guard rail leaves keys that have an encryption context, as a note tells
    asked = ((who, *form) for who in (call.principal, *others) for form in _forms(access, call, who, intent))
    return any(
        judges.about(access.key, key).decide(_request(access, Call(who, key, held))).outcome is Outcome.ALLOWED
        for who, held, key in asked
    )


def _denied(access: Expected, call: Call, judge: StatefulJudge, origins: Origins) -> Finding:
    request = _request(access, call)
    decision = judge.decide(request, trace=True)
    message = f"`{call.principal}` cannot call `{access.action}` with {call.situation.without(OF_CALLERS_ARN)}: {why(decision)}"
    finding = _finding(access, message, decision, origins)
    return finding._replace(witness=witness_of(request, judge.bundle_for(request.action), str(decision.outcome)))


def _request(access: Expected, call: Call) -> Request:
    return request_for(call.principal, access.action, (_resource(access, call.key),), call.situation)


def _forms(access: Expected, call: Call, who: str, intent: Intent) -> Iterator[tuple[ExampleSituation, Key]]:
    """Yield the situations in which a caller can make the call, past the guard rails of the file, each with the key in it."""
    said = frozenset(map(folded, call.situation.context))
    outside = past_guard_rails(call.situation, intent, who, access.action, access.statement.conditions)
    for one in past_denies(outside, intent, call.key, access.action):
        sent = as_sent(one, who, access.action, said)
        key = key_for(access, sent, who, call.key, intent) if sent is not None else None
        if sent is not None and key is not None:
            yield sent, key


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
        outside = [other for one in denied if folded(one.key) not in OF_CALLERS_ARN for other in situations(opposite(one))]
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
