"""The aliases of a key of which not all are told, and the one by which a request calls it: that is one of them.

Source: KMS Developer Guide, conditions-kms: kms:RequestAlias, kms:ResourceAliases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kmsgen.prover.problem import Assignment, OutsideError, Values
from kmsgen.prover.requests.parts.parts import PartQuestion, values_of
from kmsgen.prover.values.cells import every, find
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.sets import find_set

CALLED_BY, OF_KEY = "kms:requestalias", "kms:resourcealiases"
ALIAS_KEYS = frozenset((CALLED_BY, OF_KEY))


class AliasesPart(NamedTuple):
    """Both condition keys on aliases, where a request decides both.

    The alias of the request is tried in each cell that the tests of either key tell apart; then the other aliases are a set that
    holds it. So every request has a stand-in.
    """

    domains: Mapping[str, Domain]

    @property
    def rank(self) -> int:
        """Decided last: a set of values, which no policy variable can hold."""
        return 2

    def solutions(self, asked: PartQuestion) -> Iterator[Assignment]:
        """Yield the alias by which the key is called and all that it has. Raises OutsideError where both meet variables."""
        found: Iterator[Assignment]
        read = {key for look in asked.ties.looks for key in look.reads if key in ALIAS_KEYS}
        if len(read) == 1:
            (key,) = read
            found = (Assignment({key: values}) for values in values_of(key, self.domains[key], asked))
        elif asked.ties.keys & ALIAS_KEYS:
            raise OutsideError("the aliases of a key, of which not all are told, are compared with a policy variable")
        else:
            found = self._together(asked)
        yield from filter(asked.met, found)

    def _together(self, asked: PartQuestion) -> Iterator[Assignment]:
        for name in (None, *self._called_by(asked)):
            aliases = self._that_hold(name, asked)
            if aliases is not None:
                yield Assignment({CALLED_BY: None if name is None else (name,), OF_KEY: aliases or None})

    def _called_by(self, asked: PartQuestion) -> Iterator[str]:
        domain, told = self.domains[CALLED_BY], [asked.told(key) for key in (CALLED_BY, OF_KEY)]
        named = (*(text for one in told for text in one.named), *self.domains[OF_KEY].within, *domain.nicer[:1])
        yield from every(domain, [test for one in told for test in one.tests], (), tuple(dict.fromkeys(named)), asked.tick)

    def _that_hold(self, name: str | None, asked: PartQuestion) -> Values | None:
        """Return aliases of the key, this one among them, of which the tests come out as wanted; None if there are none such."""
        domain = self.domains[OF_KEY]
        within = tuple(dict.fromkeys((*domain.within, *([name] if name else []))))
        if not within and asked.met(Assignment({CALLED_BY: None, OF_KEY: None})):
            return ()
        tests = [(look.set(asked.decided.values.get), look.accept(truth=truth)) for look, truth in asked.on(OF_KEY)]
        return find_set(tests, lambda wanted: find(domain, wanted, asked.tick), within)
