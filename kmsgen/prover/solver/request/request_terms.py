"""A request as variables of the solver: for each condition key that tests read, the values that it may hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from kmsgen.authorizer.language.comparison import is_multi_valued
from kmsgen.authorizer.language.variables import Variable
from kmsgen.policy.letter_case import folded
from kmsgen.prover.problem import OutsideError
from kmsgen.prover.requests.components import Free
from kmsgen.prover.requests.constraints import CONTEXT, FAMILIES, ConstraintTest, Look
from kmsgen.prover.requests.named.vocabulary import constraint_pairs
from kmsgen.prover.requests.parts.aliases import ALIAS_KEYS, CALLED_BY, OF_KEY
from kmsgen.prover.requests.parts.circumstances import CHAIN, FIRST, LAST, WHOLE
from kmsgen.prover.requests.parts.grant_request import GRANT_PRINCIPALS, OPERATIONS
from kmsgen.prover.requests.parts.organizations import ID_OF, PATHS_OF, PRINCIPALS
from kmsgen.prover.solver.notation.domains import admitted, can_hold_wildcard
from kmsgen.prover.solver.notation.languages import holds_wildcard, with_slash
from kmsgen.prover.solver.notation.templates import Value
from kmsgen.prover.solver.request import coherence, shares, values
from kmsgen.prover.solver.request.callers import CallerTerms
from kmsgen.prover.solver.request.families import Family, WantedName
from kmsgen.prover.solver.request.grants import GrantTerms
from kmsgen.prover.solver.request.moment_terms import moment
from kmsgen.prover.solver.request.named import NamedTexts
from kmsgen.prover.solver.request.slots import Slot, Slots, known
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula, Text
from kmsgen.prover.values.domains import DOMAINS


class RequestTerms:
    """The variables of one request, as far as some tests read it. Raises OutsideError for what cannot be told."""

    def __init__(self, script: Script, free: Free, looks: Sequence[Look]) -> None:
        self.script = script
        self.free = free
        self.looks = looks
        read = dict.fromkeys(key for look in looks for key in sorted(look.reads))
        self.keys = tuple(key for key in read if key not in free.known)
        self._named = NamedTexts(looks)
        self._slots: dict[str, Slots] = {key: _known(free, key) for key in read if key in free.known}
        self.caller: CallerTerms | None = None
        self.grant: GrantTerms | None = None
        self.families: dict[str, Family] = {}
        self._make()

    @property
    def hanging(self) -> tuple[str, ...]:
        """The keys that are read which hang on the circumstances of the request."""
        return tuple(key for key in self.keys if key in self.free.hanging)

    def slots(self, key: str) -> Slots:
        """Return the values that a condition key may hold."""
        return self._slots[key]

    def value_of(self, key: str) -> Value:
        """Return what a policy variable sees of a key."""
        if is_multi_valued(key):
            return Value(there=False, several=True, text="", wild=False)
        slots = self._slots[key]
        if not slots:
            return Value(there=False, several=False, text="", wild=False)
        first = slots[0]
        several = slots[1].there if len(slots) > 1 else False
        return Value(first.there, several, first.text, self._can_be_wild(key, first.text))

    def _can_be_wild(self, key: str, text: Text) -> Formula:
        if isinstance(text, str):
            return "*" in text or "?" in text
        domain = self.free.domains.get(key)
        if domain is None or not can_hold_wildcard(domain):
            return False  # the keys without a domain are about the principal
        return self.script.terms.inside(text, holds_wildcard(self.script.terms))

    # --- the parts of a request -------------------------------------------------------------------------------------------

    def _make(self) -> None:
        for of_keys, make in (
            (shares.is_of_caller, self._make_caller),
            (shares.is_of_moment, self._make_moment),
            (shares.is_of_family, self._make_families),
            (shares.is_of_chain, self._make_chain),
            (shares.is_of_grant, self._make_grant),
            (shares.is_of_organization, self._make_organizations),
            (shares.stands_alone, self._make_keys),
        ):
            if keys := [key for key in self.keys if of_keys(key, self.free)]:
                make(keys)
        self._limit()
        self._say_what_is_coherent()

    def _make_caller(self, _keys: Sequence[str]) -> None:
        if self.free.stand_in is not None:
            self.caller = CallerTerms(self.script, self.free.stand_in)
            self._slots |= self._measured(self.caller.slots)

    def _measured(self, slots: Mapping[str, list[Slot]]) -> Mapping[str, Slots]:
        """Return values that follow from a name; by order they are compared only roughly, so not at all."""
        for key in slots:
            if key in self.keys and self._named.asked(key, values.FREE).families:
                raise OutsideError("the name of a principal is compared by order")
        return dict(slots)

    def _make_moment(self, keys: Sequence[str]) -> None:
        self._slots |= moment(self.script, {key: self._named.asked(key, self.free.domains[key]) for key in keys})

    def _make_families(self, keys: Sequence[str]) -> None:
        for family, names in FAMILIES.items():
            own = [key for key in keys if key.startswith(family)]
            if own or names in keys:
                self._make_family(family, own, names if names in keys or self._are_of_grant(family) else "")

    def _are_of_grant(self, family: str) -> bool:
        """Return whether pairs are the constraint of a grant to create: then any of them make it one, read or not."""
        return family == CONTEXT and self.free.grant is not None and self.free.takes_context

    def _make_family(self, family: str, keys: Sequence[str], names: str) -> None:
        of_names = 2 * self._reads(names) + self._are_of_grant(family)
        wanted = {key: self._wanted(key, of_names) for key in keys}
        domain = self.free.domains[names] if names else None
        made = self.families[family] = Family(self.script, family, wanted, domain, of_names)
        self._slots |= {key: made.values(key) for key in keys}
        if domain is not None:
            self._slots[names] = made.names
            self.script.say(True if domain.optional else self.script.terms.some(pair.there for pair in made.pairs))

    def _wanted(self, key: str, of_names: int) -> WantedName:
        """Bound and values of one name: a test of it or of all names needs two spellings at most, so that `most` do."""
        constraints = [look for look in self.looks if isinstance(look, ConstraintTest)]
        spelled = {name for look in constraints for name, _ in constraint_pairs(look.rule.grant)}
        exact = sum(f"{CONTEXT}{folded(name)}" == key for name in spelled)
        domain = self.free.domains[key]
        most = max(2 * self._reads(key) + of_names + exact, 1)
        return WantedName(self.free.spellings.get(key, ()), self._named.asked(key, domain), most, domain)

    def _make_chain(self, keys: Sequence[str]) -> None:
        """Make the services that call one for another: any number, of which two keys tell the first and the last."""
        terms = self.script.terms
        if any(self._named.asked(key, self.free.domains[key]).families for key in keys):
            raise OutsideError("the chain of services that call is compared by order")
        links = self._sequence(WHOLE, keys[0], 2 * self._reads(WHOLE) + 2)
        last = links[-1].text
        for before, after in reversed(list(pairwise(links))):
            last = terms.choice(after.there, last, before.text)
        told = {WHOLE: links, FIRST: links[:1], LAST: [Slot(links[0].there, last)]}
        self._slots |= {key: told[key] for key in keys}
        named = [text for key in CHAIN for text in self._named.texts(key)]
        domain = self.free.domains[keys[0]]
        for link in links:
            values.limit(self.script, domain, self._named.asked(keys[0], domain), link, named)

    def _make_grant(self, _keys: Sequence[str]) -> None:
        if CONTEXT not in self.families:
            self._make_family(CONTEXT, (), FAMILIES[CONTEXT] if self._are_of_grant(CONTEXT) else "")
        self.grant = GrantTerms(self.script, self.free.domains[OPERATIONS].values, self.families[CONTEXT], self.free)
        self._slots |= self.grant.slots
        for name in self.free.domains[OPERATIONS].within:
            self.script.say(self.grant.operations[name])

    def _make_keys(self, keys: Sequence[str]) -> None:
        for key in keys:
            domain = self.free.domains[key]
            length = max(2 * self._reads(key), 1) + len(domain.within) + (key == OF_KEY) if domain.multi_valued else 1
            slots = self._sequence(key, key, length)
            self._slots[key] = slots
            if not domain.optional:
                self.script.say(slots[0].there)
            for text in domain.within:
                self.script.say(self._holds(slots, text))

    def _make_organizations(self, keys: Sequence[str]) -> None:
        """Make the organization of each account: an id, and where a path is read, what stands behind it."""
        groups: dict[str, list[str]] = {}
        for key in keys:
            owner = PRINCIPALS.get(key, key) if self.free.one_organization else key
            groups.setdefault(ID_OF.get(owner, owner), []).append(key)
        for name, group in groups.items():
            self._make_organization(name, group)

    def _make_organization(self, name: str, keys: Sequence[str]) -> None:
        script, terms = self.script, self.script.terms
        if any(self._named.asked(key, self.free.domains[key]).families for key in keys):
            raise OutsideError("an organization is compared by order")
        there, text = terms.flag(f"there {name}"), terms.text(name)
        path = terms.joined([text, "/", terms.text("unit")])
        self._slots |= {key: [Slot(there, path if key in ID_OF else text)] for key in keys}
        script.say(True if all(self.free.domains[key].optional for key in keys) else there)
        if not ID_OF.keys().isdisjoint(keys):
            script.say(terms.negate(terms.inside(text, with_slash(terms))))
        if PATHS_OF.keys().isdisjoint(keys):
            heads = [head for key in keys for head in self._organizations_of(ID_OF[key])]
            script.say(terms.some([terms.negate(there), admitted(script, DOMAINS[name], text, heads)]))

    def _holds(self, slots: Slots, text: str) -> Formula:
        terms = self.script.terms
        return terms.some(terms.every([slot.there, terms.equal(slot.text, text)]) for slot in slots)

    def _sequence(self, name: str, key: str, length: int) -> list[Slot]:
        """Return so many values, none of which is there without the one before."""
        terms = self.script.terms
        domain = self.free.domains[key]
        asked = self._named.asked(key, domain)
        slots = [values.new(self.script, name, domain, asked, terms.flag(f"there {name}")) for _ in range(length)]
        for before, after in pairwise(slots):
            self.script.say(terms.some([before.there, terms.negate(after.there)]))
        return slots

    def _reads(self, key: str) -> int:
        return sum(key in look.reads for look in self.looks)

    # --- what limits them -------------------------------------------------------------------------------------------------

    def _limit(self) -> None:
        """Say which values the keys that stand by themselves can have."""
        for key in self.keys:
            if shares.stands_alone(key, self.free) or shares.is_of_organization(key, self.free):
                domain = self.free.domains[key]
                asked = self._named.asked(key, domain)
                for slot in self._slots[key]:
                    values.limit(
                        self.script,
                        domain,
                        asked,
                        slot,
                        [*self._named.texts(key), *self._with_variables(key), *self._organizations_of(key)],
                    )

    def _with_variables(self, key: str) -> Iterator[Text]:
        for template in self._named.templates(key):
            parts = []
            for piece in template.pieces:
                if isinstance(piece, Variable):
                    value = self.value_of(piece.key)
                    parts.append(self.script.terms.choice(value.there, value.text, piece.default or ""))
                else:
                    parts.append(piece)
            yield self.script.terms.joined(parts)

    def _say_what_is_coherent(self) -> None:
        told = {key: self._slots[key] for key in self.hanging}
        self._say_every(coherence.circumstances(self.script.terms, told))
        self._say_every(() if self.free.generous else coherence.routes(self.script.terms, told))
        self._say_every(coherence.chain(self.script.terms, told))
        if all(key in self.keys for key in ALIAS_KEYS):
            self._say_every(coherence.aliases(self.script.terms, self._slots[CALLED_BY], self._slots[OF_KEY]))
        self._say_every(coherence.times(self.script.terms, {key: self._slots[key] for key in self.keys}))
        self._say_every(coherence.arns(self.script.terms, {key: self._slots[key] for key in self.keys}))
        if self.grant is not None:
            principals = {key: self._slots[key] for key in GRANT_PRINCIPALS if key in self.keys}
            self._say_every(coherence.grant(self.script.terms, principals))

    def _organizations_of(self, key: str) -> Iterator[str]:
        """Yield the ids of organizations that the named paths begin with."""
        yield from (text.partition("/")[0] for text in self._named.texts(PATHS_OF.get(key, "")) if isinstance(text, str))

    def _say_every(self, formulas: Iterable[Formula]) -> None:
        for formula in formulas:
            self.script.say(formula)


def _known(free: Free, key: str) -> Slots:
    """Return what is known of a key. Raises OutsideError where that is open."""
    held = free.known[key]
    if held is not None and not isinstance(held, tuple):
        raise OutsideError(f"what {key} holds is open")
    return known(held)
