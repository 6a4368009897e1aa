"""Of which key a grant is: its KeyId names one key, by ARN or by id.

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
    """Return the KeyId of a grant as plain data; None where it tells none. Raises InputError for what is no text."""
    reader = Reader(where)
    found = reader.text(item.get(_KEY_ID), (_KEY_ID,), _KEY_ID)
    if reader.problems:
        raise InputError(reader.problems)
    return found


def names_key(told: str, arn: str) -> bool:
    """Return whether a KeyId names the key of an ARN."""
    return told in (arn, arn.rpartition("/")[2])


def key_among(told: str | None, arns: Sequence[str], where: Where) -> str:
    """Return the ARN of the key that a grant is on: the one that it names, or the only one.

    Raises InputError where it names a key that is not there (`other-key`), or where which one it is on is not told.
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
    """Read a grant that stands at the key of an ARN. Raises InputError for one on another key."""
    grant = parse_grant(data, where)
    key_among(told_key(data, where), [key], where)
    return grant


def check_asked_key(resource: str, data: Any, where: Where) -> None:  # noqa: ANN401 - plain data
    """Raise InputError where the parameters of a CreateGrant request on a resource name another key."""
    told = told_key(data, where)
    if told is not None and not names_key(told, resource) and not names_key(resource, told):
        message = f"the grant is to be on `{told}`, and the request is about `{resource}`"
        raise input_error(where((_KEY_ID,)), "other-key", message, "leave `KeyId` out: `resource` names the key")
