"""Small random worlds: bundles over a small alphabet, and every request over it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

from kmsgen.authorizer import Request
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, Organization, PrincipalPolicies
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant, GrantConstraints

KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
HOME, OTHER = "111122223333", "444455556666"
APP = f"arn:aws:iam::{HOME}:role/app"
OPS = f"arn:aws:iam::{HOME}:role/team/ops"
USER = f"arn:aws:iam::{HOME}:user/alice"
ROOT = f"arn:aws:iam::{HOME}:root"
SESSION = f"arn:aws:sts::{HOME}:assumed-role/app/blue"
PARTNER = f"arn:aws:iam::{OTHER}:role/partner"
STRANGER = "arn:aws:iam::777788889999:role/stranger"
FEDERATED = f"arn:aws:sts::{HOME}:federated-user/alice"
LINKED = f"arn:aws:iam::{HOME}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
SERVICE, OTHER_SERVICE = "logs.us-west-2.amazonaws.com", "sns.amazonaws.com"
PRINCIPALS = (APP, OPS, USER, ROOT, SESSION, PARTNER, STRANGER, FEDERATED, LINKED, SERVICE, OTHER_SERVICE, "*")
ACTIONS = ("kms:Decrypt", "kms:Encrypt", "kms:DescribeKey", "kms:CreateGrant", "kms:PutKeyPolicy", "kms:TagResource")
ACTION_PATTERNS = (*ACTIONS, "kms:*", "kms:De*", "kms:*crypt", "*", "kms:?ncrypt")
NAMED = (
    *(Principal("AWS", one) for one in (APP, OPS, USER, ROOT, SESSION, PARTNER, HOME, OTHER, FEDERATED, LINKED, "*")),
    Principal("Service", SERVICE),
    Principal("*", "*"),
)
Pool = tuple[tuple[str, str, tuple[tuple[str, ...], ...]], ...]
TEAM = "${aws:PrincipalTag/team}"
CONDITIONS: Pool = (
    ("String", "kms:ViaService", (("s3.us-west-2.amazonaws.com",), ("s3.*.amazonaws.com", "*.eu-west-1.amazonaws.com"), ("*",))),
    ("Bool", "aws:ViaAWSService", (("true",), ("false",))),
    ("String", "kms:CallerAccount", ((HOME,), (OTHER,), ("*",), ("1111*",))),
    ("String", "aws:PrincipalAccount", ((HOME,), ("4*", HOME))),
    ("String", "aws:PrincipalOrgID", (("o-home",), ("o-*",))),
    ("Arn", "aws:PrincipalArn", ((APP,), (f"arn:aws:iam::{HOME}:role/*",), ("arn:aws:iam::*:role/team/*",), (ROOT, USER))),
    ("String", "aws:PrincipalArn", (("*:role/a*",), (f"arn:aws:iam::{HOME}:*", PARTNER))),
    ("String", "aws:PrincipalType", (("AssumedRole",), ("User", "Account"))),
    ("String", "aws:username", (("alice",), ("b*",))),
    ("String", "aws:PrincipalTag/team", (("red",), ("r*", "blue"))),
    ("String", "kms:EncryptionContext:app", (("red",), ("r*",), (TEAM,), (f"team-{TEAM}",), ("team-red",), ("${aws:username}",))),
    ("String", "kms:EncryptionContext:Zone", (("a", "b"), ("?",))),
    ("Set", "kms:EncryptionContextKeys", (("app",), ("app", "Zone"), ("a*",), ("zone",))),
    ("Set", "aws:CalledVia", (("athena.amazonaws.com",), ("a*",))),
    ("Ip", "aws:SourceIp", (("10.0.0.0/8",), ("10.1.0.0/16", "2001:db8::/32"))),
    ("String", "aws:SourceVpce", (("vpce-1",), ("vpce-*",))),
    ("Date", "aws:CurrentTime", (("2026-01-01T00:00:00Z",), ("2027-01-01T00:00:00Z",))),
    ("Bool", "aws:MultiFactorAuthPresent", (("true",),)),
    ("Numeric", "aws:MultiFactorAuthAge", (("3600",), ("300",))),
    ("Bool", "kms:GrantIsForAWSResource", (("true",), ("false",))),
    ("Set", "kms:GrantOperations", (("Decrypt",), ("Decrypt", "Encrypt"))),
    ("String", "kms:GranteePrincipal", ((APP,), (f"arn:aws:iam::{HOME}:*",))),
    ("String", "kms:GrantConstraintType", (("EncryptionContextSubset",),)),
    ("Arn", "aws:SourceArn", ((f"arn:aws:logs:us-west-2:{HOME}:log-group:/x/*",),)),
    ("String", "aws:SourceAccount", ((HOME,),)),
    ("String", "kms:KeySpec", (("SYMMETRIC_DEFAULT",), ("RSA_2048",))),
    ("Set", "kms:ResourceAliases", (("alias/one",),)),
    ("String", "aws:ResourceTag/env", (("prod",),)),
    ("String", "kms:RequestAlias", (("alias/one",),)),
    ("Set", "aws:TagKeys", (("env",), ("env", "team"))),
    ("String", "aws:RequestTag/env", (("prod",),)),
)  # fmt: skip
OPERATORS = {
    "String": ("StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "StringEqualsIgnoreCase",
        "StringNotEqualsIfExists", "StringEqualsIfExists", "StringLikeIfExists"),
    "Arn": ("ArnLike", "ArnNotLike", "ArnEquals", "ArnLikeIfExists", "ArnNotEquals"),
    "Bool": ("Bool", "BoolIfExists"),
    "Set": ("ForAllValues:StringEquals", "ForAnyValue:StringLike", "ForAnyValue:StringEquals", "ForAllValues:StringLike",
        "ForAllValues:StringNotEquals", "ForAnyValue:StringNotLike", "ForAllValues:StringEqualsIfExists"),
    "Ip": ("IpAddress", "NotIpAddress", "NotIpAddressIfExists"),
    "Date": ("DateLessThan", "DateGreaterThanEquals", "DateEquals"),
    "Numeric": ("NumericLessThan", "NumericGreaterThanEquals", "NumericLessThanIfExists"),
}  # fmt: skip
# what a request can say of each key, beside nothing
CONTEXTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "kms:ViaService": (("s3.us-west-2.amazonaws.com",), ("s3.eu-west-1.amazonaws.com",), ("rds.us-west-2.amazonaws.com",)),
    "aws:ViaAWSService": (("true",),),
    "aws:PrincipalOrgID": (("o-home",), ("o-other",)),
    "aws:PrincipalTag/team": (("red",), ("rust",), ("blue",)),
    "aws:CalledVia": (("athena.amazonaws.com",), ("cloudformation.amazonaws.com",), ("athena.amazonaws.com", "x.amazonaws.com")),
    "aws:SourceIp": (("10.1.2.3",), ("10.9.9.9",), ("192.0.2.1",), ("2001:db8::1",)),
    "aws:SourceVpce": (("vpce-1",), ("vpce-2",)),
    "aws:CurrentTime": (
        ("2025-06-01T00:00:00Z",),
        ("2026-01-01T00:00:00Z",),
        ("2026-06-01T00:00:00Z",),
        ("2028-01-01T00:00:00Z",),
    ),
    "aws:MultiFactorAuthPresent": (("true",), ("false",)),
    "aws:MultiFactorAuthAge": (("100",), ("3600",)),
    "kms:GrantIsForAWSResource": (("true",),),
    "aws:SourceArn": ((f"arn:aws:logs:us-west-2:{HOME}:log-group:/x/y",), ("arn:aws:s3:::b",)),
    "aws:SourceAccount": ((HOME,), (OTHER,)),
    "kms:RequestAlias": (("alias/one",),),
}
ENCRYPTION_CONTEXTS: tuple[dict[str, str], ...] = (
    {}, {"app": "red"}, {"app": "rust"}, {"app": "blue"}, {"app": "team-red"}, {"app": "alice"}, {"Zone": "a"}, {"zone": "b"},
    {"app": "red", "Zone": "a"}, {"app": "red", "other": "x"}, {"other": "x"}, {"APP": "red"},
)  # fmt: skip
GRANTS_TO_CREATE = (
    Grant("n", APP, ("Decrypt",)),
    Grant("n", PARTNER, ("Decrypt", "Encrypt")),
    Grant("n", APP, ("DescribeKey",), GrantConstraints(encryption_context_subset=(("app", "red"),))),
    Grant("n", APP, ("Decrypt",), GrantConstraints(encryption_context_equals=(("app", "red"), ("Zone", "a")))),
)
TAGS: tuple[dict[str, tuple[str, ...]], ...] = (
    {},
    {"aws:RequestTag/env": ("prod",), "aws:TagKeys": ("env",)},
    {"aws:RequestTag/env": ("dev",), "aws:TagKeys": ("env", "team")},
    {"aws:TagKeys": ("other",)},
)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes random policies; `few` condition keys keep the requests to try few."""

    rng: random.Random
    pool: Pool

    def condition(self) -> Condition:
        """Make a condition."""
        family, key, values = self.rng.choice(self.pool)
        if self.rng.random() < 0.12:
            return Condition("Null", key, (self.rng.choice(("true", "false")),))
        return Condition(self.rng.choice(OPERATORS[family]), key, self.rng.choice(values))

    def conditions(self, most: int = 2) -> tuple[Condition, ...]:
        """Make conditions, a key once in each operator."""
        found = [self.condition() for _ in range(self.rng.randint(0, most))]
        return tuple({(one.operator, one.key): one for one in found}.values())

    def statement(self, effect: Effect | None = None, *, principals: bool = True) -> Statement:
        """Make a statement."""
        rng = self.rng
        effect = effect or rng.choices((Effect.ALLOW, Effect.DENY), (3, 1))[0]
        who = tuple(rng.sample(NAMED, rng.randint(1, 2))) if principals else None
        not_principal = principals and effect is Effect.DENY and rng.random() < 0.15
        resource = KEY if rng.random() < 0.8 or not principals else "*"
        return Statement(
            effect,
            tuple(rng.sample(ACTION_PATTERNS, rng.randint(1, 2))),
            (rng.choice((resource, "*", "arn:aws:kms:*:${aws:PrincipalAccount}:key/*")),),
            who,
            self.conditions(),
            not_principal=not_principal,
            not_action=rng.random() < 0.08,
        )

    def document(self, most: int, *, principals: bool) -> Document:
        """Make a policy."""
        return Document(tuple(self.statement(principals=principals) for _ in range(self.rng.randint(1, most))))

    def guard(self, *, principals: bool) -> Document:
        """Make a policy that limits: everything but what a Deny takes away, or a random one."""
        everyone = (Principal("*", "*"),) if principals else None
        base = Statement(Effect.ALLOW, ("*",), ("*",), everyone)
        deny = self.statement(Effect.DENY, principals=False)
        deny = Statement(deny.effect, deny.actions, deny.resources, everyone, deny.conditions)
        return Document((base, deny)) if self.rng.random() < 0.7 else self.document(2, principals=principals)

    def beside(self) -> PrincipalPolicies:
        """Make what stands beside a principal."""
        rng = self.rng
        return PrincipalPolicies(
            identity_policies=tuple(self.document(2, principals=False) for _ in range(rng.randint(0, 1))),
            boundary=self.guard(principals=False) if rng.random() < 0.2 else None,
            session_policies=(self.guard(principals=False),) if rng.random() < 0.15 else (),
            scps=tuple((self.guard(principals=False),) for _ in range(rng.choice((0, 0, 1, 2)))),
            tags=(("team", "red"),) if rng.random() < 0.3 else (),
            organization=Organization("o-home") if rng.random() < 0.2 else None,
        )

    def grant(self, number: int) -> Grant:
        """Make a grant."""
        rng = self.rng
        pairs = rng.choice(((("app", "red"),), (("app", "red"), ("Zone", "a")), (("App", "rust"),)))
        constraints = rng.choice(
            (
                GrantConstraints(),
                GrantConstraints(encryption_context_subset=pairs),
                GrantConstraints(encryption_context_equals=pairs),
                GrantConstraints(source_arn=f"arn:aws:logs:us-west-2:{HOME}:log-group:/x/y"),
            )
        )
        operations = tuple(rng.sample(("Decrypt", "Encrypt", "DescribeKey", "CreateGrant"), rng.randint(1, 3)))
        return Grant(f"g{number}", rng.choice((APP, USER, PARTNER, ROOT, SESSION)), operations, constraints)

    def bundle(self) -> Bundle:
        """Make a bundle of one key."""
        rng = self.rng
        key = Key(
            KEY, tags=(("env", "prod"),) if rng.random() < 0.5 else (), aliases=("alias/one",) if rng.random() < 0.5 else ()
        )
        grants = tuple(self.grant(number) for number in range(rng.choice((0, 0, 0, 1, 2))))
        described = {one: self.beside() for one in rng.sample((APP, USER, PARTNER, SESSION), rng.choice((0, 0, 1, 2)))}
        rcps = ((Document((Statement(Effect.ALLOW, ("*",), ("*",), (Principal("*", "*"),)),)),), (self.guard(principals=True),))
        endpoints = {"vpce-1": self.guard(principals=True)} if rng.random() < 0.15 else {}
        policy = self.document(4, principals=True)
        return Bundle((KeyAccess(key, policy, grants),), described, rcps if rng.random() < 0.15 else (), endpoints)


