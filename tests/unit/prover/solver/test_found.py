"""Tests of one request together: the solver finds a request of which they all come out as wanted, wherever there is one."""

from __future__ import annotations

import pytest

from kmsgen.authorizer.language.open_value import OpenValue
from kmsgen.authorizer.language.statement import Layer, compile_document
from kmsgen.policy.json_form import parse_document
from kmsgen.prover.problem import Budget, Meter, OutsideError
from kmsgen.prover.requests.components import Free
from kmsgen.prover.requests.constraints import Look, Reading, ResourceLook
from kmsgen.prover.requests.parts.caller import StandIn
from kmsgen.prover.requests.parts.circumstances import CHAIN
from kmsgen.prover.solver import literals
from kmsgen.prover.solver.literals import solve
from kmsgen.prover.values.domains import ACCOUNT, Domain
from kmsgen.prover.values.patterns import run_of
from tests.unit.prover.solver.telling import TEXT, free, look

KEY = "arn:aws:kms:us-east-1:111122223333:key/red"
SEVERAL = free(b=TEXT._replace(multi_valued=True))
CHAINS = free()._replace(hanging=frozenset(CHAIN))


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask without a process for each question."""
    monkeypatch.setattr(literals, "within", lambda _seconds, work: work())


def named(*texts: str, deny: bool = False, negated: bool = False, layer: Layer = Layer.IDENTITY, arn: str = KEY) -> ResourceLook:
    """Return a Resource element as a test of the search."""
    element = "NotResource" if negated else "Resource"
    statement = {"Effect": "Deny" if deny else "Allow", "Action": "kms:*", element: list(texts)}
    document = parse_document({"Version": "2012-10-17", "Statement": [statement]})
    (rule,) = compile_document(document, layer, iter([1]))
    return ResourceLook(rule.resource, arn, Reading(), deny=deny)


def condition(text: str) -> Look:
    """Return a condition that is written as operator, key and values, with a bar between values."""
    operator, key, values = text.split(" ", 2)
    return look(operator, key, *values.split("|"))


def where(*tests: str) -> list[tuple[Look, bool]]:
    """Return conditions that are to hold."""
    return [(condition(test), True) for test in tests]


def never(*tests: str) -> list[tuple[Look, bool]]:
    """Return conditions that are not to hold."""
    return [(condition(test), False) for test in tests]


def of_user(*asked: tuple[str, bool]) -> Free:
    """Return requests of a user whose name is open, with texts that its ARN is to have, or not."""
    head = "arn:aws:iam::111122223333:user/"
    patterns = tuple((run_of(text), truth) for text, truth in asked)
    stand_in = StandIn(f"{head}any", head, Domain(shapes=(run_of(("abcdefgh/",)),)), is_user=True, asked=patterns)
    return free()._replace(stand_in=stand_in)


def of_federated() -> Free:
    """Return requests of a federated user whose name is open."""
    head = "arn:aws:sts::111122223333:federated-user/"
    return free()._replace(stand_in=StandIn(f"{head}any", head, Domain(shapes=(run_of(("abc",)),)), id_head="111122223333:"))


CASES = [
    (
        "a time of the day after and before",
        free(),
        where("DateLessThan aws:CurrentTime 2030-01-01", "DateGreaterThan aws:CurrentTime 2029-12-31T23:59:59Z"),
        True,
    ),
    (
        "no time between a moment and itself",
        free(),
        where("DateLessThan aws:CurrentTime 2030-01-01", "DateGreaterThanEquals aws:CurrentTime 2030-01-01T00:00:00Z"),
        False,
    ),
    (
        "a date and seconds of one moment",
        free(),
        where("DateEquals aws:CurrentTime 2030-01-01T00:00:00Z", "NumericEquals aws:EpochTime 1893456000"),
        True,
    ),
    (
        "a date and seconds of two moments",
        free(),
        where("DateEquals aws:CurrentTime 2030-01-01T00:00:00Z", "NumericEquals aws:EpochTime 1893456001"),
        False,
    ),
    (
        "the text of a moment that lies there",
        free(),
        where("StringLike aws:CurrentTime 2031-*", "DateGreaterThan aws:CurrentTime 2030-01-01"),
        True,
    ),
    (
        "a number whose text is not looked at",
        free(),
        where("NumericLessThan aws:MultiFactorAuthAge 301", "NumericGreaterThan aws:MultiFactorAuthAge 299"),
        True,
    ),
    (
        "no whole number between two",
        free(),
        where("NumericLessThan aws:MultiFactorAuthAge 301", "NumericGreaterThan aws:MultiFactorAuthAge 300"),
        False,
    ),
    ("no count below zero", free(), where("NumericLessThan aws:MultiFactorAuthAge 0"), False),
    ("any number of a text without a shape", free(), where("NumericLessThan x:a 0.5", "NumericGreaterThan x:a 0.25"), True),
    ("seconds that are a date", free(), where("NumericGreaterThan x:a 10000", "DateLessThan x:a 1970-01-02"), True),
    ("a date of a text without a shape", free(), where("DateLessThan x:a 1960-01-01"), True),
    (
        "an address in one network and in none of the other",
        free(),
        [*where("IpAddress aws:SourceIp 10.0.0.0/8"), *never("IpAddress aws:SourceIp 10.0.0.0/9")],
        True,
    ),
    (
        "an address of two networks apart",
        free(),
        where("IpAddress aws:SourceIp 10.0.0.0/8", "IpAddress aws:SourceIp 192.168.0.0/16"),
        False,
    ),
    ("an address outside of all of IPv4", free(), where("NotIpAddress aws:SourceIp 0.0.0.0/0", "Null aws:SourceIp false"), True),
    (
        "an address outside of everything",
        free(),
        where("NotIpAddress aws:SourceIp 0.0.0.0/0|::/0", "Null aws:SourceIp false"),
        False,
    ),
    ("an address of a text without a shape", free(), where("IpAddress x:a 2001:db8::/64"), True),
    (
        "the text of an address in its network",
        free(),
        where("StringLike aws:SourceIp 10.*", "IpAddress aws:SourceIp 10.0.0.0/8"),
        True,
    ),
    (
        "a closed list without what is named",
        free(a=Domain(values=("red", "blue"))),
        where("StringNotEquals x:a red", "StringLike x:a r*"),
        False,
    ),
    ("a shape without letters", free(a=ACCOUNT._replace(strict=True)), where("StringLike x:a a*"), False),
    ("a shape in capital letters", free(a=Domain(shapes=(run_of("ab"),), strict=True)), where("StringEquals x:a AB"), False),
    ("a value that no request has", free(a=TEXT._replace(taken=frozenset({"red"}))), where("StringEquals x:a red"), False),
    (
        "a pattern that no request has",
        free(a=TEXT._replace(never=(run_of("r", ("ed",)),))),
        where("StringLike x:a re*d", "StringNotLike x:a *x*"),
        True,
    ),
    ("several values of one key", SEVERAL, where("ForAnyValue:StringEquals x:b red", "ForAnyValue:StringEquals x:b blue"), True),
    (
        "every value is of a set that none is of",
        SEVERAL,
        [*where("ForAllValues:StringEquals x:b red"), *where("ForAnyValue:StringLike x:b b*")],
        False,
    ),
    ("two values of a key with one", free(), where("StringEquals x:b red", "StringEquals x:b blue"), False),
    ("a variable of several values is open", SEVERAL, where("StringEquals x:a ${x:b}", "ForAnyValue:StringEquals x:b red"), True),
    ("a variable that is absent", free(), where("StringEquals x:a ${x:b}", "Null x:b true"), False),
    ("a default for a variable that is absent", free(), where("StringEquals x:a ${x:b, 'red'}", "Null x:b true"), True),
    (
        "another than the default",
        free(),
        where("StringEquals x:a ${x:b, 'red'}", "Null x:b true", "StringEquals x:a blue"),
        False,
    ),
    ("a default with a wildcard", free(), where("StringLike x:a ${x:b, 'r*'}", "StringEquals x:a r*"), True),
    (
        "a variable between two wildcards",
        free(),
        where("StringLike x:a *${x:b}*", "StringEquals x:b lu", "StringEquals x:a blue"),
        True,
    ),
    (
        "a variable that does not stand between",
        free(),
        where("StringLike x:a *${x:b}*", "StringEquals x:b ul", "StringEquals x:a blue"),
        False,
    ),
    ("a variable and a `?`", free(), where("StringLike x:a ?${x:b}", "StringEquals x:b lue", "StringLike x:a b*"), True),
    (
        "a variable and a `?` that leave no room",
        free(),
        where("StringLike x:a ?${x:b}?", "StringEquals x:b lue", "StringEquals x:a blue"),
        False,
    ),
    (
        "a `?` behind a variable at the end",
        free(),
        where("StringLike x:a ${x:b}*u?", "StringEquals x:b b", "StringEquals x:a blue"),
        True,
    ),
    (
        "text between two variables",
        free(),
        where("StringLike x:a ${x:b}*-*${x:c}", "StringEquals x:a red", "StringNotEquals x:b red"),
        False,
    ),
    (
        "variables without their case",
        free(),
        where("StringEqualsIgnoreCase x:a ${x:b}-x", "StringEquals x:b RED", "StringEquals x:a red-X"),
        True,
    ),
    (
        "two open texts without their case",
        free(),
        where("StringEqualsIgnoreCase x:a ${x:b}", "StringNotEquals x:b ${x:a}", "StringLike x:a r?d"),
        True,
    ),
    (
        "an ARN with a variable in its last part",
        free(),
        where("ArnLike x:a arn:aws:iam::*:role/${x:b}", "StringEquals x:b red", "ArnLike x:a arn:*:iam::7:*"),
        True,
    ),
    (
        "a part that is another than the variable",
        free(),
        where("ArnLike x:a arn:aws:iam::${x:b}:role/*", "StringEquals x:b 7", "ArnLike x:a arn:*:*:*:8:*"),
        False,
    ),
    (
        "a known ARN with an open part",
        free(),
        where(
            "ArnLike x:a arn:aws:iam::${x:b}:role/*",
            "StringEquals x:a arn:aws:iam::111122223333:role/red",
            "StringEquals x:b 111122223333",
        ),
        True,
    ),
    (
        "the chain of one service",
        CHAINS,
        where("StringEquals aws:CalledViaFirst athena.amazonaws.com", "StringEquals aws:CalledViaLast athena.amazonaws.com"),
        True,
    ),
    (
        "the chain of two services",
        CHAINS,
        where(
            "StringEquals aws:CalledViaFirst athena.amazonaws.com",
            "StringEquals aws:CalledViaLast glue.amazonaws.com",
            "ForAnyValue:StringEquals aws:CalledVia glue.amazonaws.com",
        ),
        True,
    ),
    (
        "a chain that is absent and has a first",
        CHAINS,
        where("Null aws:CalledVia true", "StringEquals aws:CalledViaFirst glue.amazonaws.com"),
        False,
    ),
    (
        "a first that the chain does not hold",
        CHAINS,
        where(
            "ForAllValues:StringEquals aws:CalledVia glue.amazonaws.com",
            "Null aws:CalledVia false",
            "StringEquals aws:CalledViaFirst athena.amazonaws.com",
        ),
        False,
    ),
    (
        "a user by its name",
        of_user(),
        where("StringEquals aws:username bad", "ArnLike aws:PrincipalArn arn:*:iam::*:user/a/*"),
        True,
    ),
    (
        "a user by another name than its ARN's",
        of_user(),
        where("StringEquals aws:username bad", "ArnLike aws:PrincipalArn arn:*:iam::*:user/*/dad"),
        False,
    ),
    (
        "a user of whom a question does not ask",
        of_user(("arn:aws:iam::111122223333:user/bad", False)),
        where("ArnLike aws:PrincipalArn arn:*:iam::*:user/bad"),
        False,
    ),
    (
        "a user of whom a question asks",
        of_user(("arn:aws:iam::111122223333:user/bad", True)),
        where("StringLike aws:username b*"),
        True,
    ),
    (
        "a federated user by the id",
        of_federated(),
        where("StringEquals aws:userid 111122223333:cab", "ArnLike aws:PrincipalArn arn:*:sts::*:federated-user/c*"),
        True,
    ),
    (
        "another than by the id",
        of_federated(),
        where("StringEquals aws:userid 111122223333:cab", "ArnLike aws:PrincipalArn arn:*:sts::*:federated-user/b*"),
        False,
    ),
    ("a key by a variable", free(), [(named("arn:aws:kms:*:111122223333:key/${x:a}"), True)], True),
    (
        "no key of another name",
        free(),
        [(named("arn:aws:kms:*:111122223333:key/${x:a}"), True), *where("StringEquals x:a blue")],
        False,
    ),
    ("a key by a variable of another Region", free(), [(named("arn:aws:kms:eu-west-1:111122223333:key/${x:a}"), True)], False),
    (
        "a key by a part of its name",
        free(),
        [(named("arn:aws:kms:us-east-1:111122223333:key/${x:a}*"), True), *where("StringEquals x:a re")],
        True,
    ),
    (
        "every key but one",
        free(),
        [
            (named("arn:aws:kms:us-east-1:111122223333:key/${x:a}", negated=True, deny=True), False),
            *where("StringNotEquals x:a blue"),
        ],
        True,
    ),
    (
        "one of two Resources",
        free(),
        [(named("arn:aws:kms:us-east-1:111122223333:key/blue", "*${x:a}", deny=True), True), *where("StringEquals x:a ed")],
        True,
    ),
    (
        "a Resource without variable beside one that is met by none",
        free(),
        [(named(KEY, "arn:aws:kms:us-east-1:1:key/${x:a}"), False)],
        False,
    ),
    ("an action without resource", free(), [(named("arn:aws:kms:*:*:key/${x:a}", arn="*"), True)], False),
    (
        "a key policy by what not every request tells",
        free(),
        [(named("*key/${aws:SourceVpce}", layer=Layer.KEY_POLICY), True)],
        False,
    ),
]


@pytest.mark.parametrize(("note", "kind", "wanted", "possible"), CASES)
def test_a_request_is_found_where_there_is_one(note: str, kind: Free, wanted: list[tuple[Look, bool]], *, possible: bool) -> None:
    """The solver finds a request that answers as wanted exactly where one can."""
    found = solve(kind, frozenset(wanted), Meter(Budget(seconds=600.0)))
    assert (found is not None) is possible, (note, found)


OPEN = [
    (
        "a moment that may be told in another zone",
        free(),
        where("StringLike aws:CurrentTime 2031-*", "DateLessThan aws:CurrentTime 2030-01-01"),
        "not told in full and in UTC",
    ),
    (
        "letters beyond ASCII",
        free(),
        where("StringNotEqualsIgnoreCase x:a ${x:b}", "StringEquals x:a \u00c9", "StringEquals x:b \u00e9"),
        "letters beyond ASCII",
    ),
    (
        "a variable with colons",
        free(),
        where("ArnEquals x:a ${x:b}", "StringEquals x:b arn:aws:iam::111122223333:role/red", "StringNotLike x:a *red"),
        "may hold a colon",
    ),
    (
        "a Deny of an action without resource",
        free(),
        [(named("arn:aws:kms:*:*:key/${x:a}", arn="*", deny=True), True)],
        "the action has no resource",
    ),
    (
        "a wildcard in a variable's value",
        free(),
        [
            (look("StringLike", "x:a", "${x:b}", deny=True), True),
            *where("StringEquals x:a blue", "StringLike x:b r*d", "StringNotEquals x:b red"),
        ],
        "holds wildcards",
    ),
    (
        "a wildcard before a variable",
        free(),
        [(named("arn:aws:*${x:a}"), True), *where("StringEquals x:a d")],
        "reach across colons",
    ),
    ("a `?` and a variable between two `*`", free(), where("StringLike x:a *?${x:b}*"), "stand between two"),
    ("a name compared by order", of_user(), where("NumericEquals aws:username 7"), "compared by order"),
    ("a chain compared by order", CHAINS, where("NumericEquals aws:CalledViaFirst 7"), "compared by order"),
    ("a character beyond those of SMT-LIB", free(), where("StringEquals x:a \U0003ffff"), "does not have"),
    (
        "what is open of a key that is known",
        free()._replace(known={"x:e": OpenValue()}),
        where("StringEquals x:e red"),
        "is open",
    ),
]


@pytest.mark.parametrize(("note", "kind", "wanted", "why"), OPEN)
def test_what_is_told_only_roughly_is_never_an_answer(note: str, kind: Free, wanted: list[tuple[Look, bool]], why: str) -> None:
    """Where the solver is told less than the authorizer says, there is neither a request nor none, and the reason is told."""
    with pytest.raises(OutsideError, match=why) as raised:
        solve(kind, frozenset(wanted), Meter(Budget(seconds=600.0)))
    assert raised, note
