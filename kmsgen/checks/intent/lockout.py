"""Lockout (question three): can deployer and administrators still change the key policy; otherwise nobody can."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from kmsgen.arn import region_of
from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.authorizer.decision import Decision, Outcome
from kmsgen.checks.example_requests import PLAIN, ExampleSituation, request_for
from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.asked_access import intended_by_lines
from kmsgen.checks.intent.example_calls import Call, calls
from kmsgen.checks.intent.example_routes import as_sent
from kmsgen.checks.intent.missing_access import past_denies
from kmsgen.checks.intent.other_callers import others_of
from kmsgen.checks.intent.specification import with_own_policies
from kmsgen.intent.intent import DEPLOYER_FIELD, Intent
from kmsgen.policy.bundle import NEW_KEY_ID, NEW_MULTI_REGION_KEY_ID, Bundle, Key
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator

PUT = "kms:PutKeyPolicy"
_THROUGH = {"kms:viaservice", "aws:calledvia", "aws:calledviafirst", "aws:calledvialast"}
_TIMES = {"aws:currenttime", "aws:epochtime"}
_MFA = {"aws:multifactorauthpresent", "aws:multifactorauthage"}


def locked_out(intent: Intent, bundle: Bundle) -> Iterator[Finding]:
    """Yield a finding for each key whose policy the deployer, or every administrator, could not change again."""
    if not intent.governed:
        return
    for item in bundle.keys:
        made = list(_keepers_calls(intent, item.key))
        assumed = {call.principal for named, call in made if named != call.principal}
        known = with_own_policies(bundle, assumed, intent.scope.organization, intent.scope.account)
        judge = Authorizer(known)
        yield from _deployer(intent, item.key.arn, judge)
        yield from _keepers(intent, [call for _, call in made], item.key.arn, judge)


def _keepers_calls(intent: Intent, key: Key) -> Iterator[tuple[str, Call]]:
    """Yield an example PutKeyPolicy call, with the principal's name, for each line that asks for it without an end in time.

    A call that an AWS service makes for the principal is none: no service changes key policies on behalf of its callers. Nor is
    one that hangs on MFA but of a user: whether sessions of roles tell of it, AWS's pages do not agree (C16).
    """
    for access in intended_by_lines(intent, key):
        if access.action == PUT and not any(map(_ends, access.statement.conditions)):
            direct = (call for call in calls(access, intent, key) if not _is_through_a_service(call.situation))
            for call in islice(direct, 1):
                others = (call._replace(principal=who) for who in others_of(access, call.principal, intent, key))
                found = (other for one in (call, *others) for other in _past_denies(one, intent) if not _hangs_on_mfa(other))
                yield from ((access.principal.value, other) for other in found)


def _past_denies(call: Call, intent: Intent) -> Iterator[Call]:
    """Yield the call, and variants that some `deny` of the file lets pass: with MFA, say, but at no other time, by no service."""
    said = frozenset(map(folded, call.situation.context))
    for situation in past_denies(call.situation, intent, call.key, PUT):
        told = {folded(name) for name in situation.context} - {folded(name) for name in call.situation.context}
        if not told & _TIMES and not _is_through_a_service(situation):
            sent = as_sent(situation, call.principal, PUT, said)
            yield from () if sent is None else (call._replace(situation=sent),)


def _hangs_on_mfa(call: Call) -> bool:
    told = {folded(name) for name, values in call.situation.context.items() if values and values != ("false",)}
    return bool(told & _MFA) and ":user/" not in call.principal


def _is_through_a_service(situation: ExampleSituation) -> bool:
    said = {folded(name): values for name, values in situation.context.items() if values}
    return bool(said.keys() & _THROUGH) or said.get("aws:viaawsservice") == ("true",)


def _ends(condition: Condition) -> bool:
    """Return whether a condition stops holding at some time: then nobody may be left to change the policy."""
    name = split_operator(condition.operator)
    return (
        folded(condition.key) in _TIMES
        and name is not None
        and ("Less" in name.base or name.base in ("DateEquals", "NumericEquals"))
    )


def _deployer(intent: Intent, key: str, judge: Authorizer) -> Iterator[Finding]:
    deployer = intent.scope.deployer
    if deployer is None:
        return
    decision = _put(deployer, key, PLAIN, judge)
    if decision.outcome is not Outcome.ALLOWED:
        message = f"the deployer `{deployer}` could not change the key policy of {_named(key)} again"
        yield Finding("lockout", "error", message, intent.place(DEPLOYER_FIELD), statements=decision.reason)


def _keepers(intent: Intent, made: list[Call], key: str, judge: Authorizer) -> Iterator[Finding]:
    """Yield a finding unless one administrator can put the policy; where no line asks for that, a deployer is enough."""
    asked = any(PUT in access.actions for access in (*intent.admins, *intent.users))
    if not asked and intent.scope.deployer is not None:
        return
    answers = [_put(call.principal, key, call.situation, judge) for call in made]
    if not any(decision.outcome is Outcome.ALLOWED for decision in answers):
        message = f"no administrator could change the key policy of {_named(key)}: only AWS Support could open it again"
        reasons = tuple(dict.fromkeys(reason for decision in answers for reason in decision.reason))
        hint = "under `admins`: `{principal: account, can: [change-policy]}`"
        hint += "; access that ends with a time, comes through a service, or hangs on MFA of a role's session does not count"
        yield Finding("lockout", "error", message, intent.place("admins", "key", "keys"), statements=reasons, hint=hint)


def _named(key: str) -> str:
    """Return a key in words: one to create has no id yet."""
    is_new = key.endswith((NEW_KEY_ID, NEW_MULTI_REGION_KEY_ID))
    return f"the key to create in {region_of(key)}" if is_new else f"`{key}`"


def _put(name: str, key: str, situation: ExampleSituation, judge: Authorizer) -> Decision:
    return judge.decide(request_for(name, PUT, (key,), situation))
