"""Descriptions of IAM managed policies: they name the principal that a policy is for, whoever attaches it."""

from __future__ import annotations

import re

_DESCRIBED = re.compile(r"kmsgen, (?:intent \S+|all intents): access of (\S+)\Z")


def description(intent: str, principal: str) -> str:
    """Return the description of a policy that an intent, or with an empty text all intents of a run, write for a principal."""
    return f"kmsgen, {f'intent {intent}' if intent else 'all intents'}: access of {principal}"


def described_principal(text: object) -> str:
    """Return the ARN of the principal that a policy is for; an empty text where its description names none."""
    found = _DESCRIBED.match(text) if isinstance(text, str) else None
    return found[1] if found else ""
