"""What condition keys hold: derived from the request, believed only where nothing derives it, absent where no action has it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kmsgen.authorizer import Authorizer, Request
from kmsgen.authorizer.context.lookup import lookup as find
from kmsgen.authorizer.language.open_value import OpenValue, Seen
from kmsgen.authorizer.language.shapes import ANY_TEXT, Some
from kmsgen.policy.bundle import Key, Organization, PrincipalPolicies
from tests.unit.authorizer.worlds import ACCOUNT, APP, BOB, KEY, OTHER, PARTNER, ROOT, SESSION, bundle, grant

THE_KEY = Key(
    KEY,
    spec="SYMMETRIC_DEFAULT",
    multi_region=True,
    multi_region_key_type="PRIMARY",
    tags=(("Env", "prod"),),
    aliases=("alias/payments",),
)
PRINCIPALS = {
    APP: PrincipalPolicies(tags=(("team", "red"),), organization=Organization("o-a", ("o-a/r-b/",))),
}
GRANT = {
    "GranteePrincipal": APP,
    "RetiringPrincipal": BOB,
    "Operations": ["Decrypt", "Encrypt"],
    "Constraints": {"EncryptionContextSubset": {"App": "x"}},
}
SERVICE = "logs.us-west-2.amazonaws.com"


def there(key: str, *parts: str | Some, members: tuple[str, ...] = (), multi_valued: bool = False) -> OpenValue:
    """Return a key that AWS always sends and nothing tells, with what is known of its text."""
    return OpenValue((), parts or ANY_TEXT, members, multi_valued, f"P11:{key}")


def maybe(note: str, *values: str | None) -> OpenValue:
    """Return a key that may be absent, or hold one of these values."""
    return OpenValue((None, *((value,) for value in values)), why=note)


def moment(key: str, *texts: str, read_by: tuple[str, ...] = ("Date", "Numeric")) -> OpenValue:
    """Return a moment that the other key of the time tells: what operators read of it, but not how it is written."""
    return replace(there(key), meant=tuple((read, text) for read in read_by for text in texts))


def lookup(key: str, principal: str = APP, action: str = "kms:Decrypt", **request: Any) -> Seen:
    """Return what a condition on a key would see."""
    request = {name: tuple(value) if name == "resources" else value for name, value in request.items()}
    context = {name: (value,) if isinstance(value, str) else value for name, value in request.pop("context", {}).items()}
    authorizer = Authorizer(bundle(principals=PRINCIPALS, key=THE_KEY))
    asked = Request(principal, action, context=context, **request)
    return find(authorizer.view(authorizer.plans(asked)[0], asked), key.lower())


DERIVED = [
    ("kms:CallerAccount", APP, (ACCOUNT,)),
    ("kms:CallerAccount", PARTNER, (OTHER,)),
    ("kms:CallerAccount", SERVICE, there("kms:CallerAccount")),
    ("kms:KeySpec", APP, ("SYMMETRIC_DEFAULT",)),
    ("kms:CustomerMasterKeySpec", APP, ("SYMMETRIC_DEFAULT",)),
    ("kms:KeyUsage", APP, ("ENCRYPT_DECRYPT",)),
    ("kms:CustomerMasterKeyUsage", APP, ("ENCRYPT_DECRYPT",)),
    ("kms:KeyOrigin", APP, ("AWS_KMS",)),
    ("kms:MultiRegion", APP, ("true",)),
    ("kms:MultiRegionKeyType", APP, ("PRIMARY",)),
    ("kms:ResourceAliases", APP, ("alias/payments",)),
    ("aws:ResourceTag/env", APP, ("prod",)),
    ("aws:ResourceTag/other", APP, None),
    ("aws:PrincipalArn", APP, (APP,)),
    ("aws:PrincipalArn", SESSION, (APP,)),
    ("aws:PrincipalArn", BOB, (BOB,)),
    ("aws:PrincipalArn", ROOT, (ROOT,)),
    ("aws:PrincipalArn", SERVICE, there("aws:PrincipalArn")),
    ("aws:PrincipalArn", "*", None),
    ("aws:PrincipalAccount", BOB, (ACCOUNT,)),
    ("aws:PrincipalType", APP, ("AssumedRole",)),
    ("aws:PrincipalType", SESSION, ("AssumedRole",)),
    ("aws:PrincipalType", BOB, ("User",)),
    ("aws:PrincipalType", ROOT, ("Account",)),
    ("aws:PrincipalType", f"arn:aws:sts::{ACCOUNT}:federated-user/f", ("FederatedUser",)),
    ("aws:userid", ROOT, (ACCOUNT,)),
    ("aws:userid", f"arn:aws:sts::{ACCOUNT}:federated-user/f", (f"{ACCOUNT}:f",)),
    ("aws:username", f"arn:aws:iam::{ACCOUNT}:user/x/bob", ("bob",)),
    ("aws:username", APP, None),
    ("aws:PrincipalTag/Team", APP, ("red",)),
    ("aws:PrincipalTag/Team", SESSION, ("red",)),
    ("aws:PrincipalTag/Team", BOB, OpenValue((None,), ANY_TEXT, why="P12:aws:PrincipalTag/team")),
    ("aws:PrincipalOrgID", APP, ("o-a",)),
    ("aws:PrincipalOrgPaths", APP, ("o-a/r-b/",)),
    ("aws:PrincipalIsAWSService", SERVICE, ("true",)),
    ("aws:PrincipalIsAWSService", APP, ("false",)),
    ("aws:PrincipalServiceName", SERVICE, (SERVICE,)),
    ("aws:PrincipalServiceName", APP, None),
    (
        "aws:PrincipalServiceNamesList",
        SERVICE,
        there("aws:PrincipalServiceNamesList", members=(SERVICE,), multi_valued=True),
    ),
    ("aws:RequestedRegion", APP, ("us-west-2",)),
    ("aws:ResourceAccount", PARTNER, (ACCOUNT,)),
    ("aws:SecureTransport", APP, ("true",)),
    ("aws:ViaAWSService", APP, maybe("C16:aws:ViaAWSService", "false")),
    ("kms:EncryptionAlgorithm", APP, ("SYMMETRIC_DEFAULT",)),
    ("kms:EncryptionContext:a", APP, None),
    ("kms:NoSuchKey", APP, None),
]


@pytest.mark.parametrize(("key", "principal", "values"), DERIVED)
def test_derived(key: str, principal: str, values: Seen) -> None:
    """What follows from caller, key and action is derived; what AWS sends and nothing tells is open, with what is known of it."""
    assert lookup(key, principal) == values


@pytest.mark.parametrize(("key", "principal", "values"), [row for row in DERIVED if row[0] != "aws:SecureTransport"])
def test_derived_whatever_the_caller_says(key: str, principal: str, values: Seen) -> None:
    """The caller's word on a key that can be derived counts for nothing; of a session it tells the tags that were passed."""
    session_tags = key == "aws:PrincipalTag/Team" and principal in (APP, SESSION)
    if not session_tags and not (isinstance(values, OpenValue) and "List" not in key) and principal != "*":
        assert lookup(key, principal, context={key: "forged"}) == values


