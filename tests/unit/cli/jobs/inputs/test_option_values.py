"""What options say in a text each."""

from __future__ import annotations

import pytest

from kmsgen.cli.jobs.inputs.option_values import beside_of, named_values, with_properties
from kmsgen.errors import InputError
from kmsgen.sources.beside import NOTHING


def test_a_value_is_all_behind_the_first_equals_sign() -> None:
    """It may be empty, and hold others."""
    assert named_values(["a=b=c", "d="], "--tags") == [("a", "b=c"), ("d", "")]


@pytest.mark.parametrize("text", ["", "a", "=b"])
def test_a_name_must_stand_before_it(text: str) -> None:
    """The option is named, not a file."""
    with pytest.raises(InputError, match=r"--tags: usage: .*is not NAME=VALUE"):
        named_values([text], "--tags")


def test_a_principal_may_have_several_policies() -> None:
    """In the order given."""
    assert beside_of(None, ["arn:a=1.json", "arn:b=2.json", "arn:a=3.json"], "g.json").identity_policies == {
        "arn:a": ("1.json", "3.json"),
        "arn:b": ("2.json",),
    }


@pytest.mark.parametrize(
    ("spec", "kind"),
    [("SYMMETRIC_DEFAULT", ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")), ("RSA_2048:SIGN_VERIFY", ("RSA_2048", "SIGN_VERIFY"))],
)
def test_a_spec_with_one_usage_needs_none(spec: str, kind: tuple[str, str]) -> None:
    """One with several is told with its usage."""
    assert with_properties(NOTHING, spec, (), ()).kind == kind


@pytest.mark.parametrize(
    ("spec", "code"), [("RSA", "unknown-key-spec"), ("RSA_2048", "key-usage"), ("SYMMETRIC_DEFAULT:SIGN_VERIFY", "key-usage")]
)
def test_a_kind_of_key_that_kms_does_not_have_is_refused(spec: str, code: str) -> None:
    """Or one that is not told."""
    with pytest.raises(InputError, match=code):
        with_properties(NOTHING, spec, (), ())
