"""Organizations of a request: the id and the paths of one, which two condition keys tell, are of the same.

An account is in one organization or in none, and in one place of it: there is one path, which begins with the id. So the id is
decided first, told apart by what the path has to be too.
Source: IAM User Guide, reference_policies_condition-keys (aws:PrincipalOrgID, aws:PrincipalOrgPaths, aws:ResourceOrgID and on);
Organizations User Guide, orgs_getting-started_concepts (an account is in one organizational unit at a time).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kmsgen.authorizer.language.open_value import OpenValue
from kmsgen.authorizer.language.variables import Variable
from kmsgen.prover.problem import Assignment, OutsideError, Values
from kmsgen.prover.requests.parts.parts import PartQuestion
from kmsgen.prover.requests.tied_texts import Tie
from kmsgen.prover.values.cells import every, find
from kmsgen.prover.values.domains import DOMAINS, Domain
from kmsgen.prover.values.patterns import STAR, Automaton, Pattern, PatternStep
from kmsgen.prover.values.value_tests import ComparisonKind, ValueTest, steps_of
from kmsgen.prover.values.wanted import Wanted

ID_OF = {f"aws:{whose}orgpaths": f"aws:{whose}orgid" for whose in ("principal", "resource", "source", "vpce")}
"""The key of the paths of an organization, and that of its id."""
PRINCIPALS = {"aws:resourceorgid": "aws:principalorgid", "aws:resourceorgpaths": "aws:principalorgpaths"}
"""Keys about the organization of the resource's account, and those about the principal's, which may be the same account."""
PATHS_OF = {id_key: paths for paths, id_key in ID_OF.items()}


class OrganizationPart(NamedTuple):
    """The id of an organization whose paths are read too; of several keys where they tell of one."""

    keys: Values
    domain: Domain

    @property
    def rank(self) -> int:
        """Decided first: policy variables can put its values into what other keys are compared with."""
        return 0

    def solutions(self, asked: PartQuestion) -> Iterator[Assignment]:
        """Yield ids of every cell, or the absence of one."""
        absent: list[Values | None] = [None] if self.domain.optional else []
        for values in (*absent, *((text,) for text in _ids(self.keys, self.domain, asked))):
            found = Assignment(dict.fromkeys(self.keys, values))
            if asked.met(found):
                yield found


class PathsPart(NamedTuple):
    """The path of an account in an organization; of some organization, where the id is not read."""

    keys: Values
    domain: Domain

    @property
    def rank(self) -> int:
        """Decided last: a set of values, which no policy variable can hold."""
        return 2

    def solutions(self, asked: PartQuestion) -> Iterator[Assignment]:
        """Yield a path within the organization that is decided, or the absence of one where there is none."""
        for paths in self._paths(asked):
            found = Assignment(dict.fromkeys(self.keys, paths))
            if asked.met(found):
                yield found

    def _paths(self, asked: PartQuestion) -> Iterator[Values | None]:
        id_key = next((ID_OF[key] for key in self.keys if ID_OF[key] in asked.decided.values), None)
        decided = asked.decided.values[id_key] if id_key else None
        if isinstance(decided, OpenValue):
            raise OutsideError(f"what {id_key} holds is open")
        if self.domain.optional and not decided:
            yield None
        if id_key and not decided:
            return
        wanted = [one for key in self.keys for one in asked.wanted(key)]
        for within in self._organizations(decided, asked):
            found = find(self.domain, [*wanted, *within], asked.tick)
            if found is not None:
                yield (found,)

    def _organizations(self, decided: Values | None, asked: PartQuestion) -> Iterator[list[Wanted]]:
        """Yield what an organization asks of its paths; nothing where the domain is that of a known one."""
        ids = tuple(ID_OF[key] for key in self.keys)
        names = decided or (() if self.domain.strict else _ids(ids, DOMAINS[ids[0]], asked))
        yield from ([_within(name)] for name in names)
        if self.domain.strict and not decided:
            yield []


def _within(organization: str) -> Wanted:
    """Ask for a path that begins with an id."""
    begins = Pattern([*map(PatternStep, f"{organization}/"), STAR])
    test = ValueTest(begins.matches, ComparisonKind.TEXT, (), (begins,), lambda bits: bits[0], any_of=True)
    return Wanted(test, frozenset((True,)))


def _ids(keys: Values, domain: Domain, asked: PartQuestion) -> Iterator[str]:
    """Yield an id of every cell that tests of it and of paths tell apart."""
    told = [asked.told(key) for key in keys]
    of_paths = [PATHS_OF[key] for key in keys]
    paths = [test for key in of_paths for test in asked.ties.tests_on(key, asked.decided)]
    if any(test.family is not ComparisonKind.TEXT for test in paths):
        raise OutsideError("the paths of an organization are compared otherwise than as texts")
    ids = (text.partition("/")[0] for test in paths for text in test.constants)
    named = (*(text for one in told for text in one.named), *ids, *domain.nicer[:1])
    heads = [pattern for test in paths for pattern in test.patterns]
    heads += [head for tie in asked.ties.ties if tie.key in of_paths for head in _head(tie, keys, asked)]
    whole = domain._replace(never=(*domain.never, _HOLDS_SLASH))
    tests = [test for one in told for test in one.tests]
    yield from every(whole, tests, [*(after for one in told for after in one.following), *heads], named, asked.tick)


_HOLDS_SLASH = Pattern([STAR, PatternStep("/"), STAR])


def _head(tie: Tie, keys: Values, asked: PartQuestion) -> Iterator[Automaton]:
    """Yield what a path that is compared with undecided variables begins with: they stand behind the id, or are it."""
    undecided = [i for i, piece in enumerate(tie.pieces) if isinstance(piece, Variable) and piece.key not in asked.decided.values]
    if not undecided:
        return
    before = tie.pieces[: undecided[0]]
    fixed = [piece for piece in before if not isinstance(piece, Variable)]
    first = tie.pieces[undecided[0]]
    if isinstance(first, Variable) and first.key in keys and not before:
        return
    if len(fixed) < len(before) or not any(isinstance(piece, str) and "/" in piece for piece in fixed):
        raise OutsideError("the organization of a path is compared with a policy variable")
    yield Pattern([*steps_of(fixed), STAR])
