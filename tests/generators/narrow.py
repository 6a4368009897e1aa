"""Scenarios in which all access to one action hangs on conditions: what a proof about them is right or wrong by."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.generators import names as n
from tests.generators import vocabulary as v
from tests.generators.conditions import Conditions, Profile
from tests.generators.coverage import Coverage
from tests.generators.policies import Policies

Data = dict[str, Any]
PROFILE = Profile(variables=0.45, odd=0.0, mixed=0.05)
GROUPS: tuple[tuple[str, ...], ...] = (
    ("kms:EncryptionContext:app", "kms:EncryptionContextKeys"),
    ("kms:EncryptionContext:app", "kms:EncryptionContext:env", "aws:PrincipalTag/team"),
    ("kms:EncryptionContext:level",),
    ("kms:EncryptionContext:when",),
    ("kms:EncryptionContext:from",),
    ("aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"),
    ("aws:SourceIp",),
    ("aws:CurrentTime", "aws:EpochTime"),
    ("aws:username", "aws:userid", "aws:PrincipalArn"),
    ("aws:PrincipalTag/team", "aws:ResourceTag/team"),
    ("aws:PrincipalTag/team", "aws:SourceIdentity"),
    ("aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent"),
    ("aws:PrincipalAccount", "kms:CallerAccount"),
    ("aws:SourceVpce", "aws:SourceVpc"),
    ("kms:ViaService", "aws:ViaAWSService"),
    ("aws:TokenIssueTime",),
)
"""Condition keys that belong together."""
PARAMETERS = {
    "ScheduleKeyDeletion": ("kms:ScheduleKeyDeletionPendingWindowInDays", "kms:TrailingDaysWithoutKeyUsage"),
    "EnableKeyRotation": ("kms:RotationPeriodInDays",),
    "TagResource": ("aws:RequestTag/team", "aws:TagKeys"),
    "CreateGrant": ("kms:GrantOperations", "kms:GranteePrincipal", "kms:GrantConstraintType", "kms:RetiringPrincipal"),
}
NAMED: tuple[Any, ...] = (n.APP, [n.BOB, n.APP], n.ROOT, n.CI, n.GUEST)
WHO: tuple[Any, ...] = ("*", {"AWS": "*"}, *({"AWS": names} for names in NAMED))
TAGS: tuple[dict[str, str], ...] = ({}, {"team": "red"}, {"Team": "blue"})
ADMIN: Data = {
    "Sid": "Admin", "Effect": "Allow", "Principal": {"AWS": n.iam("role/admin")},
    "Action": ["kms:PutKeyPolicy", "kms:GetKeyPolicy"], "Resource": "*",
}  # fmt: skip


def narrow(seed: int, coverage: Coverage | None = None) -> tuple[Data, str]:
    """Make a scenario in which one action is allowed under conditions, and denied under others; return it with the action."""
    rng = Random(seed)  # noqa: S311 - a seed makes a scenario
    action = rng.choice(("Decrypt", "Decrypt", "Decrypt", "Encrypt", "DescribeKey", *PARAMETERS))
    policies = Policies(Conditions(rng, _pool(rng, action), PROFILE, coverage or Coverage()))
    allows = [_statement(policies, "Allow", action, rng.choice(WHO)) for _ in range(rng.choice((1, 1, 2)))]
    denies = [_statement(policies, "Deny", action, rng.choice(WHO[:2])) for _ in range(rng.choice((0, 1, 1, 2)))]
    made: Data = {
        "key": {"arn": n.KEY, "tags": rng.choice(TAGS), "aliases": rng.choice(([], ["alias/pay"]))},
        "policy": {"Version": "2012-10-17", "Statement": [ADMIN, *allows, *denies]},
        "grants": [],
        "keys": [{"key": {"arn": n.OTHER_KEY}, "policy": {"Version": "2012-10-17", "Statement": [ADMIN]}}],
        "principals": _beside(policies, action) if rng.random() < 0.35 else {},
        "rcps": [],
        "vpc_endpoint_policies": {"vpce-1": policies.guard(principals=True)} if rng.random() < 0.15 else {},
    }
    return json.loads(json.dumps(made)), action


def _pool(rng: Random, action: str) -> tuple[v.Key, ...]:
    """Choose one to three keys: some that belong together, strings that variables tie, or keys of one type."""
    wanted = PARAMETERS.get(action, ())
    own = rng.sample([key for key in v.KEYS if key.name in wanted], min(len(wanted), 1))
    kind = rng.random()
    if kind < 0.45:
        group = rng.choice([names for names in GROUPS if action in ("Decrypt", "Encrypt") or not names[0].startswith("kms:E")])
        return tuple(dict.fromkeys([*own, *(key for key in v.KEYS if key.name in group)]))
    told = [key for key in v.KEYS if key.told in ("context", "pairs") and not key.actions]
    told = [key for key in told if action != "DescribeKey" or key.told != "pairs"]
    wanted_type = rng.choice(v.TYPES)
    typed = [key for key in told if key.type == wanted_type] or told
    several = typed if kind < 0.7 else [key for key in told if key.type == v.STRING]
    return tuple(dict.fromkeys([*own, *(rng.choice(several) for _ in range(rng.choice((1, 1, 2, 3))))]))


def _statement(policies: Policies, effect: str, action: str, who: Any) -> Data:
    statement = policies.statement(principals=True, effect=effect)
    for element in ("NotPrincipal", "NotAction", "NotResource"):
        statement.pop(element, None)
    if policies.conditions.chance(0.9) or effect == "Deny":
        statement["Condition"] = policies.conditions.block()
    return {**statement, "Principal": who, "Action": f"kms:{action}", "Resource": "*"}


def _beside(policies: Policies, action: str) -> Data:
    """Make one principal whose IAM policy decides, with variables in its Resource."""
    resource = policies.rng.choice(
        (
            "*",
            f"arn:aws:kms:*:*:key/{n.KEY_ID[:9]}${{aws:PrincipalTag/key}}",
            "arn:aws:kms:us-west-2:111122223333:key/${aws:PrincipalTag/key}",
            f"{n.KEY[:-5]}*",
        )
    )
    allow = {**_statement(policies, "Allow", action, "*"), "Resource": resource}
    del allow["Principal"]
    arn = policies.rng.choice((n.APP, n.BOB))
    return {arn: {"identity_policies": [{"Version": "2012-10-17", "Statement": [allow]}]}}