def maker(seed: int, keys: int = 3) -> Maker:
    """Return a maker of worlds in which policies look at a few condition keys only."""
    rng = random.Random(seed)  # noqa: S311 - a seed makes a world, it keeps no secret
    return Maker(rng, tuple(rng.sample(CONDITIONS, keys)))


def requests(pool: Pool, *, endpoints: bool) -> Iterator[Request]:
    """Yield every request over the alphabet that the keys of a pool, and always the encryption context, can tell apart."""
    keys = [key for _, key, _ in pool]
    spoken = [key for key in CONTEXTS if key in keys or (key == "aws:SourceVpce" and endpoints)]
    if any(key.startswith("kms:EncryptionContext:") for key in keys) and "aws:PrincipalTag/team" not in spoken:
        spoken.append("aws:PrincipalTag/team")
    if "aws:MultiFactorAuthAge" in spoken and "aws:MultiFactorAuthPresent" not in spoken:
        spoken.append("aws:MultiFactorAuthPresent")
    choices = [((), *((key, values) for values in CONTEXTS[key])) for key in spoken]
    tags = TAGS if any(key in ("aws:TagKeys", "aws:RequestTag/env") for key in keys) else ({},)
    for principal, action, chosen in itertools.product(PRINCIPALS, ACTIONS, itertools.product(*choices)):
        context = {pair[0]: pair[1] for pair in chosen if pair}
        if "aws:CurrentTime" in spoken and "aws:CurrentTime" not in context:
            continue  # every request has a time
        for variant in _variants(principal, action, tags):
            yield Request(
                principal, action, context={**context, **variant.context}, encryption_context=variant.encryption_context,
                create_grant=variant.create_grant,
            )  # fmt: skip


def _variants(principal: str, action: str, tags: tuple[dict[str, tuple[str, ...]], ...]) -> Iterator[Request]:
    if action == "kms:CreateGrant":
        yield from (Request(principal, action, create_grant=grant) for grant in GRANTS_TO_CREATE)
    elif action == "kms:TagResource":
        yield from (Request(principal, action, context=context) for context in tags)
    elif action in ("kms:Decrypt", "kms:Encrypt"):
        yield from (Request(principal, action, encryption_context=pairs) for pairs in ENCRYPTION_CONTEXTS)
    else:
        yield Request(principal, action)
