"""The request parameters of KMS's operations."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.parameters import parameters_of


@pytest.mark.parametrize("action", ["kms:Decrypt", "Decrypt", "KMS:decrypt"])
def test_an_action_is_found_however_it_is_spelled(action: str) -> None:
    """As policies spell it, or the API, in any case."""
    assert "CiphertextBlob" in (parameters_of(action) or ())


def test_re_encrypt_is_one_operation_of_two_actions() -> None:
    """Each of the three has the parameters of the operation."""
    assert parameters_of("ReEncrypt") == parameters_of("kms:ReEncryptFrom") == parameters_of("kms:ReEncryptTo")
    assert "DestinationKeyId" in (parameters_of("kms:ReEncrypt") or ())


def test_nothing_is_told_of_what_kms_does_not_have() -> None:
    """None: it is not known which parameters there are; every action of the catalogue has its row."""
    assert parameters_of("kms:Nothing") is None
    for action in ACTIONS:
        parameters_of(action)
