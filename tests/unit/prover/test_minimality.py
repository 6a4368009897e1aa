"""What a bundle could do without, and that what the compiler writes has nothing of the kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmsgen.compiler import compile_intent
from kmsgen.intent import load_intent
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.grant import Grant
from kmsgen.prover.dead import DENIES_NOTHING, NEVER_MATCHES, SHADOWED
from kmsgen.prover.key_forms import forms_of
from tests.unit.prover.needed import minimality
from tests.unit.prover.test_prove import APP, BOB, ROOT, allow, bundle, deny

INTENTS = Path(__file__).parents[2] / "cases" / "intent" / "valid"
# with both kinds of delegation a principal has each permission twice, as it was asked for
INTENTS_OF_ONE_WAY = (path for path in INTENTS.glob("[!_]*.yaml") if "delegation: both" not in path.read_text())
NEEDLESS: dict[str, set[tuple[str, str | None]]] = {
    "narrow-conditions.yaml": {("key-policy/Administer by KmsAdmin", "kms:DescribeKey")},
    "forms-of-services.yaml": {
        ("key-policy/Service s3 sse kms with encryption context", None),
        ("key-policy/Service s3 sse kms with encryption context 3", None),
        ("key-policy/Service sns to sqs from named sources 2", None),
        ("identity-policy/ServiceEcr", None),
    },
    "half-of-services.yaml": {("identity-policy/ServiceEcr", None)},
    "new-regions.yaml": {("key-policy/Use by app", None)},
}
"""What a wider line of the same intent gives as well, kms:RetireGrant, which counts for a grant that a service makes, and on a
replica a line about the Region of the primary key."""
MULTI_REGION = "arn:aws:kms:us-west-2:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"
MINIMAL = sorted(path.name for path in INTENTS_OF_ONE_WAY)


def dead(*statements: dict[str, object]) -> list[tuple[str, str, str | None]]:
    """Return what is dead in a key policy."""
    found = minimality(bundle(*statements))
    assert not found.reason
    return [(one.source, one.kind, one.action) for one in found.dead]


def test_nothing_is_dead_in_a_sound_policy() -> None:
    """A direct permission is needed where IAM policies give nothing, the account's where they give all."""
    assert dead(allow(APP), allow(ROOT, "kms:*")) == []


def test_what_one_reading_needs_is_not_dead() -> None:
    """A pattern of too few parts matches no ARN, or as a text does: AWS does not say (S12), so nobody can do without it."""
    assert dead(allow("*", when={"ArnLike": {"aws:PrincipalArn": "arn:*:user/bob"}})) == []


def test_of_two_statements_that_say_the_same_one_is_dead() -> None:
    """Not both."""
    assert dead(allow(APP), allow(APP)) == [("key-policy/#1", SHADOWED, None)]


def test_the_narrower_statement_is_the_dead_one() -> None:
    """Whatever their order."""
    narrow = allow(APP, when={"StringEquals": {"kms:EncryptionContext:app": "a"}})
    assert dead(narrow, allow(APP)) == [("key-policy/#1", SHADOWED, None)]
    assert dead(allow(APP), narrow) == [("key-policy/#2", SHADOWED, None)]


def test_an_action_that_does_nothing() -> None:
    """Of the wrong key type, or not for key policies."""
    found = dead(allow(APP, ["kms:Decrypt", "kms:Sign", "kms:CreateKey"]))
    assert found == [("key-policy/#1", NEVER_MATCHES, "kms:Sign"), ("key-policy/#1", NEVER_MATCHES, "kms:CreateKey")]


def test_what_one_key_is_not_like_another_may_be() -> None:
    """A user's name and its ARN are two texts: user/bx has a name like `b*` and an ARN that is like neither."""
    allowed = allow("*", when={"StringLike": {"aws:username": "b*"}})
    denied = deny("*", when={"StringLike": {"aws:PrincipalArn": ["b*", "*:user/b"]}})
    assert dead(allowed, denied) == []


