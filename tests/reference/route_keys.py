"""Condition keys of the route: through which network, endpoint and services a request comes, and when.

Source: IAM User Guide, reference_policies_condition-keys, access_forward_access_sessions; KMS Developer Guide, conditions-aws,
kms-vpc-endpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from math import floor

from tests.reference.held import ABSENT, MAYBE, OPEN, Held, known, or_absent, shaped
from tests.reference.readings import seconds
from tests.reference.view import ENDPOINT_KEYS, View


def _endpoint_key(name: str) -> Callable[[View], Held]:
    def rule(view: View) -> Held:
        if view.is_service or not view.through_endpoint:
            return ABSENT
        belongs_to_owner = name in ("aws:vpceorgid", "aws:vpceorgpaths")
        found = view.told(name) or _from_vpc(view, name) or (MAYBE if belongs_to_owner else OPEN)
        # A service that calls for the caller does not pass on where the first request came from.
        return or_absent(found) if view.through_service else found

    return rule


def _from_vpc(view: View, name: str) -> Held | None:
    arn, vpc = view.says.get("aws:sourcevpcarn"), view.says.get("aws:sourcevpc")
    if name == "aws:sourcevpc" and arn:
        return known(arn[0].rpartition("/")[2])
    return shaped(f"arn:*:ec2:*:*:vpc/{vpc[0]}") if name == "aws:sourcevpcarn" and vpc else None


def _source_ip(view: View) -> Held:
    """Return the address: a request that tells no endpoint has one. What a service passes on of it is told twice (U18)."""
    told = view.told("aws:sourceip")
    if view.through_endpoint:
        return or_absent(told or OPEN) if view.through_service else ABSENT
    return told or (MAYBE if view.is_service or view.through_service else OPEN)


def _of_chain(name: str, place: slice) -> Callable[[View], Held]:
    """Return the rule of a key that names the services between: not each service shows in all of them."""

    def rule(view: View) -> Held:
        if not view.may_be_forwarded and name == "kms:viaservice":  # a service may call another one, with its own roles too
            return view.told(name) or ABSENT
        if not view.may_be_forwarded:
            return ABSENT
        chain = view.says.get("aws:calledvia")
        told = known(*chain[place]) if chain and name != "kms:viaservice" else view.told(name)
        return told or (MAYBE if view.through_service else ABSENT)

    return rule


def _through_service(view: View) -> Held:
    """Return whether a service calls for the caller. Of direct calls one page says false and another that it is not set (U17)."""
    if view.is_service and not view.through_service:
        return view.told("aws:viaawsservice") or known("false")
    return known("true") if view.through_service else view.told("aws:viaawsservice") or or_absent(known("false"))


def _of_moment(moment: Decimal, *operators: str) -> Held:
    """Return a moment that the other key tells: neither its spelling is told, nor whether it has a fraction of a second."""
    texts = (f"{moment:f}", str(floor(moment)))
    return replace(OPEN, meant=tuple((operator, text) for operator in operators for text in texts))


def _epoch_time(view: View) -> Held:
    """Return the moment in seconds since 1970: one moment is behind aws:CurrentTime and aws:EpochTime."""
    date = (view.says.get("aws:currenttime") or ("",))[0]
    moment = seconds(date)
    derived = None if moment is None else _of_moment(moment, "Date", "Numeric")
    return view.told("aws:epochtime") or derived or OPEN


def _current_time(view: View) -> Held:
    """Return the moment as a date."""
    epoch = seconds((view.says.get("aws:epochtime") or ("",))[0])
    derived = None if epoch is None else _of_moment(epoch, "Date")
    return view.told("aws:currenttime") or derived or OPEN


RULES: dict[str, Callable[[View], Held]] = {
    **{name: _endpoint_key(name) for name in ENDPOINT_KEYS},
    "aws:sourceip": _source_ip,
    "aws:viaawsservice": _through_service,
    "aws:calledvia": _of_chain("aws:calledvia", slice(None)),
    "aws:calledviafirst": _of_chain("aws:calledviafirst", slice(0, 1)),
    "aws:calledvialast": _of_chain("aws:calledvialast", slice(-1, None)),
    "kms:viaservice": _of_chain("kms:viaservice", slice(None)),
    "aws:currenttime": _current_time,
    "aws:epochtime": _epoch_time,
}
