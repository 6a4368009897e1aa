"""A key of which not all is told, and the forms that it may have."""

from __future__ import annotations

from typing import Any

from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.json_form import parse_document
from kmsgen.prover.key_forms import as_condition, forms_of, said

HOME = "111122223333"
ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = Key(f"arn:aws:kms:us-west-2:{HOME}:key/{ID}")
APP = {"AWS": f"arn:aws:iam::{HOME}:role/app"}


def allow(action: str = "kms:Decrypt", resource: str = "*", **condition: Any) -> dict[str, Any]:
    """Return an Allow, with a condition by operator and key."""
    return {"Effect": "Allow", "Principal": APP, "Action": action, "Resource": resource, "Condition": condition}


def told(*statements: dict[str, Any], untold: tuple[str, ...], key: Key = KEY) -> tuple[list[str], str]:
    """Return in words every form but the first, and why others may be missing."""
    policy = parse_document({"Version": "2012-10-17", "Statement": list(statements)})
    key = key._replace(untold=frozenset(untold))
    forms = forms_of(Bundle((KeyAccess(key, policy),)))
    assert forms.keys[0] == key
    return [as_condition(said(one, key)) for one in forms.keys[1:]], forms.unasked
