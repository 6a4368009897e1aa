"""Example calls of an access: caller, key and situation for which all its conditions hold.

Caller and key are chosen so that conditions on them hold. What the intent tells stays; the rest (tags, other aliases, origin,
which role) may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from kmsgen.arn import account_of, parse_arn
from kmsgen.authorizer.language.wildcards import glob, pieces_of
from kmsgen.catalogue import grants
from kmsgen.catalogue.actions import ACTIONS, fits
from kmsgen.catalogue.condition_keys import GrantKey
from kmsgen.catalogue.key_specs import KEY_SPECS, algorithms, key_type, usages
from kmsgen.checks.example_requests import ExampleSituation, bound, situations
from kmsgen.checks.intent.asked_access import Expected, regions_of
from kmsgen.checks.intent.example_callers import by_arn, callers
from kmsgen.checks.intent.example_parameters import ALGORITHM_KEYS, holds_of, with_possible_values
from kmsgen.checks.intent.example_routes import as_sent
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded

Values = tuple[str, ...]

REGION = "aws:requestedregion"
_ORGANIZATION = r"o-[a-z0-9]{10,32}"
_TAG = "aws:resourcetag/"
# What KMS does on a primary key alone; a replica becomes one by UpdatePrimaryRegion (KMS Developer Guide, multi-region-update).
_ON_THE_PRIMARY = frozenset(
    f"kms:{name}"
    for name in ("EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand", "ReplicateKey", "UpdatePrimaryRegion")
)
_IMPORT = frozenset({"kms:ImportKeyMaterial", "kms:GetParametersForImport", "kms:DeleteImportedKeyMaterial"})


class Call(NamedTuple):
    """One example call: the caller, the key as it then is, and the situation."""

    principal: str
    key: Key
    situation: ExampleSituation


def calls(access: Expected, intent: Intent, key: Key) -> Iterator[Call]:
    """Yield example calls that meet every condition of an access, one for each alternative value; none if it is impossible."""
    regions = regions_of(intent, key)
    said = _on_told_tags(by_arn(access.statement.conditions, access), key, intent)
    conditions = with_possible_values(said, access.action, _of_any_spec(key, intent))
    for found in situations(_in_regions(conditions, regions)) if conditions is not None else ():
        situation = _with_told_tags(_with_organization(found, intent), key)  # its variables are filled in with the request
        for caller in callers(access, found):
            meant = key_for(access, situation, caller, key, intent)
            possible = meant is not None and _can_do(access.action, meant) and _can_grant(situation, meant)
            sent = possible and as_sent(situation, caller, access.action, situation.context) is not None
            if meant is not None and sent and _is_of_one_organization(situation, caller, intent):
                yield Call(caller, meant, situation)


def _is_of_one_organization(situation: ExampleSituation, caller: str, intent: Intent) -> bool:
    """Return whether the organization id and paths of the caller agree: an account is in one organization only."""
    said = {folded(name): values for name, values in situation.context.items()}
    own = intent.scope.organization if account_of(caller) == intent.scope.account else None
    known = said.get("aws:principalorgid") or ((own,) if own else ())
    named = (path.partition("/")[0] for path in said.get("aws:principalorgpaths", ()))
    return not known or all(one in known for one in named if re.fullmatch(_ORGANIZATION, one))


def _can_do(action: str, key: Key) -> bool:
    """Return whether keys of this kind support an action."""
    row = ACTIONS.get(action.removeprefix("kms:"))
    return row is None or fits(row, key_type(key.spec, key.usage) or "")


def _can_grant(situation: ExampleSituation, key: Key) -> bool:
    """Return whether a key of this kind supports all operations of the grant that a call asks for."""
    asked = {folded(name): values for name, values in situation.grant.items()}
    possible = grants.operations(key_type(key.spec, key.usage) or "")
    return not set(asked.get(GrantKey.OPERATIONS, ())) - possible


def _in_regions(conditions: Iterable[Condition], regions: Values) -> Iterator[Condition]:
    """Yield the conditions, patterns on aws:RequestedRegion replaced by the key's Regions that they match."""
    for condition in conditions:
        if folded(condition.key) == REGION and condition.operator == "StringLike":
            matches = [glob(pieces_of(value)) for value in condition.values]
            yield condition._replace(values=tuple(filter(lambda name: any(fits(name) for fits in matches), regions)))
        else:
            yield condition


