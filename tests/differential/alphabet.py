"""The small alphabets from which random bundles and requests are put together, so that they often meet."""

from __future__ import annotations

from typing import Any

OWN, PARTNER = "111122223333", "444455556666"
REGION = "us-west-2"
KEY = f"arn:aws:kms:{REGION}:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_KEY = f"arn:aws:kms:{REGION}:{OWN}:key/0987dcba-09fe-87dc-65ba-ab0987654321"
TABLE = f"arn:aws:dynamodb:{REGION}:{OWN}:table/t"
TOPIC = f"arn:aws:sns:{REGION}:{OWN}:topic"


def _iam(account: str, name: str) -> str:
    return f"arn:aws:iam::{account}:{name}"


def _sts(account: str, name: str) -> str:
    return f"arn:aws:sts::{account}:{name}"


APP, WEB, BOB, EVE = (_iam(OWN, name) for name in ("role/app", "role/team/web", "user/bob", "user/team/eve"))
PARTNER_ROLE, PARTNER_USER = _iam(PARTNER, "role/partner"), _iam(PARTNER, "user/zoe")
LINKED = _iam(OWN, "role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS")
ROOT, PARTNER_ROOT = _iam(OWN, "root"), _iam(PARTNER, "root")
APP_CI, WEB_X, PARTNER_CI = (
    _sts(OWN, "assumed-role/app/ci"),
    _sts(OWN, "assumed-role/web/x"),
    _sts(PARTNER, "assumed-role/partner/ci"),
)
GUEST = _sts(OWN, "federated-user/guest")
LOGS, SNS = "logs.us-west-2.amazonaws.com", "sns.amazonaws.com"

PEOPLE = [APP, WEB, BOB, EVE, APP_CI, WEB_X, GUEST, PARTNER_ROLE, PARTNER_USER, PARTNER_CI, LINKED, ROOT]
ROLES = [APP, WEB, PARTNER_ROLE]
"""Roles of sessions: always described, as a session does not tell the path of its role (P1)."""
SERVICES = [LOGS, SNS]
ELEMENTS: list[Any] = [
    "*", {"AWS": "*"}, {"AWS": ROOT}, {"AWS": ROOT}, {"AWS": ROOT}, {"AWS": OWN}, {"AWS": PARTNER_ROOT}, {"AWS": PARTNER},
    {"AWS": APP}, {"AWS": [APP, BOB]}, {"AWS": [WEB, EVE, GUEST]}, {"AWS": APP_CI}, {"AWS": WEB_X}, {"AWS": GUEST},
    {"AWS": [PARTNER_ROLE, PARTNER_USER]}, {"AWS": PARTNER_CI}, {"AWS": LINKED}, {"AWS": [BOB, ROOT]},
    {"Service": SNS}, {"Service": [LOGS, SNS], "AWS": APP}, {"AWS": "AROAEXAMPLEROLEID0000"},
    {"Federated": "accounts.google.com"},
]  # fmt: skip
EXCLUSIONS: list[Any] = [
    {"AWS": [BOB, ROOT]}, {"AWS": [APP_CI, APP, ROOT]}, {"AWS": BOB}, {"AWS": [PARTNER_USER, PARTNER_ROOT, BOB, ROOT]},
    {"Service": SNS, "AWS": ROOT},
]  # fmt: skip

SYMMETRIC = [
    "Encrypt", "Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair", "ReEncryptFrom",
    "ReEncryptTo",
]  # fmt: skip
MANAGEMENT = [
    "DescribeKey", "PutKeyPolicy", "GetKeyPolicy", "ScheduleKeyDeletion", "DisableKey", "EnableKey", "TagResource",
    "UntagResource", "ListGrants", "RevokeGrant", "UpdateKeyDescription", "EnableKeyRotation", "GetKeyRotationStatus",
]  # fmt: skip
WITHOUT_KEY = ["CreateKey", "ListKeys", "ListAliases", "GenerateRandom"]
ACTIONS = [
    *SYMMETRIC,
    *SYMMETRIC,
    *SYMMETRIC,
    *MANAGEMENT,
    "CreateGrant",
    "CreateGrant",
    "RetireGrant",
    "Sign",
    "GenerateMac",
    *WITHOUT_KEY,
]
ACTION_PATTERNS = [
    "kms:*", "kms:*", "*", "kms:Decrypt", "kms:Encrypt", "kms:*crypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:Describe*",
    "kms:Get*", "kms:List*", "KMS:DECRYPT", "kms:CreateGrant", "kms:Create*", "kms:*Key", "kms:?ecrypt", "s3:*", "kms:*Resource",
]  # fmt: skip
RESOURCES: list[Any] = [
    "*", "*", "*", "*", "*", KEY, KEY, OTHER_KEY, "arn:aws:kms:*:*:key/*", f"arn:aws:kms:{REGION}:{OWN}:key/1234*",
    "arn:aws:kms:eu-west-1:*:key/*", f"arn:aws:kms:{REGION}:{OWN}:alias/*", [KEY, OTHER_KEY], "arn:aws:kms:us-west-?:*:key/*",
    f"arn:aws:kms:{REGION}:{OWN}:key/${{aws:PrincipalTag/key}}",
]  # fmt: skip

