"""Question three, can the deployer and an administrator still change the key policy: or else nobody can."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.authorizer.decision import Decision, Outcome
from kmsgen.checks.example_requests import PLAIN, Situation, request_for, situations
from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.asked_access import conditions_of
from kmsgen.checks.intent.missing_access import SOMEBODY
from kmsgen.checks.intent.specification import with_own_policies
from kmsgen.errors import Location
from kmsgen.intent.intent import Access, Intent
from kmsgen.policy.bundle import Bundle

PUT = "kms:PutKeyPolicy"


def locked_out(intent: Intent, bundle: Bundle) -> Iterator[Finding]:
    """Yield a finding for each key whose policy the deployer cannot change again, or no administrator can."""
    if not intent.governed:
        return
    keepers = [access for access in (*intent.admins, *intent.users) if PUT in access.actions]
    names = {_name(access.principal) for access in keepers if access.principal.endswith(":root")}
    judge = Authorizer(with_own_policies(bundle, names, intent.scope.organization, intent.scope.account))
    for item in bundle.keys:
        yield from _deployer(intent, item.key.arn, judge)
        yield from _keepers(intent, keepers, item.key.arn, judge)


def _deployer(intent: Intent, key: str, judge: Authorizer) -> Iterator[Finding]:
    deployer = intent.scope.deployer
    if deployer is None:
        return
    decision = _put(deployer, key, PLAIN, judge)
    if decision.outcome is not Outcome.ALLOWED:
        message = f"the deployer `{deployer}` could not change the key policy of `{key}` again"
        yield Finding("lockout", "error", message, Location(intent.path), statements=decision.reason)


def _keepers(intent: Intent, keepers: list[Access], key: str, judge: Authorizer) -> Iterator[Finding]:
    """Yield a finding unless one administrator can put the policy; with nobody but a deployer, the deployer is enough."""
    if not keepers and intent.scope.deployer is not None:
        return
    answers = [
        _put(_name(access.principal), key, situation, judge)
        for access in keepers
        for situation in list(situations(conditions_of(access.when, _regions(key))))[:1]
    ]
    if not any(decision.outcome is Outcome.ALLOWED for decision in answers):
        message = f"no administrator could change the key policy of `{key}`: only AWS Support could open it again"
        reasons = tuple(dict.fromkeys(reason for decision in answers for reason in decision.reason))
        hint = "under `admins`: `{principal: account, can: [change-policy]}`"
        yield Finding("lockout", "error", message, Location(intent.path), statements=reasons, hint=hint)


def _put(name: str, key: str, situation: Situation, judge: Authorizer) -> Decision:
    return judge.decide(request_for(name, PUT, (key,), situation))


def _name(principal: str) -> str:
    return f"{principal.removesuffix(':root')}:role/{SOMEBODY}" if principal.endswith(":root") else principal


def _regions(key: str) -> tuple[str, ...]:
    return (key.split(":")[3],)