def _on_told_tags(conditions: Iterable[Condition], key: Key, intent: Intent) -> Iterator[Condition]:
    """Yield the conditions, those on aws:ResourceTag with the value that the key to create really has, where that meets them."""
    tags = {folded(f"{_TAG}{name}"): value for name, value in key.tags if "tags" in _told(intent)}
    for condition in conditions:
        value = tags.get(folded(condition.key))
        if value is not None and "${" not in "".join(condition.values) and holds_of(condition, value):
            yield Condition("StringEquals", condition.key, (value,))
        else:
            yield condition


# --- the key ------------------------------------------------------------------------------------------------------------


def _with_organization(situation: ExampleSituation, intent: Intent) -> ExampleSituation:
    """Add the scope's organization as aws:ResourceOrgID, where a policy variable of the situation asks for it."""
    asked = any("${aws:resourceorgid}" in folded(value) for value in situation.texts)
    known = intent.scope.organization
    return situation.with_context("aws:ResourceOrgID", known) if asked and known else situation


def _with_told_tags(situation: ExampleSituation, key: Key) -> ExampleSituation:
    """Add the values of key tags that policy variables name, and give variables that stand for such a tag its value."""
    for name, value in key.tags:
        if any(f"${{{_TAG}{folded(name)}" in folded(text) for text in situation.texts):
            situation = situation.with_context(f"aws:ResourceTag/{name}", value)
    tags = {folded(f"{_TAG}{name}"): value for name, value in key.tags}
    for name, values in situation.context.items():
        told = tags.get(folded(name))
        if told is not None and len(values) == 1 and values[0].startswith("${") and values[0].endswith("}"):
            situation = situation.with_context(values[0][2:-1], told)
    return situation


def key_for(access: Expected, situation: ExampleSituation, caller: str, key: Key, intent: Intent) -> Key | None:
    """Return the key as the situation of a call needs it; None if that contradicts what the intent tells of its keys."""
    if access.half == "key":
        return _key(access, bound(situation, caller), key, intent)
    return _in_its_region(situation, key, intent)


def _key(access: Expected, situation: ExampleSituation, key: Key, intent: Intent) -> Key | None:
    """Return the key as the situation needs it; None if that contradicts what the intent tells of its keys."""
    told = _told(intent)
    found: Key | None = _able(access.action, key, told)
    for name, values in situation.context.items():
        change = _CHANGES.get(folded(name)) or (_tagged(name[len(_TAG) :]) if folded(name).startswith(_TAG) else None)
        changed = change(found, values, intent) if change and found else found
        if changed is None or any(getattr(changed, field) != getattr(key, field) for field in told):
            return None
        found = changed
    return found


def _in_its_region(situation: ExampleSituation, key: Key, intent: Intent) -> Key | None:
    """Return the key in the Region that the situation asks for; for an alias nothing else of the key matters."""
    asked = next((values for name, values in situation.context.items() if folded(name) == REGION), None)
    return _in_region(key, asked, intent) if asked else key


def _told(intent: Intent) -> Values:
    """Return the fields of Key that the intent fixes; aliases are never fixed, for a key may have others."""
    if intent.key is not None:
        return ("spec", "usage", "origin", "multi_region", "tags")
    told: Values = () if intent.any_spec else ("spec", "usage")
    told += () if intent.origin is None else ("origin",)
    return told if intent.multi_region is None else (*told, "multi_region")


