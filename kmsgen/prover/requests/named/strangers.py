"""What a stranger can have: somebody whom nobody had to name.

Organizations, networks, endpoints and the like belong to somebody. A policy that names one lets its owner in; one that names
none, such as `o-*`, a wildcard over all endpoints, or networks that together are all addresses, lets anybody in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kmsgen.policy.addresses import Network
from kmsgen.prover.problem import Values
from kmsgen.prover.requests.named.vocabulary import Want
from kmsgen.prover.requests.named.wanted_texts import patterns_of
from kmsgen.prover.values import ranges
from kmsgen.prover.values.domains import Domain, Kind

OWNED_KEYS = frozenset(
    {
        *("aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceaccount"),
        *("aws:sourcearn", "aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"),
        *("aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:userid", "aws:ec2instancesourcevpc"),
    }
)
"""Keys whose values belong to somebody; private addresses within a VPC are everybody's."""
_NAMES_AN_OWNER = re.compile(
    r"(?<![0-9])[0-9]{12}(?![0-9])|\bo-[a-z0-9]{4,32}(?=/|\Z)|\A[A-Z0-9]{8,}:|\Aarn:[a-z-]+:s3:::[^*?/]{3,63}/|\bvpce?-[0-9a-f]{8,17}(?![0-9a-f*?])"
)
"""An account, an organization with what follows in a path, the id of a principal, a bucket, an endpoint.

Anybody may make a bucket whose name a pattern fits, as long as nobody has it (S3 User Guide, bucketnamingrules).
"""
_WIDEST = {4: 8, 6: 16}
"""Networks with a shorter prefix are larger than what anybody was ever given."""


def of_stranger(key: str, domain: Domain, wants: Iterable[Want]) -> Domain:
    """Return what a stranger's request can hold of a key, when these are wanted of it."""
    if key not in OWNED_KEYS:
        return domain
    texts = [(want, text) for want in wants for text in want.values]
    if domain.kind is Kind.ADDRESS:
        return domain._replace(far=_owned_networks(tuple(text for want, text in texts if "IpAddress" in want.operator.base)))
    exact = frozenset(text for _, text in texts if not {"*", "?"} & set(text))
    owned = [want._replace(values=(text,)) for want, text in texts if {"*", "?"} & set(text) and _NAMES_AN_OWNER.search(text)]
    return domain._replace(
        strict=domain.strict or key.endswith("arn"),
        taken=domain.taken | exact,
        never=(*domain.never, *(one for want in owned for one in patterns_of(want))),
    )


KEYS_ORGANIZATION, CALLERS_ORGANIZATION = "aws:resourceorgid", "aws:principalorgid"
_SOME_ORGANIZATION = "o-ofthekeyitself"


def apart_from_the_key(key: str, domain: Domain, wants: Iterable[Want]) -> Domain:
    """Return what a stranger's request can hold of an organization, when these are wanted of the key's: he is not in that one."""
    named = [text for want in wants for text in want.values if "${" not in text]
    if key not in (KEYS_ORGANIZATION, CALLERS_ORGANIZATION) or any({"*", "?"} & set(text) for text in named):
        return domain
    organizations = (_SOME_ORGANIZATION, *named)
    if key == KEYS_ORGANIZATION:
        return domain._replace(values=organizations)
    return domain._replace(taken=domain.taken | frozenset(organizations))


@lru_cache(maxsize=64)
def _owned_networks(texts: Values) -> tuple[Network, ...]:
    """Return the networks that are somebody's: not those that are too large, nor those that together are everything."""
    named: Sequence[Network] = ranges.networks(texts)
    everything = {version for version in _WIDEST if ranges.cover_everything(named, version)}
    return tuple(one for one in named if one.prefixlen >= _WIDEST[one.version] and one.version not in everything)
