"""Where the argument of the search ends, a solver is asked; what it says is believed only as far as it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.grant import Grant, GrantConstraints
from kmsgen.policy.json_form import parse_document
from kmsgen.prover import Budget, Never, Proof, Result, prove
from kmsgen.prover.problem import Assignment, OutsideError
from kmsgen.prover.requests.space import OtherJudges
from kmsgen.prover.search import solver, spaces

HOME = "111122223333"
KEY = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TEAM, UNIT, STAGE = "aws:PrincipalTag/team", "aws:PrincipalTag/unit", "aws:PrincipalTag/stage"
AGE, LEVEL = "aws:MultiFactorAuthAge", "kms:EncryptionContext:level"
QUESTION = Never(f"arn:aws:iam::{HOME}:role/app", ("kms:Decrypt",))
CYCLE = [{"StringNotEquals": {TEAM: f"x${{{UNIT}}}"}}, {"StringNotEquals": {UNIT: f"y${{{TEAM}}}"}}]
SEVERAL = {"StringNotEquals": {TEAM: f"${{{UNIT}}}-${{{STAGE}}}"}}
BETWEEN = [{"NumericLessThan": {LEVEL: "5"}}, {"NumericGreaterThan": {LEVEL: "19"}}, {"Null": {LEVEL: "true"}}]
INFIXES = [f"*{first}{second}*" for first in "abc" for second in "wxyz"]


def asked(denies: list[dict[str, Any]], **budget: Any) -> Proof:
    """Ask whether a role is never allowed to decrypt, by a policy that allows it but for these conditions of a Deny each."""
    everybody = {"Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    statements = [
        {"Effect": "Allow", **everybody},
        *({"Effect": "Deny", **everybody, "Condition": condition} for condition in denies),
    ]
    document = parse_document({"Version": "2012-10-17", "Statement": statements})
    bundle = Bundle((KeyAccess(Key(KEY), document),))
    return prove(bundle, QUESTION, Budget(**{"seconds": 60.0, **budget}))


CASES = [
    ("variables that are tied in a circle with texts around: no two finite texts", CYCLE, Result.PROVED),
    ("a circle that is open", CYCLE[:1], Result.REFUTED),
    ("several variables in one text", [SEVERAL, {"StringLike": {TEAM: "*-*"}}], Result.PROVED),
    ("several variables in one text, of which some request is", [SEVERAL, {"StringLike": {TEAM: "*-*-*"}}], Result.REFUTED),
    ("order and patterns on one key", [{"NumericGreaterThan": {AGE: "60"}}, {"StringNotLike": {AGE: "7?*"}}], Result.PROVED),
    ("order and patterns that leave a value", [*BETWEEN, {"StringNotLike": {LEVEL: "1?"}}], Result.REFUTED),
    ("more infixes than are tried", [{"StringNotLike": {TEAM: one}} for one in INFIXES], Result.REFUTED),
]


@pytest.mark.parametrize(("note", "denies", "result"), CASES)
def test_the_solver_answers_what_the_search_cannot(note: str, denies: list[dict[str, Any]], result: Result) -> None:
    """What stands outside of the argument of the search is proved, or refuted by a request that the authorizer allows."""
    assert (proof := asked(denies)).result is result, (note, proof)


@pytest.fixture
def without_solver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hide the solver."""
    monkeypatch.setattr(solver, "find_spec", lambda _name: None)
    return


@pytest.mark.usefixtures("without_solver")
def test_without_the_solver_it_is_told_what_would_ask() -> None:
    """Without the extra installed the answer is unknown, and names the extra."""
    proof = asked(CYCLE)
    assert proof.result is Result.UNKNOWN
    assert "pip install 'kmsgen[solver]'" in proof.reason


AT_HAND = [
    [
        {"StringEquals": {TEAM: f"${{{UNIT}}}x"}},
        {"StringEquals": {UNIT: f"${{{TEAM}}}y"}},
        {"Null": {TEAM: "true", UNIT: "true"}},
    ],
    [{"StringEquals": {TEAM: "${aws:CurrentTime}"}}, {"Null": {TEAM: "true"}}],
]


@pytest.mark.usefixtures("without_solver")
@pytest.mark.parametrize("denies", AT_HAND)
def test_a_request_at_hand_is_shown_without_the_solver(denies: list[dict[str, Any]]) -> None:
    """Where the search's argument ends it has tried what is at hand: a request that is found counts."""
    assert (proof := asked(denies)).result is Result.REFUTED, proof


SIMPLE = [{"StringNotEquals": {TEAM: "red"}}, {"StringNotEquals": {TEAM: "blue"}}]


