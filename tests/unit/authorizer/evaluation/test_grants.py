"""Grants: whom they name, their constraints, their children, who retires them."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.policy.bundle import Key
from tests.unit.authorizer.worlds import (
    ACCOUNT,
    APP,
    BOB,
    KEY,
    OTHER,
    PARTNER,
    ROOT,
    SESSION,
    allow,
    bundle,
    decide,
    grant,
    having,
    iam,
    outcome,
)

SERVICE = "logs.us-west-2.amazonaws.com"
ARN = f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:x"


def world(*grants: dict[str, Any], **more: Any) -> Any:
    """Return a bundle with these grants; each is to the role where it says nothing else, and lists Decrypt."""
    filled = [{"GrantId": f"g{n}", **_to(item), "Operations": ["Decrypt"], **item} for n, item in enumerate(grants, 1)]
    return bundle(grants=tuple(filled), **more)


def _to(item: dict[str, Any]) -> dict[str, Any]:
    return {} if "GranteeServicePrincipal" in item else {"GranteePrincipal": APP}


@pytest.mark.parametrize(
    ("grantee", "who", "expected"),
    [
        (APP, APP, "allowed"),
        (APP, SESSION, "allowed"),
        (APP, f"arn:aws:sts::{ACCOUNT}:assumed-role/other/one", "implicitDeny"),
        (SESSION, SESSION, "allowed"),
        (SESSION, APP, "implicitDeny"),
        (SESSION, SESSION + "2", "implicitDeny"),
        (BOB, BOB, "allowed"),
        (ROOT, ROOT, "allowed"),
        (ROOT, BOB, "implicitDeny"),
        (f"arn:aws:iam::{ACCOUNT}:role/ops/app", SESSION, "allowed"),
        (f"arn:aws:iam::{ACCOUNT}:role/ops/app", APP, "implicitDeny"),
        (f"arn:aws:iam::{ACCOUNT}:role/*", APP, "implicitDeny"),
        (SERVICE, SERVICE, "implicitDeny"),
    ],
)
def test_grantee(grantee: str, who: str, expected: str) -> None:
    """A grant reaches its grantee; a role's sessions; of an account, the root user alone."""
    assert outcome(world({"GranteePrincipal": grantee}), who) == expected


def test_account_as_grantee_delegates_to_iam() -> None:
    """Principals of an account that is the grantee need an IAM policy too (S6)."""
    around = world({"GranteePrincipal": ROOT}, principals={BOB: having(iam())})
    assert decide(around, BOB).reason == ("identity-policy/Iam", "grant/g1")
    assert decide(around, APP).notes == ("S6",)


def test_iam_alone_opens_nothing() -> None:
    """A grant for another operation, with an IAM policy for this one, gives nothing."""
    assert outcome(world({}, principals={APP: having(iam())}), APP, "kms:Encrypt") == "implicitDeny"


EQUALS, SUBSET = {"EncryptionContextEquals": {"a": "1"}}, {"EncryptionContextSubset": {"a": "1"}}


@pytest.mark.parametrize(
    ("constraints", "context", "expected"),
    [
        (EQUALS, {"a": "1"}, "allowed"),
        (EQUALS, {"a": "1", "b": "2"}, "implicitDeny"),
        (EQUALS, {"A": "1"}, "implicitDeny"),
        (EQUALS, {"a": "2"}, "implicitDeny"),
        (EQUALS, {}, "implicitDeny"),
        (SUBSET, {"a": "1", "b": "2"}, "allowed"),
        (SUBSET, {"b": "2"}, "implicitDeny"),
        ({"EncryptionContextEquals": {}}, {"a": "1"}, "implicitDeny"),
        ({"EncryptionContextEquals": {}}, {}, "allowed"),
        ({"EncryptionContextSubset": {}}, {"a": "1"}, "allowed"),
    ],
)
def test_encryption_context(constraints: dict[str, Any], context: dict[str, str], expected: str) -> None:
    """Equals asks for exactly these pairs, Subset for at least these; both mind case."""
    assert outcome(world({"Constraints": constraints}), APP, encryption_context=context) == expected


def test_constraint_that_fails_on_case_alone_is_noted() -> None:
    """AWS's pages disagree on the case of a constraint's keys (C2)."""
    assert decide(world({"Constraints": EQUALS}), APP, encryption_context={"A": "1"}).notes == ("C2",)


def test_describe_key_ignores_encryption_context() -> None:
    """DescribeKey has no encryption context, and the constraint does not bind it."""
    assert outcome(world({"Operations": ["DescribeKey"], "Constraints": EQUALS}), APP, "kms:DescribeKey") == "allowed"


