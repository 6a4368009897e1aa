"""Dead entries of identity policies: those that no key of a bundle needs, as is found key by key.

An entry is a text of an Action element, or None for all that a NotAction leaves; what is found dead of a statement is told by
its identity and its entry, None for the whole of it.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Generic, TypeVar

from kmsgen.authorizer.language.statement import Layer, Rule, compile_documents
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.bearing import keys_named

Entries = frozenset[str | None]
Dead = TypeVar("Dead")


class BesideKeys(Generic[Dead]):
    """The entries of identity policies that no key asked about so far needs.

    A principal is asked about for a key that its policies may be about, and only as long as some entry of them is left.
    """

    def __init__(self, bundle: Bundle, entries_of: Callable[[Rule], Entries]) -> None:
        self.rules: dict[int, Rule] = {}
        self.held: dict[str, set[int]] = {}
        for principal, beside in bundle.principals.items():
            rules = compile_documents(beside.identity_policies, Layer.IDENTITY, count(1))
            self.rules |= {id(rule.statement): rule for rule in rules if id(rule.statement) not in self.rules}
            self.held[principal] = {id(rule.statement) for rule in rules}
        self.keys = {principal: keys_named(beside) for principal, beside in bundle.principals.items()}
        self.entries = {identity: entries_of(rule) for identity, rule in self.rules.items()}
        self.left = dict(self.entries)
        self.first: dict[tuple[int, str | None], Dead] = {}

    def undecided(self, arn: str) -> list[str]:
        """Return the principals to ask about for a key."""
        about = (principal for principal, keys in self.keys.items() if keys is None or arn in keys)
        return [principal for principal in about if any(self.left[identity] for identity in self.held[principal])]

    def take(self, about: Bundle, dead: Mapping[tuple[int, str | None], Dead], *, finished: bool) -> None:
        """Record the entries found dead for one key; the others of the principals asked about are needed, all if unfinished."""
        unneeded: dict[int, set[str | None]] = {}
        for (identity, entry), one in dead.items():
            if identity in self.entries:
                self.first.setdefault((identity, entry), one)
                unneeded.setdefault(identity, set()).update(self.entries[identity] if entry is None else [entry])
        for identity in {identity for principal in about.principals for identity in self.held[principal]}:
            self.left[identity] &= unneeded.get(identity, set()) if finished else frozenset()

    def dead(self) -> Iterator[Dead]:
        """Yield what was found dead for every key, in the order found: the whole statement where no entry is needed."""
        for (identity, entry), one in self.first.items():
            left, entries = self.left[identity], self.entries[identity]
            if (left == entries) if entry is None else (entry in left and left != entries):
                yield one
