"""What each condition key holds of a request: from the key, the caller, the parameters; from the caller's word only what is left.

Source: KMS Developer Guide, conditions-kms, conditions-aws; IAM User Guide, reference_policies_condition-keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kmsgen.authorizer.context import parameters
from kmsgen.authorizer.context.caller_values import OF_CALLER, principal_tag
from kmsgen.authorizer.language.operators import parse_date
from kmsgen.policy.bundle import Key
from kmsgen.policy.grant import Grant

if TYPE_CHECKING:
    from kmsgen.authorizer.context.lookup import View

Values = tuple[str, ...]


def _of_key(read: Callable[[Key], Values | None], key_of_creation: str) -> Callable[[View], Values | None]:
    def derive(view: View) -> Values | None:
        if view.action.name == "CreateKey":
            return parameters.of_creation(key_of_creation, view.request.parameters, view.given(key_of_creation))
        key = view.target.key
        return read(key) if key is not None else None

    return derive


def _true(value: object) -> Values:
    return ("true" if value else "false",)


def _multi_region_key_type(key: Key) -> Values | None:
    return (key.multi_region_key_type,) if key.multi_region and key.multi_region_key_type else None


def _region(view: View) -> Values | None:
    if view.target.kind == "*":
        given = view.given("aws:requestedregion")
        return given or ((view.target.region,) if view.target.region else None)
    return (view.target.region,) if view.target.region else None


def _resource_account(view: View) -> Values | None:
    return (view.target.account,) if view.target.account else None


def _resource_aliases(key: Key) -> Values | None:
    return key.aliases


def _request_alias(view: View) -> Values | None:
    if view.target.alias:
        return (view.target.alias,)
    named = parameters.alias_in(view.request.parameters) or view.given("kms:requestalias")
    key = view.target.key
    if named and key is not None and key.aliases and named[0] not in key.aliases:
        return None
    return named


def _encryption_algorithm(view: View) -> Values | None:
    key = view.target.key
    if key is not None and key.spec == "SYMMETRIC_DEFAULT":
        return ("SYMMETRIC_DEFAULT",)
    name = "kms:encryptionalgorithm"
    return parameters.of(name, view.action.name, view.request.parameters) or view.given(name) or ("SYMMETRIC_DEFAULT",)


def encryption_context(view: View) -> tuple[tuple[str, str], ...]:
    """Return the pairs that kms:EncryptionContext: keys see; of CreateGrant and RetireGrant those of the grant's constraint."""
    grant = view.grant if view.action.name == "RetireGrant" else view.request.create_grant
    if view.action.name in ("CreateGrant", "RetireGrant") and grant is not None:
        constraints = grant.constraints
        return (*(constraints.encryption_context_equals or ()), *(constraints.encryption_context_subset or ()))
    return tuple(view.encryption_context.items())


def _encryption_context(view: View, name: str) -> Values | None:
    return view.pairs.get(name)


def _encryption_context_keys(view: View) -> Values | None:
    return tuple(key for key, _value in encryption_context(view))


def _resource_tag(view: View, name: str) -> Values | None:
    key = view.target.key
    return tuple(value for tag, value in key.tags if tag.lower() == name) if key is not None else None


def _request_tag(view: View, name: str) -> Values | None:
    tags = parameters.tags(view.request.parameters)
    if tags is None:
        return view.given(f"aws:requesttag/{name}")
    return tuple(value for tag, value in tags if tag.lower() == name)


def _tag_keys(view: View) -> Values | None:
    names = parameters.tag_keys(view.request.parameters)
    return view.given("aws:tagkeys") if names is None else names


def _of_grant(key: str, read: Callable[[Grant], Values | None]) -> Callable[[View], Values | None]:
    def derive(view: View) -> Values | None:
        grant = view.grant if view.action.name == "RetireGrant" else view.request.create_grant
        return read(grant) if grant is not None else view.given(key)

    return derive


