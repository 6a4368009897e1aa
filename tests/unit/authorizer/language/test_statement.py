"""Statements compiled: which resources, actions and callers each is about, and where that is open."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.authorizer.language.open_value import OpenValue
from kmsgen.authorizer.language.shapes import Shape, Some
from kmsgen.authorizer.language.statement import Layer, Rule, compile_document
from kmsgen.policy.json_form import parse_document

HEAD = "arn:aws:kms:us-east-1:111122223333:key/"
RED = f"{HEAD}red"
ANY_KEY: Shape = (HEAD, Some.WORD)
TAG = "aws:PrincipalTag/key"
BY_TAG = f"{HEAD}${{{TAG}}}"


def rule(layer: Layer = Layer.IDENTITY, effect: str = "Allow", **elements: Any) -> Rule:
    """Return a compiled statement."""
    statement = {"Effect": effect, "Action": "kms:Decrypt", **elements}
    (found,) = compile_document(parse_document({"Version": "2012-10-17", "Statement": [statement]}), layer, iter([1]))
    return found


RESOURCES = [
    ("a key by its ARN", {"Resource": RED}, RED, {}, True),
    ("another key", {"Resource": RED}, f"{HEAD}blue", {}, False),
    ("every key but one", {"NotResource": RED}, RED, {}, False),
    ("a key of any Region", {"Resource": "arn:aws:kms:*:111122223333:key/*"}, RED, {}, True),
    ("one of two", {"Resource": [RED, f"{HEAD}blue"]}, f"{HEAD}blue", {}, True),
    ("a key by a variable", {"Resource": BY_TAG}, RED, {TAG: ("red",)}, True),
    ("a key by another value", {"Resource": BY_TAG}, RED, {TAG: ("blue",)}, False),
    ("a variable that is absent", {"Resource": BY_TAG}, RED, {}, False),
    ("a variable that is open", {"Resource": BY_TAG}, RED, {TAG: OpenValue((("red",), ("blue",)))}, None),
    ("a variable open between values that agree", {"Resource": BY_TAG}, RED, {TAG: OpenValue((("pink",), ("blue",)))}, False),
    ("a wildcard in a variable's value", {"Resource": BY_TAG}, RED, {TAG: ("r*",)}, None),
    ("a wildcard in a value that fits nothing", {"Resource": BY_TAG}, RED, {TAG: ("b*",)}, False),
    (
        "a variable before the fifth colon",
        {"Resource": f"arn:aws:kms:${{{TAG}}}:111122223333:key/red"},
        RED,
        {TAG: ("us-east-1",)},
        None,
    ),
    (
        "one that fits whatever it holds not",
        {"Resource": f"arn:aws:kms:${{{TAG}}}:111122223333:key/blue"},
        RED,
        {TAG: ("x",)},
        False,
    ),
    ("a text that is no variable", {"Resource": f"{HEAD}${{oops"}, RED, {}, None),
    ("a written star", {"Resource": f"{HEAD}${{*}}"}, f"{HEAD}*", {}, True),
    ("no resource, and every resource", {"Resource": "*"}, "*", {}, True),
    ("no resource, and a pattern that may take a star", {"Resource": "**"}, "*", {}, None),
    ("no resource, and a key", {"Resource": RED}, "*", {}, False),
    ("any key, of every resource", {"Resource": "*"}, ANY_KEY, {}, True),
    ("any key, of every key", {"Resource": f"{HEAD}*"}, ANY_KEY, {}, True),
    ("any key, of one", {"Resource": RED}, ANY_KEY, {}, None),
    ("any key, of an alias", {"Resource": RED.replace("key/", "alias/")}, ANY_KEY, {}, False),
    ("any key, by a variable", {"Resource": BY_TAG}, ANY_KEY, {TAG: ("red",)}, None),
    ("any key, by a variable that is absent", {"Resource": BY_TAG}, ANY_KEY, {}, False),
    (
        "any key, by a variable that may be early",
        {"Resource": f"arn:aws:kms:${{{TAG}}}:1:alias/x"},
        ANY_KEY,
        {TAG: ("x",)},
        False,
    ),
]


@pytest.mark.parametrize(("note", "element", "resource", "held", "wanted"), RESOURCES)
def test_a_resource_element_matches_what_is_sure_and_leaves_open_what_is_not(
    note: str, element: dict[str, Any], resource: str | Shape, held: dict[str, Any], *, wanted: bool | None
) -> None:
    """A Resource matches an ARN, `*` or every ARN of a shape surely, surely not, or perhaps: that is never yes."""
    lookup = {name.lower(): value for name, value in held.items()}.get
    assert rule(**element).resource.check(resource, lookup) is wanted, note


ACTIONS = [
    ("an action", Layer.IDENTITY, {"Action": "kms:Decrypt"}, True),
    ("in whatever case", Layer.IDENTITY, {"Action": "KMS:DECRYPT"}, True),
    ("a pattern", Layer.IDENTITY, {"Action": ["kms:E*", "kms:?ecrypt"]}, True),
    ("another", Layer.IDENTITY, {"Action": "kms:Encrypt"}, False),
    ("everything but another", Layer.IDENTITY, {"NotAction": "kms:Encrypt"}, True),
    ("everything but a pattern", Layer.IDENTITY, {"NotAction": "kms:*crypt"}, False),
]


@pytest.mark.parametrize(("note", "layer", "element", "wanted"), ACTIONS)
def test_an_action_element_covers_an_action(note: str, layer: Layer, element: dict[str, Any], *, wanted: bool) -> None:
    """Actions ignore the case, and NotAction covers the others."""
    statement = {"Effect": "Allow", "Resource": "*", **element}
    (found,) = compile_document(parse_document({"Version": "2012-10-17", "Statement": [statement]}), layer, iter([1]))
    assert found.covers("kms:decrypt") is wanted, note


def test_a_key_policy_statement_without_resource_does_nothing() -> None:
    """KMS keeps it; an IAM policy cannot have one, so nothing is known of it there."""
    named = {"Principal": "*"}
    assert rule(Layer.KEY_POLICY, **named).resource.check(RED, lambda _key: None) is False
    assert rule().resource.check(RED, lambda _key: None) is None


def test_a_statement_is_called_by_its_sid_or_its_number() -> None:
    """Reasons name statements in a way that a reader finds again."""
    assert (rule(Sid="Use", Resource="*").source, rule(Resource="*").source) == ("identity-policy/Use", "identity-policy/#1")
