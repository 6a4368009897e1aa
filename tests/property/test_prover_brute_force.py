"""The prover against brute force: every request over a small alphabet, thousands of random bundles, no disagreement."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import count

import pytest

from kmsgen.authorizer import Authorizer, Outcome, Request
from kmsgen.authorizer.applicable.programs import check
from kmsgen.authorizer.evaluation.grants import compile_grants
from kmsgen.authorizer.language.principal import DOUBT, CallerKind
from kmsgen.authorizer.language.statement import Layer, compile_document
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Document, Effect
from kmsgen.prover import Beyond, Budget, Never, NoCrossAccount, Only, Proof, Result, differences, prove
from kmsgen.prover.search.universe import assumed
from tests.property.prover_worlds import APP, HOME, OTHER, PRINCIPALS, SERVICE, Maker, Pool, maker, requests

LONG = os.environ.get("KMSGEN_LONG") == "1"
BLOCKS = range(200 if LONG else 4)
SIZE = 20
PAIRS = 20 if LONG else 6
BUDGET = Budget(seconds=20.0, groups=100_000)


def allowed_requests(bundle: Bundle, pool: Pool, *, endpoints: bool | None = None, generous: bool = False) -> list[Request]:
    """Return every request of the alphabet that the authorizer allows, under the assumptions of the prover."""
    authorizer = Authorizer(assumed(bundle, PRINCIPALS), generous=generous)
    every = requests(pool, endpoints=bool(bundle.vpc_endpoint_policies) if endpoints is None else endpoints)
    return [request for request in every if authorizer.decide(request).outcome is Outcome.ALLOWED]


def covered(bundle: Bundle, question: Beyond, request: Request, *, generous: bool) -> bool:
    """Tell whether an intended statement or grant matches a request, asked of the authorizer's own rules one by one."""
    enough = (True, None) if generous else (True,)
    authorizer = Authorizer(assumed(bundle, PRINCIPALS))
    (plan,) = authorizer.plans(request)
    view = authorizer.view(plan, request)
    for rule in compile_document(Document(question.statements), Layer.KEY_POLICY, count(1)):
        # what is meant for a user is meant for a federated session of its name
        named = rule.names(plan.caller) & (~0 if plan.caller.kind is CallerKind.FEDERATED else ~DOUBT)
        fits = rule.covers(plan.action.iam_name.lower()) is True and rule.resource.check(plan.target.arn, view.lookup) in enough
        if named and fits and all(check(test, view) in enough for test in rule.conditions):
            return True
    return any(
        grant.names(plan.caller) and grant.covers(plan.action.name) and all(test.matched for test in grant.tests(view))
        for grant in compile_grants(question.grants)
    )


def assert_agrees(proof: Proof, bad: Iterable[Request], open_: Iterable[Request]) -> None:
    """Assert that a proof finds what brute force finds; that its witnesses replay, it has made sure of itself.

    What is proved holds in the generous reading of AWS's silences too; unknown is only what rests on them.
    """
    first = next(iter(bad), None)
    if proof.result is Result.UNKNOWN:
        assert proof.reason.startswith("AWS leaves open"), proof.reason
    if proof.result is Result.PROVED:
        found = first or next(iter(open_), None)
        assert found is None, f"{proof.question}: proved, and yet {found}"
    if first is not None:
        assert any(first.action in group.actions for group in proof.groups), first


def named(pattern: str, request: Request) -> bool:
    """Tell whether a pattern of these tests names the principal of a request; `*` at its end only."""
    principal = request.principal.replace(":sts:", ":iam:").replace("assumed-role/app/blue", "role/app")
    return principal.startswith(pattern[:-1]) if pattern.endswith("*") else principal == pattern


