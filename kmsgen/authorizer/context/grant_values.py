"""Condition keys about encryption contexts and grants: what they hold of a request.

Source: KMS Developer Guide, conditions-kms, grant-manage; KMS API Reference, GrantConstraints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kmsgen.authorizer.context.caller_values import Derive, Found, tag_of
from kmsgen.authorizer.context.view import NOT_TOLD, View
from kmsgen.authorizer.language.open_value import Seen, either_way
from kmsgen.catalogue.condition_keys import GrantKey
from kmsgen.catalogue.model import Values
from kmsgen.policy.grant import Grant

_OF_GRANTS = frozenset({"CreateGrant", "RetireGrant"})


def of_context(read: Callable[[View], Seen]) -> Derive:
    """Return the resolver of an encryption context key: the call's context, or the constraint of the grant to create.

    For RetireGrant it is open whether AWS sees the constraint of the grant (S8).
    """

    def derive(view: View) -> Found:
        name = view.action.name
        if name not in _OF_GRANTS:
            return read(view)
        if view.asked_grant is None:
            return NOT_TOLD
        return either_way(read(view), "S8") if name == "RetireGrant" else read(view)

    return derive


def encryption_context(name: str) -> Derive:
    """Return the resolver of kms:EncryptionContext:NAME, by NAME in lower case."""
    plain = name.isascii()

    def read(view: View) -> Seen:
        return view.pairs.get(name) if plain and view.plain_pairs else tag_of(view.context_pairs, name)

    return of_context(read)


def encryption_context_keys(view: View) -> Values | None:
    """Return kms:EncryptionContextKeys: the names of all pairs; None where there are none."""
    return tuple(key for key, _value in view.context_pairs) or None


def _of_grant(key: str, read: Callable[[Grant], Seen]) -> Derive:
    def derive(view: View) -> Found:
        grant = view.asked_grant
        if grant is None:
            return view.told(key)
        return either_way(read(grant), "S8") if view.action.name == "RetireGrant" else read(grant)

    return derive


def _constraint_type(grant: Grant) -> Seen:
    constraints = grant.constraints
    pairs = (
        ("EncryptionContextEquals", constraints.encryption_context_equals),
        ("EncryptionContextSubset", constraints.encryption_context_subset),
    )
    kinds = tuple(name for name, value in pairs if value is not None) or None
    return either_way(kinds, "S14") if kinds and not any(value for _name, value in pairs) else kinds


def _optional(value: str | None) -> Values | None:
    return (value,) if value else None


_READ: Mapping[GrantKey, Callable[[Grant], Seen]] = {
    GrantKey.GRANTEE: lambda grant: None if grant.grantee_is_service else _optional(grant.grantee),
    GrantKey.GRANTEE_SERVICE: lambda grant: _optional(grant.grantee) if grant.grantee_is_service else None,
    GrantKey.RETIRING: lambda grant: None if grant.retiring_is_service else _optional(grant.retiring),
    GrantKey.RETIRING_SERVICE: lambda grant: _optional(grant.retiring) if grant.retiring_is_service else None,
    GrantKey.OPERATIONS: lambda grant: grant.operations or None,
    GrantKey.CONSTRAINT_TYPE: _constraint_type,
    GrantKey.CONSTRAINT_SOURCE_ARN: lambda grant: _optional(grant.constraints.source_arn),
}

OF_GRANT: Mapping[str, Derive] = {key: _of_grant(key, read) for key, read in _READ.items()}
"""What the condition keys on grants hold, by the key."""
