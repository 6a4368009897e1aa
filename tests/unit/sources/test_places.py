"""Where what decisions name stands."""

from __future__ import annotations

import json

from kmsgen.authorizer import Authorizer
from kmsgen.authorizer.request import Request
from kmsgen.reading import parse
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.scenario.scenario import read_scenario

KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP, OTHER = (f"arn:aws:iam::111122223333:role/{name}" for name in ("app", "other"))


def statement(action: str, effect: str = "Allow", **more: object) -> dict[str, object]:
    """Return a statement."""
    return {"Effect": effect, "Action": action, "Resource": "*", **more}


def policy(*statements: dict[str, object]) -> dict[str, object]:
    """Return a policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


PRINCIPAL = {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}}
SCENARIO = {
    "key": {"arn": KEY},
    "policy": policy(statement("kms:*", **PRINCIPAL), statement("kms:Sign", "Deny", Principal="*", Sid="NoSign")),
    "grants": [{"GranteePrincipal": OTHER, "Operations": ["Encrypt"]}],
    "principals": {
        APP: {
            "identity_policies": [policy(statement("kms:Decrypt")), policy(statement("kms:Encrypt"), statement("kms:Sign"))],
            "boundary": policy(statement("kms:*"), statement("kms:Encrypt", "Deny")),
        },
        OTHER: {"identity_policies": [policy(statement("kms:Verify", Sid="Verify"))]},
    },
    "rcps": [[policy(statement("kms:Verify", "Deny", Principal="*", Sid="NoVerify"))]],
}


def test_a_label_of_several_principals_has_no_place() -> None:
    """It does not tell whose statement is meant, and a wrong place is worse than none."""
    both = {**SCENARIO, "principals": {name: {"identity_policies": [policy(statement("kms:Decrypt"))]} for name in (APP, OTHER)}}
    origins = read_scenario(parse(json.dumps(both), "s.json"), NOTHING).places.origins()
    assert "identity-policy/#1" not in origins
    assert "key-policy/#1" in origins


def test_every_reason_of_a_decision_has_its_place() -> None:
    """Numbers count as the authorizer counts them: a layer of a principal, over all its policies."""
    text = json.dumps(SCENARIO, indent=1)
    described = read_scenario(parse(text, "s.json"), NOTHING)
    origins = described.places.origins()
    authorizer = Authorizer(described.bundle)
    asked = [(APP, "Decrypt"), (APP, "Encrypt"), (APP, "Sign"), (OTHER, "Encrypt"), (OTHER, "Verify")]
    reasons = [authorizer.decide(Request(who, f"kms:{action}")).reason for who, action in asked]
    last = [reason[-1] for reason in reasons]
    assert last == ["identity-policy/#1", "boundary/#2", "key-policy/NoSign", "grant/#1", "rcp/NoVerify"]
    found = {reason: [text.splitlines()[place.line - 1 :] for place in origins[reason]] for reason in last}
    assert [rows[2].strip() for rows in found["identity-policy/#1"]] == ['"Action": "kms:Decrypt",']
    assert [rows[2].strip() for rows in found["boundary/#2"]] == ['"Action": "kms:Encrypt",']
    assert [rows[2].strip() for rows in found["key-policy/NoSign"]] == ['"Action": "kms:Sign",']
    assert [rows[1].strip() for rows in found["grant/#1"]] == [f'"GranteePrincipal": "{OTHER}",']
    assert [rows[2].strip() for rows in found["rcp/NoVerify"]] == ['"Action": "kms:Verify",']
