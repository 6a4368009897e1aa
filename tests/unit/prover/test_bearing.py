"""What bears on a key: whom its policy or a grant names, and who has what only a description tells."""

from __future__ import annotations

import pytest

from kmsgen.policy.bundle import Bundle, Key, KeyAccess, Organization, PrincipalPolicies
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant
from kmsgen.prover.bearing import Bearings, Holders, alone_with, keys_named
from kmsgen.prover.minimality import minimality_by_key
from kmsgen.prover.prove import prove
from kmsgen.prover.question import NoPublic, Result

HOME = "111122223333"
ONE, OTHER = (f"arn:aws:kms:us-west-2:{HOME}:key/{digit * 8}-1111-1111-1111-111111111111" for digit in "12")
APP, WEB = f"arn:aws:iam::{HOME}:role/team/app", f"arn:aws:iam::{HOME}:role/web"


def on(beside: PrincipalPolicies, named: str = "", grantee: str = "", when: str = "") -> tuple[str, ...]:
    """Return who bears on a key, where two roles are described alike and the key policy names a third."""
    conditions = (Condition("StringEquals", "aws:PrincipalArn", (when,)),) if when else ()
    who = (Principal("AWS", named or f"arn:aws:iam::{HOME}:role/application"),)
    policy = Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), who, conditions),))
    grants = (Grant("g", grantee, ("Decrypt",)),) if grantee else ()
    keys = (KeyAccess(Key(ONE), policy, grants), KeyAccess(Key(OTHER), policy))
    about = Bearings(Bundle(keys, {APP: beside, WEB: beside})).on(keys[0])
    assert about.keys == keys[:1]
    return tuple(about.principals)


@pytest.mark.parametrize("where", ["named", "grantee", "when"])
def test_who_is_named_beside_the_key_bears_on_it(where: str) -> None:
    """As a principal, in a grant, or in a condition; a session by the name of its role."""
    assert on(PrincipalPolicies(), **{where: APP}) == (APP,)
    assert on(PrincipalPolicies(), **{where: f"arn:aws:sts::{HOME}:assumed-role/app/session"}) == (APP,)


def test_who_is_not_named_is_like_somebody_undescribed() -> None:
    """Unless it has tags, which only a description tells."""
    assert on(PrincipalPolicies((Document((Statement(Effect.ALLOW, ("kms:*",), ("*",)),)),))) == ()
    assert on(PrincipalPolicies(tags=(("team", "red"),))) == (APP, WEB)


def test_one_of_an_account_tells_its_organization() -> None:
    """Everybody of the account is in it; one principal that says so is enough."""
    assert on(PrincipalPolicies(organization=Organization("o-1"))) == (WEB,)


def test_who_is_asked_about_stays() -> None:
    """In the order of the bundle."""
    keys = (KeyAccess(Key(ONE), Document(())),)
    bearings = Bearings(Bundle(keys, {APP: PrincipalPolicies(), WEB: PrincipalPolicies()}))
    assert tuple(bearings.on(keys[0], [WEB, APP]).principals) == (APP, WEB)


@pytest.mark.parametrize(
    "resource", ["*", ONE[:-1] + "?", f"arn:aws:kms:us-west-2:{HOME}:alias/x", ONE.replace(HOME, "${aws:PrincipalAccount}")]
)
def test_policies_about_keys_in_full_name_them(resource: str) -> None:
    """A pattern, an alias, a variable and NotResource may be about any key."""
    named = Statement(Effect.ALLOW, ("kms:Decrypt",), (ONE, OTHER))
    assert keys_named(PrincipalPolicies((Document((named,)),))) == {ONE, OTHER}
    assert keys_named(PrincipalPolicies((Document((named, named._replace(resources=(resource,)))),))) is None
    assert keys_named(PrincipalPolicies((Document((named._replace(not_resource=True),)),))) is None


