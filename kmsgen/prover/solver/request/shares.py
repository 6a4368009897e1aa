"""Which part of a request decides a condition key, for the solver: the caller, the time, pairs, a grant, or none."""

from __future__ import annotations

from kmsgen.prover.requests.components import Free
from kmsgen.prover.requests.constraints import CONTEXT, FAMILIES, FAMILY_OF_NAMES
from kmsgen.prover.requests.parts.circumstances import CHAIN
from kmsgen.prover.requests.parts.grant_request import GRANT_KEYS, GRANT_PRINCIPALS
from kmsgen.prover.requests.parts.organizations import ID_OF, PATHS_OF
from kmsgen.prover.requests.parts.times import EPOCH, NOW


def is_of_caller(key: str, free: Free) -> bool:
    """Return whether a key follows from a caller who is a stand-in."""
    return free.stand_in is not None and key in free.stand_in.keys


def is_of_moment(key: str, _free: Free) -> bool:
    """Return whether a key is the time of the request."""
    return key in (NOW, EPOCH)


def is_of_family(key: str, _free: Free) -> bool:
    """Return whether a key is of pairs: of an encryption context or of tags."""
    return key in FAMILY_OF_NAMES or key.startswith(tuple(FAMILIES))


def is_of_chain(key: str, free: Free) -> bool:
    """Return whether a key tells through which services a request comes, and that is open."""
    return key in CHAIN and key in free.hanging


def is_of_grant(key: str, free: Free) -> bool:
    """Return whether the grant to create decides a key."""
    context = key.startswith(CONTEXT) or key == FAMILIES[CONTEXT]
    return free.grant is not None and (context or key in GRANT_KEYS)


def is_of_organization(key: str, free: Free) -> bool:
    """Return whether a key tells of an organization, of which nothing is known."""
    if key in free.hanging or not (key in ID_OF or key in PATHS_OF) or key not in free.domains:
        return False
    return not (key in ID_OF and free.domains[key].strict)


def stands_alone(key: str, free: Free) -> bool:
    """Return whether a key is a variable of its own; of what a grant decides the principals are, for tests of them."""
    if free.grant is not None and key in GRANT_KEYS and key not in GRANT_PRINCIPALS:
        return False
    return not any(takes(key, free) for takes in _WITH_OTHERS)


_WITH_OTHERS = (is_of_caller, is_of_moment, is_of_family, is_of_chain, is_of_organization)