def _constraint_type(grant: Grant) -> Values | None:
    constraints = grant.constraints
    pairs = (
        ("EncryptionContextEquals", constraints.encryption_context_equals),
        ("EncryptionContextSubset", constraints.encryption_context_subset),
    )
    return tuple(name for name, value in pairs if value is not None)


def _on_same_key(view: View) -> Values | None:
    same = view.target.on_same_key
    return view.given("kms:reencryptonsamekey") if same is None else _true(same)


def _time(key: str, other: str) -> Callable[[View], Values | None]:
    """Derive aws:CurrentTime or aws:EpochTime from the other where only that is given: they are one moment."""
    return lambda view: view.given(key) or _epoch(view.given(other))


def _epoch(values: Values | None) -> Values | None:
    moments = parse_date(values[0]) if values and len(values) == 1 else ()
    return (str(moments[0]),) if len(moments) == 1 else None


def _valid_to(view: View) -> Values | None:
    """Give kms:ValidTo as a number, which both Date and Numeric operators take (C13)."""
    asked = parameters.of("kms:validto", view.action.name, view.request.parameters) or view.given("kms:validto")
    return _epoch(asked) or asked


def _optional(value: str | None) -> Values | None:
    return (value,) if value else None


GRANT_KEYS: Mapping[str, Callable[[Grant], Values | None]] = {
    "kms:granteeprincipal": lambda grant: None if grant.grantee_is_service else _optional(grant.grantee),
    "kms:granteeserviceprincipal": lambda grant: _optional(grant.grantee) if grant.grantee_is_service else None,
    "kms:retiringprincipal": lambda grant: None if grant.retiring_is_service else _optional(grant.retiring),
    "kms:retiringserviceprincipal": lambda grant: _optional(grant.retiring) if grant.retiring_is_service else None,
    "kms:grantoperations": lambda grant: grant.operations,
    "kms:grantconstrainttype": _constraint_type,
    "kms:grantconstraintsourcearn": lambda grant: _optional(grant.constraints.source_arn),
}
DERIVED: Mapping[str, Callable[[View], Values | None]] = {
    "kms:keyspec": _of_key(lambda key: (key.spec,), "kms:keyspec"),
    "kms:keyusage": _of_key(lambda key: (key.usage,), "kms:keyusage"),
    "kms:keyorigin": _of_key(lambda key: (key.origin,), "kms:keyorigin"),
    "kms:multiregion": _of_key(lambda key: _true(key.multi_region), "kms:multiregion"),
    "kms:multiregionkeytype": _of_key(_multi_region_key_type, "kms:multiregionkeytype"),
    "kms:resourcealiases": _of_key(_resource_aliases, "kms:resourcealiases"),
    **OF_CALLER,
    "kms:requestalias": _request_alias,
    "kms:encryptionalgorithm": _encryption_algorithm,
    "kms:encryptioncontextkeys": _encryption_context_keys,
    "kms:validto": _valid_to,
    "aws:currenttime": _time("aws:currenttime", "aws:epochtime"),
    "aws:epochtime": _time("aws:epochtime", "aws:currenttime"),
    "kms:reencryptonsamekey": _on_same_key,
    "kms:grantisforawsresource": lambda view: view.given("kms:grantisforawsresource") or ("false",),
    **{key: _of_grant(key, read) for key, read in GRANT_KEYS.items()},
    "aws:requestedregion": _region,
    "aws:resourceaccount": _resource_account,
    "aws:securetransport": lambda view: view.given("aws:securetransport") or ("true",),
    "aws:tagkeys": _tag_keys,
}
FAMILIES: tuple[tuple[str, Callable[[View, str], Values | None]], ...] = (
    ("kms:encryptioncontext:", _encryption_context),
    ("aws:resourcetag/", _resource_tag),
    ("aws:principaltag/", principal_tag),
    ("aws:requesttag/", _request_tag),
)