KEYS: list[dict[str, Any]] = [
    *([{}] * 10),
    {"state": "Disabled"}, {"state": "PendingDeletion"}, {"origin": "EXTERNAL"}, {"manager": "AWS"}, {"management_account": True},
    {"spec": "RSA_2048", "usage": "SIGN_VERIFY"}, {"spec": "HMAC_256", "usage": "GENERATE_VERIFY_MAC"},
    {"spec": "RSA_4096", "usage": "ENCRYPT_DECRYPT"}, {"spec": "ECC_NIST_P256", "usage": "KEY_AGREEMENT"},
]  # fmt: skip

ORGANIZATIONS: list[Any] = [
    None,
    None,
    {"id": "o-exampleorgid", "paths": ["o-exampleorgid/r-ab12/ou-ab12-11111111/"], "management_account": False},
    {"id": "o-exampleorgid", "paths": ["o-exampleorgid/r-ab12/"], "management_account": True},
    {"id": "o-otherorgid0", "paths": ["o-otherorgid0/r-zz99/"], "management_account": False},
]
ENCRYPTION_CONTEXTS: list[dict[str, str]] = [
    {}, {}, {"app": "pay"}, {"app": "pay"}, {"app": "web"}, {"app": "Pay"}, {"app": "pay", "env": "prod"}, {"App": "pay"},
    {"env": "prod"}, {"app": "bob"}, {"app": "none"}, {"aws:s3:arn": "arn:aws:s3:::bucket/x"}, {"app": "${aws:username}"},
]  # fmt: skip
CONTEXT: dict[str, list[Any]] = {
    "kms:ViaService": ["s3.us-west-2.amazonaws.com", "rds.us-west-2.amazonaws.com", "s3.eu-west-1.amazonaws.com"],
    "aws:SourceVpce": ["vpce-1", "vpce-2"],
    "aws:SourceVpc": ["vpc-1"],
    "aws:SourceIp": ["203.0.113.7", "198.51.100.7", "2001:db8::7"],
    "aws:MultiFactorAuthPresent": ["true", "false"],
    "aws:MultiFactorAuthAge": ["60", "300", "3600", "300.0"],
    "aws:TokenIssueTime": ["2026-06-01T11:00:00Z"],
    "aws:SourceIdentity": ["alice", "Bob"],
    "aws:SecureTransport": ["true", "false"],
    "aws:SourceArn": [TOPIC, TABLE],
    "aws:SourceAccount": [OWN, PARTNER],
    "aws:CalledVia": [["cloudformation.amazonaws.com", "s3.amazonaws.com"], ["athena.amazonaws.com"]],
    "aws:userid": ["AROAEXAMPLEROLEID0000:ci", "AIDAEXAMPLEUSERID0000"],
    # Claims that the request contradicts.
    "kms:CallerAccount": [OWN, PARTNER],
    "aws:PrincipalArn": [APP, BOB],
    "aws:PrincipalOrgID": ["o-exampleorgid"],
    "kms:EncryptionContext:app": ["pay"],
    "aws:username": ["bob"],
}
MOMENTS = [
    {"aws:CurrentTime": "2026-06-01T12:00:00Z", "aws:EpochTime": "1780315200"},
    {"aws:CurrentTime": "2026-07-01T01:00:00+02:00", "aws:EpochTime": "1782860400"},
    {"aws:CurrentTime": "2027-01-01T00:00:00Z", "aws:EpochTime": "1798761600"},
]
"""When requests are made: every request has a time, in both forms the same."""
CREDENTIALS = (
    "kms:ViaService", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:TokenIssueTime", "aws:SourceIdentity",
    "aws:CalledVia",
)  # fmt: skip
"""Keys that only calls made with a user's or a role's credentials carry."""