@pytest.mark.parametrize(
    "beside", [PrincipalPolicies(tags=(("team", "red"),)), PrincipalPolicies(organization=Organization("o-1"))]
)
def test_a_key_alone_keeps_who_tells_more_than_policies(beside: PrincipalPolicies) -> None:
    """Whom its policy names and who has tags or an organization stay; the other keys and the rest go."""
    policy = Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), (Principal("AWS", APP),)),))
    keys = (KeyAccess(Key(ONE), policy), KeyAccess(Key(OTHER), policy))
    rest = {f"{APP}{number}": PrincipalPolicies() for number in range(3)}
    about = alone_with(Bundle(keys, {**rest, WEB: beside, APP: PrincipalPolicies()}))
    assert (about.keys, tuple(about.principals)) == (keys[:1], (WEB, APP))


@pytest.mark.parametrize("who", ["*", APP, "logs.amazonaws.com", "444455556666"])
def test_what_is_proved_of_a_key_alone_holds_beside_others(who: str) -> None:
    """Strangers to its own policy are more than those to all policies: whom another key names is one here."""
    kind = "Service" if who.endswith("amazonaws.com") else "AWS"
    named = Document((Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",), (Principal(kind, who),)),))
    for policy in (named, named._replace(statements=(named.statements[0]._replace(not_principal=True, effect=Effect.DENY),))):
        whole = Bundle((KeyAccess(Key(ONE), policy), KeyAccess(Key(OTHER), named)), {WEB: PrincipalPolicies()})
        if prove(alone_with(whole), NoPublic()).result is Result.PROVED:
            assert prove(whole, NoPublic()).result is Result.PROVED


HOLDS = PrincipalPolicies((Document((Statement(Effect.ALLOW, ("kms:Decrypt",), (ONE,)),)),))
ELSEWHERE = PrincipalPolicies((Document((Statement(Effect.ALLOW, ("kms:Decrypt",), (OTHER,)),)),))
ANYWHERE = PrincipalPolicies((Document((Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",)),)),))


@pytest.mark.parametrize(
    ("who", "of_other", "held"),
    [("role/lead", HOLDS, (APP, WEB)), ("role/lead", ELSEWHERE, (APP,)), ("role/lead", ANYWHERE, (APP, WEB)),
     ("role/web", ELSEWHERE, (APP, WEB)), ("root", ELSEWHERE, (APP,)), ("*", ELSEWHERE, (APP, WEB))],
)  # fmt: skip
def test_whoever_may_have_access_to_a_key_is_looked_at(who: str, of_other: PrincipalPolicies, held: tuple[str, ...]) -> None:
    """Who is named, or has an IAM policy that may be about the key; everybody where the key policy is for everybody."""
    value = who if who == "*" else f"arn:aws:iam::{HOME}:{who}"
    policy = Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), (Principal("AWS", value),)),))
    bundle = Bundle((KeyAccess(Key(ONE), policy), KeyAccess(Key(OTHER), policy)), {APP: HOLDS, WEB: of_other})
    assert tuple(Holders(bundle).of(bundle.keys[0]).principals) == held


def test_each_set_of_scps_of_an_account_is_told() -> None:
    """Whom nobody describes has the SCPs that all described principals of the account have: of two sets neither is assumed."""
    deny = ((Document((Statement(Effect.DENY, ("kms:*",), ("*",)),)),),)
    named = (Principal("AWS", f"arn:aws:iam::{HOME}:role/application"),)
    policy = Document((Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",), named),))
    organization = Organization("o-exampleorgid")
    for scps in (deny, ()), ((), deny):
        beside = {arn: PrincipalPolicies(organization=organization, scps=one) for arn, one in zip((APP, WEB), scps, strict=True)}
        about = Bearings(Bundle((KeyAccess(Key(ONE), policy),), beside))
        assert tuple(about.on(about.bundle.keys[0]).principals) == (APP, WEB)
        assert [one.dead for one in minimality_by_key(about.bundle)] == [()]
