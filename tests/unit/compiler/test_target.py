"""The keys that an intent is about."""

from __future__ import annotations

from tests.unit.compiler.compiling import HEAD, ROLE, Compile, identity

KEYS = [f"arn:aws:kms:us-west-2:111122223333:key/{number:08d}-12ab-34cd-56ef-1234567890ab" for number in range(150)]


def test_each_listed_key_gets_the_via_service_of_its_region(compiled: Compile) -> None:
    """A key is used in its own Region."""
    keys = [
        f"arn:aws:kms:{region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" for region in ("us-west-2", "eu-west-1")
    ]
    head = HEAD.replace("[us-west-2]", "[us-west-2, eu-west-1]")
    key = f"keys: {keys}\n".replace("'", '"')
    found = compiled("users: [{principal: role/app, can: [decrypt], when: {via: [s3]}}]", head=head, key=key)
    values = [c.values for access in found.bundle.keys for s in access.policy.statements for c in s.conditions]
    assert values == [("s3.eu-west-1.amazonaws.com",), ("s3.us-west-2.amazonaws.com",)]


def test_every_key_is_governed_by_iam_policies_only(compiled: Compile) -> None:
    """For `keys: "*"` the bundle's key stands for any that lets the account's IAM policies decide."""
    found = compiled("users: [{principal: role/app, can: [decrypt]}]", key='keys: "*"\nspec: SYMMETRIC_DEFAULT\n', admin="")
    assert [item["Resource"] for item in identity(found, f"{ROLE}app")] == ["arn:aws:kms:us-west-2:111122223333:key/*"]
    assert [s.sid for s in found.bundle.keys[0].policy.statements] == ["Enable IAM User Permissions"]


def test_each_listed_key_has_a_policy_of_its_own(compiled: Compile) -> None:
    """One key policy a key; one IAM policy for all keys of a principal."""
    keys = f"keys: {KEYS[:2]}\n".replace("'", '"')
    found = compiled("users: [{principal: 'arn:aws:iam::444455556666:role/p', can: [decrypt]}]", key=keys)
    assert [access.key.arn for access in found.bundle.keys] == KEYS[:2]
    assert identity(found, "arn:aws:iam::444455556666:role/p")[0]["Resource"] == KEYS[:2]


def test_a_new_key_has_its_placeholder_and_how_to_create_it(compiled: Compile) -> None:
    """Renderers put a reference in the placeholder's place."""
    key = "key: {alias: a, rotation_days: 365, description: d, tags: {t: v}}\n"
    access = compiled("", key=key).bundle.keys[0]
    assert access.key.arn.endswith("00000000-0000-0000-0000-000000000000")
    assert access.creation is not None
    assert (access.creation.alias, access.creation.rotation_days, access.creation.tags) == ("alias/a", 365, (("t", "v"),))
