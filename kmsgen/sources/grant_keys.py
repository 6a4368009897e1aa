"""The key of a grant: its KeyId, an ARN or an id.

Source: KMS API Reference, GrantListEntry and CreateGrant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kmsgen.errors import InputError, input_error
from kmsgen.policy.grant import Grant
from kmsgen.policy.grant_form import parse_grant
from kmsgen.policy.plain_data import Reader
from kmsgen.reading import Where

_KEY_ID = "KeyId"


def told_key(item: dict[str, Any], where: Where) -> str | None:
    """Return a grant's KeyId; None without one. Raises InputError if it is no text."""
    reader = Reader(where)
    found = reader.text(item.get(_KEY_ID), (_KEY_ID,), _KEY_ID)
    if reader.problems:
        raise InputError(reader.problems)
    return found


def names_key(told: str, arn: str) -> bool:
    """Return whether a KeyId (ARN or id) means the key with this ARN."""
    return told in (arn, arn.rpartition("/")[2])


def key_among(told: str | None, arns: Sequence[str], where: Where) -> str:
    """Return the ARN of the key that a grant is on: by its KeyId, else the only key.

    Raises InputError if the key is not there (`other-key`), or if several could be meant (`unknown-key`).
    """
    named = [arn for arn in arns if told is None or names_key(told, arn)]
    if len(named) == 1:
        return named[0]
    if not named:
        keys = f"`{arns[0]}`" if len(arns) == 1 else "any of the keys here"
        message = f"the grant is on the key `{told}`, not on {keys}"
        hint = "a grant is for one key: leave it out here, or name the key of the file with --key-arn if it is that one"
        raise input_error(where((_KEY_ID,)), "other-key", message, hint)
    message = "which of the keys this grant is on is not told"
    raise input_error(where(()), "unknown-key", message, "give the grant its key: `KeyId`, as `list-grants` does")


def grant_on(key: str, data: Any, where: Where) -> Grant:  # noqa: ANN401 - plain data
    """Read a grant on a known key. Raises InputError if its KeyId names another."""
    grant = parse_grant(data, where)
    key_among(told_key(data, where), [key], where)
    return grant


def check_asked_key(resource: str, data: Any, where: Where) -> None:  # noqa: ANN401 - plain data
    """Check that a CreateGrant request's KeyId is its resource. Raises InputError otherwise."""
    told = told_key(data, where)
    if told is not None and not names_key(told, resource) and not names_key(resource, told):
        message = f"the grant is to be on `{told}`, and the request is about `{resource}`"
        raise input_error(where((_KEY_ID,)), "other-key", message, "leave `KeyId` out: `resource` names the key")
