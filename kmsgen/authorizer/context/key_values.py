"""Condition keys of a request, a function each: derived from the key, the caller and the parameters, and else as told.

Each returns values, None where the key is surely absent, an open value, or NOT_TOLD.
Source: KMS Developer Guide, conditions-kms, conditions-aws; IAM User Guide, reference_policies_condition-keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache

from kmsgen.authorizer.context import parameters
from kmsgen.authorizer.context.caller_values import (
    OF_CALLER,
    Derive,
    Found,
    organization_id,
    organization_paths,
    principal_tag,
    tag_of,
)
from kmsgen.authorizer.context.grant_values import OF_GRANT, encryption_context, encryption_context_keys, of_context
from kmsgen.authorizer.context.untold import open_among
from kmsgen.authorizer.context.view import NOT_TOLD, View
from kmsgen.authorizer.language.open_value import OpenValue, either_way
from kmsgen.authorizer.language.operators import parse_date, parse_number
from kmsgen.authorizer.language.shapes import ANY_TEXT
from kmsgen.catalogue.condition_keys import (
    ENCRYPTION_CONTEXT,
    ENCRYPTION_CONTEXT_KEYS,
    PRINCIPAL_TAG,
    REQUEST_TAG,
    RESOURCE_TAG,
    TAG_KEYS,
    title,
)
from kmsgen.catalogue.key_specs import algorithms
from kmsgen.catalogue.model import Values
from kmsgen.policy.bundle import ALIASES, TAGS, Key, Organization

MAX_ALIASES = 50
"""The quota of aliases per key; above it nobody is authorized by kms:ResourceAliases (KMS Developer Guide, resource-limits)."""


MULTI_REGION_SERVICE = "mrk.kms.amazonaws.com"


# --- the key --------------------------------------------------------------------------------------------------------------


def _of_key(key: str, read: Callable[[Key], Values | None]) -> Derive:
    def derive(view: View) -> Found:
        if view.action.name == "CreateKey":
            return _of_creation(view, key, read)
        described = view.target.key
        return NOT_TOLD if described is None else (read(described) or None)

    return derive


def _of_creation(view: View, key: str, read: Callable[[Key], Values | None]) -> Found:
    """Return what kms:CreateKey sees of the new key; for a replica its future properties or nothing, for AWS is silent (S15)."""
    if view.target.copied is not None:
        replica = view.target.copied._replace(multi_region_key_type="REPLICA")
        return either_way(read(replica) or None, f"S15:{key}")
    if key == "kms:multiregionkeytype":
        return ("PRIMARY",) if parameters.flag(view.request.parameters, "MultiRegion") else view.told(key)
    return parameters.of(key, "CreateKey", view.request.parameters) or view.told(key)


def _true(value: object) -> Values:
    return ("true" if value else "false",)


def _multi_region_key_type(key: Key) -> Values | None:
    return (key.multi_region_key_type,) if key.multi_region and key.multi_region_key_type else None


def _resource_aliases(view: View) -> Found:
    key = view.target.key
    if key is not None and len(key.aliases) > MAX_ALIASES:
        return OpenValue((None,), ANY_TEXT, multi_valued=True, why="P13")
    if key is not None and ALIASES in key.untold:
        named = (view.given(one) or () for one in ("kms:resourcealiases", "kms:requestalias"))
        return tuple(dict.fromkeys([*key.aliases, *(name for names in named for name in names)]))
    return NOT_TOLD if key is None else key.aliases


def _resource_tag(name: str) -> Derive:
    def derive(view: View) -> Found:
        tags = parameters.tags(view.request.parameters) if view.action.name == "CreateKey" else _described_tags(view)
        if tags is None:
            return NOT_TOLD
        found = tag_of(tags, name)
        return found or (view.told(f"{RESOURCE_TAG}{name}") if _has_untold(view, TAGS) else found)

    return derive


def _has_untold(view: View, what: str) -> bool:
    key = view.target.key
    return key is not None and what in key.untold


def _described_tags(view: View) -> tuple[tuple[str, str], ...] | None:
    return None if view.target.key is None else view.target.key.tags


def _region(view: View) -> Found:
    return (view.target.region,) if view.target.region else view.told("aws:requestedregion")


def _service_of_role(view: View) -> Found:
    """Return iam:AWSServiceName: KMS creates the multi-Region service-linked role only (multi-region-auth-slr)."""
    made = view.action.name == "iam:CreateServiceLinkedRole"
    return (MULTI_REGION_SERVICE,) if made else view.told("iam:awsservicename")


def _resource_account(view: View) -> Found:
    account = view.target.account or (view.caller.account if view.target.kind == "*" else None)
    return (account,) if account else NOT_TOLD


def _organization(view: View) -> Organization | None:
    """Return the organization of the resource's account; in the caller's own account, the one that the request tells."""
    if view.target.organization is not None or view.caller.account != view.target.account:
        return view.target.organization
    told = view.told("aws:principalorgid")
    return Organization(told[0]) if isinstance(told, tuple) else None


def _source_vpc(view: View) -> Found:
    """Return aws:SourceVpc: as told, or the end of aws:SourceVpcArn."""
    told, arn = view.told("aws:sourcevpc"), view.told("aws:sourcevpcarn")
    return (arn[0].rpartition("/")[2],) if told is NOT_TOLD and isinstance(arn, tuple) and "/" in arn[0] else told


def _request_alias(view: View) -> Found:
    if view.target.alias:
        return (view.target.alias,)
    named = parameters.alias_in(view.request.parameters) or view.given("kms:requestalias")
    key = view.target.key
    if named and key is not None and key.aliases and named[0] not in key.aliases and ALIASES not in key.untold:
        return None
    return named or None


# --- parameters -----------------------------------------------------------------------------------------------------------


def parameter(key: str) -> Derive:
    """Return the resolver of a condition key that a request parameter gives."""
    return lambda view: parameters.of(key, view.action.name, view.request.parameters) or view.told(key)


def _encryption_algorithm(view: View) -> Found:
    key, name = view.target.key, "kms:encryptionalgorithm"
    if key is not None and key.spec == "SYMMETRIC_DEFAULT":
        return ("SYMMETRIC_DEFAULT",)
    told = parameter(name)(view)
    return ("SYMMETRIC_DEFAULT",) if told is NOT_TOLD and view.request.parameters else _limited(view, name, told)


def _algorithm(name: str) -> Derive:
    told = parameter(name)
    return lambda view: _limited(view, name, told(view))


def _limited(view: View, name: str, told: Found) -> Found:
    """Return an algorithm as told, else one of those that the key spec allows."""
    key = view.target.key
    if told is not NOT_TOLD or key is None:
        return told
    possible = algorithms(key.spec, key.usage)
    return possible if len(possible) == 1 else open_among(view, name, [(one,) for one in possible])


def _request_tag(name: str) -> Derive:
    key = f"{REQUEST_TAG}{name}"

    def derive(view: View) -> Found:
        tags = parameters.tags(view.request.parameters)
        return view.told(key) if tags is None else tag_of(tags, name)

    return derive


def _tag_keys(view: View) -> Found:
    names = parameters.tag_keys(view.request.parameters)
    return view.told(TAG_KEYS) if names is None else names


def _on_same_key(view: View) -> Found:
    same = view.target.on_same_key
    return view.told("kms:reencryptonsamekey") if same is None else _true(same)


def _valid_to(view: View) -> Found:
    """Return kms:ValidTo: a moment, which Date and Numeric operators both take (C13); how a parameter is sent, nothing tells."""
    key = "kms:validto"
    of_parameter = parameters.of(key, view.action.name, view.request.parameters)
    asked = of_parameter or view.told(key)
    if not isinstance(asked, tuple):
        return asked
    epoch = None if parse_number(asked[0]) else _epoch(asked)
    if epoch is None:
        return asked
    found = _written_somehow(key, epoch[0], ("Date", "Numeric"))
    return found if of_parameter else replace(found, shape=asked)


def _time(key: str, other: str, read_by: Values) -> Derive:
    """Return the resolver of aws:CurrentTime or aws:EpochTime, from the other where only that is told.

    Both are one moment, but how the one is written tells not how the other is, nor whether it has a fraction of a second.
    """

    def derive(view: View) -> Found:
        told, moment = view.told(key), view.told(other)
        if told is not NOT_TOLD or not isinstance(moment, tuple):
            return told
        epoch = _epoch(moment)
        return NOT_TOLD if epoch is None else _written_somehow(key, epoch[0], read_by)

    return derive


@lru_cache(maxsize=4096)
def _written_somehow(key: str, seconds: str, read_by: Values) -> OpenValue:
    whole = f"{Decimal(seconds).to_integral_value(ROUND_FLOOR):f}"
    meant = ((read, text) for read in read_by for text in dict.fromkeys((seconds, whole)))
    return OpenValue((), ANY_TEXT, why=f"P11:{title(key)}", meant=tuple(meant))


def _epoch(values: Values) -> Values | None:
    moments = parse_date(values[0]) if len(values) == 1 else ()
    return (f"{moments[0]:f}",) if len(moments) == 1 else None


DERIVED: Mapping[str, Derive] = {
    "kms:keyspec": _of_key("kms:keyspec", lambda key: (key.spec,)),
    "kms:keyusage": _of_key("kms:keyusage", lambda key: (key.usage,)),
    "kms:keyorigin": _of_key("kms:keyorigin", lambda key: (key.origin,)),
    "kms:multiregion": _of_key("kms:multiregion", lambda key: _true(key.multi_region)),
    "kms:multiregionkeytype": _of_key("kms:multiregionkeytype", _multi_region_key_type),
    "kms:resourcealiases": _resource_aliases,
    **OF_CALLER,
    "kms:requestalias": _request_alias,
    "kms:encryptionalgorithm": _encryption_algorithm,
    **{name: _algorithm(name) for name in ("kms:signingalgorithm", "kms:macalgorithm")},
    ENCRYPTION_CONTEXT_KEYS: of_context(encryption_context_keys),
    "kms:validto": _valid_to,
    "aws:currenttime": _time("aws:currenttime", "aws:epochtime", ("Date",)),
    "aws:epochtime": _time("aws:epochtime", "aws:currenttime", ("Date", "Numeric")),
    "kms:reencryptonsamekey": _on_same_key,
    **OF_GRANT,
    "aws:requestedregion": _region,
    "iam:awsservicename": _service_of_role,
    "aws:resourceaccount": _resource_account,
    "aws:resourceorgid": organization_id(_organization, "aws:resourceorgid", "aws:resourceorgpaths"),
    "aws:resourceorgpaths": organization_paths(_organization, "aws:resourceorgpaths", "aws:resourceorgid"),
    "aws:sourcevpc": _source_vpc,
    "aws:securetransport": lambda view: view.given("aws:securetransport") or ("true",),
    TAG_KEYS: _tag_keys,
}
FAMILIES: tuple[tuple[str, Callable[[str], Derive]], ...] = (
    (ENCRYPTION_CONTEXT, encryption_context),
    (RESOURCE_TAG, _resource_tag),
    (PRINCIPAL_TAG, principal_tag),
    (REQUEST_TAG, _request_tag),
)
