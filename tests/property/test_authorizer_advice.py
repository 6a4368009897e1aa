"""Advice is followed and the request asked again: it is allowed then, and where policies are what lacks, there is advice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kmsgen.authorizer import Authorizer, Decision, Outcome, Request
from kmsgen.authorizer.advice.explanation import advise
from kmsgen.authorizer.language.principal import CallerKind, caller_of
from kmsgen.errors import KmsgenError
from kmsgen.policy.bundle import Bundle
from kmsgen.reading import parse
from kmsgen.sources.scenario.scenario import read_scenarios
from tests.generators.requests import Data, asked

SEEDS = range(300, 330)
_CALLERS = frozenset({CallerKind.USER, CallerKind.ROLE, CallerKind.SESSION, CallerKind.FEDERATED, CallerKind.ROOT})
_POLICIES = {"key-policy", "identity-policy", "boundary", "session-policy", "scp", "vpc-endpoint-policy"}


def denied(data: Data) -> Iterator[tuple[Bundle, Request, Decision]]:
    """Yield the requests of a random scenario that policies deny."""
    try:
        (scenario,) = read_scenarios(parse(json.dumps(data), "s.json"))
    except KmsgenError:
        return
    authorizer = Authorizer(scenario.bundle)
    for question in scenario.questions:
        decision = authorizer.decide(question.request)
        if decision.outcome in (Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY):
            yield scenario.bundle, question.request, decision


def without_denies(data: Any) -> Any:
    """Return plain data without the statements that deny."""
    if isinstance(data, list):
        return [without_denies(item) for item in data if not (isinstance(item, dict) and item.get("Effect") == "Deny")]
    return {name: without_denies(value) for name, value in data.items()} if isinstance(data, dict) else data


@pytest.mark.parametrize("seed", SEEDS)
def test_advice_that_is_followed_gives_access(seed: int) -> None:
    """After all changes of the call, or all of the policies, the request is allowed."""
    for bundle, request, _decision in denied(asked(seed)):
        found = advise(request, bundle)
        for changes in (found.call, found.policies):
            for change in changes:
                assert change.text
            if changes:
                after = changes[-1].after
                decision = Authorizer(after.bundle).decide(after.request)
                assert decision.outcome is Outcome.ALLOWED, (request, changes, decision)


@pytest.mark.parametrize("seed", SEEDS)
def test_where_policies_lack_they_are_advised(seed: int) -> None:
    """Where nothing denies and policies could allow, everything that they have to allow besides is named."""
    for bundle, request, decision in denied(without_denies(asked(seed))):
        advisable = caller_of(request.principal, bundle.principals).kind in _CALLERS and set(decision.reason) <= _POLICIES
        if advisable and bundle.keys[0].key.manager != "AWS" and _policies_can_allow(request, bundle):
            assert advise(request, bundle).policies, (request, decision)


def _policies_can_allow(request: Request, bundle: Bundle) -> bool:
    """Return whether policies that allow everything do: what is refused then, KMS refuses, or it is not for another account."""
    (scenario,) = read_scenarios(parse(json.dumps(_OPEN), "s.json"))
    everything = scenario.bundle.keys[0].policy
    mine = scenario.bundle.principals["arn:aws:iam::111122223333:role/x"]
    if caller_of(request.principal, bundle.principals).kind is CallerKind.FEDERATED:
        mine = mine._replace(session_policies=mine.identity_policies)
    keys = tuple(access._replace(policy=everything) for access in bundle.keys)
    principals = dict.fromkeys((*bundle.principals, request.principal), mine)
    opened = bundle._replace(keys=keys, principals=principals, vpc_endpoint_policies={})
    return Authorizer(opened).decide(request).outcome is Outcome.ALLOWED


_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_OPEN = {
    "key": {"arn": "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
    "policy": {"Version": "2012-10-17", "Statement": [{**_EVERYTHING, "Principal": "*"}]},
    "principals": {
        "arn:aws:iam::111122223333:role/x": {"identity_policies": [{"Version": "2012-10-17", "Statement": [_EVERYTHING]}]}
    },
}
