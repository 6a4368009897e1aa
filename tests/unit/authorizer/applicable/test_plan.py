"""Plans: what a bundle says of every request of a caller is found once, the rest of each."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.authorizer import Authorizer, Request
from kmsgen.authorizer.context.any_request import DependsOnRequestError, view_of_any
from kmsgen.authorizer.context.lookup import lookup
from kmsgen.policy.bundle import Key, Organization, PrincipalPolicies
from tests.unit.authorizer.worlds import ACCOUNT, APP, BOB, KEY, PARTNER, SESSION, allow, bundle, decide

PRINCIPALS = {
    APP: PrincipalPolicies(tags=(("team", "red"),), organization=Organization("o-a", ("o-a/r-b/",))),
    BOB: PrincipalPolicies(tags=(("team", "red"),)),
}
THE_KEY = Key(KEY, tags=(("team", "red"),))
OF_BUNDLE: list[tuple[str, str, tuple[str, ...]]] = [
    ("aws:PrincipalArn", APP, (APP,)),
    ("kms:CallerAccount", APP, (ACCOUNT,)),
    ("aws:PrincipalOrgID", APP, ("o-a",)),
    ("aws:PrincipalOrgPaths", APP, ("o-a/r-b/",)),
    ("aws:ResourceTag/Team", APP, ("red",)),
    ("aws:PrincipalTag/Team", BOB, ("red",)),
    ("aws:RequestedRegion", APP, ("us-west-2",)),
    ("aws:username", BOB, ("bob",)),
]
OF_REQUEST = [
    ("aws:PrincipalTag/Team", APP),
    ("aws:PrincipalOrgID", PARTNER),
    ("kms:ViaService", APP),
    ("kms:EncryptionContext:app", APP),
    ("aws:SecureTransport", APP),
    ("aws:userid", SESSION),
]


def any_of(principal: str, action: str = "kms:Decrypt") -> Any:
    """Return the context of any request of a principal."""
    (plan,) = Authorizer(bundle(principals=PRINCIPALS, key=THE_KEY)).plans(Request(principal, action))
    return view_of_any(plan.caller, plan.permission)


@pytest.mark.parametrize(("key", "principal", "values"), OF_BUNDLE)
def test_what_follows_from_the_bundle_holds_of_any_request(key: str, principal: str, values: tuple[str, ...]) -> None:
    """A condition key that follows from caller, key and action is found without a request."""
    assert lookup(any_of(principal), key.lower()) == values


@pytest.mark.parametrize(("key", "principal"), OF_REQUEST)
def test_what_a_request_may_tell_is_not_found_without_one(key: str, principal: str) -> None:
    """To look up a condition key that a request may tell is an error where there is no request."""
    with pytest.raises(DependsOnRequestError):
        lookup(any_of(principal), key.lower())


def test_the_grant_of_a_request_is_not_known_without_one() -> None:
    """Of a grant that a request is about nothing is known without the request."""
    with pytest.raises(DependsOnRequestError):
        lookup(any_of(APP, "kms:RetireGrant"), "kms:encryptioncontext:app")


def asks(**condition: dict[str, str]) -> bool:
    """Tell whether the answer to a role depends on the request, where the one Allow has this condition."""
    world = bundle(allow("Use", "*", Condition=condition), principals=PRINCIPALS, key=THE_KEY)
    return any(plan.asks for plan in Authorizer(world).plans(Request(APP, "kms:Decrypt")))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"kms:CallerAccount": ACCOUNT}}, False),
        ({"StringEquals": {"aws:ResourceTag/team": "red"}}, False),
        ({"StringEquals": {"aws:RequestedRegion": "us-west-2", "kms:ViaService": "s3.us-west-2.amazonaws.com"}}, True),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1", "kms:ViaService": "s3.us-west-2.amazonaws.com"}}, False),
        ({"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}, True),
    ],
)
def test_only_what_depends_on_requests_is_asked_of_each(condition: dict[str, dict[str, str]], *, expected: bool) -> None:
    """A statement whose conditions hold, fail or are open for any request of a caller is not compared with each."""
    assert asks(**condition) is expected


def test_what_is_open_for_any_request_is_noted_of_each() -> None:
    """A condition that is open whatever a request holds gives each answer its note, beside what the request leaves open."""
    condition = {"StringEquals": {"aws:ResourceTag/team": "red", "kms:ViaService": "s3.us-west-2.amazonaws.com"}}
    world = bundle(allow("Use", BOB, Condition=condition), key=THE_KEY)
    via = {"kms:ViaService": ("s3.us-west-2.amazonaws.com",)}
    assert decide(world, BOB, context=via).notes == ("C4",)
    assert decide(world, BOB, context={"kms:ViaService": ()}).notes == ()
