"""Edits that take several steps are told."""

from __future__ import annotations

import pytest

from kmsgen.errors import Location
from kmsgen.policy.bundle import Bundle, Creation, Key, KeyAccess
from kmsgen.policy.grant import Grant
from kmsgen.render.deployment import Deployment
from kmsgen.render.edits.steps import steps
from kmsgen.render.history import NOTHING_HELD, Former
from kmsgen.render.terraform.addresses import history_after
from tests.unit.render.bundles import NEW_ARN, OLD_ARN, allow, deployment, document, role

PLACE = Location("intent.yaml", 4, 6)
ANOTHER = KeyAccess(Key(OLD_ARN.replace("1234abcd", "00000001")), document())
NIGHTLY = Grant("nightly", role("x"), ("Decrypt",), name="nightly")


def deployed(name: str | None = "ci", creation: Creation | None = None, former: Former = NOTHING_HELD) -> Deployment:
    """Return a deployment by a role, of a key to create."""
    made = deployment(creation=creation or Creation("alias/app"), grants=(NIGHTLY,))
    return made._replace(deployer=role(name) if name else None, former=former)


def told(before: Deployment, after: Deployment) -> list[str]:
    """Return the codes of what is told of an edit."""
    return [note.code for note in steps(after._replace(history=history_after(before)), PLACE)]


@pytest.mark.parametrize(
    ("former", "code"),
    [
        (Former(deployers=(role("old"),)), "deployer-changed"),
        (Former(aliases=("alias/old",)), "alias-renamed"),
        (Former(delegations=("iam",)), "delegation-changed"),
        (Former(grants=(f"{NEW_ARN} weekly",)), "grants-ended"),
        (Former(changed=(f"{NEW_ARN} nightly",)), "grants-changed"),
        (Former(names=("before",)), "intent-renamed"),
    ],
)
@pytest.mark.parametrize("name", ["ci", None])
def test_what_is_held_is_told_as_long_as_it_is(former: Former, code: str, name: str | None) -> None:
    """Whoever deploys, or somebody who is not named: how it ends is in the hint."""
    given = deployed(name, former=former)
    (note,) = steps(given._replace(history=history_after(given)), PLACE)
    assert note.code == code
    assert "--applied" in note.hint


@pytest.mark.parametrize("merged", [True, False])
def test_another_name_is_one_in_what_the_merged_policies_are_told_too(*, merged: bool) -> None:
    """Their module takes the keys by the names of their intents."""
    given = deployed(former=Former(names=("before",)))._replace(merged=merged)
    (note,) = steps(given._replace(history=history_after(given)), PLACE)
    assert ("`app` in `key_arns`" in note.hint) is merged


@pytest.mark.parametrize(("arn", "called"), [(NEW_ARN, ": `weekly`"), (OLD_ARN, f": `weekly` of `{OLD_ARN}`")])
def test_a_grant_of_a_key_that_left_is_told_with_the_key(arn: str, called: str) -> None:
    """Another intent may have that key now, and a grant of that name."""
    given = deployed(former=Former(grants=(f"{arn} weekly",)))
    (note,) = steps(given._replace(history=history_after(given)), PLACE)
    assert note.message.endswith(called)


def test_a_grant_that_changes_is_told_until_it_is_applied() -> None:
    """KMS makes a second one beside the wide one, which stays until the script or Terraform revokes it."""
    narrowed = deployment(creation=Creation("alias/app"), grants=(NIGHTLY._replace(operations=("DescribeKey",)),))
    narrowed = narrowed._replace(deployer=role("ci"), history=history_after(deployed()))
    (note,) = steps(narrowed, PLACE)
    assert (note.code, "`nightly`" in note.message) == ("grants-changed", True)
    held = history_after(narrowed)
    again = narrowed._replace(history=held, former=held.former)
    assert [one.code for one in steps(again, PLACE)] == ["grants-changed"]
    assert steps(narrowed._replace(history=held.settled), PLACE) == ()


@pytest.mark.parametrize(
    ("after", "left"),
    [
        (deployment(creation=None), []),
        (deployment(creation=None)._replace(key_policies=False), ["keys-left"]),
        (deployment(creation=None)._replace(bundle=Bundle((ANOTHER,))), ["keys-left"]),
    ],
)  # fmt: skip
def test_a_key_that_leaves_keeps_its_policy_and_is_told(after: Deployment, left: list[str]) -> None:
    """What the policy gives stays: nobody loses access, and nobody holds it to the file any more."""
    before = deployment(creation=None)
    found = steps(after._replace(history=history_after(before)), PLACE)
    assert [note.code for note in found] == left
    assert all(f"`{OLD_ARN}`" in note.message for note in found)


def test_an_alias_that_only_goes_is_told() -> None:
    """There is none that takes its place."""
    after = deployed(creation=Creation(), former=Former(aliases=("alias/old",)))
    (note,) = steps(after._replace(history=history_after(after)), PLACE)
    assert "`alias/old` goes" in note.message


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (deployed(), deployed()),
        (deployed(None), deployed()),
        (deployed(creation=Creation()), deployed()),
        (deployed(), deployed(former=Former(grants=(f"{NEW_ARN} nightly",)))),
        (deployment(creation=None), deployment(creation=None)),
    ],
)
def test_what_goes_in_one_step_is_not_told(before: Deployment, after: Deployment) -> None:
    """Neither what stays, nor a first deployer or alias, nor an intent without either, nor a grant that is still there."""
    assert told(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "codes"), [(True, False, ["no-longer-attached"]), (False, True, []), (False, False, [])]
)
def test_policies_that_nothing_attaches_any_more_are_told(*, before: bool, after: bool, codes: list[str]) -> None:
    """A stack detaches what it does not name any more: whoever keeps the roles attaches it first."""
    policy = (role("app"), document(allow("kms:ListKeys")))
    assert told(*(deployment(policy)._replace(attaches=attaches) for attaches in (before, after))) == codes