def test_a_condition_that_never_holds() -> None:
    """Two that exclude each other, and one on a key that the action never carries."""
    both = {"StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}, "Bool": {"aws:ViaAWSService": "false"}}
    assert dead(allow(APP, when=both)) == [("key-policy/#1", NEVER_MATCHES, None)]
    off = {"StringEquals": {"kms:EncryptionContext:app": "a"}}
    assert dead(allow(APP, "kms:DescribeKey", when=off)) == [("key-policy/#1", NEVER_MATCHES, None)]


def test_a_deny_of_what_nobody_is_allowed() -> None:
    """A Deny counts where it takes something away."""
    assert dead(allow(APP, "kms:DisableKey"), deny(BOB, "kms:DisableKey")) == [("key-policy/#2", DENIES_NOTHING, None)]
    assert dead(allow([APP, BOB], "kms:DisableKey"), deny(BOB, "kms:DisableKey")) == []


def test_a_deny_of_what_a_grant_can_give() -> None:
    """A policy does not tell grants, so a Deny counts that takes from one; said twice, once is enough."""
    assert dead(allow(APP), deny(BOB)) == []
    assert dead(allow(APP), deny(BOB), deny(BOB)) == [("key-policy/#2", DENIES_NOTHING, None)]
    about = bundle(allow(APP), deny(BOB))
    told = about._replace(keys=(about.keys[0]._replace(grants=(Grant("g", APP, ("Encrypt",)),)),))
    assert [one.kind for one in minimality(told).dead] == [DENIES_NOTHING]


CHANGEABLE = [
    ("StringEquals", "kms:MultiRegionKeyType", "REPLICA"),
    ("StringEquals", "aws:ResourceTag/lock", "1"),
    ("ForAnyValue:StringEquals", "kms:ResourceAliases", "alias/locked"),
]


@pytest.mark.parametrize("write", [allow, deny])
@pytest.mark.parametrize(("operator", "key", "value"), CHANGEABLE)
def test_what_a_key_may_become_is_not_dead(write: Callable[..., Any], operator: str, key: str, value: str) -> None:
    """Tags, aliases and the primary key change; a statement on what they are not yet is needed later."""
    about = bundle(allow([APP]), write([BOB], when={operator: {key: value}}))
    primary = about.keys[0].key._replace(multi_region=True, multi_region_key_type="PRIMARY", arn=MULTI_REGION)
    told = about._replace(keys=(about.keys[0]._replace(key=primary),))
    assert minimality(told).dead == ()


@pytest.mark.parametrize(
    "direct",
    [
        allow("arn:aws:sts::111122223333:assumed-role/app/s"),
        allow("*", when={"ArnEquals": {"aws:PrincipalArn": APP}}),
    ],
)
def test_what_a_boundary_leaves_is_not_shadowed(direct: dict[str, Any]) -> None:
    """A boundary limits what a statement gives that names a role, and not what one gives that names its session or everybody."""
    assert "key-policy/#2" not in [source for source, _kind, _action in dead(allow(APP), direct)]


@pytest.mark.parametrize("name", MINIMAL)
def test_what_the_compiler_writes_is_minimal(name: str) -> None:
    """No statement and no action that the compiler writes is dead, but for guard rails, which stand on their own."""
    intent = load_intent(INTENTS / name)
    compiled = compile_intent(intent).bundle
    keys = [access._replace(key=access.key._replace(untold=intent.untold)) for access in compiled.keys]
    dead = unneeded(compiled._replace(keys=tuple(keys)))
    for number in range(len(keys)) if dead else ():
        about = compiled._replace(keys=(keys[number], *keys[:number], *keys[number + 1 :]))
        dead = dead.intersection(*map(unneeded, forms_of(about).bundles(about)))
    assert dead == NEEDLESS.get(name, set())


def unneeded(about: Bundle) -> set[tuple[str, str | None]]:
    """Return what of Allows a bundle could do without."""
    found = minimality(about)
    assert not found.reason
    return {(one.source, one.action) for one in found.dead if not one.rule.deny}
