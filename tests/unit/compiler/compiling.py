"""Intents from short texts, and questions to what they compile to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kmsgen.compiler import Compiled, compile_intent
from kmsgen.intent.resolve.resolve import resolve
from kmsgen.policy.document import Statement
from kmsgen.policy.json_form import format_document
from kmsgen.reading import parse

Compile = Callable[..., Compiled]

HEAD = """
kmsgen: 1
name: test
scope: {account: "111122223333", regions: [us-west-2], organization: o-exampleorgid}
"""
KEY = "key: {alias: app/data}\n"
ADMIN = "admins: [role/Admin]\n"
ROLE = "arn:aws:iam::111122223333:role/"


def compile_text(text: str) -> Compiled:
    """Compile the text of an intent."""
    return compile_intent(resolve(parse(text, "intent.yaml")))


def statements(found: Compiled, word: str) -> list[Statement]:
    """Return the statements of the first key's policy whose Sid has the word in it."""
    return [statement for statement in found.bundle.keys[0].policy.statements if word in (statement.sid or "")]


def conditions(statement: Statement) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the conditions of a statement by operator and key."""
    return {(condition.operator, condition.key): condition.values for condition in statement.conditions}


def identity(found: Compiled, principal: str) -> list[dict[str, Any]]:
    """Return the statements of a principal's IAM policies as plain data."""
    policies = found.bundle.principals[principal].identity_policies
    return [item for policy in policies for item in format_document(policy)["Statement"]]
