"""Request parameters that condition keys see."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.authorizer.context import parameters

SEEN = [
    ("kms:keyspec", "CreateKey", {"KeySpec": "RSA_2048"}, ("RSA_2048",)),
    ("kms:keyspec", "CreateKey", {"CustomerMasterKeySpec": "RSA_2048"}, ("RSA_2048",)),  # "work the same way"
    ("kms:multiregion", "CreateKey", {"MultiRegion": True}, ("true",)),
    ("kms:encryptionalgorithm", "Decrypt", {"EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}, ("RSAES_OAEP_SHA_1",)),
    ("kms:encryptionalgorithm", "ReEncryptFrom", {"SourceEncryptionAlgorithm": "A"}, ("A",)),
    ("kms:encryptionalgorithm", "ReEncryptTo", {"SourceEncryptionAlgorithm": "A"}, None),
    ("kms:keyspec", "CreateKey", {}, None),
    ("kms:keyspec", "CreateKey", {"KeySpec": ["RSA_2048"]}, None),
    ("aws:nothing", "CreateKey", {"KeySpec": "RSA_2048"}, None),
]


@pytest.mark.parametrize(("key", "action", "told", "values"), SEEN)
def test_a_condition_key_is_a_parameter_of_its_action(key: str, action: str, told: dict[str, Any], values: Any) -> None:
    """ReEncrypt is two actions, of which each sees the parameter of its own half; what is no scalar is not seen."""
    assert parameters.of(key, action, told) == values


@pytest.mark.parametrize(
    ("told", "tags", "names"),
    [
        ({"Tags": [{"TagKey": "team", "TagValue": "a"}]}, (("team", "a"),), ("team",)),
        ({"Tags": {"team": "a"}}, (("team", "a"),), ("team",)),
        ({"TagKeys": ["team", "env"]}, None, ("team", "env")),
        ({"Tags": []}, (), ()),
        ({"Tags": "team"}, None, None),
        ({}, None, None),
    ],
)
def test_tags_are_told_as_the_api_has_them_or_as_a_mapping(told: dict[str, Any], tags: Any, names: Any) -> None:
    """UntagResource names keys alone."""
    assert parameters.tags(told) == tags
    assert parameters.tag_keys(told) == names


@pytest.mark.parametrize(
    ("identifier", "alias"),
    [
        ("alias/a", ("alias/a",)),
        ("arn:aws:kms:eu-west-1:1:alias/a/b", ("alias/a/b",)),
        ("1234abcd", None),
        (None, None),
    ],
)
def test_a_key_is_called_by_an_alias_only_where_the_request_does(identifier: str | None, alias: Any) -> None:
    """kms:RequestAlias is there for requests that name the key by an alias, or by its ARN."""
    assert parameters.alias_in({"KeyId": identifier}) == alias


def test_a_flag_is_true_as_a_boolean_or_as_its_text() -> None:
    """Nothing else turns on what a request asks for."""
    assert [parameters.flag({"DryRun": value}, "DryRun") for value in (True, "true", "True", "yes", 1, None)] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
