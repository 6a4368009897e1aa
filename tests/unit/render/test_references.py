"""References to a key that does not exist yet, in the texts of a policy."""

from __future__ import annotations

import pytest

from kmsgen.render.references import KeyReference, refers
from tests.unit.render.bundles import NEW_ARN, OLD_ARN, allow, document, role

REFERENCE = KeyReference(NEW_ARN, ("ARN",), ("id",))
ID = NEW_ARN.rpartition("/")[2]


@pytest.mark.parametrize(
    ("text", "referring"),
    [
        ("kms:Decrypt", "kms:Decrypt"),
        ("", ""),
        (OLD_ARN, OLD_ARN),
        (NEW_ARN, ("ARN",)),
        (ID, ("id",)),
        (f"{NEW_ARN} and {NEW_ARN}", [("ARN",), " and ", ("ARN",)]),
        (NEW_ARN.replace("us-west-2", "eu-west-1"), [f"arn:aws:kms:eu-west-1:{NEW_ARN.split(':')[4]}:key/", ("id",)]),
        (f"<{NEW_ARN}|{ID}>", ["<", ("ARN",), "|", ("id",), ">"]),
    ],
)
def test_a_text_refers_to_the_key_wherever_it_names_it(text: str, referring: object) -> None:
    """By its ARN, or by its id: that of a replica is the same in another Region's ARN."""
    assert REFERENCE.applied(text, list) == referring


def test_every_text_of_a_policy_is_looked_at_and_names_stay() -> None:
    """Values at any depth; the names of a mapping are no values, and numbers no texts."""
    data = {"a": [NEW_ARN, {ID: NEW_ARN}], "b": 1, "c": None}
    assert REFERENCE.applied(data, list) == {"a": [("ARN",), {ID: ("ARN",)}], "b": 1, "c": None}


@pytest.mark.parametrize(("resource", "does"), [(NEW_ARN, True), (OLD_ARN, False), ("*", False)])
def test_a_policy_refers_to_a_key_to_create_if_it_names_it(resource: str, *, does: bool) -> None:
    """A key that exists is named as it is."""
    assert refers(document(allow("kms:Decrypt", who=role("x"), on=(resource,)))) is does
