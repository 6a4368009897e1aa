"""What several keys could do without: each key policy for itself, IAM policies what no key needs."""

from __future__ import annotations

from typing import Any

from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.json_form import parse_document
from kmsgen.prover.minimality import NEVER_MATCHES, SHADOWED, minimality_by_key
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
    assert dead([[other], [other]], give("kms:Decrypt"))[0][0][0] == "identity-policy/Use"


def test_an_iam_statement_about_a_key_elsewhere_is_met_by_no_request() -> None:
    """No key of the file is its resource."""
    found = dead([[ACCOUNT], [ACCOUNT]], give("kms:Decrypt", resource=KEYS[2]), give("kms:Encrypt", sid="Own", resource=KEYS[0]))
    assert found == [[("identity-policy/Use", NEVER_MATCHES, None)], []]


def test_an_action_dead_for_the_key_that_its_statement_is_about_is_dead() -> None:
    """That the statement does not meet the other key at all does not bring it to life."""
    found = dead([[ACCOUNT], [ACCOUNT]], give("kms:Decrypt", "kms:Sign", resource=KEYS[1]))
    assert found == [[("identity-policy/Use", NEVER_MATCHES, "kms:Sign")], []]


def test_an_entry_that_is_listed_twice_is_told_once() -> None:
    """An Action element may hold it twice."""
    found = dead([[ACCOUNT], [ACCOUNT]], give("kms:Decrypt", "kms:Sign", "kms:Sign"))
    assert found == [[("identity-policy/Use", NEVER_MATCHES, "kms:Sign")], []]


def test_each_key_has_the_whole_budget() -> None:
    """What one key takes is enough for each of several."""
    policy = [ACCOUNT, give("kms:Encrypt", Principal={"AWS": APP})]
    assert dead([policy], budget=Budget(steps=450)) == [[]]
    assert dead([policy, policy, policy], budget=Budget(steps=450)) == [[], [], []]
