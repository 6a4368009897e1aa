"""The variables of a request and how each is cut: condition keys that move together are one variable.

Source: KMS Developer Guide, conditions-kms; IAM User Guide, reference_policies_condition-keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product

from kmsgen.authorizer.language.variables import Variable, parse_template
from kmsgen.prover.requests.constraints import CONTEXT, FAMILIES, TAG, Look, spelled
from kmsgen.prover.requests.correlations import CALLED_ENDS, FACET_OF, FACETS, Facet
from kmsgen.prover.requests.vocabulary import Vocabulary
from kmsgen.prover.requests.wording import say
from kmsgen.prover.search.search import Choice, Known, Values
from kmsgen.prover.values.cells import Wanted, matching, subsets, texts
from kmsgen.prover.values.domains import Domain, domain_of

STRANGER_KEYS = frozenset(
    {
        *("aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceaccount"),
        *("aws:sourcearn", "aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpceaccount"),
        *("aws:vpceorgid", "aws:vpceorgpaths", "aws:userid", "aws:ec2instancesourcevpc"),
    }
)
"""Keys whose values belong to somebody, so that a stranger cannot have those that a policy names."""


class RequestSpace:
    """Cuts the variables of requests to one action.

    `wants` is every wish of the policies, by key; `spellings` how the names of pairs are spelled, by key; `domains` what is
    known better than in general; `elsewhere` values are asked about on their own; a `stranger` has nothing that is named.
    """

    def __init__(
        self,
        words: Vocabulary,
        domains: Mapping[str, Domain],
        budget: int,
        elsewhere: Mapping[str, Values],
        *,
        stranger: bool,
    ) -> None:
        self.wants = words.by_key
        self.spellings = words.pairs
        self.domains = domains
        self.budget = budget
        self.elsewhere = elsewhere
        self.stranger = stranger
        self._cache: dict[object, list[Choice]] = {}

    def variable_of(self, key: str) -> str:
        """Return the variable that carries a condition key: a facet's name, a pair's key, or the key itself."""
        facet = FACET_OF.get(key)
        if facet:
            return facet.name
        return key.removeprefix("name of ")

    def ready(self, variable: str, tests: Sequence[Look], known: Known) -> bool:
        """Whether what the tests put into their values is known: a variable that others read comes first."""
        return all(
            key in known
            for test in tests
            for key in test.ties
            if self.variable_of(key) != variable
            and any(test.own(read) for read in test.reads if self.variable_of(read) == variable)
        )

    def coherent(self, known: Known) -> bool:
        """Whether a grant with an encryption context has a constraint that holds it."""
        if known.get("kms:grantconstrainttype", ()) is not None:
            return True
        return not any(values and key.startswith((CONTEXT, f"others of {CONTEXT}")) for key, values in known.items())

    def choices(self, variable: str, tests: Sequence[Look], known: Known) -> Sequence[Choice]:
        """Cut a variable into the choices that its tests tell apart."""
        ties = tuple((key, known.get(key)) for test in tests for key in test.ties if key in known)
        signature = (variable, frozenset(tests), ties)
        found = self._cache.get(signature)
        if found is None:
            found = self._cache[signature] = list(self._cut(variable, tests, known))
        return found

    def _cut(self, variable: str, tests: Sequence[Look], known: Known) -> Iterator[Choice]:
        facet = next((facet for facet in FACETS if facet.name == variable), None)
        if facet:
            return self._facet(facet, tests, known)
        if variable.startswith("others of "):
            return self._others(variable, tests, known)
        if variable.startswith(tuple(FAMILIES)):
            return self._pair(variable, tests, known)
        return (
            Choice(((variable, values),), partial(self._say, variable, values, tests, known))
            for values in self._values(variable, tests, known)
        )

    def _values(self, key: str, tests: Sequence[Look], known: Known) -> list[Values | None]:
        """Return one value (or set of values) of a key per class; None for its absence."""
        domain = self.domains.get(key) or domain_of(key)
        own = [test for test in tests if test.own(key)]
        single = [*texts(domain, self._wishes(key, tests), known, self.budget), *domain.also]
        if domain.multi_valued:
            return self._sets(key, single, tests, known)
        values: list[Values | None] = [*([None] if domain.optional else []), *((text,) for text in single)]
        values = [one for one in values if self._wanted(key, one, tests, known)]
        # what stands beside other keys in a facet, or in a grant, is not judged by its own tests alone
        alone = key not in FACET_OF and key != "kms:grantconstrainttype"
        settled = len(own) == sum(key in test.reads for test in tests)
        return _distinct(values, own, known) if alone and settled else values

    def _sets(self, key: str, single: Sequence[str], tests: Sequence[Look], known: Known) -> list[Values | None]:
        """Return one set of values per class; where the order shows in other keys, also pairs in either order."""
        own = [test for test in tests if test.own(key)]
        wished = [wish.values for test in tests if not test.own(key) for wish in test.wishes(key)]
        single = [text for text in single if self._wanted(key, (text,), tests, known)]
        sets = subsets(single, lambda element: (*_answers(own, element, known), *(element in values for values in wished)))
        if key == "aws:calledvia" and any(test.own(end) for test in tests for end in CALLED_ENDS):
            sets += [(text,) for text in single] + [pair for pair in product(single, repeat=2) if pair[0] != pair[1]]
        values: list[Values | None] = [found or None for found in dict.fromkeys(sets)]
        optional = (self.domains.get(key) or domain_of(key)).optional
        return values if optional else [found for found in values if found]

    def _wishes(self, key: str, tests: Sequence[Look]) -> list[Wanted]:
        """Return what tests want of a key, and, where its value is put into wishes about another key, what is wanted there."""
        alike = (key, *CALLED_ENDS, "aws:calledvia") if key == "aws:calledvia" or key in CALLED_ENDS else (key,)
        wishes = [wish for name in dict.fromkeys(alike) for test in tests for wish in test.wishes(name)]
        for test in tests:
            for other in test.reads if key in test.ties else ():
                elsewhere = self.wants.get(other, ())
                wishes += [inner for own in test.wishes(other) for wish in elsewhere for inner in _through(own, key, wish)]
        return wishes

    def _wanted(self, key: str, values: Values | None, tests: Sequence[Look], known: Known) -> bool:
        """Return whether a class is asked about: not elsewhere, and of a stranger only what no policy names."""
        if values and set(values) & set(self.elsewhere.get(key, ())):
            return False
        if not self.stranger or not values or key not in STRANGER_KEYS:
            return True
        return not any(any(matching(wish, values, known)) for test in tests for wish in test.wishes(key))

    def _facet(self, facet: Facet, tests: Sequence[Look], known: Known) -> Iterator[Choice]:
        keys = [key for key in facet.keys if key not in known and any(key in test.reads for test in tests)]
        seen: set[tuple[bool | None, ...]] = set()
        for combination in product(*(self._values(key, tests, known) for key in keys)):
            values = dict(zip(keys, combination, strict=True))
            if not facet.coherent(values):
                continue
            now = {**known, **values}
            answers = tuple(test.reading(now) for test in tests if all(key in now for key in test.reads))
            if len(answers) < len(tests) or answers not in seen:
                seen.add(answers)
                yield Choice(tuple(values.items()), partial(self._words, values, tests, known))

    def _say(self, key: str, values: Values | None, tests: Sequence[Look], known: Known) -> str:
        return say(key, values, [wish for test in tests for wish in test.wishes(key)], known)

    def _words(self, values: Mapping[str, Values | None], tests: Sequence[Look], known: Known) -> str:
        """Say what a facet's keys are; where a request is called directly, nothing else of a service needs saying."""
        given = any(values.values())
        said = (
            self._say(key, found, tests, known)
            for key, found in values.items()
            if found is not None or key == "kms:viaservice" or not given
        )
        return ", ".join(filter(None, said))

    def _pair(self, key: str, tests: Sequence[Look], known: Known) -> Iterator[Choice]:
        """Cut one named pair: absent, or one of its values under one of the spellings of its name."""
        for values in self._values(key, tests, known):
            for spelling in self.spellings.get(key, ()) if values else (None,):
                name = (spelling,) if spelling else None
                yield Choice(((key, values), (spelled(key), name)), partial(self._say, key, values, tests, known))

    def _others(self, variable: str, tests: Sequence[Look], known: Known) -> Iterator[Choice]:
        """Cut the names of pairs that no policy names: sets of them."""
        family = variable.removeprefix("others of ")
        taken = {spelling.lower() for key in self.spellings if key.startswith(family) for spelling in self.spellings[key]}
        own = [test for test in tests if test.own(variable)]
        domain = domain_of(FAMILIES[family])
        fresh = [
            text
            for text in texts(domain, [wish for test in own for wish in test.wishes(variable)], known, self.budget)
            if text.lower() not in taken
        ]
        for values in subsets(fresh, lambda element: _answers(own, element, known)):
            yield Choice(((variable, values or None),), partial(_names, values, _TITLES[family]))


