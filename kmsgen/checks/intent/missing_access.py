"""Question one, is every intended access allowed: each is asked for in a situation that satisfies its `when`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kmsgen.arn import account_of, parse_arn
from kmsgen.authorizer.decision import Decision, Outcome
from kmsgen.authorizer.language.wildcards import glob, pieces_of
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.checks.example_requests import Situation, request_for, situations
from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.asked_access import Expected
from kmsgen.checks.intent.specification import Specification, is_service_linked, with_own_policies
from kmsgen.checks.judge import StatefulJudge
from kmsgen.errors import Location
from kmsgen.intent.intent import GuardRailLine, Intent
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Condition, Effect
from kmsgen.prover.witness import witness_of

Origins = Mapping[str, tuple[Location, ...]]

SOMEBODY = "somebody-whom-iam-allows"
ANY_SERVICE = "s3.amazonaws.com"


def not_allowed(intent: Intent, specification: Specification, bundle: Bundle, origins: Origins) -> Iterator[Finding]:
    """Yield a finding for each intended access that the bundle denies in a situation that satisfies its `when`."""
    asked = [(access, _witness(access)) for access in (*specification.accesses, *specification.by_grants) if access.required]
    assumed = {name for access, name in asked if _is_assumed(access, name)}
    judge = StatefulJudge(with_own_policies(bundle, assumed, intent.scope.organization, intent.scope.account))
    for access, name in asked:
        if access.action.startswith("kms:"):
            yield from _judge(access, name, intent, judge, origins)
        elif not _is_written(access, bundle):
            yield _finding(access, f"`{access.action}` is in no IAM policy of `{name}`", origins=origins)


def _witness(access: Expected) -> str:
    """Return who makes the request: the principal itself, or somebody of an account whom its IAM policies allow."""
    arn = parse_arn(access.principal.value)
    if arn is not None and arn.resource == "root":
        return f"arn:{arn.partition}:iam::{arn.account}:role/{SOMEBODY}"
    if access.principal.value != "*":
        return access.principal.value
    if any(condition.key == "aws:PrincipalIsAWSService" for condition in access.statement.conditions):
        return ANY_SERVICE
    key = parse_arn(access.key)
    return f"arn:{key.partition}:iam::{key.account}:role/{SOMEBODY}" if key else ""


def _is_assumed(access: Expected, name: str) -> bool:
    """Return whether the witness has IAM policies of its own that are not the intent's to write."""
    foreign_session = ":sts:" in name and account_of(name) != account_of(access.key)
    return name.endswith(f"role/{SOMEBODY}") or is_service_linked(name) or foreign_session


def _judge(access: Expected, name: str, intent: Intent, judge: StatefulJudge, origins: Origins) -> Iterator[Finding]:
    found = list(situations(_by_own_alias(access, judge.bundle)))
    if not found:
        yield _finding(
            access, f"no situation is known in which `{name}` could call `{access.action}` as `when` wants it", origins=origins
        )
    for situation in found:
        held = past_guard_rails(situation, intent, name, access.action)
        request = request_for(name, access.action, (_resource(access, judge.bundle),), held)
        decision = judge.decide(request)
        if decision.outcome is not Outcome.ALLOWED:
            message = f"`{name}` cannot call `{access.action}` with {held}: {why(decision)}"
            finding = _finding(access, message, decision, origins)
            witness = witness_of(request, judge.bundle_for(request.action), str(decision.outcome))
            yield finding._replace(witness=witness)


def _by_own_alias(access: Expected, bundle: Bundle) -> Iterator[Condition]:
    """Yield the conditions of an access, with an alias of the key in place of each pattern of aliases that it matches."""
    key = next(item.key for item in bundle.keys if item.key.arn == access.key)
    for condition in access.statement.conditions:
        if condition.key.lower() == "kms:requestalias" and condition.operator == "StringLike":
            matches = [glob(pieces_of(value)) for value in condition.values]
            own = [next(filter(fits, key.aliases), value) for fits, value in zip(matches, condition.values, strict=True)]
            yield condition._replace(values=tuple(own))
        else:
            yield condition


def _resource(access: Expected, bundle: Bundle) -> str:
    if access.half != "alias":
        return access.key if access.half == "key" else "*"
    key = next(item.key for item in bundle.keys if item.key.arn == access.key)
    return access.statement.resources[0].replace("alias/*", key.aliases[0] if key.aliases else "alias/example")


def past_guard_rails(situation: Situation, intent: Intent, name: str, action: str) -> Situation:
    """Return the situation as guard rails of the same file ask for it beside what `when` says."""
    row = ACTIONS[action.removeprefix("kms:")]
    rails = {line.name for line in intent.guardrails if _reaches(line, name)}
    key_region = intent.scope.regions[0] if intent.scope.regions else "us-east-1"
    is_service = name.endswith(".amazonaws.com")
    if "deny-direct-use" in rails and row.cryptographic and not is_service:
        situation = situation.with_context("kms:ViaService", f"s3.{key_region}.amazonaws.com")
    if "deny-without-encryption-context" in rails and row.encryption_context and not situation.encryption_context:
        situation = Situation({"purpose": "example"}, situation.context, situation.grant)
    if "deny-outside-organization" in rails and intent.scope.organization and not is_service:
        situation = situation.with_context("aws:PrincipalOrgID", intent.scope.organization)
    return situation


def _reaches(line: GuardRailLine, name: str) -> bool:
    return name not in line.exceptions and (not line.principals or name in line.principals)


def _is_written(access: Expected, bundle: Bundle) -> bool:
    """Return whether an IAM policy allows an action of another service, which the authorizer does not judge."""
    policies = bundle.principals[access.principal.value].identity_policies if access.principal.value in bundle.principals else ()
    statements = [statement for policy in policies for statement in policy.statements]
    return any(statement.effect is Effect.ALLOW and access.action in statement.actions for statement in statements)


def why(decision: Decision) -> str:
    """Return why a call is not allowed, in words."""
    if decision.outcome is Outcome.EXPLICIT_DENY:
        return "it is denied"
    if decision.outcome is Outcome.ERROR:
        return f"KMS answers {decision.error}"
    return f"nothing allows it in: {', '.join(decision.reason)}"


def _finding(access: Expected, message: str, decision: Decision | None = None, origins: Origins | None = None) -> Finding:
    labels = decision.reason if decision else ()
    lines = tuple(dict.fromkeys(line for label in labels for line in (origins or {}).get(label, ())))
    return Finding("intended-not-allowed", "error", message, access.location, None, labels, lines)
