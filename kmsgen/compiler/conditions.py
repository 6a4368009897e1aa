"""From `when` to condition elements, and which conditions an action can carry.

Source: KMS Developer Guide, conditions-kms, conditions-aws, least-privilege.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from kmsgen.arn import is_service_principal
from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT, FOR_AWS_RESOURCE, REQUEST_TAG, pair_key
from kmsgen.errors import Location, input_error
from kmsgen.intent.intent import GrantWhen, When
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator
from kmsgen.policy.variables import variables_in

Values = tuple[str, ...]

CONTEXT_PREFIX = ENCRYPTION_CONTEXT.removesuffix(":")
METADATA_LEVELS = frozenset({"Read", "List"})
# Keys that exist on some actions only; every other global key is in every request.
BOUND_PREFIXES = ("kms:", "aws:requesttag/", "aws:tagkeys", "aws:resourcetag/")
# Operators that say the same where no value has a wildcard: JSON has room for one key once in each.
TWINS = {
    "StringEquals": "StringLike",
    "StringLike": "StringEquals",
    "ArnEquals": "ArnLike",
    "ArnLike": "ArnEquals",
    "ArnNotEquals": "ArnNotLike",
    "StringNotEquals": "StringNotLike",
}
EQUALITIES = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike"})
# of a direct call no page says whether the key is there with `false`, or is not there (conditions-kms)
FOR_OTHERS = Condition("BoolIfExists", "kms:GrantIsForAWSResource", ("false",))


def conditions_of(when: When, regions: Values, location: Location) -> tuple[Condition, ...]:
    """Return the conditions that say `when` for a key that is used in these Regions (none: every Region)."""
    _check_possible(when, location)
    found = [Condition("StringEquals", pair_key(name), values) for name, values in when.encryption_context]
    if when.via:
        found.append(via_condition(when.via, regions))
    found += _dates(when)
    found += _texts(when)
    if when.mfa is not None:
        found.append(Condition("Bool", "aws:MultiFactorAuthPresent", (str(when.mfa).lower(),)))
    return conjoin((*found, *when.conditions), location)


def grant_conditions(limits: GrantWhen) -> tuple[Condition, ...]:
    """Return the conditions that hold CreateGrant to grants of a kind."""
    lists = (
        ("ForAllValues:StringEquals", "kms:GrantOperations", limits.operations),
        ("StringEquals", _of_kind("Grantee", limits.grantees), limits.grantees),
        ("StringEquals", _of_kind("Retiring", limits.retiring), limits.retiring),
        ("StringEquals", "kms:GrantConstraintType", limits.constraint),
    )
    found = [Condition(operator, key, values) for operator, key, values in lists if values]
    if limits.for_aws is not None:
        found.append(FOR_AWS_RESOURCE if limits.for_aws else FOR_OTHERS)
    return tuple(found)


def _of_kind(role: str, names: Values) -> str:
    """Return the condition key of a grantee or retiring principal: services have keys of their own."""
    return f"kms:{role}{'Service' if names and is_service_principal(names[0]) else ''}Principal"


def _dates(when: When) -> Iterable[Condition]:
    if when.since is not None:
        yield Condition("DateGreaterThanEquals", "aws:CurrentTime", (when.since,))
    if when.until is not None:
        yield Condition("DateLessThan", "aws:CurrentTime", (when.until,))


def _texts(when: When) -> Iterable[Condition]:
    rows = (
        ("StringEquals", "aws:SourceVpce", when.source_vpce),
        ("IpAddress", "aws:SourceIp", when.source_ip),
        (like(when.request_alias), "kms:RequestAlias", when.request_alias),
        *(("StringEquals", f"aws:PrincipalTag/{name}", values) for name, values in when.principal_tags),
        ("StringEquals", "aws:PrincipalOrgID", when.organization),
    )
    return [Condition(operator, key, values) for operator, key, values in rows if values]


def like(values: Iterable[str]) -> str:
    """Return the string operator for values: StringLike if one has a wildcard. Alias names have none of their own."""
    return "StringLike" if any(has_wildcard(value) for value in values) else "StringEquals"


def has_wildcard(text: str) -> bool:
    """Return whether a text is a pattern."""
    return "*" in text or "?" in text


def via_condition(services: Values, regions: Values) -> Condition:
    """Return the condition that a request comes through one of these services, in these Regions or in any.

    The domain is `amazonaws.com` in every partition.
    """
    if not regions:
        return Condition("StringLike", "kms:ViaService", tuple(f"{service}.*.amazonaws.com" for service in services))
    names = tuple(f"{service}.{region}.amazonaws.com" for service in services for region in regions)
    return Condition("StringEquals", "kms:ViaService", names)


def _check_possible(when: When, location: Location) -> None:
    """Refuse what no request can satisfy."""
    if when.source_ip and when.source_vpce:
        raise input_error(
            location,
            "when-never-holds",
            "`source_ip` and `source_vpce` never hold together: a request through a VPC endpoint has no aws:SourceIp",
            "give each its own line",
        )
    if when.since is not None and when.until is not None and when.since >= when.until:
        raise input_error(location, "when-never-holds", f"`from` {when.since} is not before `until` {when.until}")


def conjoin(conditions: Iterable[Condition], location: Location) -> tuple[Condition, ...]:
    """Put conditions into one statement, where JSON holds a key once in each operator.

    A second condition on the same key goes under an operator that means the same. Raises InputError where there is none.
    """
    taken: dict[tuple[str, str], Condition] = {}
    for condition in conditions:
        for operator in (condition.operator, TWINS.get(condition.operator, "")):
            same = taken.get((operator, folded(condition.key)))
            if same is not None and set(same.values) == set(condition.values):
                break
            if operator and same is None and _means_same(condition, operator):
                taken[operator, folded(condition.key)] = condition._replace(operator=operator)
                break
        else:
            raise input_error(
                location,
                "condition-twice",
                f"two conditions on `{condition.key}` cannot stand in one statement",
                "say what both mean in one condition",
            )
    return tuple(taken.values())


def _means_same(condition: Condition, operator: str) -> bool:
    arn = operator.startswith("Arn")
    return operator == condition.operator or arn or not any(has_wildcard(value) for value in condition.values)


def share_no_value(one: Condition, other: Condition) -> bool:
    """Return whether no value of a key can meet both conditions; False where wildcards or a variable leave that open."""
    if folded(one.key) != folded(other.key) or not {one.operator, other.operator} <= EQUALITIES:
        return False
    return not any(_can_meet(a, b) for a in one.values for b in other.values)


def _can_meet(one: str, other: str) -> bool:
    if "${" in one + other or (has_wildcard(one) and has_wildcard(other)):
        return True
    text, pattern = (one, other) if has_wildcard(other) else (other, one)
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def carries(action: str, key: str) -> bool:
    """Return whether requests for the action can hold the condition key."""
    lower = folded(key)
    if not lower.startswith(BOUND_PREFIXES):
        return True
    row = ACTIONS.get(action.removeprefix("kms:"))
    if row is None or not action.startswith("kms:"):
        return not lower.startswith("kms:")
    return any(lower == known or (known[-1] in ":/" and lower.startswith(known)) for known in row.condition_keys)


def reads_metadata(action: str) -> bool:
    """Return whether an action of KMS only reads about a key: it uses none of its material and changes nothing."""
    row = ACTIONS.get(action.removeprefix("kms:"))
    return row is not None and frozenset(row.access_levels) <= METADATA_LEVELS and not row.cryptographic


def is_single(key: str) -> bool:
    """Return whether KMS refuses ForAllValues of a condition key in a key policy: each of these has one value at most."""
    return folded(key).startswith((ENCRYPTION_CONTEXT, REQUEST_TAG))


def is_for_iam_only(condition: Condition) -> bool:
    """Return whether no key policy can rest on a condition, by its key or a policy variable in its values."""
    return any(
        map(condition_keys.is_for_iam_only, (condition.key, *(name for text in condition.values for name in variables_in(text))))
    )


def is_context_key(key: str) -> bool:
    """Return whether a condition key is about the encryption context."""
    return folded(key).startswith(CONTEXT_PREFIX)


def fails_when_absent(condition: Condition) -> bool:
    """Return whether a condition cannot hold in a request without its key."""
    name = split_operator(condition.operator)
    if name is None or name.if_exists or name.quantifier == "ForAllValues":
        return False
    if name.base == "Null":
        return "false" in condition.values
    return "Not" not in name.base