@pytest.mark.usefixtures("without_solver")
def test_a_second_opinion_wants_a_solver() -> None:
    """Without the extra there is no second opinion, so that nothing is proved that asks for one."""
    assert asked(SIMPLE).result is Result.PROVED
    proof = asked(SIMPLE, second_opinion=True)
    assert proof.result is Result.UNKNOWN
    assert "pip install 'kmsgen[solver]'" in proof.reason


def test_a_second_opinion_that_agrees_proves() -> None:
    """What both find out is proved, or refuted."""
    assert asked(SIMPLE, second_opinion=True).result is Result.PROVED
    assert asked(SIMPLE[:1], second_opinion=True).result is Result.REFUTED


def _gives_up(*_asked: object) -> None:
    raise OutsideError("it gives up")


@pytest.mark.parametrize(
    ("note", "says", "told"),
    [
        ("a solver that gives up", _gives_up, "no second opinion"),
        ("one that finds a request", lambda *_: Assignment(), "a defect of kmsgen to report"),
    ],
)
def test_a_second_opinion_that_is_none_or_another_is_unknown(
    note: str, says: Any, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A solver's unknown is unknown; where it finds what the search does not, that is told as a defect."""
    monkeypatch.setattr(spaces, "beside", lambda: OtherJudges(says))
    proof = asked(SIMPLE, second_opinion=True)
    assert proof.result is Result.UNKNOWN, note
    assert told in proof.reason


def test_a_request_that_the_solver_denies_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the search finds a request and the solver says that there is none, nothing is believed."""
    monkeypatch.setattr(spaces, "beside", lambda: OtherJudges(lambda *_: None))
    proof = asked(SIMPLE[:1], second_opinion=True)
    assert proof.result is Result.UNKNOWN
    assert "a defect of kmsgen to report" in proof.reason


def test_the_time_of_the_solver_counts() -> None:
    """A question ends when its seconds are over, whoever is asked."""
    hard = [{"StringNotLike": {TEAM: f"*${{{UNIT}}}*{one}*${{{STAGE}}}*"}} for one in "abcdefgh"]
    assert asked(hard, seconds=2.0).result in {Result.UNKNOWN, Result.REFUTED}


X_ALONE = GrantConstraints(encryption_context_equals=(("app", "x"),))
OPERATIONS, GRANTEE = "kms:GrantOperations", "kms:GranteePrincipal"
GRANTS = [
    (
        "operations of a grant to create: none is left",
        [{"ForAllValues:StringEquals": {OPERATIONS: ["Decrypt"]}}],
        [{"ForAnyValue:StringEquals": {OPERATIONS: ["Decrypt"]}}],
        Result.PROVED,
    ),
    (
        "a grant to create whose constraint holds other pairs than those that are refused",
        [{"StringEquals": {"kms:GrantConstraintType": "EncryptionContextSubset"}}],
        [{"StringEquals": {"kms:EncryptionContext:a": "b"}}],
        Result.REFUTED,
    ),
    (
        "the grantee of a grant to create",
        [{"StringEquals": {GRANTEE: f"arn:aws:iam::{HOME}:role/x"}}],
        [{"StringLike": {GRANTEE: "*role/*"}}],
        Result.PROVED,
    ),
]


@pytest.mark.parametrize(("note", "allows", "denies", "result"), GRANTS)
def test_both_agree_about_a_grant_to_create(
    note: str, allows: list[dict[str, Any]], denies: list[dict[str, Any]], result: Result
) -> None:
    """The parameters of a grant to create are told to the solver as the search decides them."""
    who = {"Principal": "*", "Action": "kms:CreateGrant", "Resource": "*"}
    effects = [*(("Allow", one) for one in allows), *(("Deny", one) for one in denies)]
    statements = [{"Effect": effect, **who, "Condition": one} for effect, one in effects]
    bundle = Bundle((KeyAccess(Key(KEY), parse_document({"Version": "2012-10-17", "Statement": statements})),))
    proof = prove(bundle, QUESTION._replace(actions=("kms:CreateGrant",)), Budget(seconds=60.0, second_opinion=True))
    assert proof.result is result, (note, proof)


def test_both_agree_about_the_constraint_of_a_grant() -> None:
    """An encryption context that a grant asks for and a Deny refuses is in no request that the grant allows."""
    refused = {"StringEquals": {"kms:EncryptionContext:app": "x"}}
    statement = {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*", "Condition": refused}
    document = parse_document({"Version": "2012-10-17", "Statement": [statement]})
    grant = Grant("g", f"arn:aws:iam::{HOME}:role/app", ("Decrypt",), constraints=X_ALONE)
    proof = prove(Bundle((KeyAccess(Key(KEY), document, (grant,)),)), QUESTION, Budget(seconds=60.0, second_opinion=True))
    assert proof.result is Result.PROVED, proof
