"""As what a key exists of which not all is told: one key for whatever policies tell apart."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.policy.bundle import KEY_ID, KIND, MULTI_REGION, ORIGIN, REGION, SPEC, Bundle, Key, KeyAccess
from kmsgen.policy.json_form import parse_document
from kmsgen.prover.key_forms import as_condition, forms_of, said

HOME = "111122223333"
ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = Key(f"arn:aws:kms:us-west-2:{HOME}:key/{ID}")
APP = {"AWS": f"arn:aws:iam::{HOME}:role/app"}
NAMED_REGIONS = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"]


def allow(action: str = "kms:Decrypt", resource: str = "*", **condition: Any) -> dict[str, Any]:
    """Return an Allow, with a condition by operator and key."""
    return {"Effect": "Allow", "Principal": APP, "Action": action, "Resource": resource, "Condition": condition}


def region(operator: str, *values: str) -> dict[str, Any]:
    """Return an Allow in some Regions."""
    return allow(**{operator: {"aws:RequestedRegion": list(values)}})


def told(*statements: dict[str, Any], untold: tuple[str, ...], key: Key = KEY) -> tuple[list[str], str]:
    """Return in words every form but the first, and why others may be missing."""
    policy = parse_document({"Version": "2012-10-17", "Statement": list(statements)})
    key = key._replace(untold=frozenset(untold))
    forms = forms_of(Bundle((KeyAccess(key, policy),)))
    assert forms.keys[0] == key
    return [as_condition(said(one, key)) for one in forms.keys[1:]], forms.unasked


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (allow(), []),
        (region("StringEquals", "us-west-2"), ["in another Region"]),
        (region("StringEquals", "us-east-1"), ["in us-east-1"]),
        (region("StringEquals", "eu-west-1", "eu-north-1"), ["in eu-west-1", "in eu-north-1"]),
        (region("StringEqualsIgnoreCase", "EU-West-1"), ["in eu-west-1"]),
        (region("StringLike", "eu-*"), ["in a Region of eu-"]),
        (region("StringLike", "eu-*", "eu-west-?"), ["in a Region of eu-", "in a Region of eu-west-"]),
        (region("ForAnyValue:StringNotLikeIfExists", "eu-*"), ["in a Region of eu-"]),
        (allow(resource=f"arn:aws:kms:eu-west-1:{HOME}:key/*"), ["in eu-west-1"]),
        (allow(resource=f"arn:aws:kms:eu-*:{HOME}:key/{ID}"), ["in a Region of eu-"]),
        (allow(resource=f"arn:aws:kms:*:444455556666:key/{ID}"), []),
    ],
)
def test_regions_that_policies_tell_apart(statement: dict[str, Any], words: list[str]) -> None:
    """Names, patterns and the Regions in Resource elements each make one Region more, those that nobody names one together."""
    found, unasked = told(statement, untold=(REGION,))
    assert not unasked
    assert len(found) == len(words)
    for word in words:
        head = word.removeprefix("in a Region of ") if " of " in word else word.removeprefix("in ")
        assert word == "in another Region" or any(head in one for one in found), found


def test_a_region_beside_all_that_are_named() -> None:
    """One that there is not yet, where policies name each that there is of a pattern."""
    found, _ = told(region("StringLike", "us-*"), region("StringEquals", *NAMED_REGIONS), untold=(REGION,))
    assert len(found) == len(NAMED_REGIONS) + 1
    assert len([one for one in found if "in us-" in one]) == len(NAMED_REGIONS)


@pytest.mark.parametrize(
    ("resource", "count"),
    [
        (f"arn:aws:kms:us-west-2:{HOME}:key/{ID}", 1),
        (f"arn:aws:kms:us-west-2:{HOME}:key/9*", 1),
        (f"arn:aws:kms:*:{HOME}:key/*", 0),
        (f"arn:aws:kms:us-west-2:{HOME}:key/mrk-*", 0),
    ],
)
def test_ids_that_policies_tell_apart(resource: str, count: int) -> None:
    """A key that stands for many may be the one that a Resource names, or one of its pattern."""
    found, unasked = told(allow(resource=resource), untold=(KEY_ID,))
    assert (len(found), unasked) == (count, "")


@pytest.mark.parametrize(
    ("statement", "untold", "words"),
    [
        (allow(), (KIND, ORIGIN, MULTI_REGION), []),
        (allow("kms:Sign"), (KIND,), ["if the key is RSA_2048 for SIGN_VERIFY"]),
        (allow("kms:ImportKeyMaterial"), (ORIGIN,), ["if the key is of origin EXTERNAL"]),
        (allow("kms:ReplicateKey"), (MULTI_REGION,), ["if the key is a multi-Region primary key"]),
        (allow(StringEquals={"kms:KeyOrigin": "AWS_CLOUDHSM"}), (ORIGIN,), ["if the key is of origin AWS_CLOUDHSM"]),
        (allow(StringEquals={"kms:MultiRegionKeyType": "REPLICA"}), (MULTI_REGION,), ["if the key is a replica"]),
        (allow(Bool={"kms:MultiRegion": "true"}), (MULTI_REGION,), ["if the key is a multi-Region primary key"]),
        (allow(StringLike={"kms:KeySpec": "RSA*"}), (KIND,), ["if the key is RSA_2048 for ENCRYPT_DECRYPT"]),
        (allow(StringLike={"kms:KeySpec": "RSA*"}), (SPEC,), []),
        (allow(StringLike={"kms:EncryptionAlgorithm": "RSA*"}), (KIND,), ["if the key is RSA_2048 for ENCRYPT_DECRYPT"]),
    ],
)  # fmt: skip
def test_kinds_that_policies_tell_apart(statement: dict[str, Any], untold: tuple[str, ...], words: list[str]) -> None:
    """A kind is asked about where KMS takes an action on it alone, or a condition comes out otherwise."""
    assert told(statement, untold=untold) == (words, "")


def test_specs_within_a_key_type() -> None:
    """Of a key whose type is told a condition tells the specs of this type apart."""
    key = KEY._replace(spec="RSA_2048")
    statement = allow(StringEquals={"kms:KeySpec": "RSA_4096"})
    assert told(statement, untold=(SPEC,), key=key) == (["if the key is RSA_4096 for ENCRYPT_DECRYPT"], "")


def test_a_multi_region_key_may_be_a_replica() -> None:
    """Its id tells that it is a multi-Region key, and not which of them."""
    arn = f"arn:aws:kms:us-west-2:{HOME}:key/mrk-{ID.replace('-', '')}"
    key = KEY._replace(arn=arn, multi_region=True, multi_region_key_type="PRIMARY")
    statement = allow(StringNotEquals={"kms:MultiRegionKeyType": "PRIMARY"})
    assert told(statement, untold=(MULTI_REGION,), key=key) == (["if the key is a replica"], "")


@pytest.mark.parametrize(
    ("statement", "untold"),
    [
        (allow(StringEquals={"aws:PrincipalTag/region": "${aws:RequestedRegion}"}), (REGION,)),
        (allow(StringEquals={"aws:RequestedRegion": "${aws:PrincipalTag/region}"}), (REGION,)),
        (allow(resource="arn:aws:kms:us-west-2:*:key/${aws:PrincipalTag/key}"), (KEY_ID,)),
        (allow(resource="arn:aws:kms:${aws:PrincipalTag/region}:*:key/*"), (REGION,)),
        (allow(StringEquals={"kms:KeySpec": "${aws:PrincipalTag/spec}"}), (KIND,)),
        (allow(StringEquals={"aws:PrincipalTag/spec": "${kms:KeySpec}"}), (SPEC,)),
    ],
)
def test_what_a_variable_ties_is_outside(statement: dict[str, Any], untold: tuple[str, ...]) -> None:
    """One of each class is not enough where a variable compares what is not told: the reason says so."""
    assert told(statement, untold=untold)[1] != ""


@pytest.mark.parametrize(("untold", "count"), [((), 0), ((REGION,), 1)])
def test_a_variable_in_a_resource_where_the_id_is_told(untold: tuple[str, ...], count: int) -> None:
    """It tells nothing of the Region; where all is told of a key there is nothing to ask."""
    found, unasked = told(allow(resource="arn:aws:kms:eu-west-1:*:key/${aws:PrincipalTag/key}"), untold=untold)
    assert (len(found), unasked) == (count, "")


@pytest.mark.parametrize(
    ("partition", "own"), [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-eusc", "eusc-de-east-1")]
)
def test_regions_are_those_of_the_partition(partition: str, own: str) -> None:
    """Of every partition there is a Region beside the key's own."""
    key = KEY._replace(arn=f"arn:{partition}:kms:{own}:{HOME}:key/{ID}")
    (found,), unasked = told(region("StringNotEquals", own), untold=(REGION,), key=key)
    assert found.startswith(f"if the key is in {own.partition('-')[0]}-")
    assert unasked == ""
