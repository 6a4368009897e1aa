"""What goes is held beside what the file says until what takes its place is out there."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from kmsgen.errors import NOWHERE
from kmsgen.intent.intent import Ending, Intent, IntentScope, NewKey
from kmsgen.render.edits.transition import former_of, in_between
from kmsgen.render.history import NOTHING_HELD, Former, History, RenderedKey
from tests.unit.render.bundles import ACCOUNT, NEW_ARN, OTHER, role

GRANT = f"{NEW_ARN} nightly"


class File(NamedTuple):
    """What of an intent's file matters for what is held."""

    deployer: str | None = role("ci")
    alias: str | None = "alias/app"
    delegation: str = "key-policy"
    governed: bool = True
    creates: bool = True

    @property
    def intent(self) -> Intent:
        """The intent."""
        key = NewKey(NOWHERE, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", self.alias) if self.creates else None
        scope = IntentScope(ACCOUNT, deployer=self.deployer)
        return Intent("x", "x", scope, key, keep_key_policies=not self.governed, delegation=self.delegation)


def last(former: Former = NOTHING_HELD, deployer: str | None = role("ci"), delegation: str | None = "key-policy") -> History:
    """Return what the last render left."""
    key = RenderedKey(NEW_ARN, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "AWS_KMS", multi_region=False, created=True)
    return History((key._replace(alias="alias/app"),), deployer=deployer, delegation=delegation, grants=(GRANT,), former=former)


HELD = Former((role("older"),), ("iam",), ("alias/older",), (f"{NEW_ARN} weekly",), changed=(GRANT,))


@pytest.mark.parametrize(
    ("file", "history", "held"),
    [
        (File(), last(), Former(grants=(GRANT,))),
        (File(deployer=role("new")), last(), Former(deployers=(role("ci"),), grants=(GRANT,))),
        (File(deployer=None), last(), Former(deployers=(role("ci"),), grants=(GRANT,))),
        (File(alias="alias/new"), last(), Former(aliases=("alias/app",), grants=(GRANT,))),
        (File(alias=None), last(), Former(aliases=("alias/app",), grants=(GRANT,))),
        (File(delegation="iam"), last(), Former(delegations=("key-policy",), grants=(GRANT,))),
        (File(delegation="both"), last(), Former(grants=(GRANT,))),
        (File(), last(delegation="both"), Former(grants=(GRANT,))),
        (File(), last(HELD), HELD._replace(grants=(GRANT, *HELD.grants))),
        (File(deployer=role("older"), alias="alias/older", delegation="iam"), last(HELD),
         Former((role("ci"),), ("key-policy",), ("alias/app",), (GRANT, *HELD.grants), changed=(GRANT,))),
        (File(governed=False, deployer=role("new")), last(HELD), Former(grants=(GRANT, *HELD.grants), changed=(GRANT,))),
        (File(creates=False), last(), Former(grants=(GRANT,))),
        (File(), last(deployer=role("ci", OTHER)), Former(grants=(GRANT,))),
        (File(), last(deployer=role("ci").replace("arn:aws:", "arn:aws-cn:")), Former(grants=(GRANT,))),
        (File(deployer=role("new")), History(), NOTHING_HELD),
    ],
)  # fmt: skip
def test_what_was_and_is_not_is_held(file: File, history: History, held: Former) -> None:
    """Render after render, whatever was there once; what comes back is held no more, nor who is of another account."""
    assert former_of(file.intent, history) == held


def test_what_is_out_there_ends_what_was_held_before_it() -> None:
    """And nothing that the last render itself had: what was not yet rendered is not out there."""
    assert former_of(File(deployer=role("new")).intent, last(HELD), applied=True) == Former((role("ci"),), grants=(GRANT,))


def test_another_name_is_held_whoever_keeps_the_key_policies() -> None:
    """The names of IAM policies begin with that of the intent."""
    history = History(name="before", former=Former(names=("first", "x")))
    assert former_of(File(governed=False).intent, history) == Former(names=("before", "first"))


def test_in_between_both_have_access() -> None:
    """The file's intent stays, but for what is held beside it; what moves to IAM stands in both."""
    intent = File(delegation="iam").intent
    between = in_between(intent, Former((role("ci"),), ("key-policy",), ("alias/old",), (GRANT,)))
    assert between == intent._replace(delegation="both", ending=Ending((role("ci"),), ("alias/old",), grants=True))
    assert in_between(intent, NOTHING_HELD) == intent