CREATE = {"action": "kms:CreateGrant", "create_grant": grant(**GRANT)}
TAGS = {"Tags": [{"TagKey": "Team", "TagValue": "r"}]}


@pytest.mark.parametrize(
    ("key", "request_", "values"),
    [
        ("kms:EncryptionContext:app", {"encryption_context": {"App": "x"}}, ("x",)),
        ("kms:EncryptionContext:a:b", {"encryption_context": {"a:b": "x"}}, ("x",)),
        ("kms:EncryptionContext:app", {"encryption_context": {"App": "x", "app": "y"}}, ("x", "y")),
        ("kms:EncryptionContext:app", {"encryption_context": {}, "context": {"kms:EncryptionContext:app": "x"}}, None),
        ("kms:EncryptionContext:app", {"action": "kms:DescribeKey", "encryption_context": {"app": "x"}}, None),
        ("kms:EncryptionContextKeys", {"encryption_context": {"App": "x", "b": "y"}}, ("App", "b")),
        ("kms:ViaService", {"context": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}, ("s3.us-west-2.amazonaws.com",)),
        (
            "kms:ViaService",
            {"principal": SERVICE, "context": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}},
            ("s3.us-west-2.amazonaws.com",),
        ),
        ("kms:ViaService", {"principal": SERVICE}, None),
        ("aws:ViaAWSService", {"principal": SERVICE, "context": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}, ("true",)),
        ("aws:ViaAWSService", {"principal": SERVICE}, ("false",)),
        (
            "kms:ViaService",
            {"action": "kms:ListKeys", "context": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}},
            maybe("C11", "s3.us-west-2.amazonaws.com"),
        ),
        ("aws:ViaAWSService", {"context": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}, ("true",)),
        (
            "aws:ViaAWSService",
            {"context": {"kms:ViaService": "s3.us-west-2.amazonaws.com", "aws:ViaAWSService": "false"}},
            ("true",),
        ),
        ("aws:ViaAWSService", {"context": {"aws:CalledVia": "s3.amazonaws.com"}}, ("true",)),
        ("aws:CalledViaFirst", {"context": {"aws:CalledVia": ("a", "b")}}, ("a",)),
        ("aws:CalledViaLast", {"context": {"aws:CalledVia": ("a", "b"), "aws:CalledViaLast": "c"}}, ("b",)),
        ("aws:SourceArn", {"context": {"aws:SourceArn": "arn:x"}}, None),
        ("aws:SourceArn", {"principal": SERVICE, "context": {"aws:SourceArn": "arn:x"}}, ("arn:x",)),
        ("aws:SourceAccount", {"context": {"aws:SourceAccount": "1"}}, None),
        ("aws:SourceIp", {"context": {"aws:SourceIp": "10.0.0.1"}}, ("10.0.0.1",)),
        ("aws:SourceIp", {"context": {"aws:SourceIp": "10.0.0.1", "aws:SourceVpce": "vpce-1"}}, None),
        ("aws:MultiFactorAuthAge", {"context": {"aws:MultiFactorAuthAge": "5"}}, ("5",)),
        ("aws:MultiFactorAuthPresent", {"context": {"aws:MultiFactorAuthAge": "5"}}, ("true",)),
        ("aws:MultiFactorAuthAge", {"context": {"aws:MultiFactorAuthAge": "5", "aws:MultiFactorAuthPresent": "false"}}, None),
        ("aws:MultiFactorAuthAge", {"context": {"aws:MultiFactorAuthPresent": "true"}}, there("aws:MultiFactorAuthAge")),
        ("aws:MultiFactorAuthAge", {"context": {"aws:MultiFactorAuthAge": "5", "aws:MultiFactorAuthPresent": "true"}}, ("5",)),
        ("aws:MultiFactorAuthPresent", {"principal": BOB}, None),
        ("aws:userid", {"principal": SESSION, "context": {"aws:userid": "AROA1:one"}}, ("AROA1:one",)),
        *(
            ("aws:userid", {"principal": who, "context": {"aws:userid": text}}, there("aws:userid", *shape))
            for who, text, *shape in (
                (SESSION, "AROA1:two", "AROA", Some.WORD, ":one"),
                (SESSION, "AIDA1:one", "AROA", Some.WORD, ":one"),
                (BOB, "AROA1", "AIDA", Some.WORD),
                (SERVICE, "AROA1:one"),
                (SERVICE, f"{ACCOUNT}:one"),
            )
        ),
        ("aws:userid", {"principal": SERVICE, "context": {"aws:userid": "x:one"}}, ("x:one",)),
        ("aws:userid", {"principal": SESSION}, there("aws:userid", "AROA", Some.WORD, ":one")),
        ("aws:userid", {"principal": APP}, there("aws:userid", "AROA", Some.WORD, ":", Some.WORD)),
        ("aws:userid", {"principal": BOB}, there("aws:userid", "AIDA", Some.WORD)),
        ("aws:EpochTime", {"context": {"aws:CurrentTime": "1970-01-02T00:00:00Z"}}, moment("aws:EpochTime", "86400")),
        (
            "aws:EpochTime",
            {"context": {"aws:CurrentTime": "1970-01-02T00:00:00.5Z"}},
            moment("aws:EpochTime", "86400.5", "86400"),
        ),
        ("aws:CurrentTime", {"context": {"aws:EpochTime": "86400"}}, moment("aws:CurrentTime", "86400", read_by=("Date",))),
        ("aws:CurrentTime", {"context": {"aws:EpochTime": "2026"}}, there("aws:CurrentTime")),
        ("kms:RequestAlias", {"resources": ("alias/payments",)}, ("alias/payments",)),
        ("kms:RequestAlias", {"context": {"kms:RequestAlias": "alias/payments"}}, ("alias/payments",)),
        ("kms:RequestAlias", {"context": {"kms:RequestAlias": "alias/other"}}, None),
        ("kms:RequestAlias", {"parameters": {"KeyId": "alias/payments"}}, ("alias/payments",)),
        ("kms:RequestAlias", {"action": "kms:DisableKey", "context": {"kms:RequestAlias": "alias/payments"}}, None),
        ("kms:EncryptionAlgorithm", {"context": {"kms:EncryptionAlgorithm": "SM2PKE"}}, ("SYMMETRIC_DEFAULT",)),
        ("kms:MessageType", {"action": "kms:Sign"}, ("RAW",)),
        ("kms:MessageType", {"action": "kms:Sign", "parameters": {"MessageType": "DIGEST"}}, ("DIGEST",)),
        ("kms:RotationPeriodInDays", {"action": "kms:EnableKeyRotation"}, maybe("S15:kms:RotationPeriodInDays", "365")),
        (
            "kms:ScheduleKeyDeletionPendingWindowInDays",
            {"action": "kms:ScheduleKeyDeletion"},
            maybe("S15:kms:ScheduleKeyDeletionPendingWindowInDays", "30"),
        ),
        ("kms:BypassPolicyLockoutSafetyCheck", {"action": "kms:PutKeyPolicy"}, None),
        (
            "kms:BypassPolicyLockoutSafetyCheck",
            {"action": "kms:PutKeyPolicy", "parameters": {"BypassPolicyLockoutSafetyCheck": True}},
            ("true",),
        ),
        ("kms:PolicyName", {"action": "kms:PutKeyPolicy"}, maybe("S15:kms:PolicyName", "default")),
        ("kms:ExpirationModel", {"action": "kms:ImportKeyMaterial"}, None),
        (
            "kms:ValidTo",
            {"action": "kms:ImportKeyMaterial", "parameters": {"ValidTo": "1970-01-02"}},
            moment("kms:ValidTo", "86400"),
        ),
        (
            "kms:ValidTo",
            {"action": "kms:ImportKeyMaterial", "context": {"kms:ValidTo": "1970-01-02T00:00:00.5Z"}},
            replace(moment("kms:ValidTo", "86400.5", "86400"), shape=("1970-01-02T00:00:00.5Z",)),
        ),
        ("kms:ValidTo", {"action": "kms:ImportKeyMaterial", "parameters": {"ValidTo": 86400.5}}, ("86400.5",)),
        ("kms:ValidTo", {"action": "kms:ImportKeyMaterial", "context": {"kms:ValidTo": "086400"}}, ("086400",)),
        ("kms:ValidTo", {"action": "kms:ImportKeyMaterial", "parameters": {"ValidTo": "soon"}}, ("soon",)),
        ("kms:ValidTo", {"action": "kms:ImportKeyMaterial", "parameters": {"ValidTo": "2026"}}, ("2026",)),
        ("kms:KeySpec", {"action": "kms:CreateKey"}, ("SYMMETRIC_DEFAULT",)),
        ("kms:KeySpec", {"action": "kms:CreateKey", "parameters": {"KeySpec": "RSA_2048"}}, ("RSA_2048",)),
        ("kms:KeySpec", {"action": "kms:CreateKey", "parameters": {"CustomerMasterKeySpec": "RSA_2048"}}, ("RSA_2048",)),
        ("kms:MultiRegionKeyType", {"action": "kms:CreateKey"}, None),
        ("kms:MultiRegionKeyType", {"action": "kms:CreateKey", "parameters": {"MultiRegion": True}}, ("PRIMARY",)),
        ("kms:ResourceAliases", {"action": "kms:CreateKey"}, None),
        ("aws:ResourceTag/Env", {"action": "kms:CreateKey"}, None),
        (
            "aws:RequestTag/team",
            {"action": "kms:TagResource", "parameters": TAGS},
            ("r",),
        ),
        ("aws:RequestTag/team", {"parameters": TAGS}, None),
        ("aws:TagKeys", {"action": "kms:TagResource", "parameters": TAGS}, ("Team",)),
        ("aws:RequestTag/team", {"action": "kms:TagResource", "context": {"aws:RequestTag/Team": "r"}}, ("r",)),
        ("aws:TagKeys", {"action": "kms:TagResource", "context": {"aws:TagKeys": ("Team",)}}, ("Team",)),
        ("aws:TagKeys", {"action": "kms:UntagResource", "parameters": {"TagKeys": ["a", "b"]}}, ("a", "b")),
        ("kms:GrantIsForAWSResource", {"action": "kms:CreateGrant"}, maybe("S15:kms:GrantIsForAWSResource", "false")),
        ("kms:GrantIsForAWSResource", {}, None),
        ("kms:GranteePrincipal", CREATE, (APP,)),
        ("kms:RetiringPrincipal", CREATE, (BOB,)),
        ("kms:GranteeServicePrincipal", CREATE, None),
        ("kms:GrantOperations", CREATE, ("Decrypt", "Encrypt")),
        ("kms:GrantConstraintType", CREATE, ("EncryptionContextSubset",)),
        ("kms:EncryptionContext:app", CREATE, ("x",)),
        ("kms:KeySpec", {"action": "kms:CreateAlias", "resources": (f"arn:aws:kms:us-west-2:{ACCOUNT}:alias/x",)}, None),
        ("kms:ReEncryptOnSameKey", {"action": "kms:ReEncrypt", "resources": (KEY, KEY)}, ("true",)),
        ("kms:ReEncryptOnSameKey", {"action": "kms:ReEncrypt", "resources": (KEY, KEY[:-1] + "c")}, ("false",)),
    ],
)
def test_request(key: str, request_: dict[str, Any], values: Seen) -> None:
    """What the request holds is seen on the actions that carry the key, and nowhere else."""
    assert lookup(key, **request_) == values


def test_a_tag_that_is_known_is_no_other_one_by_a_request() -> None:
    """Where not all tags of a key are told, a request may tell further ones, and change none that is known."""
    key = THE_KEY._replace(untold=frozenset({"tags"}))
    authorizer = Authorizer(bundle(principals=PRINCIPALS, key=key))
    asked = Request(APP, "kms:Decrypt", context={"aws:ResourceTag/Env": ("test",), "aws:ResourceTag/team": ("red",)})
    view = authorizer.view(authorizer.plans(asked)[0], asked)
    assert find(view, "aws:resourcetag/env") == ("prod",)
    assert find(view, "aws:resourcetag/team") == ("red",)
