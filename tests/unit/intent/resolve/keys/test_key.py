"""Which key an intent is about, and what the other parts know of it."""

from __future__ import annotations

import pytest

from tests.unit.intent.conftest import HEAD, Load, Refused

ARN = "arn:aws:kms:us-west-2:111122223333:key/{}"
SINGLE, MULTI = ARN.format("1234abcd-12ab-34cd-56ef-1234567890ab"), ARN.format("mrk-1234abcd12ab34cd56ef1234567890ab")
SIGN = "users: [{principal: role/a, can: [sign]}]\n"


@pytest.mark.parametrize(("keys", "replicates"), [((MULTI,), True), ((SINGLE,), False), ((MULTI, SINGLE), False)])
def test_keys_replicate_where_all_are_multi_region_keys(keys: tuple[str, ...], replicates: bool, load: Load) -> None:  # noqa: FBT001 - a case
    """Administrators of keys that exist may replicate them where each is a multi-Region key, as its id shows."""
    intent = load(f"{HEAD}keys: [{', '.join(keys)}]\nadmins: [role/KmsAdmin]\n")
    assert intent.keys == keys
    assert ("kms:ReplicateKey" in intent.admins[0].actions) is replicates


@pytest.mark.parametrize("key", ["key: alias", "key: {replicas: [null]}", "keys: [null]", "keys: {a: b}"])
def test_a_key_that_cannot_be_read_may_be_of_any_kind(key: str, refused: Refused) -> None:
    """Nothing is said of what a key cannot do that may be another once it can be read."""
    assert {found.code for found in refused(f"{HEAD}{key}\n{SIGN}")} == {"wrong-type"}


def test_a_key_that_is_left_out_is_missing(refused: Refused) -> None:
    """An intent about no key is told so; one whose key cannot be read is not."""
    assert [found.code for found in refused(HEAD + SIGN)] == ["key-missing", "capability-key-type"]
