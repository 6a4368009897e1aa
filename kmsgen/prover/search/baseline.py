"""Baseline of a question: Allow statements and grants that give nothing there, but tell which requests the asker meant."""

from collections.abc import Iterator, Sequence

from kmsgen.authorizer.applicable.plan import Plan
from kmsgen.authorizer.applicable.rule_set import RuleSet
from kmsgen.authorizer.evaluation.grants import RETIRE, GrantRule, retires
from kmsgen.authorizer.language.principal import DIRECT, DOUBT, Caller, CallerKind, Naming, at_most
from kmsgen.authorizer.language.statement import Rule
from kmsgen.policy.letter_case import folded
from kmsgen.prover.search.clauses import Clause, Matchable


def meant(naming: Naming, caller: Caller) -> Naming:
    """Naming of a caller by a cover: one that is meant for a user is meant for federated sessions that may be its own (P7)."""
    return at_most(naming) if caller.kind is CallerKind.FEDERATED else naming


class Baseline:
    """The covers of requests to one key, each with the clause that it is."""

    def __init__(self, covers: Sequence[Matchable], key_arn: str) -> None:
        self.rules = RuleSet(cover for cover in covers if isinstance(cover, Rule))
        self.grants = tuple(cover for cover in covers if isinstance(cover, GrantRule))
        self._clause_of = {cover: Clause(cover, DIRECT, 0, cover=True) for cover in covers}
        self.clauses = frozenset(self._clause_of.values())
        self._key_arn = key_arn
        self._subsets: dict[Matchable, frozenset[Matchable]] = {}

    def naming(self, plan: Plan) -> Iterator[tuple[Clause, Matchable]]:
        """Yield the covers that name the caller and the action of a plan."""
        namings = self.rules.naming(plan.caller)
        for rule, covers in self.rules.covering(folded(plan.action.iam_name)):
            if covers is True and meant(namings[rule], plan.caller) & ~DOUBT:
                yield self._clause_of[rule], rule
        for grant in self.grants:
            retiring = plan.action.name == RETIRE and retires(grant.grant, plan.caller)
            if retiring or (grant.names(plan.caller) and grant.covers(plan.action.name)):
                yield self._clause_of[grant], grant

    def subsets_of(self, allow: Matchable) -> frozenset[Matchable]:
        """Return the covers whose conditions are a subset of `allow`'s, so that they match whenever it does."""
        found = self._subsets.get(allow)
        if found is None:
            asked = frozenset(allow.conditions) if isinstance(allow, Rule) else frozenset()
            rules = self.rules.rules if isinstance(allow, Rule) else ()
            subsets = (cover for cover in rules if asked.issuperset(cover.conditions) and self._is_about_key(cover))
            found = self._subsets[allow] = frozenset(subsets)
        return found

    def _is_about_key(self, cover: Rule) -> bool:
        return not cover.resource.variables and cover.resource.check(self._key_arn, lambda _key: None) is True
