"""Where merged policies have the access to a resource, from one render to the next."""

from __future__ import annotations

import pytest

from kmsgen.errors import Location
from kmsgen.policy.document import Condition, Document, Statement
from kmsgen.policy.json_form import as_sent, compact_policy, format_document
from kmsgen.render.merging.placing import Placed, placed
from kmsgen.render.merging.statements import accesses
from tests.unit.render.bundles import allow, document

PLACE = Location("kmsgen.toml")
KEYS = tuple(f"arn:aws:kms:us-west-2:111122223333:key/{number:036}" for number in range(0, 400, 2))
NEW = KEYS[0][:-1] + "1"
"""A key that stands between the first two."""
USE, READ = ("kms:Decrypt", "kms:Encrypt"), ("kms:DescribeKey",)


def of_keys(*keys: str, actions: tuple[str, ...] = USE) -> list[Document]:
    """Return an IAM policy for each key, as intents have them."""
    return [document(allow(*actions, on=(key,)), allow(*READ, on=(key,), when=WHEN)) for key in keys]


WHEN = (Condition("StringEquals", "kms:ViaService", ("s3.us-west-2.amazonaws.com",)),)


def where(found: Placed) -> dict[str, int]:
    """Return the number of the policy in which each resource is. Fails where it is in two."""
    held = [(resource, number) for number, one in found.documents.items() for resource in resources(one)]
    assert len(held) == len(dict(held))
    return dict(held)


def resources(policy: Document) -> set[str]:
    """Return the resources that a policy names."""
    return {resource for statement in policy.statements for resource in statement.resources}


def placed_anew(policies: list[Document], before: Placed | None = None) -> Placed:
    """Place policies after another render, and assert that they say what they said, each within IAM's limit."""
    found = placed(policies, before.homes if before else (), PLACE)
    assert accesses(found.documents.values()) == accesses(policies)
    assert all(len(as_sent(compact_policy(format_document(one)))) <= 6144 for one in found.documents.values())
    return found


BEFORE = placed_anew(of_keys(*KEYS))


@pytest.mark.parametrize(
    ("keys", "changed"),
    [
        ((*KEYS, NEW), 1),
        (KEYS[1:], 1),
        (KEYS[150:], None),
        ((NEW, *KEYS[1:]), 1),
        (tuple(reversed(KEYS)), 0),
    ],
    ids=["one comes", "one goes", "many go", "one for another", "another order"],
)
def test_a_key_that_comes_or_goes_moves_no_other(keys: tuple[str, ...], changed: int | None) -> None:
    """Each is in the policy in which it was, and no policy but that of the key itself is another."""
    after = placed_anew(of_keys(*keys), BEFORE)
    assert (len(BEFORE.documents) > 3, after.moved) == (True, 0)
    old, new = where(BEFORE), where(after)
    assert all(new[key] == old[key] for key in keys if key in old)
    different = [number for number in {**BEFORE.documents, **after.documents} if not _same(BEFORE, after, number)]
    assert changed is None or len(different) == changed


def _same(one: Placed, other: Placed, number: int) -> bool:
    return one.documents.get(number) == other.documents.get(number)


def test_a_key_that_comes_stands_where_others_went() -> None:
    """So that policies do not become more than they need to be."""
    fewer = placed_anew(of_keys(*KEYS[1:]), BEFORE)
    assert where(placed_anew(of_keys(*KEYS[1:], NEW), fewer))[NEW] == where(BEFORE)[KEYS[0]]


def test_what_has_no_room_where_it_was_moves_and_is_counted() -> None:
    """More access to each key than the policies had room for."""
    more = (*USE, "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")
    after = placed_anew([*of_keys(*KEYS, actions=more), document(allow("kms:GetPublicKey", on=KEYS[::2]))], BEFORE)
    old, new = where(BEFORE), where(after)
    assert after.moved == sum(new[key] != old[key] for key in KEYS) > 0


def test_a_second_render_is_the_same() -> None:
    """Also of a statement that is longer than a policy, and of one that excepts resources."""
    values = tuple(f"{number:03}{'x' * 60}" for number in range(150))
    long = allow("kms:ListKeys", when=(Condition("StringEquals", "aws:PrincipalTag/x", values),))
    but = Statement(long.effect, ("kms:ListAliases",), ("x", "y"), not_resource=True)
    policies = [*of_keys(*KEYS[:100]), document(long), document(but)]
    first = placed_anew(policies)
    assert placed_anew(policies, first)._replace(moved=0) == first