@pytest.mark.parametrize(
    ("who", "action", "source", "expected"),
    [
        (SERVICE, "kms:Decrypt", ARN, "allowed"),
        (SERVICE, "kms:Decrypt", ARN + "y", "implicitDeny"),
        (SERVICE, "kms:Decrypt", None, "implicitDeny"),
        (SERVICE, "kms:DescribeKey", None, "allowed"),
        (SERVICE, "kms:DescribeKey", ARN + "y", "implicitDeny"),
        ("s3.amazonaws.com", "kms:Decrypt", ARN, "implicitDeny"),
    ],
)
def test_source_arn(who: str, action: str, source: str | None, expected: str) -> None:
    """A SourceArn constraint needs that aws:SourceArn; DescribeKey only where the request carries one."""
    item = {
        "GranteeServicePrincipal": SERVICE,
        "RetiringPrincipal": ROOT,
        "Operations": ["Decrypt", "DescribeKey"],
        "Constraints": {"SourceArn": ARN},
    }
    context = {"aws:SourceArn": (source,)} if source else {}
    assert outcome(world(item), who, action, context=context) == expected


def test_source_arn_is_not_for_callers_to_claim() -> None:
    """A role that calls directly does not meet a SourceArn constraint by its own word (P8)."""
    decision = decide(world({"Constraints": {"SourceArn": ARN}}), APP, context={"aws:SourceArn": (ARN,)})
    assert (str(decision.outcome), decision.notes) == ("implicitDeny", ("P8",))


@pytest.mark.parametrize(
    ("item", "tokens", "expected"),
    [
        ({"Propagated": False}, (), "implicitDeny"),
        ({"Propagated": False}, ("g1",), "allowed"),
        ({"Propagated": False, "GrantToken": "t"}, ("t",), "allowed"),
        ({"Propagated": False, "GrantToken": "t"}, ("g1",), "implicitDeny"),
        ({"Propagated": False, "GrantTokens": ["t", "u"]}, ("x", "u"), "allowed"),
        ({}, ("x",), "allowed"),
    ],
)
def test_token(item: dict[str, Any], tokens: tuple[str, ...], expected: str) -> None:
    """A grant that has not propagated is usable with a token of it only."""
    assert outcome(world(item), APP, grant_tokens=tokens) == expected


CHILD = {"GranteePrincipal": BOB, "Operations": ["Decrypt"]}


@pytest.mark.parametrize(
    ("parent", "child", "expected"),
    [
        ({}, {}, "allowed"),
        ({}, {"Operations": ["Encrypt"]}, "implicitDeny"),
        ({}, {"Operations": ["CreateGrant", "Decrypt"]}, "allowed"),
        ({"Constraints": SUBSET}, {}, "implicitDeny"),
        ({"Constraints": SUBSET}, {"Constraints": SUBSET}, "allowed"),
        ({"Constraints": SUBSET}, {"Constraints": {"EncryptionContextSubset": {"a": "1", "b": "2"}}}, "allowed"),
        ({"Constraints": SUBSET}, {"Constraints": {"EncryptionContextSubset": {"b": "2"}}}, "implicitDeny"),
        ({"Constraints": SUBSET}, {"Constraints": EQUALS}, "allowed"),
        ({"Constraints": SUBSET}, {"Constraints": {"EncryptionContextEquals": {"b": "2"}}}, "implicitDeny"),
        ({"Constraints": EQUALS}, {"Constraints": SUBSET}, "implicitDeny"),
        ({"Constraints": EQUALS}, {"Constraints": EQUALS}, "allowed"),
        ({"Constraints": EQUALS}, {"Constraints": {"EncryptionContextEquals": {"a": "1", "b": "2"}}}, "implicitDeny"),
        ({}, {"Constraints": EQUALS}, "allowed"),
    ],
)
def test_child(parent: dict[str, Any], child: dict[str, Any], expected: str) -> None:
    """By a grant one creates grants of no more operations, with equal or stricter constraints."""
    around = world({"Operations": ["CreateGrant", "Decrypt"], **parent})
    assert outcome(around, APP, "kms:CreateGrant", create_grant=grant(**{**CHILD, **child})) == expected


def test_create_grant_by_grant_needs_its_parameters() -> None:
    """A grant does not give a CreateGrant whose parameters are not told."""
    assert outcome(world({"Operations": ["CreateGrant"]}), APP, "kms:CreateGrant") == "implicitDeny"