def nearly_all(made: Maker, bundle: Bundle) -> Beyond:
    """Take a bundle's own statements for what is intended, most as they are, some with one thing changed or left out."""
    changes = (
        lambda one: one,
        lambda one: one,
        lambda one: one._replace(conditions=one.conditions[1:]),
        lambda one: one._replace(conditions=(*one.conditions, *made.conditions())),
        lambda one: one._replace(actions=one.actions[:1]),
        lambda one: one._replace(principals=one.principals[:1]),
        lambda one: one._replace(resources=("*",)),
        lambda _one: made.statement(Effect.ALLOW),
    )
    allows = [one for access in bundle.keys[:1] for one in access.policy.statements if one.effect is Effect.ALLOW]
    grants = [grant for access in bundle.keys[:1] for grant in access.grants]
    return Beyond(tuple(made.rng.choice(changes)(one) for one in allows), tuple(grants))


def questions(made: Maker, bundle: Bundle) -> list[Beyond | Never | Only | NoCrossAccount]:
    """Return questions about a world."""
    intended = tuple(made.statement(Effect.ALLOW) for _ in range(made.rng.randint(0, 3)))
    grants = tuple(made.grant(number) for number in range(made.rng.choice((0, 1))))
    return [
        Beyond(intended, grants),
        nearly_all(made, bundle),
        Never(f"arn:aws:iam::{HOME}:role/*", ("kms:Decrypt",)),
        Never(SERVICE, ("kms:*",)),
        Only((APP, f"arn:aws:iam::{OTHER}:*"), ("kms:De*", "kms:CreateGrant")),
        NoCrossAccount((OTHER,)),
    ]


def bad_for(
    question: Beyond | Never | Only | NoCrossAccount, bundle: Bundle, every: list[Request], *, generous: bool = False
) -> list[Request]:
    """Return the requests that refute a question."""
    if isinstance(question, Beyond):
        return [request for request in every if not covered(bundle, question, request, generous=generous)]
    if isinstance(question, Never):
        actions = [request for request in every if question.actions == ("kms:*",) or request.action in question.actions]
        return [request for request in actions if named(question.principal, request)]
    if isinstance(question, Only):
        asked = [request for request in every if request.action in ("kms:Decrypt", "kms:DescribeKey", "kms:CreateGrant")]
        return [request for request in asked if not any(named(pattern, request) for pattern in question.principals)]
    return [request for request in every if ":7777" in request.principal or request.principal == "*"]


@pytest.mark.parametrize("block", BLOCKS)
def test_questions_agree_with_brute_force(block: int) -> None:
    """Whatever brute force finds, the prover finds; whatever it proves, brute force cannot refute."""
    for seed in range(block * SIZE, (block + 1) * SIZE):
        made = maker(seed, keys=2 + seed % 2)
        bundle = made.bundle()
        every, open_ = (allowed_requests(bundle, made.pool, generous=generous) for generous in (False, True))
        for question in questions(made, bundle):
            bad, doubtful = bad_for(question, bundle, every), bad_for(question, bundle, open_, generous=True)
            assert_agrees(prove(bundle, question, BUDGET), bad, doubtful)


@pytest.mark.parametrize("block", BLOCKS)
def test_differences_agree_with_brute_force(block: int) -> None:
    """Every request gained or lost between two bundles is in a group, and equal bundles differ in nothing."""
    for seed in range(block * PAIRS, (block + 1) * PAIRS):
        made = maker(1_000_000 + seed, keys=2 + seed % 2)
        old, new = made.bundle(), made.bundle()
        found = differences(old, new, BUDGET)
        assert not found.reason or found.reason.startswith("AWS leaves open"), found.reason
        endpoints = bool(old.vpc_endpoint_policies or new.vpc_endpoint_policies)
        before = {repr(request): request for request in allowed_requests(old, made.pool, endpoints=endpoints)}
        after = {repr(request): request for request in allowed_requests(new, made.pool, endpoints=endpoints)}
        for requests_, groups in (
            ([after[one] for one in after.keys() - before.keys()], found.gained),
            ([before[one] for one in before.keys() - after.keys()], found.lost),
        ):
            for request in requests_:
                assert any(request.action in group.actions for group in groups), request
        same = differences(old, old, BUDGET)
        assert not same.gained
        assert not same.lost
