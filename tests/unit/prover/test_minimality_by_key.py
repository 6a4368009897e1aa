"""What several keys could do without: each key policy for itself, IAM policies what no key needs."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.json_form import parse_document
from kmsgen.prover.dead import NEVER_MATCHES, SHADOWED
from kmsgen.prover.minimality import minimality_by_key
from kmsgen.prover.problem import Budget

HOME = "111122223333"
APP, ROOT = f"arn:aws:iam::{HOME}:role/app", f"arn:aws:iam::{HOME}:root"
KEYS = tuple(f"arn:aws:kms:us-west-2:{HOME}:key/{digit * 8}-1111-1111-1111-111111111111" for digit in "123")
ACCOUNT = {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
Dead = list[tuple[str, str, str | None]]


def give(*actions: str, sid: str = "Use", resource: object = "*", **more: Any) -> dict[str, Any]:
    """Return an Allow of an IAM policy, or with a Principal of a key policy."""
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def dead(policies: list[list[dict[str, Any]]], *of_app: dict[str, Any], budget: Budget | None = None) -> list[Dead]:
    """Return what is dead by key, where the role app has one IAM policy of these statements, or is not described."""
    keys = tuple(
        KeyAccess(Key(arn), parse_document({"Version": "2012-10-17", "Statement": policy}))
        for arn, policy in zip(KEYS, policies, strict=False)
    )
    beside = {APP: PrincipalPolicies((parse_document({"Version": "2012-10-17", "Statement": list(of_app)}),))} if of_app else {}
    found = minimality_by_key(Bundle(keys, beside), budget)
    assert [one.reason for one in found] == [""] * len(keys)
    return [[(one.source, one.kind, one.action) for one in of_key.dead] for of_key in found]


def test_each_key_policy_is_judged_for_itself() -> None:
    """The same statement twice is dead once in the key that has it; the others have nothing of it."""
    to_app = give("kms:Decrypt", Principal={"AWS": APP})
    assert dead([[to_app], [to_app, to_app], [to_app]]) == [[], [("key-policy/Use", SHADOWED, None)], []]


def test_what_one_key_needs_of_an_iam_policy_is_not_dead() -> None:
    """Of the account's key the statement is needed, of the other it is not."""
    other = give("kms:Decrypt", Principal={"AWS": f"arn:aws:iam::{HOME}:role/other"})
    assert dead([[ACCOUNT], [other]], give("kms:Decrypt")) == [[], []]
    assert dead([[other], [ACCOUNT]], give("kms:Decrypt")) == [[], []]
    assert dead([[other], [other]], give("kms:Decrypt", resource=KEYS[0]))[0][0][0] == "identity-policy/Use"


ELSEWHERE = [
    give("kms:Decrypt", resource=KEYS[2]),
    give("kms:Encrypt", resource=f"arn:aws:kms:eu-west-1:{HOME}:key/*"),
    give("kms:Decrypt", resource=[KEYS[0].replace("us-west-2", "eu-west-1"), f"arn:aws:kms:us-west-2:{HOME}:alias/other"]),
    give("kms:Decrypt", NotResource=[KEYS[0], KEYS[1]], resource=None),
    give("kms:Sign"),
    give("kms:Decrypt", "kms:Sign"),
    give("kms:Encrypt", Condition={"StringEquals": {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}}),
    give("kms:Decrypt", Effect="Deny", Condition={"StringNotEquals": {"aws:ResourceAccount": HOME}}),
    give("kms:Decrypt", Condition={"StringNotEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}),
    *(
        give("kms:Decrypt", Condition={"StringEquals": {name: value}})
        for name, value in (
            ("aws:ResourceTag/team", "a"),
            ("kms:ResourceAliases", "alias/a"),
            ("kms:KeySpec", "RSA_2048"),
            ("aws:RequestedRegion", "eu-west-1"),
            ("kms:MultiRegion", "true"),
            ("aws:ResourceAccount", "444455556666"),
            ("kms:ViaService", "s3.eu-west-1.amazonaws.com"),
        )
    ),
]


@pytest.mark.parametrize("statement", ELSEWHERE, ids=str)
def test_an_iam_statement_about_keys_that_nobody_describes_is_not_dead(statement: dict[str, Any]) -> None:
    """IAM policies are about the keys of every account and Region, of which a bundle describes some."""
    assert dead([[ACCOUNT], [ACCOUNT]], {name: value for name, value in statement.items() if value is not None}) == [[], []]


@pytest.mark.parametrize("what", ["kms:Decrypt", "kms:*"])
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_what_a_described_key_gives_or_denies_is_needed_on_others(what: str, effect: str) -> None:
    """A key policy that gives it too, or denies it, is that of one key."""
    of_key = give(what, sid="Key", Effect=effect, Principal={"AWS": APP})
    assert "identity-policy/Use" not in [source for source, *_ in dead([[ACCOUNT, of_key]], give("kms:Decrypt"))[0]]


def test_a_deny_of_what_an_iam_statement_gives_is_not_dead() -> None:
    """Nothing comes of that statement on this key, but it stays for others."""
    given = give("kms:DisableKey", Condition={"StringEquals": {"aws:PrincipalArn": APP}})
    denied = give("kms:DisableKey", sid="No", Effect="Deny", Principal={"AWS": APP})
    assert dead([[ACCOUNT, denied]], given) == [[]]


NEVER = [
    give("kms:Decrypt", Condition={"StringEquals": {"aws:PrincipalAccount": "444455556666"}}),
    give("kms:Decrypt", Condition={"StringEquals": {"aws:username": "bob"}, "Null": {"aws:username": "true"}}),
    give("kms:DescribeKey", Condition={"StringEquals": {"kms:EncryptionContext:app": "a"}}),
    give("kms:Sign", resource=KEYS[0]),
]


@pytest.mark.parametrize("statement", NEVER, ids=str)
def test_an_iam_statement_that_no_key_whatever_could_meet_is_dead(statement: dict[str, Any]) -> None:
    """The caller or the action excludes it, or all keys that it is about are described."""
    assert dead([[ACCOUNT], [ACCOUNT]], statement) == [[("identity-policy/Use", NEVER_MATCHES, None)], []]


def test_an_action_dead_for_the_key_that_its_statement_is_about_is_dead() -> None:
    """That the statement does not meet the other key at all does not bring it to life."""
    found = dead([[ACCOUNT], [ACCOUNT]], give("kms:Decrypt", "kms:Sign", resource=KEYS[1]))
    assert found == [[("identity-policy/Use", NEVER_MATCHES, "kms:Sign")], []]


def test_an_entry_that_is_listed_twice_is_told_once() -> None:
    """An Action element may hold it twice."""
    found = dead([[ACCOUNT], [ACCOUNT]], give("kms:Decrypt", "kms:Sign", "kms:Sign", resource=KEYS[0]))
    assert found == [[("identity-policy/Use", NEVER_MATCHES, "kms:Sign")], []]


def test_each_key_has_the_whole_budget() -> None:
    """What one key takes is enough for each of several."""
    policy = [ACCOUNT, give("kms:Encrypt", Principal={"AWS": APP})]
    assert dead([policy], budget=Budget(steps=450)) == [[]]
    assert dead([policy, policy, policy], budget=Budget(steps=450)) == [[], [], []]
