"""Components of a request: the parts that hang together, in the order in which they are decided."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from kmsgen.policy.grant import Grant
from kmsgen.policy.letter_case import loosely_folded
from kmsgen.prover.problem import Assignment, Values
from kmsgen.prover.requests.constraints import CONTEXT, FAMILIES, FAMILY_OF_NAMES, ConstraintTest, Literal, Look
from kmsgen.prover.requests.parts.aliases import ALIAS_KEYS, AliasesPart
from kmsgen.prover.requests.parts.arn_fields import WHOLE, ArnPart
from kmsgen.prover.requests.parts.caller import CallerPart, StandIn
from kmsgen.prover.requests.parts.circumstances import CircumstancesPart, Coherent
from kmsgen.prover.requests.parts.grant_request import CONSTRAINT_TYPE, GRANT_KEYS, GrantPart
from kmsgen.prover.requests.parts.organizations import ID_OF, PATHS_OF, PRINCIPALS, OrganizationPart, PathsPart
from kmsgen.prover.requests.parts.pairs import NamePart, OtherNamesPart, refuse_near
from kmsgen.prover.requests.parts.parts import KeyPart, MomentPart, Part, PartQuestion
from kmsgen.prover.requests.parts.times import AGE, EPOCH, ISSUED, NOW
from kmsgen.prover.requests.ties import Ties
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.partition import Count


class Free(NamedTuple):
    """What requests of one kind can hold: keys that are `known` by principal, action and key, and `domains` of those open."""

    known: Mapping[str, Values | None]
    domains: Mapping[str, Domain]
    spellings: Mapping[str, Values]  # how policies spell the names of pairs, by key
    grant: Grant | None = None  # what CreateGrant asks for where nothing else is wanted
    stand_in: StandIn | None = None  # who asks, where the name is open
    takes_context: bool = True
    hanging: frozenset[str] = frozenset()  # keys that hang on the circumstances of a request
    coherent: Coherent = lambda _values: True  # whether a request can hold values of these together
    generous: bool = False  # constraints may be empty (S14), endpoints passed on by services (C16)
    one_organization: bool = False  # principal and resource are of one


_BY_THEMSELVES = frozenset((NOW, EPOCH, ISSUED, AGE, *ALIAS_KEYS))
_ORGANIZATIONS = frozenset((*ID_OF, *PATHS_OF, *PRINCIPALS))


def in_every_space(literals: frozenset[Literal], free: Free) -> Hashable | None:
    """Signature of a component: requests of all kinds for which it is the same meet the literals in the same ways.

    None where more of a kind of request bears on them than their own keys, and whose organization is told: a grant, the caller,
    circumstances, times, aliases.
    """
    reads = frozenset(key for look, _ in literals for key in look.reads)
    own = free.stand_in.keys if free.stand_in else ()
    if free.grant is not None or not reads.isdisjoint((*_BY_THEMSELVES, *own, *free.hanging)):
        return None
    beside = reads | _ORGANIZATIONS
    known = frozenset((key, values) for key, values in free.known.items() if key in beside)
    domains = frozenset((key, domain) for key, domain in free.domains.items() if key in beside)
    return literals, known, domains, free.generous, free.one_organization


class SharedPart(Enum):
    """Parts of a request that decide several condition keys; no key can be called so."""

    GRANT = "the grant to create"
    CALLER = "the caller"
    MOMENT = "the moment"
    CIRCUMSTANCES = "the circumstances"
    ALIASES = "the aliases of the key"


Name = str | SharedPart
"""What a part is called: by its condition key, its family of pairs, or as one that decides several keys."""


def joined_parts(looks: Iterable[Look]) -> frozenset[Name]:
    """Parts joined by these tests, which else stand apart: families of pairs whose names are read, the times of a request."""
    read = frozenset(key for look in looks for key in look.reads)
    families: frozenset[Name] = frozenset(FAMILY_OF_NAMES[key] for key in read if key in FAMILY_OF_NAMES)
    return families | {SharedPart.MOMENT} if ISSUED in read and not read.isdisjoint((NOW, EPOCH)) else families


def component_of(key: str, free: Free, joined: Container[Name]) -> Name:
    """Name of a key's component: literals on keys of different names can be met apart from each other."""
    if SharedPart.MOMENT in joined and (key == ISSUED or key in free.hanging):
        return SharedPart.MOMENT
    if free.grant is not None and (key in GRANT_KEYS or key.startswith(CONTEXT) or key == FAMILIES[CONTEXT]):
        return SharedPart.GRANT
    part = next((family for family in FAMILIES if family in joined and key.startswith(family)), _part_of(key, free))
    return loosely_folded(ID_OF.get(part, part) if part not in free.hanging else part) if isinstance(part, str) else part


def _part_of(key: str, free: Free) -> Name:
    """Return the name of the part of a request that decides a key."""
    if free.grant is not None and key in GRANT_KEYS:
        return SharedPart.GRANT
    if free.stand_in is not None and key in free.stand_in.keys:
        return SharedPart.CALLER
    if key in (NOW, EPOCH):
        return SharedPart.MOMENT
    if key in ALIAS_KEYS and free.domains.keys() >= ALIAS_KEYS:
        return SharedPart.ALIASES
    if key in free.hanging:
        return SharedPart.CIRCUMSTANCES
    key = WHOLE.get(key, key)
    return (PRINCIPALS if free.one_organization and key in PRINCIPALS else FAMILY_OF_NAMES).get(key, key)


