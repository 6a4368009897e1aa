"""The IAM policies in JSON mean, for the key with the alias, what the proved ones mean, and give nothing on other keys."""

from __future__ import annotations

import pytest

from kmsgen.authorizer import Outcome, Request, authorize
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Document, Effect, Principal, Statement
from kmsgen.render.alias_condition import by_alias
from tests.golden.cases import GoldenCase, golden_case

CASES = ("asymmetric-encrypt", "ml-kem", "nasty-strings", "payments", "replicas", "s3-bucket")


def rewritten(case: GoldenCase) -> Bundle:
    """Return the bundle with the identity policies as JSON has them."""
    principals = {
        principal: held._replace(identity_policies=tuple(by_alias(one, case.deployment) for one in held.identity_policies))
        for principal, held in case.deployment.bundle.principals.items()
    }
    return case.deployment.bundle._replace(principals=principals)


def requests(case: GoldenCase) -> list[Request]:
    """Return a request of each principal with identity policies for each action."""
    principals = [principal for principal, _ in case.deployment.identity_policies()]
    return [Request(principal, action.iam_name) for principal in principals for action in ACTIONS.values()]


@pytest.mark.parametrize("name", CASES)
def test_for_the_key_with_the_alias_every_decision_is_the_same(name: str) -> None:
    """Whether the key is named by its ARN or by its alias, each action is decided alike."""
    case = golden_case(name)
    before, after = case.deployment.bundle, rewritten(case)
    for request in requests(case):
        assert authorize(request, before).outcome == authorize(request, after).outcome, request


@pytest.mark.parametrize("name", CASES)
def test_on_another_key_without_the_alias_the_policies_give_what_they_gave(name: str) -> None:
    """`key/*` opens no other key of the account, even one whose key policy delegates everything."""
    case = golden_case(name)
    new_key = case.deployment.new_key
    assert new_key is not None
    root = Principal("AWS", f"arn:aws:iam::{case.deployment.account}:root")
    open_policy = Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), (root, Principal("AWS", "*"))),))
    other = Key(new_key.key.arn.rpartition("/")[0] + "/abcd1234-12ab-34cd-56ef-1234567890ab", aliases=("alias/other",))
    before, after = (
        bundle._replace(keys=(KeyAccess(other, open_policy),)) for bundle in (case.deployment.bundle, rewritten(case))
    )
    for request in requests(case):
        assert authorize(request, before).outcome == authorize(request, after).outcome, request


def test_the_comparison_tells_a_wrong_alias_from_the_right_one() -> None:
    """With another alias the same statement gives nothing: the test above can fail."""
    case = golden_case("payments")
    new_key = case.deployment.new_key
    assert new_key is not None
    partner = "arn:aws:iam::444455556666:role/partner"
    bundle = rewritten(case)
    wrong = new_key._replace(key=new_key.key._replace(aliases=("alias/other",)))
    request = Request(partner, "kms:Decrypt")
    assert authorize(request, bundle).outcome is Outcome.ALLOWED
    assert authorize(request, bundle._replace(keys=(wrong,))).outcome is not Outcome.ALLOWED
    assert isinstance(bundle.principals[partner], PrincipalPolicies)
