"""Notes on conditions of which AWS does not say for sure what they do: sets compared as one, keys that pages differ about.

Source: IAM User Guide, reference_policies_condition-single-vs-multi-valued-context-keys; the pages that the rows of
catalogue.availability name.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from kmsgen.arn import parse_arn, region_of
from kmsgen.catalogue import condition_keys, value_forms
from kmsgen.catalogue.availability import Occurrence, Presence, PrincipalKind, Route, availability
from kmsgen.catalogue.condition_keys import VIA_SERVICE
from kmsgen.catalogue.regions import PARTITION_OF
from kmsgen.compiler.conditions import fails_when_absent, grant_conditions, via_condition
from kmsgen.errors import Diagnostic, Location
from kmsgen.intent.intent import Access, Intent, When
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import exact_values, split_operator

_ROUTES = (Route.DIRECT, Route.VPC_ENDPOINT, Route.FORWARD_ACCESS_SESSION)
_KINDS = {
    "user": (PrincipalKind.USER,),
    "role": (PrincipalKind.ROLE_SESSION,),
    "root": (PrincipalKind.ROLE_SESSION, PrincipalKind.USER),
}
_TABLE = "the table of services at kms:ViaService in the KMS Developer Guide, conditions-kms, has the names"
_UNSURE = (Presence.CONTRADICTION, Presence.UNDOCUMENTED)


def notes_on_conditions(intent: Intent) -> Iterator[Diagnostic]:
    """Yield what is not sure of the conditions of lines and guard rails."""
    lines: list[tuple[Location, When]] = [(line.location, line.when) for line in (*intent.admins, *intent.users)]
    lines += [(use.location, use.when) for use in intent.services]
    lines += [(rail.location, rail.when) for rail in intent.guardrails]
    for place, when in lines:
        yield from _sets_compared_as_one(place, when)
        yield from _unlisted_services(place, when)
        yield from _through_other_regions(place, when, intent)
    for access in (*intent.admins, *intent.users):
        yield from _unsettled(access)


def _sets_compared_as_one(place: Location, when: When) -> Iterator[Diagnostic]:
    for condition in when.conditions:
        name, key = split_operator(condition.operator), condition_keys.find(condition.key)
        if name is None or key is None or not key.multi_valued or name.quantifier or name.base == "Null":
            continue
        message = f"`{condition.key}` can have several values, and what {condition.operator} does then is not documented"
        yield Diagnostic(place, "set-operator", message, f"`ForAnyValue:{condition.operator}`, or ForAllValues")


def _unlisted_services(place: Location, when: When) -> Iterator[Diagnostic]:
    """Yield services that no page names for kms:ViaService: the names there are often not those of service principals."""
    for condition in when.conditions:
        name = split_operator(condition.operator)
        for service in [value_forms.unknown_service(name, condition.key, value) for value in condition.values if name]:
            if service:
                message = f"no page of AWS lists `{service}` for kms:ViaService: it may be that no call comes through it"
                yield Diagnostic(place, "via-unlisted", message, _TABLE)


def key_regions(intent: Intent) -> frozenset[str]:
    """Return the Regions in which the keys of an intent are, those of replicas too; none where it is about every key."""
    return frozenset((*intent.scope.regions, *(intent.key.replicas if intent.key else ()), *map(region_of, intent.keys)))


def _through_other_regions(place: Location, when: When, intent: Intent) -> Iterator[Diagnostic]:
    """Yield services of other Regions than the keys are in: pages show services that call KMS in their own Region."""
    told = key_regions(intent)
    for condition in when.conditions if told else ():
        for value in condition.values if folded(condition.key) == VIA_SERVICE and "Not" not in condition.operator else ():
            _, _, rest = value.partition(".")
            region = rest.partition(".")[0]
            if region in PARTITION_OF and region not in told:
                message = f"`{value}` is the service of {region}, and the key is in {', '.join(sorted(told))}"
                hint = "pages show services that call KMS in their own Region: name that of the key, or try it first"
                yield Diagnostic(place, "via-region", message, hint)


def _unsettled(access: Access) -> Iterator[Diagnostic]:
    """Yield conditions of which, by the most direct way that all leave, AWS's pages differ or are silent whether they hold."""
    asked = [(one, row) for one in _asked(access.when) if (row := availability(one.key)) is not None]
    arn = parse_arn(access.principal)
    for action in access.actions:
        possible = product(_KINDS.get(arn.kind if arn else "", _KINDS["root"]), _ROUTES)
        ways = [way for way in possible if all(_may_hold(one, row.occurrence(*way, action)) for one, row in asked)]
        for one, row in asked:
            found = [row.occurrence(*way, action) for way in ways]
            if found and _is_unsure(found, by_route=row.follows_from == ("route",)):
                yield _differ(access, one, found[0], action)
                return


def _asked(when: When) -> Iterator[Condition]:
    """Yield the conditions of a `when` that need their key."""
    if when.via:
        yield via_condition(when.via, ())
    if when.mfa:
        yield Condition("Bool", "aws:MultiFactorAuthPresent", ("true",))
    if when.source_ip:
        yield Condition("IpAddress", "aws:SourceIp", when.source_ip)
    yield from filter(fails_when_absent, (*when.conditions, *grant_conditions(when.grant)))


def _may_hold(condition: Condition, found: Occurrence) -> bool:
    return found.may_hold(exact_values(condition.operator, condition.values))


def _is_unsure(found: list[Occurrence], *, by_route: bool) -> bool:
    """Return whether pages differ about the most direct way; of what no route tells, about every caller whom a line means."""
    return found[0].presence in _UNSURE if by_route else all(one.presence is Presence.CONTRADICTION for one in found)


def _differ(access: Access, condition: Condition, found: Occurrence, action: str) -> Diagnostic:
    said = "; ".join(f"{page}: {what}" for page, what in found.readings)
    message = f"whether `{condition.key}` is as asked in such calls of `{action}` AWS's pages do not settle ({said})"
    hint = (
        f"try it before you rely on it, or ask by `{condition.operator}IfExists`"
        if found.values
        else "try it before you rely on it"
    )
    return Diagnostic(access.location, "condition-unsettled", message, hint)
