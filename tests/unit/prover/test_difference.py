"""`differences` where a key or a principal is another one on each side, under the same policies."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.policy.bundle import Bundle, Key, KeyAccess, Organization, PrincipalPolicies
from kmsgen.policy.json_form import parse_document
from kmsgen.prover import differences, prove
from kmsgen.prover.question import Differences, Never, Result

HOME = "111122223333"
KEY = Key(f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab")
APP, BOB = f"arn:aws:iam::{HOME}:role/app", f"arn:aws:iam::{HOME}:user/bob"
ACCOUNT = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}, "Action": "kms:*", "Resource": "*"}
A, B = (("t", "a"),), (("t", "b"),)


def bundle(condition: dict[str, Any], who: str = APP, key: tuple[tuple[str, str], ...] = (), **beside: Any) -> Bundle:
    """Return a key with tags, and a principal whose only statement has a condition."""
    allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": condition}
    documents = [parse_document({"Version": "2012-10-17", "Statement": [one]}) for one in (ACCOUNT, allow)]
    access = KeyAccess(KEY._replace(tags=key), documents[0])
    return Bundle((access,), {who: PrincipalPolicies((documents[1],), **beside)})


OF_KEY, OF_CALLER = {"StringEquals": {"aws:ResourceTag/t": "a"}}, {"StringEquals": {"aws:PrincipalTag/t": "a"}}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (bundle(OF_KEY, key=A), bundle(OF_KEY, key=B)),
        (bundle(OF_CALLER, tags=A), bundle(OF_CALLER, tags=B)),
        (bundle(OF_CALLER, BOB, tags=A), bundle(OF_CALLER, BOB, tags=B)),
        (bundle(OF_CALLER, tags=A), bundle(OF_CALLER)),
    ],
    ids=["a key's tag", "a role's tag", "a user's tag", "a role's tag is gone"],
)
def test_what_a_tag_opens_is_lost_with_it(old: Bundle, new: Bundle) -> None:
    """And gained the other way round, also where a session could have a tag of its own: it may have none."""
    found = differences(old, new)
    assert ([group.actions for group in found.lost], found.gained, found.reason) == ([("kms:Decrypt",)], (), "")
    found = differences(new, old)
    assert ([group.actions for group in found.gained], found.lost, found.reason) == ([("kms:Decrypt",)], (), "")


CONTEXT = "kms:EncryptionContext:t"
BY_TAG = {"StringEquals": {"aws:ResourceTag/t": "${aws:PrincipalTag/t}"}}
IN_CONTEXT = {"StringEquals": {CONTEXT: "${aws:ResourceTag/t}"}}
BY_CALLER = {"StringEquals": {CONTEXT: "${aws:PrincipalTag/t}"}}
BY_ORGANIZATION = {"StringEquals": {CONTEXT: "${aws:PrincipalOrgID}"}}


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (bundle(BY_TAG, key=A), bundle(BY_TAG, key=B), "aws:ResourceTag/t"),
        (bundle(IN_CONTEXT, key=A), bundle(IN_CONTEXT, key=B), "aws:ResourceTag/t"),
        (bundle(BY_CALLER, BOB, tags=A), bundle(BY_CALLER, BOB, tags=B), "aws:PrincipalTag/t"),
        (
            bundle(BY_ORGANIZATION, organization=Organization("o-aaaaaaaaaa")),
            bundle(BY_ORGANIZATION, organization=Organization("o-bbbbbbbbbb")),
            "aws:PrincipalOrgID",
        ),
    ],
)
def test_what_differs_and_meets_what_a_request_decides_is_unknown(old: Bundle, new: Bundle, key: str) -> None:
    """One request has both values of the key, one on each side: what the search finds with one of them proves nothing."""
    assert key in differences(old, new).reason
    assert not differences(old, old).reason


FEDERATED = f"arn:aws:sts::{HOME}:federated-user/bob"
BESIDE_ACCOUNT = {**ACCOUNT, "Principal": {"AWS": [f"arn:aws:iam::{HOME}:root", BOB]}}
APART = (ACCOUNT, {**ACCOUNT, "Principal": {"AWS": BOB}})


def named(*statements: dict[str, Any]) -> Bundle:
    """Return a key with these statements and a federated session, of whose policies nothing allows anything."""
    policy = parse_document({"Version": "2012-10-17", "Statement": list(statements)})
    return Bundle((KeyAccess(KEY, policy),), {FEDERATED: PrincipalPolicies(), BOB: PrincipalPolicies()})


@pytest.mark.parametrize("statements", [(BESIDE_ACCOUNT,), APART])
def test_a_user_beside_its_account_may_name_a_federated_session(statements: tuple[dict[str, Any], ...]) -> None:
    """In one statement as in two: the account leaves the session to IAM, and whether the user's name reaches it is open (P7)."""
    found = prove(named(*statements), Never(FEDERATED, ("kms:Decrypt",)), described_only=True)
    assert (found.result, "P7" in found.reason) == (Result.UNKNOWN, True)


def test_one_statement_for_an_account_and_its_user_is_as_good_as_two() -> None:
    """What is open of a federated session is open in the same way on both sides."""
    found = differences(named(BESIDE_ACCOUNT), named(*APART))
    assert (found.gained, found.lost, found.reason) == ((), (), "")


SESSION = f"arn:aws:sts::{HOME}:federated-user/guest"


def of(**statements: str) -> Bundle:
    """Return a key whose policy allows or denies somebody to decrypt."""
    found = [{"Effect": e, "Principal": {"AWS": who}, "Action": "kms:Decrypt", "Resource": "*"} for e, who in statements.items()]
    return Bundle((KeyAccess(KEY, parse_document({"Version": "2012-10-17", "Statement": found})),))


@pytest.mark.parametrize("whoever", ["*", f"arn:aws:iam::{HOME}:root", HOME, f"arn:aws:iam::{HOME}:user/guest"])
def test_sessions_are_open_wherever_an_allow_may_mean_them(whoever: str) -> None:
    """An account, everybody and a user may be such a session's: what tells is whom the Allow names, and no word of it."""
    assert "P7" in differences(of(Allow=whoever, Deny=BOB), of(Allow=whoever, Deny=BOB.replace("bob", "eve"))).reason


def test_denies_of_different_users_leave_the_sessions_of_each_open() -> None:
    """Nothing tells whose session a federated user is (P7): that of one is denied on one side alone, whichever it is."""
    eve = BOB.replace("bob", "eve")
    assert "P7" in differences(of(Allow=SESSION, Deny=BOB), of(Allow=SESSION, Deny=eve)).reason
    assert differences(of(Allow=SESSION, Deny=BOB), of(Deny=BOB, Allow=SESSION)) == Differences()
    assert differences(of(Allow=APP, Deny=BOB), of(Allow=APP, Deny=eve)) == Differences()
