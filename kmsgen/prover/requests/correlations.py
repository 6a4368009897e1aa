"""Condition keys that move together: what a request holds of one limits what it can hold of the others.

Where the documentation does not rule a combination out, it is taken to occur.
Source: IAM User Guide, reference_policies_condition-keys; CreateGrant (API reference).
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from kmsgen.prover.search.search import Values

Coherent = Callable[[Mapping[str, Values | None]], bool]
"""Tells whether values of several keys can stand in one request; keys not asked about are missing."""


def _via(values: Mapping[str, Values | None]) -> bool:
    """Tell whether a service that calls for somebody shows in every key that can show it, and on a direct call in none."""
    chain = [values[key] for key in ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast") if key in values]
    if len({bool(value) for value in chain}) > 1:
        return False
    whole = values.get("aws:calledvia")
    for key, at in (("aws:calledviafirst", 0), ("aws:calledvialast", -1)):
        if whole and values.get(key, (whole[at],)) != (whole[at],):
            return False
    called = values.get("kms:viaservice") or any(chain)
    return not called or values.get("aws:viaawsservice", ("true",)) == ("true",)


_ENDPOINT = ("aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip", "aws:sourcevpcarn", "aws:vpceaccount", "aws:vpceorgid")


def _network(values: Mapping[str, Values | None]) -> bool:
    """Tell apart endpoints and addresses: no aws:SourceIp through an endpoint (reference_policies_condition-keys)."""
    return not (values.get("aws:sourceip") and any(values.get(key) for key in _ENDPOINT))


def _mfa(values: Mapping[str, Values | None]) -> bool:
    """Tell whether a second factor was used where its age is known."""
    return not values.get("aws:multifactorauthage") or values.get("aws:multifactorauthpresent", ("true",)) == ("true",)


GRANT_FACET = (
    "kms:granteeprincipal",
    "kms:granteeserviceprincipal",
    "kms:retiringprincipal",
    "kms:retiringserviceprincipal",
    "kms:grantconstraintsourcearn",
)


def _grant(values: Mapping[str, Values | None]) -> bool:
    """Tell whether KMS would take a grant: one grantee, at most one who retires, and what a service needs (CreateGrant)."""
    grantee, service, retiring, retiring_service, source = (values.get(key, ("",)) for key in GRANT_FACET)
    tested = {key for key in GRANT_FACET if key in values}
    by_principal = grantee is not None if "kms:granteeprincipal" in tested else service is None
    if {"kms:granteeprincipal", "kms:granteeserviceprincipal"} <= tested and (grantee is None) is (service is None):
        return False
    if "kms:granteeprincipal" not in tested and "kms:granteeserviceprincipal" not in tested:
        by_principal = True
    if retiring and retiring_service and {"kms:retiringprincipal", "kms:retiringserviceprincipal"} <= tested:
        return False
    return by_principal or (source is not None and not (retiring is None and retiring_service is None))


def _free(_values: Mapping[str, Values | None]) -> bool:
    return True


class Facet(NamedTuple):
    """Condition keys that move together."""

    name: str
    keys: Values
    coherent: Coherent = _free


FACETS = (
    Facet("via", ("kms:viaservice", "aws:viaawsservice", "aws:calledvia", "aws:calledviafirst", "aws:calledvialast"), _via),
    Facet("network", ("aws:sourceip", *_ENDPOINT), _network),
    Facet("grant", GRANT_FACET, _grant),
    Facet("mfa", ("aws:multifactorauthpresent", "aws:multifactorauthage"), _mfa),
)
CALLED_ENDS = ("aws:calledviafirst", "aws:calledvialast")
FACET_OF = {key: facet for facet in FACETS for key in facet.keys}
