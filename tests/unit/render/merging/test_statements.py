"""Statements of many policies to as few as say the same."""

from __future__ import annotations

import pytest

from kmsgen.errors import Location
from kmsgen.policy.document import Condition, Document, Effect, Statement
from kmsgen.policy.json_form import as_sent, compact_policy, format_document
from kmsgen.render.merging.placing import placed
from kmsgen.render.merging.statements import accesses
from tests.unit.render.bundles import allow, document

PLACE = Location("intent.yaml", 1, 1)
IN = Condition("StringEquals", "aws:PrincipalTag/team", ("a",))
SPEC, NOT_IN = Condition("StringEquals", "kms:KeySpec", ("r",)), Condition("StringNotEquals", "aws:PrincipalTag/team", ("a",))
DENY = Statement(Effect.DENY, ("kms:Decrypt",), ("x",))
EXCEPT = Statement(Effect.DENY, ("kms:Decrypt",), ("x",), not_resource=True)


def merged(policies: list[Document], place: Location) -> tuple[Document, ...]:
    """Return policies merged for the first time."""
    return tuple(placed(policies, (), place).documents.values())


def said(*statements: Statement) -> list[Statement]:
    """Return the merged statements, a policy each before."""
    found = merged([document(one) for one in statements], PLACE)
    return [one._replace(sid=None) for policy in found for one in policy.statements]


def bare(*actions: str, on: tuple[str, ...] = ("*",), when: tuple[Condition, ...] = ()) -> Statement:
    """Return an Allow without a Sid."""
    return allow(*actions, on=on, when=when)._replace(sid=None)


def test_statements_that_differ_in_their_resources_are_one() -> None:
    """Each key is listed once."""
    assert said(allow("b", "a", on=("x",)), allow("a", "b", on=("y", "x"))) == [bare("a", "b", on=("x", "y"))]


def test_statements_that_differ_in_their_actions_are_one() -> None:
    """Of the same keys under the same conditions."""
    assert said(allow("a", on=("x",), when=(IN,)), allow("b", on=("x",), when=(IN,))) == [bare("a", "b", on=("x",), when=(IN,))]


def test_statements_that_differ_in_the_values_of_one_condition_are_one() -> None:
    """Any one of the values is enough, as either statement was."""
    whens = [(IN, Condition("StringEquals", "kms:KeySpec", (spec,))) for spec in ("HMAC_256", "RSA_2048")]
    (found,) = said(*(allow("a", when=when) for when in whens))
    assert found.conditions[1].values == ("HMAC_256", "RSA_2048")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (allow("a", on=("x",)), allow("b", on=("y",))),
        (allow("a", on=("x",)), allow("a", on=("y",), when=(IN,))),
        (allow("kms:Decrypt", on=("x",)), DENY),
        (allow("a", when=(IN, SPEC)), allow("a", when=(IN._replace(values=("b",)), SPEC._replace(values=("s",))))),
        (allow("a", when=(NOT_IN,)), allow("a", when=(NOT_IN._replace(values=("b",)),))),
        (EXCEPT, EXCEPT._replace(resources=("y",))),
        (EXCEPT, EXCEPT._replace(resources=("y",), not_action=True)),
    ],
)
def test_what_would_say_more_stays_apart(one: Statement, other: Statement) -> None:
    """Two actions on two keys are no cross product, and what is excepted is excepted by each."""
    assert len(said(one, other)) == 2
    assert accesses([document(one, other)]) == accesses([Document(tuple(said(one, other)))])


def test_sids_are_unique_and_of_what_they_name() -> None:
    """What was counted within an intent is counted anew."""
    policies = [document(allow(name)._replace(sid=f"UseByApp{count}")) for name, count in (("a", ""), ("b", "2"), ("c", "7"))]
    conditions = [Condition("StringEquals", "k", (str(n),)) for n in range(3)]
    each = [
        Document((policy.statements[0]._replace(conditions=(one,)),)) for policy, one in zip(policies, conditions, strict=True)
    ]
    found = [one.sid for policy in merged(each, PLACE) for one in policy.statements]
    assert found == ["UseByApp", "UseByApp2", "UseByApp3"]


def test_policies_are_as_long_as_iam_takes_of_what_is_sent() -> None:
    """Terraform writes `&`, `<` and `>` as six characters each, and all of them count."""
    values = tuple(f"{number:03}{'<&>' * 20}" for number in range(60))
    policies = merged([document(allow("a", when=(Condition("StringEquals", "k", values),)))], PLACE)
    sizes = [len(as_sent(compact_policy(format_document(policy)))) for policy in policies]
    assert max(sizes) <= 6144 < sum(sizes)
    listed = [value for policy in policies for one in policy.statements for value in one.conditions[0].values]
    assert sorted(listed) == sorted(values)


def test_policies_of_many_resources_are_as_few_as_hold_them() -> None:
    """Each but the last is full: what is long is cut where a policy ends, not in halves."""
    resources = tuple(f"{number:05}{'x' * 95}" for number in range(700))
    found = merged([document(allow("b", on=("y",)), allow("a", on=resources))], PLACE)
    sizes = [len(compact_policy(format_document(policy))) for policy in found]
    assert len(found) == 13
    assert all(6144 - len(resources[0]) - 10 < size <= 6144 for size in sizes[:-1])
    assert accesses(found) == accesses([document(allow("b", on=("y",)), allow("a", on=resources))])
