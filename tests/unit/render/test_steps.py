"""Edits that take several steps are told."""

from __future__ import annotations

import pytest

from kmsgen.errors import Location
from kmsgen.policy.bundle import Creation
from kmsgen.render.deployment import Deployment
from kmsgen.render.steps import steps
from kmsgen.render.terraform.addresses import history_after
from tests.unit.render.bundles import allow, deployment, document, role

PLACE = Location("intent.yaml", 4, 6)


def deployed(name: str | None = "ci", creation: Creation | None = None) -> Deployment:
    """Return a deployment by a role, of a key to create."""
    return deployment(creation=creation or Creation("alias/app"))._replace(deployer=role(name) if name else None)


def told(before: Deployment, after: Deployment) -> list[str]:
    """Return the codes of what is told of an edit."""
    return [note.code for note in steps(after._replace(history=history_after(before)), PLACE)]


@pytest.mark.parametrize("after", ["other", None])
def test_another_deployer_takes_two_steps(after: str | None) -> None:
    """KMS refuses a policy that its caller could not change again, and the new one may not put any yet."""
    assert told(deployed(), deployed(after)) == ["deployer-changed"]


@pytest.mark.parametrize("after", ["alias/other", None])
def test_another_alias_leaves_its_callers_behind(after: str | None) -> None:
    """An alias cannot be renamed: the old one is deleted."""
    assert told(deployed(), deployed(creation=Creation(after))) == ["alias-renamed"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (deployed(), deployed()),
        (deployed(None), deployed()),
        (deployed(creation=Creation()), deployed()),
        (deployment(creation=None), deployment(creation=None)),
    ],
)
def test_what_goes_in_one_step_is_not_told(before: Deployment, after: Deployment) -> None:
    """Neither what stays, nor a first deployer or alias, nor an intent without either."""
    assert told(before, after) == []


def test_a_deployer_of_key_policies_that_are_left_alone_is_not_told() -> None:
    """KMS asks nothing of who deploys IAM policies."""
    after = deployed("other")._replace(key_policies=False)
    assert "deployer-changed" not in told(deployed(), after)


@pytest.mark.parametrize(
    ("before", "after", "codes"), [(True, False, ["no-longer-attached"]), (False, True, []), (False, False, [])]
)
def test_policies_that_nothing_attaches_any_more_are_told(*, before: bool, after: bool, codes: list[str]) -> None:
    """A stack detaches what it does not name any more: whoever keeps the roles attaches it first."""
    policy = (role("app"), document(allow("kms:ListKeys")))
    assert told(*(deployment(policy)._replace(attaches=attaches) for attaches in (before, after))) == codes
