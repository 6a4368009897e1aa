"""Policies as JSON text that AWS takes, and how much of a size limit a policy uses up.

Source: IAM User Guide, reference_iam-quotas; KMS API Reference, PutKeyPolicy (PolicyType).
"""

from __future__ import annotations

import json
import unicodedata

from kmsgen.policy.json_form import to_json

# PolicyType and policyDocumentType: tab, line feed, carriage return, U+0020 to U+00FF
LAST_RAW_CHARACTER = "\u00ff"
MANAGED_POLICY_LIMIT = 6144


def policy_json(data: object) -> str:
    """Write a policy as JSON; a character that KMS and IAM refuse in a policy document is written as its JSON escape."""
    return ascii_above_latin_1(to_json(data))


def ascii_json(data: object) -> str:
    """Write plain data as JSON in ASCII: the AWS CLI reads a file in whatever encoding the locale has."""
    return json.dumps(data, indent=2) + "\n"


def compact_json(data: object) -> str:
    """Write plain data as JSON in ASCII, without white space."""
    return json.dumps(data, separators=(",", ":"))


def ascii_above_latin_1(text: str) -> str:
    """Write each character above U+00FF of a JSON text as its escape; such characters occur in JSON strings only."""
    return "".join(char if char <= LAST_RAW_CHARACTER else json.dumps(char)[1:-1] for char in text)


def survives_raw(text: str) -> bool:
    """Return whether KMS and IAM take the text in a policy unescaped, and Terraform does not change it (NFC)."""
    return all(char <= LAST_RAW_CHARACTER for char in text) and unicodedata.is_normalized("NFC", text)


def counted_size(data: object) -> int:
    """Return the characters of a policy as IAM counts them: white space between elements is free."""
    return len(ascii_above_latin_1(json.dumps(data, separators=(",", ":"), ensure_ascii=False)))