def _names(names: Values, place: str) -> str:
    return f"with `{'`, `'.join(names)}` in {place}" if names else ""


def _through(wanted: Wanted, key: str, other: Wanted) -> Iterator[Wanted]:
    """Turn what is wanted of one key into what is wanted of the variable that another wish about the key holds.

    Where `team-${aws:PrincipalTag/team}` and `team-red` are wanted of one key, `red` tells apart values of the tag.
    """
    for value in wanted.values:
        head, tail = _around(value, key)
        if head is None:
            continue
        inner = tuple(
            text[len(head) : len(text) - len(tail)]
            for text in other.values
            if text.startswith(head) and text.endswith(tail) and len(text) >= len(head) + len(tail) and key not in text.lower()
        )
        if inner:
            yield other._replace(values=inner)


def _around(value: str, key: str) -> tuple[str | None, str]:
    """Return what stands before and after a variable in a value; None where it is not there."""
    pieces = parse_template(value, variables=True, wildcards=False).pieces
    at = next((i for i, piece in enumerate(pieces) if isinstance(piece, Variable) and piece.key == key), None)
    if at is None:
        return None, ""
    before, after = pieces[:at], pieces[at + 1 :]
    return "".join(p for p in before if isinstance(p, str)), "".join(p for p in after if isinstance(p, str))


def _answers(own: Sequence[Look], element: str, known: Known) -> tuple[bool | None, ...]:
    return tuple(test.answer((element,), known) for test in own)


def _distinct(values: list[Values | None], tests: Sequence[Look], known: Known) -> list[Values | None]:
    """Keep one value for each combination of answers."""
    seen: dict[tuple[bool | None, ...], Values | None] = {}
    for value in values:
        seen.setdefault(tuple(test.answer(value, known) for test in tests), value)
    return list(seen.values())


_TITLES = {CONTEXT: "the encryption context", TAG: "the request's tags"}
