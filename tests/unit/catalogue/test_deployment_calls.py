"""The calls that deploy a key are KMS's, with KMS's parameters, for resources that are told apart."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.deployment_calls import CALLS, EXTERNAL, MADE, RECORDED, DeploymentCall
from kmsgen.catalogue.parameters import parameters_of


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.resource}-{call.phase}-{call.operation}")
def test_a_call_is_one_of_kms(call: DeploymentCall) -> None:
    """Its operation and the parameters exist; of a grant's constraints each is a parameter of its own."""
    assert call.operation in ACTIONS
    names = {name.partition(".")[0] for name in call.parameters}
    assert names <= set(parameters_of(call.operation) or ())
    assert call.phase in ("create", "read", "update", "delete")


def test_every_resource_makes_something_and_is_called_for() -> None:
    """A resource without a row would never be asked about."""
    assert {call.resource for call in CALLS} == set(MADE)
    assert set(MADE) >= EXTERNAL


def test_every_kind_of_key_was_recorded() -> None:
    """Each with the calls that create it and read it back."""
    assert all(calls for calls in RECORDED.values())
    assert {call.tool for calls in RECORDED.values() for call in calls} == {"Terraform", "AWS CLI"}
    assert len({call.tool for call in CALLS}) == 3