def test_grandchild_is_held_to_every_parent() -> None:
    """A listed grant gives no more than each grant above it, to any depth."""
    chain = (
        {"Operations": ["Decrypt", "CreateGrant"]},
        {"Operations": ["Decrypt", "Encrypt", "CreateGrant"], "ParentGrantId": "g1"},
        {"Operations": ["Encrypt", "Decrypt"], "ParentGrantId": "g2", "GranteePrincipal": BOB},
    )
    assert outcome(world(*chain), BOB, "kms:Decrypt") == "allowed"
    assert outcome(world(*chain), BOB, "kms:Encrypt") == "implicitDeny"


def test_grants_that_are_their_own_parents_give_nothing() -> None:
    """A chain that closes on itself gives nothing, and ends."""
    around = world({"ParentGrantId": "g2"}, {"ParentGrantId": "g1"})
    assert outcome(around, APP) == "implicitDeny"


RETIRABLE = {"GranteePrincipal": BOB, "RetiringPrincipal": APP, "IssuingAccount": f"arn:aws:iam::{OTHER}:root"}


@pytest.mark.parametrize(
    ("item", "who", "expected"),
    [
        (RETIRABLE, APP, "allowed"),
        (RETIRABLE, SESSION, "allowed"),
        (RETIRABLE, BOB, "implicitDeny"),
        ({**RETIRABLE, "Operations": ["RetireGrant"]}, BOB, "allowed"),
        (RETIRABLE, ROOT, "implicitDeny"),
        (RETIRABLE, f"arn:aws:iam::{OTHER}:root", "allowed"),
        (RETIRABLE, PARTNER, "implicitDeny"),
        ({**RETIRABLE, "RetiringPrincipal": ROOT}, ROOT, "allowed"),
        ({**RETIRABLE, "RetiringPrincipal": ROOT}, APP, "implicitDeny"),
    ],
)
def test_retire(item: dict[str, Any], who: str, expected: str) -> None:
    """The retiring principal retires, the grantee if the grant lists it, and the account that issued the grant."""
    assert outcome(world(item), who, "kms:RetireGrant", grant_id="g1") == expected


@pytest.mark.parametrize("item", [RETIRABLE, {**RETIRABLE, "RetiringPrincipal": f"arn:aws:iam::{OTHER}:root"}])
def test_retire_by_delegation(item: dict[str, Any]) -> None:
    """Principals of the issuing or retiring account retire with kms:RetireGrant in IAM."""
    around = world(item, principals={PARTNER: having(iam(action="kms:RetireGrant"))})
    assert outcome(around, PARTNER, "kms:RetireGrant", grant_id="g1") == "allowed"


@pytest.mark.parametrize("request_", [{}, {"grant_id": "g2"}, {"grant_tokens": ("x",)}])
def test_retire_needs_the_grant(request_: dict[str, Any]) -> None:
    """Nobody retires without naming a grant that lets it; kms:RetireGrant in a key policy gives nothing."""
    around = bundle(allow("All", "*"), grants=({"GrantId": "g1", **RETIRABLE, "Operations": ["Decrypt"]},))
    assert decide(around, APP, "kms:RetireGrant", **request_).reason == ("grant",)


@pytest.mark.parametrize(
    ("denied", "expected"),
    [({"principals": {APP: having(iam({"Effect": "Deny", "Action": "kms:RetireGrant", "Resource": "*"}))}}, "explicitDeny")],
)
def test_iam_deny_of_retire_works(denied: dict[str, Any], expected: str) -> None:
    """A Deny of kms:RetireGrant in an IAM policy works."""
    assert outcome(world(RETIRABLE, **denied), APP, "kms:RetireGrant", grant_id="g1") == expected


BAD = [
    ({"Operations": ["GenerateMac"]}, "ValidationException"),
    ({"Operations": ["Nonsense"]}, "ValidationException"),
    ({"Operations": ["Sign", "Decrypt"]}, "ValidationException"),
    ({"GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:group/g"}, "InvalidArnException"),
    ({"GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:role/*"}, "InvalidArnException"),
    ({"GranteePrincipal": "s3.amazonaws.com"}, "InvalidArnException"),
    ({"RetiringPrincipal": "nobody"}, "InvalidArnException"),
    ({"Name": "no spaces"}, "ValidationException"),
    ({"Constraints": {**EQUALS, **SUBSET}}, "ValidationException"),
    ({"Constraints": {"EncryptionContextEquals": {str(n): "" for n in range(9)}}}, "ValidationException"),
    ({"Constraints": {"EncryptionContextEquals": {"a": "x" * 384}}}, "ValidationException"),
    ({"Constraints": {"SourceArn": "arn:short"}}, "ValidationException"),
]


