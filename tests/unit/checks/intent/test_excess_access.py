"""What is allowed on what is no key: aliases, and actions that take no resource."""

from __future__ import annotations

import pytest

from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.authorizer.decision import Outcome
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.checks.example_requests import PLAIN, ExampleSituation, request_for
from kmsgen.checks.intent.asked_access import kinds_of_resource
from kmsgen.checks.intent.excess_access import BESIDE_THE_KEY, beyond
from kmsgen.checks.intent.specification import specify
from kmsgen.policy.bundle import PrincipalPolicies
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from tests.unit.checks.intent.judging import ACCOUNT, EXAMPLE, ROLE, case

FOUND = case(EXAMPLE)
ALIAS = f"arn:aws:kms:us-west-2:{ACCOUNT}:alias/app/data"
BESIDE = [action.iam_name for action in ACTIONS.values() if BESIDE_THE_KEY.intersection(kinds_of_resource(action.iam_name))]
ANYONE = Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), (Principal("*", "*"),)),))
WIDE = FOUND.bundle._replace(keys=tuple(access._replace(policy=ANYONE, grants=()) for access in FOUND.bundle.keys))


@pytest.mark.parametrize("action", BESIDE)
def test_what_is_no_key_is_decided_without_key_policies_and_grants(action: str) -> None:
    """Only so may whoever has the same IAM policies in two bundles be left out of their comparison."""
    here, there = Authorizer(FOUND.bundle), Authorizer(WIDE)
    for name in (
        *FOUND.bundle.principals,
        f"{ROLE}stranger",
        f"arn:aws:iam::{ACCOUNT}:root",
        "logs.us-west-2.amazonaws.com",
        "*",
    ):
        for resource in ("*", ALIAS):
            request = request_for(
                name, action, (resource,), ExampleSituation({}, {"kms:ViaService": ("s3.us-west-2.amazonaws.com",)})
            )
            targets_key = any(plan.target.kind == "key" for plan in here.plans(request))
            assert targets_key or here.decide(request, whole=False).outcome is there.decide(request, whole=False).outcome


@pytest.mark.parametrize("action", BESIDE)
def test_whoever_has_no_iam_policies_can_do_nothing_to_what_is_no_key(action: str) -> None:
    """Only so may they be left out when that alone is counted through; of the root user, who needs no Allow, see above."""
    judge = Authorizer(WIDE)
    for name in (f"{ROLE}stranger", "logs.us-west-2.amazonaws.com", "*"):
        for resource in ("*", ALIAS):
            request = request_for(name, action, (resource,), PLAIN)
            targets_key = any(plan.target.kind == "key" for plan in judge.plans(request))
            assert targets_key or judge.decide(request, whole=False).outcome is not Outcome.ALLOWED


@pytest.mark.parametrize("action", ["kms:CreateKey", "kms:ListKeys", "kms:CreateAlias", "kms:DeleteAlias"])
@pytest.mark.parametrize("who", ["app", "outsider"])
@pytest.mark.parametrize("conditions", [(), (Condition("Bool", "aws:MultiFactorAuthPresent", ("true",)),)])
def test_more_in_an_iam_policy_than_was_asked_for_is_found(action: str, who: str, conditions: tuple[Condition, ...]) -> None:
    """Of whoever the intent names and of whoever it does not, with a condition and without."""
    more = PrincipalPolicies((Document((Statement(Effect.ALLOW, (action,), ("*",), None, conditions),)),))
    broken = FOUND.mutated(lambda bundle: bundle._replace(principals={**bundle.principals, f"{ROLE}{who}": more}))
    specification = specify(broken.intent, [access.key for access in broken.bundle.keys])
    found = list(beyond(broken.intent, specification, broken.bundle, {}, kinds=BESIDE_THE_KEY))
    assert {(f.witness.request.principal, f.witness.request.action) for f in found if f.witness} == {(f"{ROLE}{who}", action)}