class Component:
    """Literals that hang together, and the parts of a request that they read, in the order in which these are decided."""

    def __init__(self, literals: Sequence[Literal], free: Free) -> None:
        self.literals = literals
        self._free = free
        self.ties = Ties([look for look, _ in literals])
        keys = list(dict.fromkeys(key for look, _ in literals for key in sorted(look.reads) if key not in free.known))
        if free.grant is not None and any(component_of(key, free, ()) == SharedPart.GRANT for key in keys):
            keys += [CONSTRAINT_TYPE, *([FAMILIES[CONTEXT]] if free.takes_context else [])]
        depths = self.ties.depths
        parts = {_part_of(key, free): _new_part(key, keys, free) for key in keys}
        depth = {name: max(depths.get(key, 0) for key in keys if _part_of(key, free) == name) for name in parts}
        self._names = sorted(parts, key=lambda name: (parts[name].rank, depth[name]))
        self.parts = [parts[name] for name in self._names]
        self._settled_by = [max((self._places(look)), default=0) for look, _ in literals]
        self._tied = [self._is_tied(place) for place in range(len(self.parts))]

    def _places(self, look: Look) -> Iterator[int]:
        """Yield the places of the parts that a test reads; one of the names of pairs reads every pair of its family."""
        for key in look.reads:
            if key not in self._free.known:
                yield self._names.index(_part_of(key, self._free))

    def _is_tied(self, place: int) -> bool:
        """Return whether something hangs on a part that is decided later, or on a key of it in a policy variable."""
        part = self.parts[place]
        alone = (part.key,) if isinstance(part, KeyPart) else part.keys if isinstance(part, ArnPart) else ()
        if any(isinstance(look, ConstraintTest) and not look.reads.isdisjoint(alone) for look, _ in self.literals):
            return True
        if any(_part_of(name, self._free) == self._names[place] for look, _ in self.literals for name in look.variables):
            return True
        if isinstance(part, NamePart | OtherNamesPart) and any(
            isinstance(later, GrantPart | OtherNamesPart) for later in self.parts[place + 1 :]
        ):
            return True
        return any(place in (places := set(self._places(look))) and max(places) > place for look, _ in self.literals)

    def solutions(self, decided: Assignment, place: int, tick: Count) -> Iterator[Assignment]:
        """Depth-first search: what is decided, with all that the parts from `place` on can be; nothing only if there is none."""
        if place == len(self.parts):
            yield decided
            return
        settled = tuple(literal for literal, by in zip(self.literals, self._settled_by, strict=True) if by == place)
        asked = PartQuestion(settled, self.ties, decided, self._tied[place], tick)
        for found in self.parts[place].solutions(asked):
            tick()
            yield from self.solutions(decided.with_(found), place + 1, tick)


def _new_part(key: str, keys: Sequence[str], free: Free) -> Part:
    """Return the part of a request that decides a key; `keys` are all that are decided with it."""
    return _shared_part(key, free) or _part_of_pairs(key, keys, free) or _part_of_one(key, keys, free)


def _part_of_one(key: str, keys: Sequence[str], free: Free) -> Part:
    """Return the part of a key that stands by itself, or of one of the two about an organization."""
    alike = tuple(dict.fromkeys(one for one in keys if _part_of(one, free) == _part_of(key, free)))
    if key not in ID_OF and key not in PATHS_OF:
        return KeyPart(key, free.domains[key]) if len(alike) == 1 else ArnPart(alike, {one: free.domains[one] for one in alike})
    return (PathsPart if key in ID_OF else OrganizationPart)(alike, free.domains[alike[0]])


def _shared_part(key: str, free: Free) -> Part | None:
    """Return the part of a key that is decided together with others; None for a key that stands by itself."""
    if free.grant is not None and key in GRANT_KEYS:
        return GrantPart(free.grant, free.domains, free.takes_context, free.generous)
    if free.stand_in is not None and key in free.stand_in.keys:
        return CallerPart(free.stand_in)
    if key in (NOW, EPOCH):
        return MomentPart()
    if _part_of(key, free) is SharedPart.ALIASES:
        return AliasesPart(free.domains)
    if key not in free.hanging:
        return None
    return CircumstancesPart({one: free.domains[one] for one in sorted(free.hanging)}, free.coherent)


def _part_of_pairs(key: str, keys: Sequence[str], free: Free) -> Part | None:
    """Return the part of a named pair, or of the names that no policy uses; None for other keys."""
    family = next((family for family, names in FAMILIES.items() if key.startswith(family) or key == names), None)
    if family is None:
        return None
    taken = tuple(one.removeprefix(family) for one in keys if one.startswith(family))
    refuse_near(taken)
    if key in FAMILY_OF_NAMES:
        return OtherNamesPart(family, taken, free.domains[key])
    name = key.removeprefix(family)
    return NamePart(family, name, free.spellings.get(key, ()), free.domains[key])