@pytest.mark.parametrize(("bad", "error"), BAD)
def test_bad_request(bad: dict[str, Any], error: str) -> None:
    """KMS refuses a CreateGrant whose parameters do not fit, although the caller may create grants."""
    around = bundle(allow("App", APP))
    assert outcome(around, APP, "kms:CreateGrant", create_grant=grant(**{**CHILD, **bad})) == f"error:{error}"
    assert outcome(around, BOB, "kms:CreateGrant", create_grant=grant(**{**CHILD, **bad})) == "implicitDeny"


@pytest.mark.parametrize(
    ("missing", "expected"),
    [("", "allowed"), ("Constraints", "error:ValidationException"), ("RetiringPrincipal", "error:ValidationException")],
)
def test_service_grantee(missing: str, expected: str) -> None:
    """A grantee service needs a SourceArn constraint and a retiring principal."""
    item = {
        "GranteeServicePrincipal": SERVICE,
        "Operations": ["Decrypt"],
        "RetiringPrincipal": ROOT,
        "Constraints": {"SourceArn": ARN},
    }
    item = {name: value for name, value in item.items() if name != missing}
    assert outcome(bundle(allow("App", APP)), APP, "kms:CreateGrant", create_grant=grant(**item)) == expected


def test_only_symmetric_keys_take_encryption_context() -> None:
    """An encryption context constraint does not fit a key that has no encryption context."""
    key = Key(KEY, spec="RSA_2048")
    child = grant(**CHILD, Constraints=EQUALS)
    assert outcome(bundle(allow("App", APP), key=key), APP, "kms:CreateGrant", create_grant=child) == "error:ValidationException"


def test_untold_parameters_of_create_grant_are_open() -> None:
    """An Allow does not count on a condition that reads parameters which the request does not tell (P10)."""
    condition = {"ForAllValues:StringEquals": {"kms:GrantOperations": "Decrypt"}}
    decision = decide(bundle(allow("App", APP, Condition=condition)), APP, "kms:CreateGrant")
    assert (str(decision.outcome), decision.notes) == ("implicitDeny", ("P10",))
    assert (
        outcome(bundle(allow("App", APP, Condition=condition)), APP, "kms:CreateGrant", create_grant=grant(**CHILD)) == "allowed"
    )


def test_listed_child_with_weaker_constraints_gives_nothing() -> None:
    """A listed grant that is not as strict as its parent could not have been made by it, and gives nothing."""
    parent = {"Operations": ["Decrypt", "CreateGrant"], "Constraints": EQUALS}
    weaker = {"ParentGrantId": "g1", "GranteePrincipal": BOB}
    assert outcome(world(parent, weaker), BOB, encryption_context={"a": "1"}) == "implicitDeny"
    assert outcome(world(parent, {**weaker, "Constraints": EQUALS}), BOB, encryption_context={"a": "1"}) == "allowed"


@pytest.mark.parametrize(("who", "expected"), [(SERVICE, "allowed"), ("s3.amazonaws.com", "implicitDeny"), (APP, "implicitDeny")])
def test_retiring_service(who: str, expected: str) -> None:
    """A retiring service principal retires."""
    item = {"GranteePrincipal": BOB, "RetiringServicePrincipal": SERVICE}
    assert outcome(world(item), who, "kms:RetireGrant", grant_id="g1") == expected


@pytest.mark.parametrize("action", ["kms:ListKeys", "kms:CreateKey"])
def test_services_have_no_iam_policies(action: str) -> None:
    """A service principal calls nothing that only IAM can allow."""
    assert decide(bundle(allow("All", "*")), SERVICE, action).reason == ("identity-policy",)


@pytest.mark.parametrize(
    ("parent", "child", "expected"),
    [
        ({"SourceArn": ARN}, {}, "implicitDeny"),
        ({"SourceArn": ARN}, {"SourceArn": ARN + "y"}, "implicitDeny"),
        ({"SourceArn": ARN}, {"SourceArn": ARN}, "allowed"),
        ({}, {"SourceArn": ARN}, "allowed"),
    ],
)
def test_child_keeps_the_source_arn(parent: dict[str, str], child: dict[str, str], expected: str) -> None:
    """A child of a grant with SourceArn has the same one (S5)."""
    item = {
        "GranteeServicePrincipal": SERVICE,
        "RetiringPrincipal": ROOT,
        "Operations": ["CreateGrant", "Decrypt"],
        "Constraints": parent,
    }
    asked = grant(**CHILD, **({"Constraints": child} if child else {}))
    context = {"aws:SourceArn": (ARN,)}
    assert outcome(world(item), SERVICE, "kms:CreateGrant", create_grant=asked, context=context) == expected
