"""The notes on what a decision rests on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.unit.authorizer.worlds import APP, SESSION, allow, bundle, decide, deny, having, iam

TWO_NOTES = """
from kmsgen.authorizer import Authorizer, Request
from tests.unit.authorizer.worlds import bundle, deny

who = {"AWS": ["arn:aws:iam::111122223333:role/*pp", "arn:aws:iam::111122223333:role/other"], "CanonicalUser": "abcdef"}
world = bundle(deny("D", who))
print(Authorizer(world).decide(Request("arn:aws:sts::111122223333:assumed-role/app/s", "kms:Decrypt")).notes)
"""


def test_the_order_of_notes_is_that_of_the_policy() -> None:
    """Two runs tell the same notes in the same order, however Python hashes texts."""
    command = [sys.executable, "-c", TWO_NOTES]
    seeds = ({"PYTHONHASHSEED": seed} for seed in "1234")
    runs = [subprocess.run(command, env=seed, capture_output=True, text=True, check=True) for seed in seeds]
    assert {run.stdout for run in runs} == {"('P2', 'S13')\n"}


@pytest.mark.parametrize(("tag", "key", "value"), [("\u00e9", "\u00c9", "kelvin"), ("team", "team", "\u212aelvin")])
def test_letters_beyond_ascii_that_are_the_same_in_another_case_are_open(tag: str, key: str, value: str) -> None:
    """A Deny on a name or a value that is so the same applies, and an Allow on it does not; both say why (P15)."""
    on = {"StringEqualsIgnoreCase": {f"aws:PrincipalTag/{key}": "kelvin"}}
    beside = {APP: having(iam(), tags=((tag, value),))}
    for statements in ([allow("A", APP, Condition=on)], [allow("A", APP), deny("D", APP, Condition=on)]):
        decision = decide(bundle(*statements, principals=beside), SESSION)
        assert decision.outcome != "allowed"
        assert decision.notes == ("P15",)


@pytest.mark.parametrize(
    ("region", "resource", "outcome", "notes"),
    [
        ("", "arn:aws:kms:us-west-2:111122223333:key/*", "implicitDeny", ("P11:aws:RequestedRegion",)),
        ("us-west-2", "arn:aws:kms:us-west-2:111122223333:key/*", "allowed", ()),
        ("us-west-2", "arn:aws:kms:us-west-2:111122223333:key/1*", "implicitDeny", ()),
        ("", "arn:aws:kms:*:111122223333:key/*", "allowed", ()),
    ],
)
def test_the_region_of_a_key_that_a_call_creates_may_not_be_told(
    region: str, resource: str, outcome: str, notes: tuple[str, ...]
) -> None:
    """Where an IAM policy lets tag the new keys of one Region alone, and nothing tells the Region of the call, a note says so."""
    beside = {APP: having(iam(action="kms:CreateKey"), iam(action="kms:TagResource", Resource=resource))}
    context = {"aws:RequestedRegion": (region,)} if region else {}
    tags = {"Tags": [{"TagKey": "a", "TagValue": "b"}]}
    decision = decide(bundle(principals=beside), APP, "kms:CreateKey", parameters=tags, context=context)
    assert (decision.outcome, decision.notes) == (outcome, notes)
