"""Who and what scenarios are about: few accounts, principals and keys, so that policies and requests often meet."""

from __future__ import annotations

from typing import Any

OWN, PARTNER, STRANGER = "111122223333", "444455556666", "777788889999"
REGION, OTHER_REGION = "us-west-2", "eu-west-1"
KEY_ID, OTHER_ID = "1234abcd-12ab-34cd-56ef-1234567890ab", "0987dcba-09fe-87dc-65ba-ab0987654321"
MULTI_REGION_ID = "mrk-1234abcd12ab34cd56ef1234567890ab"


def key_arn(identifier: str = KEY_ID, account: str = OWN, region: str = REGION) -> str:
    """Return the ARN of a key."""
    return f"arn:aws:kms:{region}:{account}:key/{identifier}"


def iam(name: str, account: str = OWN) -> str:
    """Return the ARN of an IAM principal."""
    return f"arn:aws:iam::{account}:{name}"


def sts(name: str, account: str = OWN) -> str:
    """Return the ARN of a session."""
    return f"arn:aws:sts::{account}:{name}"


KEY, OTHER_KEY = key_arn(), key_arn(OTHER_ID)
ROOT, PARTNER_ROOT = iam("root"), iam("root", PARTNER)
BOB, EVE, ZOE = iam("user/bob"), iam("user/team/eve"), iam("user/zoe", PARTNER)
APP, WEB, PARTNER_ROLE = iam("role/app"), iam("role/team/web"), iam("role/partner", PARTNER)
LINKED = iam("role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS")
SSO = iam("role/aws-reserved/sso.amazonaws.com/us-west-2/AWSReservedSSO_Admin_0123456789abcdef")
CI, BLUE, WEB_X = sts("assumed-role/app/ci"), sts("assumed-role/app/blue"), sts("assumed-role/web/x")
GHOST = sts("assumed-role/ghost/some")
INSTANCE = sts("assumed-role/app/i-0123456789abcdef0")
PARTNER_CI = sts("assumed-role/partner/ci", PARTNER)
LINKED_SESSION = sts("assumed-role/AWSServiceRoleForRDS/rds")
SSO_SESSION = sts("assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ana")
GUEST, FEDERATED_BOB = sts("federated-user/guest"), sts("federated-user/bob")
LOGS, SNS, LAMBDA = "logs.us-west-2.amazonaws.com", "sns.amazonaws.com", "lambda.amazonaws.com"
UPPER_BOB = iam("user/Bob", PARTNER)
STRANGE_ROLE, STRANGE_USER = iam("role/stranger", STRANGER), iam("user/x", STRANGER)

DESCRIBED = (APP, WEB, BOB, EVE, PARTNER_ROLE, ZOE, ROOT, CI, GUEST, FEDERATED_BOB, LINKED, SSO, PARTNER_CI)
"""Principals that a scenario may describe."""
CALLERS: dict[str, tuple[str, ...]] = {
    "user": (BOB, EVE, ZOE, UPPER_BOB, STRANGE_USER),
    "role": (APP, WEB, PARTNER_ROLE, SSO, STRANGE_ROLE),
    "session": (CI, BLUE, WEB_X, PARTNER_CI, GHOST, INSTANCE, SSO_SESSION),
    "federated": (GUEST, FEDERATED_BOB),
    "root": (ROOT, PARTNER_ROOT),
    "service-linked": (LINKED, LINKED_SESSION),
    "service": (LOGS, SNS, LAMBDA),
    "anonymous": ("*",),
}
"""Callers of requests by kind; the last ones of each are often named by no policy."""

PRINCIPALS: dict[str, tuple[Any, ...]] = {
    "everyone": ("*", {"AWS": "*"}),
    "account": ({"AWS": ROOT}, {"AWS": OWN}),
    "other-account": ({"AWS": PARTNER_ROOT}, {"AWS": PARTNER}, {"AWS": [ROOT, PARTNER]}),
    "user": ({"AWS": BOB}, {"AWS": [BOB, EVE]}, {"AWS": ZOE}, {"AWS": UPPER_BOB}),
    "role": ({"AWS": APP}, {"AWS": [APP, PARTNER_ROLE]}, {"AWS": iam("role/ghost")}),
    "role-with-path": ({"AWS": WEB}, {"AWS": iam("role/a/b/ghost")}, {"AWS": SSO}),
    "session": ({"AWS": CI}, {"AWS": [WEB_X, PARTNER_CI]}, {"AWS": GHOST}),
    "federated": ({"AWS": GUEST}, {"AWS": [FEDERATED_BOB, GUEST]}),
    "service-linked": ({"AWS": LINKED},),
    "service": ({"Service": SNS}, {"Service": [LOGS, SNS]}),
    "several-kinds": ({"AWS": [APP, GUEST], "Service": LOGS}, {"AWS": [BOB, ROOT, CI]}),
    "other-partition": ({"AWS": "arn:aws-cn:iam::111122223333:role/app"},),
    "gone": ({"AWS": "AROAEXAMPLEROLEID0000"}, {"AWS": ["AIDAEXAMPLEUSERID0000", APP]}),
    "pattern": ({"AWS": iam("role/*")}, {"AWS": iam("user/b?b")}),
    "identity-provider": ({"Federated": "accounts.google.com"},),
    "canonical-user": ({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},),
}
"""Principal elements of statements, by production."""
COMMON = ("everyone", "account", "other-account", "user", "role", "role-with-path", "session", "federated", "service")
EXCLUSIONS: tuple[Any, ...] = (
    {"AWS": [BOB, ROOT]}, {"AWS": [CI, APP, ROOT]}, {"AWS": [CI, ROOT]}, {"AWS": [APP, ROOT]}, {"AWS": BOB},
    {"AWS": [ZOE, PARTNER_ROOT, BOB, ROOT]}, {"Service": SNS, "AWS": ROOT}, {"AWS": [GUEST, OWN]}, {"AWS": [ROOT, PARTNER]},
)  # fmt: skip
"""NotPrincipal elements."""
