"""Policies and requests as JSON text that AWS takes, and how much of a size limit a policy uses up.

Source: IAM User Guide, reference_iam-quotas; KMS API Reference, PutKeyPolicy (PolicyType).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from kmsgen.policy.document import Document
from kmsgen.policy.json_form import (
    KEY_POLICY_BYTES,
    LAST_RAW_CHARACTER,
    as_sent,
    ascii_above_latin_1,
    compact_policy,
    format_document,
    to_json,
)
from kmsgen.render.deployment import Deployment
from kmsgen.render.text.environment import environment

MANAGED_POLICY_LIMIT = 6144


def policy_json(document: Document) -> str:
    """Write a policy as JSON (`policy` in templates), characters that KMS and IAM refuse as JSON escapes.

    KMS counts white space: a policy that would be too long for it with line breaks has none.
    """
    data = format_document(document)
    text = ascii_above_latin_1(to_json(data))
    return text if len(text.encode()) <= KEY_POLICY_BYTES else compact_policy(data)


def ascii_json(data: object) -> str:
    """Write plain data as JSON in ASCII (`json` in templates): the AWS CLI reads a file in the locale's encoding."""
    return json.dumps(data, indent=2) + "\n"


TEMPLATES = environment("json", {"json": ascii_json, "policy": policy_json})


def policy_file(document: Document) -> str:
    """Return a policy's file, as text."""
    return TEMPLATES.get_template("policy.json.j2").render(document=document)


def request_file(parameters: Mapping[str, object] | list[Mapping[str, object]]) -> str:
    """Return a request's file, as text: the parameters of a KMS API call, or a list of them."""
    return TEMPLATES.get_template("request.json.j2").render(parameters=parameters)


def compact_json(data: object) -> str:
    """Write plain data as JSON in ASCII, without white space."""
    return json.dumps(data, separators=(",", ":"))


def needs_escapes(data: object) -> bool:
    """Return whether a policy (plain data) holds a character above U+00FF: KMS and IAM take it only as a JSON escape."""
    text = json.dumps(data, ensure_ascii=False)
    return not text.isascii() and max(text) > LAST_RAW_CHARACTER


def refuse_escapes(deployment: Deployment, documents: Iterable[Document], tool: str) -> None:
    """Raise InputError for policies with characters above U+00FF: the tool named writes JSON without escapes."""
    if any(needs_escapes(format_document(document)) for document in documents):
        raise deployment.refuse(
            "beyond-latin-1",
            f"KMS and IAM take no character above U+00FF unescaped in a policy, and {tool} cannot escape it",
            "change the text, or render `--format json --format grants`, which escape it",
        )


def counted_size(data: object) -> int:
    """Return a policy's size in characters, as IAM counts: white space between elements is free."""
    return len(as_sent(compact_policy(data)))
