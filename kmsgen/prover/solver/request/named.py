"""What tests compare a condition key with: the texts that they name, the constants of comparisons by order.

A request can hold what a policy names, whatever the key's usual shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmsgen.authorizer.language.operators import parse_date, parse_number
from kmsgen.authorizer.language.variables import PolicyText, Variable, parse_policy_text
from kmsgen.authorizer.language.wildcards import Wild
from kmsgen.policy.operators import split_operator
from kmsgen.prover.problem import Values
from kmsgen.prover.requests.constraints import ConstraintTest, KeyTest, Look
from kmsgen.prover.solver.notation.measures import ADDRESS, DATE, NUMERIC, ComparedWith
from kmsgen.prover.solver.request.operators import WITH_VARIABLES, WITH_WILDCARDS
from kmsgen.prover.values import ranges
from kmsgen.prover.values.domains import Domain, Kind
from kmsgen.prover.values.patterns import Pattern

_FAMILIES = {NUMERIC: NUMERIC, DATE: DATE, ADDRESS: ADDRESS, f"Not{ADDRESS}": ADDRESS}
_MEASURED = "0123456789abcdef+-.:TZ"
"""The characters of numbers, dates and addresses."""


class NamedTexts:
    """What some tests name. A key compared with nothing but a policy variable can hold what is named of that, and the reverse."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self._texts: dict[str, dict[str, None]] = {}
        self._templates: dict[str, list[PolicyText]] = {}
        self._ordered: dict[str, list[tuple[str, Values]]] = {}
        self._as_text: set[str] = set()
        self._alike: dict[str, set[str]] = {}
        for look in looks:
            self._as_text |= set(look.variables)
            if isinstance(look, KeyTest):
                self._take(look)
            elif isinstance(look, ConstraintTest):
                self._as_text |= look.reads
                for key in look.reads:
                    self._texts.setdefault(key, {}).update(dict.fromkeys(look.constants(key)))

    def _take(self, look: KeyTest) -> None:
        name = split_operator(look.test.condition.operator)
        if name is None or name.base == "Null":
            return
        values = look.test.condition.values
        family = next((family for head, family in _FAMILIES.items() if name.base.startswith(head)), None)
        if family is not None:
            self._ordered.setdefault(look.key, []).append((family, values))
        else:
            self._as_text.add(look.key)
        for value in values:
            self._take_text(look, name.base, value)

    def _take_text(self, look: KeyTest, base: str, value: str) -> None:
        template = parse_policy_text(value, variables=look.test.modern, wildcards=base in WITH_WILDCARDS)
        if not any(isinstance(piece, Variable | Wild) for piece in template.pieces):
            self._texts.setdefault(look.key, {})["".join(map(str, template.pieces))] = None
        elif template.keys and base in WITH_VARIABLES and not any(isinstance(piece, Wild) for piece in template.pieces):
            self._templates.setdefault(look.key, []).append(template)
            if len(template.pieces) == 1:
                self._tie(look.key, template.keys[0])

    def _tie(self, key: str, name: str) -> None:
        together = self._alike.get(key, {key}) | self._alike.get(name, {name})
        self._alike |= dict.fromkeys(together, together)

    def texts(self, key: str) -> Values:
        """Return the texts that are named of a key."""
        own = (text for one in sorted(self._alike.get(key, {key})) for text in self._texts.get(one, ()))
        return tuple(dict.fromkeys(own))

    def templates(self, key: str) -> Iterator[PolicyText]:
        """Yield the texts with variables that a key is compared with as a whole."""
        yield from self._templates.get(key, ())

    def asked(self, key: str, domain: Domain) -> ComparedWith:
        """Return what the values of a key are compared with, by order and as texts."""
        ordered = self._ordered.get(key, [])
        numbers = (number for family, texts in ordered for text in texts for number in parse_number(text) if family != ADDRESS)
        dates = (moment for family, texts in ordered if family == DATE for text in texts for moment in parse_date(text))
        networks = (network for family, texts in ordered if family == ADDRESS for network in ranges.networks(texts))
        return ComparedWith(
            tuple(dict.fromkeys(numbers)),
            tuple(dict.fromkeys(dates)),
            tuple(dict.fromkeys(networks)),
            frozenset(family for family, _ in ordered),
            key in self._as_text or not _takes_every_measure(domain),
            self.texts(key),
        )


def _takes_every_measure(domain: Domain) -> bool:
    """Return whether the key can be any number, date and address, so that its text need not be looked at."""
    if domain.values or domain.taken or domain.never:
        return False
    return domain.kind is not Kind.TEXT or not domain.strict or any(map(_takes_measures, domain.shapes))


def _takes_measures(shape: Pattern) -> bool:
    step = shape.steps[0]
    return len(shape.steps) == 1 and step.loop and step.negated and not set(_MEASURED) & set(step.characters or "")