def _able(action: str, key: Key, told: Values) -> Key:
    """Return the key changed so that KMS takes the action, in fields that the intent does not fix."""
    row = ACTIONS.get(action.removeprefix("kms:"))
    if "origin" not in told and action in _IMPORT:
        key = key._replace(origin="EXTERNAL")
    if "multi_region" not in told and row is not None and row.multi_region_only:
        key = _multi_region(key)
    return key._replace(multi_region_key_type="PRIMARY") if key.multi_region and action in _ON_THE_PRIMARY else key


def _multi_region(key: Key, kind: str = "PRIMARY") -> Key:
    head, _, name = key.arn.rpartition("/")
    name = name if name.startswith("mrk-") else f"mrk-{name.replace('-', '')}"
    return key._replace(arn=f"{head}/{name}", multi_region=True, multi_region_key_type=kind)


Change = Callable[[Key, Values, Intent], Key | None]


def _of_spec(key: Key, values: Values, _intent: Intent) -> Key | None:
    if values[0] not in KEY_SPECS:
        return None
    possible = usages(values[0])
    return key._replace(spec=values[0], usage=key.usage if key.usage in possible else possible[0])


def _of_any_spec(key: Key, intent: Intent) -> Iterator[Key]:
    """Yield the key, and, if the intent does not fix the spec, the key with each other spec of its usage."""
    yield key
    specs = KEY_SPECS if "spec" not in _told(intent) else ()
    yield from (key._replace(spec=spec) for spec in specs if key.usage in usages(spec))


def _of_algorithm(key: Key, values: Values, intent: Intent) -> Key | None:
    return next((one for one in _of_any_spec(key, intent) if values[0] in algorithms(one.spec, one.usage)), None)


def _of_usage(key: Key, values: Values, _intent: Intent) -> Key | None:
    return key._replace(usage=values[0]) if values[0] in usages(key.spec) else None


def _of_origin(key: Key, values: Values, _intent: Intent) -> Key | None:
    return key._replace(origin=values[0]) if values[0] in KEY_SPECS[key.spec].origins else None


def _of_regions(key: Key, values: Values, _intent: Intent) -> Key | None:
    return _multi_region(key) if folded(values[0]) == "true" else key._replace(multi_region=False, multi_region_key_type=None)


def _of_kind(key: Key, values: Values, _intent: Intent) -> Key | None:
    return _multi_region(key, values[0]) if values[0] in ("PRIMARY", "REPLICA") else None


def _in_region(key: Key, values: Values, intent: Intent) -> Key | None:
    regions, arn = regions_of(intent, key), parse_arn(key.arn)
    if arn is None or arn.region == values[0]:
        return key
    if regions and values[0] not in regions:
        return None
    kind = "REPLICA" if key.multi_region else None
    return key._replace(arn=str(arn._replace(region=values[0])), multi_region_key_type=kind)


def _with_aliases(key: Key, values: Values, _intent: Intent) -> Key | None:
    return key._replace(aliases=tuple(dict.fromkeys((*key.aliases, *values))))


def _tagged(name: str) -> Change:
    def change(key: Key, values: Values, _intent: Intent) -> Key | None:
        others = tuple(pair for pair in key.tags if folded(pair[0]) != folded(name))
        same = tuple(pair for pair in key.tags if folded(pair[0]) == folded(name) and pair[1] == values[0])
        return key if same else key._replace(tags=(*others, (name, values[0])))

    return change


_CHANGES: Mapping[str, Change] = {
    "kms:keyspec": _of_spec,
    "kms:keyusage": _of_usage,
    "kms:keyorigin": _of_origin,
    "kms:multiregion": _of_regions,
    "kms:multiregionkeytype": _of_kind,
    "kms:resourcealiases": _with_aliases,
    "kms:requestalias": _with_aliases,
    REGION: _in_region,
    **dict.fromkeys(ALGORITHM_KEYS, _of_algorithm),
}
