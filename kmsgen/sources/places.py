"""Places of policies and grants in files, for findings to point at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import NamedTuple

from kmsgen.authorizer.language.statement import Layer
from kmsgen.errors import Location
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Document
from kmsgen.policy.grant import Grant
from kmsgen.reading import Steps, Where

Origins = dict[str, tuple[Location, ...]]


class PlacedPolicy(NamedTuple):
    """A policy with the places of its parts. `holder`: ARN of the key or principal, VPC endpoint id, or empty."""

    document: Document
    where: Where
    layer: Layer
    holder: str = ""


class PlacedGrant(NamedTuple):
    """A grant with the places of its parts; `key` is the ARN of its key."""

    grant: Grant
    where: Where
    key: str


class Places(NamedTuple):
    """The places of all policies and grants of a bundle."""

    policies: tuple[PlacedPolicy, ...] = ()
    grants: tuple[PlacedGrant, ...] = ()

    def and_more(self, policies: Iterable[PlacedPolicy], grants: Iterable[PlacedGrant]) -> Places:
        """Return these places with more policies and grants."""
        return Places((*self.policies, *policies), (*self.grants, *grants))

    def of_layer(self, layer: Layer, holder: str | None = None) -> Iterator[PlacedPolicy]:
        """Yield the policies of a layer, of one holder only if named."""
        return (one for one in self.policies if one.layer is layer and holder in (None, one.holder))

    def origins(self) -> Origins:
        """Return the places of statements and grants by their labels in decisions: `key-policy/Sid`, `grant/id`.

        Labels that several keys or principals share are left out, as they are ambiguous.
        """
        found: dict[str, dict[Location, None]] = {}
        holders: dict[str, set[str]] = {}
        for label, holder, place in self._labelled():
            found.setdefault(label, {})[place] = None
            holders.setdefault(label, set()).add(holder)
        return {label: tuple(places) for label, places in found.items() if len(holders[label]) == 1}

    def origins_by_key(self) -> dict[str, Origins]:
        """Return the places of the statements and grants of each key by its ARN, then by their labels in decisions."""
        found: dict[str, dict[str, tuple[Location, ...]]] = {}
        for label, holder, place in self._labelled():
            held = found.setdefault(holder, {})
            held[label] = (*held.get(label, ()), place)
        return found

    def _labelled(self) -> Iterator[tuple[str, str, Location]]:
        numbers: dict[tuple[Layer, str], Iterator[int]] = {}
        for one in self.policies:
            counted = numbers.setdefault((one.layer, one.holder), count(1))
            for index, statement in enumerate(one.document.statements):
                number = next(counted)
                yield f"{one.layer}/{statement.sid or f'#{number}'}", one.holder, one.where(("Statement", index))
        on_key: dict[str, Iterator[int]] = {}
        for held in self.grants:
            number = next(on_key.setdefault(held.key, count(1)))
            yield f"grant/{held.grant.id or f'#{number}'}", held.key, held.where(())


def below(where: Where, *steps: str | int) -> Where:
    """Return the places of what is at `steps`, by steps from there."""
    return lambda inner: where((*steps, *inner))


def places_in(bundle: Bundle, where: Where) -> Places:
    """Return the places of a bundle that was read from a scenario, by the scenario's fields."""
    policies: list[PlacedPolicy] = []
    grants: list[PlacedGrant] = []

    def place(documents: Iterable[Document], layer: Layer, holder: str, *steps: str | int) -> None:
        policies.extend(PlacedPolicy(one, below(where, *steps, i), layer, holder) for i, one in enumerate(documents))

    for number, access in enumerate(bundle.keys):
        steps: Steps = ("keys", number - 1) if number else ()
        policies.append(PlacedPolicy(access.policy, below(where, *steps, "policy"), Layer.KEY_POLICY, access.key.arn))
        grants += [PlacedGrant(one, below(where, *steps, "grants", i), access.key.arn) for i, one in enumerate(access.grants)]
    for name, held in bundle.principals.items():
        at: Steps = ("principals", name)
        place(held.identity_policies, Layer.IDENTITY, name, *at, "identity_policies")
        if held.boundary is not None:
            policies.append(PlacedPolicy(held.boundary, below(where, *at, "boundary"), Layer.BOUNDARY, name))
        place(held.session_policies or (), Layer.SESSION, name, *at, "session_policies")
        for level, documents in enumerate(held.scps):
            place(documents, Layer.SCP, name, *at, "scps", level)
    for level, documents in enumerate(bundle.rcps):
        place(documents, Layer.RCP, "", "rcps", level)
    for endpoint, document in bundle.vpc_endpoint_policies.items():
        where_it_is = below(where, "vpc_endpoint_policies", endpoint)
        policies.append(PlacedPolicy(document, where_it_is, Layer.ENDPOINT, endpoint))
    return Places(tuple(policies), tuple(grants))
