"""Scenarios around a planted request: policies that allow it, and deny most of what is near it.

A request is made first, of values that policies need not name. Then tests that it passes are put into Allows, and tests that it
does not meet into Denies. So there is a request that a wrong proof overlooks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.generators import names as n
from tests.generators.holding import HOLDING, Test, complement

Data = dict[str, Any]
TEXTS = ("red", "rred", "Red", "blue", "reed", "kx7", "r-d", "red-suffix", "team-red", "RED")
NUMBERS = ("1.5", "0.25", "2.0", "10", "299.999", "-3", "01", "7.10")
ADDRESSES = ("10.0.0.9", "10.0.1.255", "203.0.113.128", "2001:db8::9", "192.0.2.1")
MOMENTS = ("2026-06-15T10:20:30Z", "2026-06-30T23:59:59.5Z", "2027-01-01T00:00:00Z", "2026-07-01T05:30:00+05:30")
SERVICES = ("athena.amazonaws.com", "cloudformation.amazonaws.com", "s3.amazonaws.com", "b.amazonaws.com", "kafka.amazonaws.com")
CALLERS = (n.APP, n.CI, n.BLUE, n.BOB, n.iam("user/Bob"), n.GHOST, n.INSTANCE, n.iam("role/kx7"), n.iam("user/kx7"))


@dataclass
class Planted:
    """A request in the making: what it holds, and the tests that it passes."""

    rng: Random
    principal: str
    action: str = "Decrypt"
    context: Data = field(default_factory=dict)
    pairs: dict[str, str] = field(default_factory=dict)
    key_tags: dict[str, str] = field(default_factory=dict)
    resource: str = "*"
    constraint: dict[str, str] | None = None  # of a grant that gives the access
    endpoint: bool = False
    tests: list[Test] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def test(self, family: str, key: str, value: Any) -> None:
        """Add tests of a family that the value of a key passes."""
        for _ in range(self.rng.choice((1, 2, 2, 3))):
            self.tests.append(self.rng.choice(HOLDING[family])(self.rng, key, value))


def _number(planted: Planted) -> None:
    value = planted.rng.choice(NUMBERS)
    planted.pairs["level"] = value
    planted.test("number", "kms:EncryptionContext:level", value)


def _text(planted: Planted) -> None:
    value = planted.rng.choice(TEXTS)
    planted.pairs["app"] = value
    planted.test("text", "kms:EncryptionContext:app", value)


def _tag(planted: Planted) -> None:
    value = planted.rng.choice(TEXTS)
    planted.context["aws:PrincipalTag/team"] = value
    planted.test("text", "aws:PrincipalTag/team", value)


def _address(planted: Planted) -> None:
    planted.context["aws:SourceIp"] = value = planted.rng.choice(ADDRESSES)
    planted.test("address", "aws:SourceIp", value)


def _moment(planted: Planted) -> None:
    planted.context["aws:CurrentTime"] = value = planted.rng.choice(MOMENTS)
    planted.test("moment", planted.rng.choice(("aws:CurrentTime", "aws:EpochTime")), value)


def _chain_of_services(planted: Planted) -> None:
    services = planted.rng.sample(SERVICES, planted.rng.choice((1, 2, 3, 3)))
    planted.context["aws:CalledVia"] = services
    planted.test("several", "aws:CalledVia", services)
    for key, value in (("aws:CalledViaFirst", services[0]), ("aws:CalledViaLast", services[-1])):
        if planted.rng.random() < 0.6:
            planted.test("text", key, value)


def _spelling(planted: Planted) -> None:
    """Give a pair a name in another case than policies write it."""
    written = planted.rng.choice(("App", "APP", "aPp", "app"))
    planted.pairs[written] = value = planted.rng.choice(TEXTS)
    planted.test("text", "kms:EncryptionContext:app", value)
    planted.test("several", "kms:EncryptionContextKeys", list(planted.pairs))


def _user_name(planted: Planted) -> None:
    planted.principal = planted.rng.choice((n.iam("user/Bob"), n.iam("user/kx7"), n.BOB))
    planted.test("text", "aws:username", planted.principal.rpartition("/")[2])


def _user_id(planted: Planted) -> None:
    session = planted.principal.rpartition("/")[2] if ":assumed-role/" in planted.principal else "some"
    value = f"AROAKX7EXAMPLE0000000:{session}" if ":user/" not in planted.principal else "AIDAKX7EXAMPLE0000000"
    planted.context["aws:userid"] = value
    planted.test("text", "aws:userid", value)


def _principal_arn(planted: Planted) -> None:
    if ":assumed-role/" not in planted.principal:
        planted.test("arn", "aws:PrincipalArn", planted.principal)


def _tie(planted: Planted) -> None:
    """Tie two or three keys: each is a text around the one before it."""
    value = planted.rng.choice(TEXTS)
    planted.context["aws:PrincipalTag/team"] = value
    before = "aws:PrincipalTag/team"
    for name in planted.rng.sample(("a", "b"), planted.rng.choice((1, 2))):
        head, tail = planted.rng.choice((("", ""), ("", ""), ("team-", ""), ("", "-suffix"), ("r", "d")))
        value = f"{head}{value}{tail}"
        planted.pairs[name] = value
        key = f"kms:EncryptionContext:{name}"
        ignoring = planted.rng.random() < 0.2
        planted.tests.append(Test("StringEqualsIgnoreCase" if ignoring else "StringEquals", key, (f"{head}${{{before}}}{tail}",)))
        planted.pairs[name] = value.upper() if ignoring else value
        planted.test("text", key, planted.pairs[name])
        before, value = key, planted.pairs[name]


def _two_variables(planted: Planted) -> None:
    """Tie one key to two others within one text."""
    first, second = planted.rng.sample(TEXTS, 2)
    planted.context["aws:PrincipalTag/team"], planted.context["aws:PrincipalTag/stage"] = first, second
    planted.pairs["both"] = f"{first}-{second}"
    tie = "${aws:PrincipalTag/team}-${aws:PrincipalTag/stage}"
    planted.tests.append(Test("StringEquals", "kms:EncryptionContext:both", (tie,)))
    planted.test("text", "kms:EncryptionContext:both", planted.pairs["both"])


def _apart(planted: Planted) -> None:
    """Ask two tied keys to differ."""
    first, second = planted.rng.sample(TEXTS, 2)
    planted.context["aws:PrincipalTag/team"], planted.pairs["app"] = first, second
    planted.tests.append(Test("StringNotEquals", "kms:EncryptionContext:app", ("${aws:PrincipalTag/team}",)))
    planted.test("text", "kms:EncryptionContext:app", second)
    planted.test("text", "aws:PrincipalTag/team", first)


_TIED = ("aws:PrincipalTag/first", "aws:PrincipalTag/second", "kms:EncryptionContext:c", "kms:EncryptionContext:d")


def _beside_variables(planted: Planted) -> None:
    """Compare two keys with each other, and each with its own text beside."""
    first, second = planted.rng.sample(_TIED, 2)
    values = dict(zip((first, second), planted.rng.sample(TEXTS, 2), strict=True))
    for key, value in values.items():
        held = planted.pairs if key.startswith("kms:") else planted.context
        held[key.rpartition(":")[2] if key.startswith("kms:") else key] = value
    for key, other in ((first, second), (second, first)):
        planted.tests.append(Test("StringEquals", key, (values[key], f"${{{other}}}")))
    planted.tests.append(Test("StringNotEquals", first, (f"${{{second}}}",)))


def _itself(planted: Planted) -> None:
    """Compare a key with itself."""
    planted.context["aws:PrincipalTag/team"] = planted.rng.choice(TEXTS)
    planted.tests.append(Test("StringEquals", "aws:PrincipalTag/team", ("${aws:PrincipalTag/team}",)))


def _abac(planted: Planted) -> None:
    """Tie a tag of the key to one of the caller; for IAM policies."""
    value = planted.rng.choice(TEXTS)
    planted.context["aws:PrincipalTag/team"] = planted.key_tags["team"] = value
    tied = planted.rng.sample(("aws:ResourceTag/team", "aws:PrincipalTag/team"), 2)
    planted.tests.append(Test("StringEquals", tied[0], (f"${{{tied[1]}}}",)))
    planted.test("text", "aws:PrincipalTag/team", value)


def _absent(planted: Planted) -> None:
    """Ask for a key to be absent, in several ways."""
    key = planted.rng.choice(("kms:EncryptionContext:none", "aws:PrincipalTag/none", "kms:ViaService", "aws:SourceVpce"))
    operator, value = planted.rng.choice((("Null", "true"), ("StringNotEquals", "red"), ("StringEqualsIfExists", "red")))
    planted.tests.append(Test(operator, key, (value,)))


def _resource(planted: Planted) -> None:
    """Name the key by a variable in a Resource; for IAM policies."""
    known = planted.rng.choice((9, 14, 0))
    planted.context["aws:PrincipalTag/key"] = n.KEY_ID[known:]
    planted.resource = f"arn:aws:kms:us-west-2:{n.OWN}:key/{n.KEY_ID[:known]}${{aws:PrincipalTag/key}}"


def _grant(planted: Planted) -> None:
    """Give the access by a grant, under a constraint on the encryption context."""
    planted.constraint = planted.rng.choice(({}, {"app": "kx7"}, {"App": "red"}))
    planted.pairs.update(planted.constraint)


def _endpoint(planted: Planted) -> None:
    """Come through a VPC endpoint with a policy of its own."""
    planted.endpoint = True
    told = {"aws:SourceVpce": "vpce-1", "aws:SourceVpc": "vpc-kx7", "aws:VpcSourceIp": "10.0.0.9", "aws:VpceAccount": n.OWN}
    planted.context.update(
        {**told, "aws:SourceVpcArn": f"arn:aws:ec2:us-west-2:{n.OWN}:vpc/vpc-kx7", "aws:VpceOrgID": "o-kx70000000"}
    )
    planted.test("text", "aws:SourceVpc", "vpc-kx7")
    beside = planted.rng.choice(("kms:ViaService", "aws:SourceVpce", "aws:VpceOrgID", "aws:PrincipalTag/none"))
    planted.tests.append(Test("StringEquals", "aws:SourceVpc", ("vpc-kx7", f"${{{beside}}}-x")))


KINDS: dict[str, Callable[[Planted], None]] = {
    "a number": _number,
    "a text": _text,
    "a tag": _tag,
    "an address": _address,
    "a moment": _moment,
    "services in a chain": _chain_of_services,
    "a name in another case": _spelling,
    "a user's name": _user_name,
    "an id": _user_id,
    "the principal's ARN": _principal_arn,
    "keys tied by a variable": _tie,
    "two variables in one text": _two_variables,
    "tied keys that differ": _apart,
    "texts beside variables": _beside_variables,
    "a key compared with itself": _itself,
    "a tag of the key": _abac,
    "absence": _absent,
    "a variable in a Resource": _resource,
    "a grant": _grant,
    "an endpoint": _endpoint,
}
GIVING = "Giving"
"""The Sid of the statement that gives the access."""
IN_IAM_ONLY = {"a tag of the key", "a variable in a Resource"}
ROUTES = {"an endpoint", "services in a chain", "an address"}
"""Kinds that say how the request comes: one of them at most."""
OF_ONE_TAG = {
    "a tag", "a tag of the key", "keys tied by a variable", "two variables in one text", "tied keys that differ",
    "a key compared with itself",
}  # fmt: skip
"""Kinds that give one tag of the caller a value: one of them at most."""


@dataclass(frozen=True)
class Found:
    """A scenario, the planted request that it should allow, and what kinds of tests it is made of."""

    scenario: Data
    request: Data
    kinds: tuple[str, ...]


def planted(seed: int) -> Found:
    """Make a scenario around a request."""
    rng = Random(seed)  # noqa: S311 - a seed makes a scenario
    made = Planted(rng, rng.choice(CALLERS))
    made.kinds = _kinds(rng)
    for kind in sorted(made.kinds, key=lambda name: name == "an id"):
        KINDS[kind](made)
    return Found(_scenario(made), _request(made), tuple(sorted(made.kinds)))


def _kinds(rng: Random) -> list[str]:
    chosen = rng.sample(list(KINDS), rng.choice((1, 1, 2, 2)))
    left = [kind for group in (ROUTES, OF_ONE_TAG) for kind in [one for one in chosen if one in group][1:]]
    by_grant = "a grant" in chosen
    return [kind for kind in chosen if kind not in left and not (by_grant and kind in IN_IAM_ONLY)]


def _request(made: Planted) -> Data:
    always: Data = {"aws:CurrentTime": "2026-06-15T10:20:30Z", "aws:UserAgent": "kx7", "aws:PrincipalOrgID": "o-kx70000000"}
    if ":user/" not in made.principal:
        always["aws:TokenIssueTime"] = "2026-06-15T09:00:00Z"
    session = made.principal.rpartition("/")[2] if ":assumed-role/" in made.principal else "some"
    always["aws:userid"] = "AIDAKX7EXAMPLE0000000" if ":user/" in made.principal else f"AROAKX7EXAMPLE0000000:{session}"
    route: Data = {} if {"aws:CalledVia", "aws:SourceVpce"} & set(made.context) else {"aws:SourceIp": "203.0.113.7"}
    context = {**always, **route, **made.context}
    return {"principal": made.principal, "action": "kms:Decrypt", "context": context, "encryption_context": made.pairs}


def _scenario(made: Planted) -> Data:
    rng = made.rng
    allow, denies = _split(made)
    in_iam = bool(IN_IAM_ONLY & set(made.kinds)) or (made.constraint is None and rng.random() < 0.2)
    by_grant = made.constraint is not None
    in_key_policy = [] if in_iam else [*([] if by_grant else [allow]), *denies]
    policy = [_with_principal(rng, made.principal, statement) for statement in in_key_policy]
    policy.append(
        {"Effect": "Allow", "Principal": {"AWS": n.ROOT if in_iam else n.iam("role/admin")}, "Action": "kms:*", "Resource": "*"}
    )
    holder = made.principal if ":assumed-role/" not in made.principal else n.iam(f"role/{made.principal.split('/')[1]}")
    tags = {name.partition("/")[2]: value for name, value in made.context.items() if name.startswith("aws:PrincipalTag/")}
    identity = {"Version": "2012-10-17", "Statement": [allow, *denies]}
    grant = {"GrantId": "g1", "GranteePrincipal": holder, "Operations": ["Decrypt"]}
    found: Data = {
        "key": {"arn": n.KEY, "tags": made.key_tags},
        "policy": {"Version": "2012-10-17", "Statement": policy},
        "grants": [{**grant, "Constraints": {"EncryptionContextSubset": made.constraint} if made.constraint else {}}]
        if by_grant
        else [],
        "keys": [],
        "principals": {holder: {"identity_policies": [identity], "tags": tags if ":user/" in holder else {}}} if in_iam else {},
        "rcps": [],
        "vpc_endpoint_policies": {"vpce-1": _through(made)} if made.endpoint else {},
    }
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def _split(made: Planted) -> tuple[Data, list[Data]]:
    """Put tests into an Allow, and the complements of some into Denies."""
    allows, denies = [], []
    for test in made.tests:
        other = complement(test)
        if other is not None and made.rng.random() < 0.4:
            denies.append({"Sid": f"No{len(denies) + 1}", **_statement("Deny", [other], "*")})
        else:
            allows.append(test)
    return {"Sid": GIVING, **_statement("Allow", allows, made.resource)}, denies


def _through(made: Planted) -> Data:
    """Make the policy of an endpoint that lets the request through, by some of its tests."""
    tests = made.rng.sample(made.tests, min(len(made.tests), 1))
    return {"Version": "2012-10-17", "Statement": [{**_statement("Allow", tests, "*"), "Principal": "*"}]}


def _statement(effect: str, tests: list[Test], resource: str) -> Data:
    """Make a statement of tests, the first of those on one operator and key."""
    block: dict[str, dict[str, list[str]]] = {}
    for test in tests:
        block.setdefault(test.operator, {}).setdefault(test.key, list(test.values))
    return {"Effect": effect, "Action": "kms:Decrypt", "Resource": resource, **({"Condition": block} if block else {})}


def _with_principal(rng: Random, principal: str, statement: Data) -> Data:
    named: Any = "*" if statement["Effect"] == "Deny" else rng.choice(("*", {"AWS": principal}))
    return {**statement, "Principal": named}
