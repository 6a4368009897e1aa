"""Questions about key policies, and among them those that published tools answer wrongly."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from kmsgen.authorizer import Authorizer, Outcome
from kmsgen.cli.reports.plain_scenario import format_scenario
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant, GrantConstraints
from kmsgen.policy.grant_form import parse_grant
from kmsgen.policy.json_form import parse_document
from kmsgen.prover import (
    Beyond,
    Budget,
    Never,
    NoCrossAccount,
    NoEscalation,
    NoLockout,
    NoPublic,
    Only,
    Question,
    Result,
    differences,
    prove,
)
from kmsgen.prover.search.symmetry import views_of
from kmsgen.reading import parse
from kmsgen.sources.scenario.scenario import read_scenarios

HOME, OTHER = "111122223333", "444455556666"
KEY = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP, BOB = f"arn:aws:iam::{HOME}:role/app", f"arn:aws:iam::{HOME}:user/bob"
PARTNER = f"arn:aws:iam::{OTHER}:role/partner"
ROOT, OTHER_ROOT = f"arn:aws:iam::{HOME}:root", f"arn:aws:iam::{OTHER}:root"
VIA_S3 = {"StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}


def allow(who: Any, actions: Any = "kms:Decrypt", **more: Any) -> dict[str, Any]:
    """Return an Allow; `when` is its Condition."""
    return statement("Allow", who, actions, **more)


def deny(who: Any, actions: Any = "kms:Decrypt", **more: Any) -> dict[str, Any]:
    """Return a Deny."""
    return statement("Deny", who, actions, **more)


def statement(effect: str, who: Any, actions: Any, *, when: Any = None, element: str = "Principal") -> dict[str, Any]:
    """Return a statement as plain data."""
    principal = who if isinstance(who, dict) or who == "*" else {"AWS": who}
    found = {"Effect": effect, element: principal, "Action": actions, "Resource": "*"}
    return {**found, "Condition": when} if when else found


def bundle(*statements: dict[str, Any], grants: tuple[Grant, ...] = (), **principals: PrincipalPolicies) -> Bundle:
    """Return a bundle of one key with this key policy."""
    policy = parse_document({"Version": "2012-10-17", "Statement": list(statements)})
    return Bundle((KeyAccess(Key(KEY), policy, grants),), dict(principals))


ALICE = f"arn:aws:iam::{HOME}:user/team/alice"
FEDERATED = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:sts::{HOME}:federated-user/*"}}


def intended(who: str, actions: str = "kms:Decrypt", *conditions: Condition, kind: str = "AWS") -> Beyond:
    """Return the question whether anything but one access is allowed."""
    return Beyond((Statement(Effect.ALLOW, (actions,), ("*",), (Principal(kind, who),), conditions),))


APP_ONLY = intended(APP)
DECRYPT_FOR_APP = Never(BOB, ("kms:Decrypt",))
CASES: list[tuple[str, Bundle, Question, Result]] = [
    ("an access that is intended is not beyond", bundle(allow(APP)), APP_ONLY, Result.PROVED),
    ("an action more is beyond", bundle(allow(APP, ["kms:Decrypt", "kms:Encrypt"])), APP_ONLY, Result.REFUTED),
    ("a principal more is beyond", bundle(allow([APP, BOB])), APP_ONLY, Result.REFUTED),
    ("a condition less is beyond", bundle(allow(APP)), intended(APP, "kms:Decrypt", Condition("StringEquals", "kms:ViaService",
        ("s3.us-west-2.amazonaws.com",))), Result.REFUTED),
    ("StringEquals widened to StringLike on kms:ViaService", bundle(allow(APP, when={"StringLike": {"kms:ViaService":
        "s3.*.amazonaws.com"}})), intended(APP, "kms:Decrypt", Condition("StringEquals", "kms:ViaService",
        ("s3.us-west-2.amazonaws.com",))), Result.REFUTED),
    ("StringLike without wildcards says what StringEquals says", bundle(allow(APP, when={"StringLike": {"kms:ViaService":
        "s3.us-west-2.amazonaws.com"}})), intended(APP, "kms:Decrypt", Condition("StringEquals", "kms:ViaService",
        ("s3.us-west-2.amazonaws.com",))), Result.PROVED),
    ("the account statement opens the key to whom IAM lets", bundle(allow(ROOT)), DECRYPT_FOR_APP, Result.REFUTED),
    ("without it IAM opens nothing", bundle(allow(APP)), DECRYPT_FOR_APP, Result.PROVED),
    ("a policy variable in a Deny leaves everybody else with access", bundle(allow(ROOT), deny("*", when={"StringEquals":
        {"aws:PrincipalTag/team": "${aws:RequestedRegion}"}})), DECRYPT_FOR_APP, Result.REFUTED),
    ("a policy variable in a Deny that a variable key can always miss", bundle(allow(ROOT), deny("*", when={"StringNotEquals":
        {"kms:EncryptionContext:owner": "${aws:username}"}})), Never(f"arn:aws:iam::{HOME}:user/*", ("kms:Decrypt",)),
        Result.REFUTED),
    ("a policy variable with a negated operator denies whom the variable lacks", bundle(allow(ROOT), deny("*", when={
        "StringNotEquals": {"kms:EncryptionContext:owner": "${aws:username}"}})), Never(f"arn:aws:iam::{HOME}:role/*",
        ("kms:Decrypt",)), Result.PROVED),
    ("an Allow with NotPrincipal is left open", bundle(allow(BOB, element="NotPrincipal")), NoPublic(), Result.UNKNOWN),
    ("everyone through a service is everyone", bundle(allow("*", when=VIA_S3)), NoPublic(), Result.REFUTED),
    ("everyone of one account through a service is not everyone", bundle(allow("*", when={"StringEquals": {
        **VIA_S3["StringEquals"], "kms:CallerAccount": HOME}})), NoPublic(), Result.PROVED),
    ("kms:CallerAccount of any value is everyone", bundle(allow("*", when={"StringLike": {"kms:CallerAccount": "*"}})),
        NoPublic(), Result.REFUTED),
    ("everyone of an organization is not everyone", bundle(allow("*", when={"StringEquals": {"aws:PrincipalOrgID": "o-one"}})),
        NoPublic(), Result.PROVED),
    ("everyone from a network is not everyone", bundle(allow("*", when={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})),
        NoPublic(), Result.PROVED),
    ("everyone but a network is everyone", bundle(allow("*", when={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})),
        NoPublic(), Result.REFUTED),
    ("a foreign account's root is every principal of it", bundle(allow(OTHER_ROOT)), Never(PARTNER, ("kms:Decrypt",)),
        Result.REFUTED),
    ("a foreign account's root crosses accounts", bundle(allow(OTHER_ROOT)), NoCrossAccount(), Result.REFUTED),
    ("an exception covers the whole account", bundle(allow(OTHER_ROOT)), NoCrossAccount((OTHER,)), Result.PROVED),
    ("kms:CallerAccount of one account with a principal of another never holds", bundle(allow(PARTNER, when={"StringEquals": {
        "kms:CallerAccount": HOME}})), NoCrossAccount(), Result.PROVED),
    ("actions that cannot cross accounts do not", bundle(allow(OTHER_ROOT, "kms:PutKeyPolicy")), NoCrossAccount(), Result.PROVED),
    ("a federated session may be of the user whom a statement names", bundle(allow(ALICE, when=FEDERATED)),
        Only((APP,), ("kms:Decrypt",)), Result.UNKNOWN),
    ("what only the user may do its federated sessions may", bundle(allow(ALICE, when=FEDERATED)),
        Only((ALICE,), ("kms:Decrypt",)), Result.PROVED),
    ("what is meant for a user is meant for its federated sessions", bundle(allow(ALICE, when=FEDERATED)), intended(ALICE),
        Result.PROVED),
    ("what a user must never do its federated sessions must not", bundle(allow(ALICE, when=FEDERATED)),
        Never(ALICE, ("kms:Decrypt",)), Result.UNKNOWN),
    ("a grant gives access that no policy shows", bundle(allow(APP), grants=(Grant("g", BOB, ("Decrypt",)),)), DECRYPT_FOR_APP,
        Result.REFUTED),
    ("a constrained grant too", bundle(allow(APP), grants=(Grant("g", BOB, ("Decrypt",), GrantConstraints(
        encryption_context_equals=(("app", "x"), ("zone", "y")))),)), DECRYPT_FOR_APP, Result.REFUTED),
    ("a grant of another operation does not", bundle(allow(APP), grants=(Grant("g", BOB, ("Encrypt",)),)), DECRYPT_FOR_APP,
        Result.PROVED),
    ("an intended grant is not beyond", bundle(allow(APP), grants=(Grant("g", BOB, ("Decrypt",)),)), Beyond(APP_ONLY.statements,
        (Grant("g", BOB, ("Decrypt",)),)), Result.PROVED),
    ("a grant wider than intended is", bundle(allow(APP), grants=(Grant("g", BOB, ("Decrypt",)),)), Beyond(APP_ONLY.statements,
        (Grant("g", BOB, ("Decrypt",), GrantConstraints(encryption_context_subset=(("app", "x"),))),)), Result.REFUTED),
    ("a key policy Deny beats a grant", bundle(allow(APP), deny(BOB), grants=(Grant("g", BOB, ("Decrypt",)),)), DECRYPT_FOR_APP,
        Result.PROVED),
    ("the published deny-everyone-else with a plain Bool on kms:GrantIsForAWSResource denies no Decrypt", bundle(allow(ROOT,
        "kms:*"), deny("*", "kms:*", when={"ArnNotEquals": {"aws:PrincipalArn": APP}, "Bool": {"kms:GrantIsForAWSResource":
        "false"}})), DECRYPT_FOR_APP, Result.REFUTED),
    ("with IfExists it denies everyone else", bundle(allow(ROOT, "kms:*"), deny("*", "kms:*", when={"ArnNotEquals": {
        "aws:PrincipalArn": APP}, "BoolIfExists": {"kms:GrantIsForAWSResource": "false"}})), DECRYPT_FOR_APP, Result.PROVED),
    ("keys that move together are cut together", bundle(allow(BOB, when={"ForAnyValue:StringEquals": {"aws:CalledVia":
        "athena.amazonaws.com"}}), deny(BOB, when={"Null": {"aws:ViaAWSService": "true"}})), DECRYPT_FOR_APP, Result.REFUTED),
    ("a second factor and its age are cut together", bundle(
        allow(BOB, when={"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}),
        deny(BOB, when={"StringEquals": {"aws:MultiFactorAuthPresent": "perhaps"}}),
    ), DECRYPT_FOR_APP, Result.REFUTED),
    ("nobody but those of a pattern", bundle(allow([APP, BOB])), Only((f"arn:aws:iam::{HOME}:role/*",), ("kms:Decrypt",)),
        Result.REFUTED),
    ("a whole account and a role", bundle(allow([APP, BOB, PARTNER])), Only((ROOT, PARTNER), ("kms:*",)), Result.PROVED),
    ("a service that no condition ties down", bundle(allow({"Service": "sns.amazonaws.com"})), Never("sns.amazonaws.com",
        ("kms:Decrypt",)), Result.REFUTED),
    ("every service", bundle(allow({"Service": "sns.amazonaws.com"})), Never("*", ("kms:Decrypt",)), Result.REFUTED),
    ("someone can change the policy", bundle(allow(APP, "kms:PutKeyPolicy")), NoLockout(), Result.PROVED),
    ("nobody can change the policy", bundle(allow(APP)), NoLockout(), Result.REFUTED),
    ("somebody of another account cannot", bundle(allow(PARTNER, "kms:*")), NoLockout(), Result.REFUTED),
    ("a grant of what one lacks is an escalation", bundle(allow(APP, ["kms:CreateGrant"])), NoEscalation(), Result.REFUTED),
    ("a grant for an AWS resource is none", bundle(allow(APP, ["kms:CreateGrant"], when={"Bool": {
        "kms:GrantIsForAWSResource": "true"}})), NoEscalation(), Result.PROVED),
    ("a grant of what one has is none", bundle(allow(APP, ["kms:CreateGrant", "kms:Decrypt"], when={"ForAllValues:StringEquals": {
        "kms:GrantOperations": ["Decrypt"]}}), allow(APP, "kms:Decrypt")), NoEscalation(), Result.PROVED),
    ("changing the policy is one", bundle(allow(APP, "kms:PutKeyPolicy")), NoEscalation(), Result.REFUTED),
    ("but for those who may", bundle(allow(APP, "kms:PutKeyPolicy")), NoEscalation((APP,)), Result.PROVED),
    ("ReEncryptFrom without Decrypt reads", bundle(allow(APP, "kms:ReEncrypt*")), NoEscalation(), Result.REFUTED),
    ("ReEncryptFrom with Decrypt does not", bundle(allow(APP, ["kms:ReEncrypt*", "kms:Decrypt"])), NoEscalation(), Result.PROVED),
    ("tags that conditions rest on", bundle(allow(APP, "kms:TagResource"), allow(ROOT, when={"StringEquals": {
        "aws:ResourceTag/open": "yes"}})), NoEscalation((ROOT,)), Result.PROVED),
    ("cancelling a deletion is asked of a key whose deletion is pending", bundle(allow(BOB, "kms:CancelKeyDeletion")), Never(BOB,
        ("kms:CancelKeyDeletion",)), Result.REFUTED),
]  # fmt: skip


@pytest.mark.parametrize(("note", "world", "question", "result"), CASES, ids=[case[0] for case in CASES])
def test_question(note: str, world: Bundle, question: Question, result: Result) -> None:  # noqa: ARG001 - the case's name
    """Each case says what it is about."""
    proof = prove(world, question)
    assert proof.result is result, proof
    assert bool(proof.groups) is (result is Result.REFUTED and not isinstance(question, NoLockout))


@pytest.mark.parametrize("case", [case for case in CASES if case[3] is Result.REFUTED], ids=lambda case: case[0])
def test_every_witness_replays(case: tuple[str, Bundle, Question, Result]) -> None:
    """The authorizer allows each witness on its bundle, also when both were written as a scenario and read again."""
    _, world, question, _ = case
    for witness in (group.witness for group in prove(world, question).groups):
        assert Authorizer(witness.bundle).decide(witness.request, whole=False).outcome is Outcome.ALLOWED
        (scenario,) = read_scenarios(parse(json.dumps(format_scenario(witness)), "-"))
        (one,) = scenario.questions
        assert scenario.bundle == witness.bundle
        assert Authorizer(scenario.bundle).decide(one.request, whole=one.whole_call).outcome is Outcome.ALLOWED


def test_who_is_described_has_what_is_described() -> None:
    """IAM policies of a described principal are those given; everybody else is taken to have all."""
    given = {BOB: PrincipalPolicies((Document((Statement(Effect.ALLOW, ("kms:Encrypt",), ("*",)),)),))}
    world = bundle(allow(ROOT, "kms:*"))
    described = Bundle(world.keys, given)
    assert prove(described, Never(BOB, ("kms:Decrypt",))).result is Result.PROVED
    assert prove(described, Never(BOB, ("kms:Encrypt",))).result is Result.REFUTED
    assert prove(described, Never(f"arn:aws:iam::{HOME}:user/*", ("kms:Decrypt",))).result is Result.REFUTED


def test_described_only_leaves_nobody_else() -> None:
    """With the option no principals exist but those described."""
    world = bundle(allow(ROOT, "kms:*"))
    assert prove(world, Never(f"arn:aws:iam::{HOME}:user/*", ("kms:Decrypt",)), described_only=True).result is Result.PROVED


def test_groups_are_named_for_readers_and_the_most_dangerous_comes_first() -> None:
    """Strangers come before the own account; the words say who, what, and through what."""
    world = bundle(
        allow(BOB), allow("*", ["kms:Decrypt", "kms:Encrypt"], when={"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}})
    )
    groups = prove(world, intended(BOB)).groups
    assert str(groups[0]) == "any principal in any other account; kms:Decrypt, kms:Encrypt; via s3 in any Region"
    assert any(str(group).startswith(f"any principal in account {HOME};") for group in groups[1:])


def test_a_budget_that_runs_out_is_no_proof() -> None:
    """UNKNOWN, with the reason, never PROVED."""
    world = bundle(*(allow("*", when={"StringLike": {f"aws:PrincipalTag/{i}": f"*{i}*"}}) for i in range(6)))
    proof = prove(world, intended(BOB, "kms:Encrypt"), Budget(steps=20))
    assert proof.result is not Result.PROVED
    assert "budget" in proof.reason


def test_the_same_meaning_has_no_differences() -> None:
    """Order, splitting, wildcards that cover no more, and StringLike without wildcards change nothing."""
    one = bundle(allow([APP, BOB], ["kms:Decrypt", "kms:Encrypt"], when=VIA_S3))
    other = bundle(
        allow(BOB, ["kms:Encrypt"], when={"StringLike": VIA_S3["StringEquals"]}),
        allow(APP, "kms:?ncrypt", when=VIA_S3),
        allow([BOB, APP], "kms:Decrypt", when=VIA_S3),
    )
    found = differences(one, other)
    assert (found.gained, found.lost, found.reason) == ((), (), "")


def test_differences_tell_gained_from_lost() -> None:
    """What the new policy gives is gained, what it takes is lost."""
    found = differences(bundle(allow(APP)), bundle(allow(BOB)))
    assert [group.principals for group in found.gained] == [(BOB,)]
    assert [group.principals for group in found.lost] == [(APP,)]


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn", "aws-eusc"])
def test_the_source_of_a_grant_may_be_in_any_partition(partition: str) -> None:
    """A pattern of SourceArn constraints lets more grants be made than the one that is intended, wherever the key is."""
    app = APP.replace("arn:aws:", f"arn:{partition}:")
    source = f"arn:{partition}:logs:us-west-2:{HOME}:log-group:*"
    policy = parse_document(
        {"Version": "2012-10-17",
         "Statement": [allow(app, "kms:CreateGrant", when={"ArnLike": {"kms:GrantConstraintSourceArn": source}})]}
    )  # fmt: skip
    world = Bundle((KeyAccess(Key(KEY.replace("arn:aws:", f"arn:{partition}:")), policy),), {})
    question = intended(app, "kms:CreateGrant", Condition("StringEquals", "kms:GrantConstraintSourceArn", (source,)))
    assert prove(world, question).result is Result.REFUTED


def test_what_a_boundary_would_limit_is_gained_by_a_statement_that_no_boundary_limits() -> None:
    """A permissions boundary limits what names a role, not what names its session: whom nothing describes may have one."""
    old = bundle(allow(APP))
    new = bundle(allow([APP, f"arn:aws:sts::{HOME}:assumed-role/app/s1"]))
    found = differences(old, new)
    assert [one.principals for one in found.gained] == [(f"arn:aws:sts::{HOME}:assumed-role/app/s1",)]
    assert not found.lost
    assert not differences(new, new).gained


@pytest.mark.parametrize("constraints", [{}, {"EncryptionContextSubset": {"app": "pay"}}])
def test_a_grant_added_is_gained_once_and_leaves_nothing_open(constraints: Mapping[str, Any]) -> None:
    """Whether a boundary limits a grant is open (S1), and changes nothing of what is shown already."""
    grant = parse_grant({"GrantId": "g", "GranteePrincipal": APP, "Operations": ["Decrypt"], "Constraints": constraints})
    without = bundle(allow(BOB))
    with_it = without._replace(keys=(without.keys[0]._replace(grants=(grant,)),))
    found = differences(without, with_it)
    assert [(one.principals, one.actions) for one in found.gained] == [((APP,), ("kms:Decrypt",))]
    assert (found.lost, found.reason) == ((), "")
    assert differences(with_it, without).reason == ""


def test_the_clock_is_looked_at_for_each_principal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is seen of a principal takes long where policies are: with so many of them the budget ends in between."""
    looks = count()
    seen: list[object] = []

    def watched(*about: Any) -> Any:
        seen.append(about)
        return views_of(*about)

    monkeypatch.setattr(time, "monotonic", lambda: float(next(looks)))
    monkeypatch.setattr("kmsgen.prover.search.universe.views_of", watched)
    world = bundle(*(allow(f"arn:aws:iam::{HOME}:user/u{i}") for i in range(40)))
    assert prove(world, NoEscalation(), Budget(seconds=10)).result is Result.UNKNOWN
    assert len(seen) <= 10


@pytest.mark.parametrize("steps", [600, 700, 800, 900])
def test_what_was_found_before_the_budget_ran_out_is_shown(steps: int) -> None:
    """Who changes the key policy is found first, and stays found where the grants of all others take too long."""
    others = [allow(f"arn:aws:iam::{HOME}:user/u{i}", "kms:CreateGrant") for i in range(30)]
    proof = prove(bundle(allow(APP, "kms:PutKeyPolicy"), *others), NoEscalation(), Budget(steps=steps))
    assert proof.result is Result.REFUTED
    assert "budget" in proof.reason
