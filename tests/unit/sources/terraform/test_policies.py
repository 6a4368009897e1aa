"""Policies in plans: JSON texts, and aws_iam_policy_document data sources that are read only on apply."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmsgen.errors import InputError
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.json_form import format_document
from kmsgen.reading.json_text import parse_json
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import Described, Home
from kmsgen.sources.terraform.plan import read_plan

HERE = Beside(home=Home("aws", "111122223333", "us-west-2"))
KEY, DOCUMENT, OTHER = "aws_kms_key.k", "data.aws_iam_policy_document.p", "data.aws_iam_policy_document.other"
ROOT = {"type": "AWS", "identifiers": ["111122223333"]}
SIGN = {"sid": "Use", "actions": ["kms:Sign"], "resources": ["*"], "principals": [ROOT]}
VERIFY = {**SIGN, "actions": ["kms:Verify"]}
LATER = "known after apply"


def read(values: dict[str, dict[str, Any]], *, referred: dict[str, dict[str, str]] | None = None) -> Described:
    """Read a plan of resources by their addresses; what holds `LATER` is known only after apply.

    `referred` are the references in expressions, by the address of the resource and its field.
    """
    items, configured, changes = [], [], []
    for address, own in values.items():
        mode = "data" if address.startswith("data.") else "managed"
        of, name = address.removeprefix("data.").split(".")
        items.append({"address": address, "mode": mode, "type": of, "name": name, "values": _known(own)})
        changes.append({"address": address, "change": {"after_unknown": _unknown(own)}})
        texts = (referred or {}).get(address, {})
        expressions = {field: {"references": [text, text.rpartition(".")[0]]} for field, text in texts.items()}
        configured.append({"address": address, "mode": mode, "type": of, "name": name, "expressions": expressions})
    plan = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": items}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": configured}},
    }
    return read_plan(parse_json(json.dumps(plan), "plan.json"), HERE)


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _known(one) for name, one in value.items() if one != LATER}
    return [None if one == LATER else _known(one) for one in value] if isinstance(value, list) else value


def _unknown(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: found for name, one in value.items() if (found := _unknown(one))}
    return [_unknown(one) for one in value] if isinstance(value, list) else value == LATER


def of_document(document: dict[str, Any], other: dict[str, Any] | None = None, **referred: str) -> Described:
    """Read a plan of a key whose policy is a data source that is read on apply; it may start from another."""
    beside = {} if other is None else {OTHER: other}
    texts = {KEY: {"policy": f"{DOCUMENT}.json"}, DOCUMENT: referred}
    return read({KEY: {"policy": LATER}, DOCUMENT: document, **beside}, referred=texts)


def statements(bundle: Bundle) -> Any:
    """Return the statements of the key policy as JSON."""
    return format_document(bundle.keys[0].policy)["Statement"]


PRINTED = [
    ("who, what and on what", SIGN, {"Principal": {"AWS": "111122223333"}, "Action": "kms:Sign", "Resource": "*"}),
    (
        "everything but",
        {"not_actions": ["kms:Sign"], "not_resources": ["x"], "not_principals": [ROOT], "effect": "Deny"},
        {"NotPrincipal": {"AWS": "111122223333"}, "NotAction": "kms:Sign", "NotResource": "x", "Effect": "Deny"},
    ),
    ("everybody", {**SIGN, "principals": [{"type": "*", "identifiers": ["*"]}]}, {"Principal": "*"}),
    (
        "everybody who signs, and a service",
        {**SIGN, "principals": [{"type": "*", "identifiers": ["*"]}, {"type": "Service", "identifiers": ["a.amazonaws.com"]}]},
        {"Principal": {"AWS": "*", "Service": "a.amazonaws.com"}},
    ),
    (
        "two blocks of one condition",
        {**SIGN, "condition": [{"test": "StringLike", "variable": "aws:PrincipalTag/a", "values": [one]} for one in "xy"]},
        {"Condition": {"StringLike": {"aws:PrincipalTag/a": ["x", "y"]}}},
    ),
]


@pytest.mark.parametrize(("note", "block", "wanted"), PRINTED)
def test_a_statement_block_is_the_statement_that_terraform_makes_of_it(
    note: str, block: dict[str, Any], wanted: dict[str, Any]
) -> None:
    """Blocks say with words of their own what the elements of a policy say."""
    (statement,) = statements(of_document({"statement": [block]}).bundle)
    assert {name: statement.get(name) for name in wanted} == wanted, note


START, OVERRIDE = "source_policy_documents", "override_policy_documents"
TEXT = json.dumps({"Statement": {"Sid": "Use", "Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}})
MERGED = [
    (
        "its own after those that it starts from",
        {"statement": [{**SIGN, "sid": "Own"}], START: [TEXT]},
        None,
        ["Encrypt", "Sign"],
    ),
    ("one of the same Sid instead of the earlier", {"statement": [SIGN], START: [TEXT]}, None, ["Sign"]),
    ("what overrides comes last", {"statement": [SIGN], OVERRIDE: [TEXT]}, None, ["Encrypt"]),
    ("one document in a field for one", {"statement": [SIGN], "override_json": TEXT}, None, ["Encrypt"]),
    ("another data source", {"statement": [SIGN], OVERRIDE: [LATER]}, {"statement": [VERIFY]}, ["Verify"]),
    ("an empty text", {"statement": [SIGN], "source_json": ""}, None, ["Sign"]),
    ("nothing of its own", {START: [TEXT]}, None, ["Encrypt"]),
]


@pytest.mark.parametrize(("note", "document", "other", "actions"), MERGED)
def test_documents_are_merged_by_sid(
    note: str, document: dict[str, Any], other: dict[str, Any] | None, actions: list[str]
) -> None:
    """A data source starts from documents, and others override it; of one Sid the later statement counts."""
    found = of_document(document, other, **({OVERRIDE: f"{OTHER}.json"} if other else {}))
    assert [one["Action"] for one in statements(found.bundle)] == [f"kms:{action}" for action in actions], note


OPEN = [
    ("statements", {"statement": LATER}),
    ("one statement", {"statement": [LATER]}),
    ("a document that overrides", {"statement": [SIGN], OVERRIDE: [LATER]}),
    ("a document to start from", {"statement": [SIGN], START: [LATER]}),
    ("the type of a principal", {"statement": [{**SIGN, "principals": [{"type": LATER, "identifiers": ["x"]}]}]}),
    ("who is named", {"statement": [{**SIGN, "principals": LATER}]}),
    ("a principal", {"statement": [{**SIGN, "principals": [{"type": "AWS", "identifiers": [LATER]}]}]}),
    ("conditions", {"statement": [{**SIGN, "condition": LATER}]}),
    ("an operator", {"statement": [{**SIGN, "condition": [{"test": LATER, "variable": "x:a", "values": ["x"]}]}]}),
    ("a value", {"statement": [{**SIGN, "condition": [{"test": "StringEquals", "variable": "x:a", "values": [LATER]}]}]}),
]


@pytest.mark.parametrize(("note", "document"), OPEN)
def test_what_a_document_leaves_open_is_read_both_ways(note: str, document: dict[str, Any]) -> None:
    """What is known only after apply may allow more or less: the widest and the narrowest reading are two."""
    found = of_document(document)
    assert found.unknown, note
    assert statements(found.most) != statements(found.least), note


@pytest.mark.parametrize(
    ("sid", "most", "least"),
    [(LATER, ["Encrypt", "Sign"], ["Verify", "Sign"]), ("C", ["Verify", "Encrypt", "Sign"], ["Verify", "Encrypt", "Sign"])],
)
def test_a_statement_of_unknown_sid_may_replace_another(sid: str, most: list[str], least: list[str]) -> None:
    """A Deny that it may replace counts in the reading with the least access alone, and an Allow in that with the most."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:Verify", "Resource": "*"}
    start = [{"Sid": "A", **deny}, {"Sid": "B", **deny, "Effect": "Allow", "Action": "kms:Encrypt"}]
    found = of_document({"statement": [{**SIGN, "sid": sid}], START: [json.dumps({"Statement": start})]})
    told = [[one["Action"].removeprefix("kms:") for one in statements(bundle)] for bundle in (found.most, found.least)]
    assert told == [most, least]


