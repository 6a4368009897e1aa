"""Questions with the right answer, by kind of test: what brute force over named values would not find."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from kmsgen.policy.bundle import Bundle, Key, KeyAccess, Organization, PrincipalPolicies
from kmsgen.policy.document import Document
from kmsgen.policy.grant_form import parse_grant
from kmsgen.policy.json_form import parse_document
from kmsgen.prover import Budget, Never, NeverInside, NoEscalation, NoLockout, NoPublic, Only, Question, prove

HOME = "111122223333"
KEY = f"arn:aws:kms:us-east-1:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CASES = Path(__file__).parents[2] / "cases" / "proofs"
EVERY = [
    pytest.param(case, id=f"{path.stem}: {case['note']}")
    for path in sorted(CASES.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def arn(text: str) -> str:
    """Return the ARN that a shorthand of a case stands for."""
    if text == "*" or text.startswith("arn:") or text.endswith(".amazonaws.com"):
        return text
    return f"arn:aws:{'sts' if text.startswith(('assumed-role/', 'federated-user/')) else 'iam'}::{HOME}:{text}"


def document(statements: list[Mapping[str, Any]]) -> Document:
    """Return a policy from the statements of a case: `allow` or `deny` actions, `to` or `but` whom, `about`, `when`."""
    found = []
    for one in statements:
        effect = "allow" if "allow" in one else "deny"
        statement = {"Effect": effect.title(), "Action": one[effect], "Resource": one.get("about", "*")}
        kind = "Service" if one.get("to", "").endswith(".amazonaws.com") else "AWS"
        statement |= {"Principal": {kind: arn(one["to"])}} if "to" in one else {}
        statement |= {"NotPrincipal": {"AWS": [arn(who) for who in one["but"]]}} if "but" in one else {}
        found.append(statement | ({"Condition": one["when"]} if "when" in one else {}))
    return parse_document({"Version": "2012-10-17", "Statement": found}) if found else Document(())


_FIELDS: Mapping[str, Any] = {"aliases": tuple, "untold": frozenset, "multi_region": bool}


def bundle(case: Mapping[str, Any]) -> Bundle:
    """Return the bundle of a case."""
    told = {name: _FIELDS.get(name, str)(value) for name, value in case.get("key", {}).items()}
    key = Key(KEY, tags=tuple(case.get("tags", {}).items()), **told)
    access = KeyAccess(key, document(case["policy"]), tuple(parse_grant(grant) for grant in case.get("grants", ())))
    told = {arn(who): Organization(name) for who, name in case.get("organizations", {}).items()}
    scps = {arn(who): ((document([{"allow": "*"}, *level]),),) for who, level in case.get("scps", {}).items()}
    tagged = {arn(who): tuple(tags.items()) for who, tags in case.get("tagged", {}).items()}
    beside = {
        arn(who): PrincipalPolicies(
            (document(statements),) if statements else (),
            organization=told.get(arn(who)),
            scps=scps.get(arn(who), ()),
            tags=tagged.get(arn(who), ()),
        )
        for who, statements in case.get("iam", {}).items()
    }
    endpoints = {name: document(statements) for name, statements in case.get("endpoints", {}).items()}
    return Bundle((access,), beside, vpc_endpoint_policies=endpoints)


def question(case: Mapping[str, Any]) -> Question:
    """Return the question of a case."""
    if "never" in case:
        who, _, actions = case["never"].partition(" ")
        inside = who.removeprefix("organization/")
        never = Never(arn(who), tuple(actions.split(",")))
        return never if inside == who else NeverInside(inside, never.actions)
    if "only" in case:
        who, _, actions = case["only"].partition(" ")
        return Only((arn(who),), tuple(actions.split(",")))
    escalation = NoEscalation((arn(case["except"]),) if "except" in case else ())
    return {"no-public": NoPublic(), "no-escalation": escalation, "no-lockout": NoLockout()}[case["ask"]]


SOME = EVERY if os.environ.get("KMSGEN_LONG") == "1" else EVERY[::5]


@pytest.mark.parametrize("case", SOME)
def test_the_solver_says_nothing_else(case: Mapping[str, Any]) -> None:
    """With a second opinion each case has the same answer, or none where the solver cannot tell."""
    proof = prove(bundle(case), question(case), Budget(seconds=10.0, second_opinion=True))
    assert str(proof.result) in (case["result"], "unknown"), proof
    assert "defect" not in proof.reason, proof.reason


@pytest.mark.parametrize("case", EVERY)
def test_case(case: Mapping[str, Any]) -> None:
    """Each case says what it is about."""
    proof = prove(bundle(case), question(case))
    assert str(proof.result) == case["result"], proof
    assert "defect" not in proof.reason, proof.reason
