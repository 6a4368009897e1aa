"""Random condition blocks: operators with values of the right kind, on keys that requests often carry."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.differential import alphabet as a

STRINGS = ("StringEquals", "StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase")  # fmt: skip
NUMBERS = ("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
    "NumericGreaterThanEquals")  # fmt: skip
DATES = ("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals")
ARNS = ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringEquals", "StringLike")
ADDRESSES = ("IpAddress", "IpAddress", "NotIpAddress")

Values = list[str]
TEXT_KEYS: dict[str, Values] = {
    "kms:EncryptionContext:app": [
        "pay", "pay", "Pay", "web", "pa*", "p?y", "${aws:username}", "${aws:PrincipalTag/team}",
        "${aws:PrincipalTag/team, 'none'}", "${*}", "*",
    ],
    "KMS:encryptioncontext:APP": ["pay", "web"],
    "kms:EncryptionContext:aws:s3:arn": ["arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/x"],
    "kms:ViaService": ["s3.us-west-2.amazonaws.com", "s3.*.amazonaws.com", "rds.us-west-2.amazonaws.com"],
    "kms:CallerAccount": [a.OWN, a.PARTNER, "*"],
    "kms:KeySpec": ["SYMMETRIC_DEFAULT", "RSA_*", "HMAC_256"],
    "kms:KeyUsage": ["ENCRYPT_DECRYPT", "SIGN_VERIFY"],
    "kms:KeyOrigin": ["AWS_KMS", "EXTERNAL"],
    "kms:EncryptionAlgorithm": ["SYMMETRIC_DEFAULT", "RSAES_*"],
    "kms:GranteePrincipal": [a.APP, "arn:aws:iam::*:role/*"],
    "kms:RetiringPrincipal": [a.BOB],
    "kms:GrantConstraintType": ["EncryptionContextSubset", "EncryptionContext*"],
    "aws:PrincipalAccount": [a.OWN, a.PARTNER],
    "aws:PrincipalType": ["User", "AssumedRole", "FederatedUser", "Account"],
    "aws:PrincipalOrgID": ["o-exampleorgid", "o-*"],
    "aws:username": ["bob", "eve", "b*"],
    "aws:PrincipalTag/team": ["pay", "web", "${kms:EncryptionContext:app}"],
    "aws:RequestedRegion": ["us-west-2", "eu-*"],
    "aws:ResourceAccount": [a.OWN, a.PARTNER],
    "aws:SourceVpce": ["vpce-1", "vpce-*"],
    "aws:SourceAccount": [a.OWN],
    "aws:SourceIdentity": ["alice", "bob", "a*"],
    "aws:PrincipalServiceName": [a.LOGS, "*.amazonaws.com"],
    "aws:userid": ["AROAEXAMPLEROLEID0000:*", "AIDAEXAMPLEUSERID0000"],
}  # fmt: skip
ARN_KEYS: dict[str, Values] = {
    "aws:PrincipalArn": [a.APP, a.BOB, "arn:aws:iam::111122223333:role/*", "arn:aws:iam::*:user/*", a.ROOT, a.GUEST,
        "arn:aws:iam::${aws:PrincipalAccount}:role/app"],
    "aws:SourceArn": [a.TOPIC, "arn:aws:sns:*:111122223333:*"],
}  # fmt: skip
NUMBER_KEYS: dict[str, Values] = {
    "aws:MultiFactorAuthAge": ["300", "60", "1000"],
    "kms:ScheduleKeyDeletionPendingWindowInDays": ["7", "21", "30"],
    "kms:RotationPeriodInDays": ["365", "180"],
}
DATE_KEYS: dict[str, Values] = {
    "aws:CurrentTime": ["2026-06-30T23:00:00Z", "2026-06-01T12:00:00Z", "2026-07-01", "1782864000"],
    "aws:EpochTime": ["1782864000", "2026-06-01T12:00:00Z"],
    "aws:TokenIssueTime": ["2026-06-01T11:00:00Z", "2026-05-01T00:00:00Z"],
}
FLAG_KEYS = (
    "aws:MultiFactorAuthPresent", "aws:SecureTransport", "aws:ViaAWSService", "aws:PrincipalIsAWSService",
    "kms:GrantIsForAWSResource", "kms:MultiRegion", "kms:BypassPolicyLockoutSafetyCheck",
)  # fmt: skip
MULTI_KEYS: dict[str, Values] = {
    "kms:EncryptionContextKeys": ["app", "env", "App", "a*"],
    "kms:GrantOperations": ["Decrypt", "Encrypt", "CreateGrant", "*crypt"],
    "aws:TagKeys": ["team", "env"],
    "aws:PrincipalOrgPaths": ["o-exampleorgid/r-ab12/*", "o-exampleorgid/r-ab12/ou-ab12-11111111/"],
    "aws:CalledVia": ["cloudformation.amazonaws.com", "*.amazonaws.com"],
}
KEY_TAG_KEYS: dict[str, Values] = {"aws:ResourceTag/team": ["pay", "web"]}
NULL_KEYS = ("kms:ViaService", "kms:EncryptionContext:app", "aws:SourceVpce", "aws:username", "aws:PrincipalOrgID",
    "kms:EncryptionContextKeys", "kms:GrantConstraintType", "aws:PrincipalTag/team",
    "kms:BypassPolicyLockoutSafetyCheck")  # fmt: skip


def block(random: Random, *, in_key_policy: bool) -> dict[str, dict[str, Any]]:
    """Make a Condition element of one to three conditions. Key tags are left to IAM policies (C4)."""
    found: dict[str, dict[str, Any]] = {}
    for _ in range(random.choice((1, 1, 1, 2, 2, 3))):
        operator, key, values = _one(random, in_key_policy=in_key_policy)
        found.setdefault(operator, {}).setdefault(key, values)
    return found


def _one(random: Random, *, in_key_policy: bool) -> tuple[str, str, Any]:
    kind = random.choices(
        ("text", "arn", "number", "date", "flag", "address", "multi", "tag", "null"), (12, 4, 2, 3, 3, 2, 4, 2, 2)
    )[0]
    if kind == "null":
        return "Null", random.choice(NULL_KEYS), random.choice(("true", "false"))
    if kind == "flag":
        return _optional(random, "Bool"), random.choice(FLAG_KEYS), random.choice(("true", "false"))
    if kind == "address":
        values = _some(random, ["203.0.113.0/24", "198.51.100.7", "2001:db8::/32"])
        return _optional(random, random.choice(ADDRESSES)), "aws:SourceIp", values
    if kind == "multi":
        key = random.choice(list(MULTI_KEYS))
        quantifier = random.choice(("ForAllValues", "ForAnyValue"))
        return f"{quantifier}:{random.choice(STRINGS)}", key, _some(random, MULTI_KEYS[key])
    tables = {"text": (TEXT_KEYS, STRINGS), "arn": (ARN_KEYS, ARNS), "number": (NUMBER_KEYS, NUMBERS), "date": (DATE_KEYS, DATES)}
    table, operators = tables.get(kind, (TEXT_KEYS if in_key_policy else KEY_TAG_KEYS, STRINGS))
    key = random.choice(list(table))
    return _optional(random, random.choice(operators)), key, _some(random, table[key])


def _optional(random: Random, operator: str) -> str:
    return operator + random.choice(("", "", "", "IfExists"))


def _some(random: Random, values: Values) -> Any:
    chosen = random.sample(values, random.choice((1, 1, 1, min(2, len(values)))))
    return chosen[0] if len(chosen) == 1 else chosen