WRONG = [
    ("blocks that are none", {"statement": "x"}, "not-a-mapping"),
    ("a block that is none", {"statement": ["x"]}, "not-a-mapping"),
    ("a condition that is none", {"statement": [{**SIGN, "condition": ["x"]}]}, "not-a-mapping"),
]


@pytest.mark.parametrize(("note", "document", "code"), WRONG)
def test_blocks_of_another_form_are_refused(note: str, document: dict[str, Any], code: str) -> None:
    """A block that is passed over would be a wrong answer."""
    with pytest.raises(InputError, match=code) as raised:
        of_document(document)
    assert raised, note


def test_a_text_that_is_no_policy_is_told_with_its_resource() -> None:
    """Whoever reads the message has to find the text in a plan of one line."""
    with pytest.raises(InputError) as raised:
        read({KEY: {"policy": "{"}})
    assert [one.message.startswith(f"{KEY}: ") for one in raised.value.diagnostics] == [True]


def test_the_policy_of_another_resource_is_read_where_one_refers_to_it() -> None:
    """A key whose policy is that of another resource has that policy."""
    text = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}})
    values = {KEY: {"policy": LATER}, "aws_kms_external_key.e": {"policy": text}}
    found = read(values, referred={KEY: {"policy": "aws_kms_external_key.e.policy"}})
    assert {one["Action"] for access in found.bundle.keys for one in format_document(access.policy)["Statement"]} >= {
        "kms:Encrypt"
    }


def test_what_a_policy_depends_on_is_told() -> None:
    """Where an expression refers to what tells no policy, the reader learns to what."""
    found = read({KEY: {"policy": LATER}}, referred={KEY: {"policy": "module.other.policy"}})
    assert any("module.other.policy" in one.what for one in found.unknown)
