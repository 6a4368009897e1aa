"""Covers: statements and grants that give nothing and only tell which requests they match, such as those that were meant."""

from collections.abc import Iterator, Sequence

from kmsgen.authorizer.applicable.plan import Plan
from kmsgen.authorizer.applicable.rule_set import RuleSet
from kmsgen.authorizer.evaluation.grants import RETIRE, GrantRule, retires
from kmsgen.authorizer.language.principal import DIRECT, DOUBT, Caller, CallerKind, Naming
from kmsgen.authorizer.language.statement import Rule

Matchable = Rule | GrantRule


def meant(naming: Naming, caller: Caller) -> Naming:
    """Return how a cover names a caller: what is meant for a user is meant for a federated session that may be its own (P7)."""
    return DIRECT if naming == DOUBT and caller.kind is CallerKind.FEDERATED else naming


class Covers:
    """The covers of requests to one key; as clauses they have the numbers from `first` on."""

    def __init__(self, covers: Sequence[Matchable], first: int, key_arn: str) -> None:
        self.rules = RuleSet(cover for cover in covers if isinstance(cover, Rule))
        self.grants = tuple(cover for cover in covers if isinstance(cover, GrantRule))
        self.numbers = range(first, first + len(covers))
        self._number_of = dict(zip(covers, self.numbers, strict=True))
        self._key_arn = key_arn
        self._with: dict[Matchable, frozenset[Matchable]] = {}

    def naming(self, plan: Plan) -> Iterator[tuple[int, Matchable]]:
        """Yield those that name the caller and the action of a plan, with their numbers."""
        namings = self.rules.naming(plan.caller)
        for rule, covers in self.rules.covering(plan.action.iam_name.lower()):
            if covers is True and meant(namings[rule], plan.caller) & ~DOUBT:
                yield self._number_of[rule], rule
        for grant in self.grants:
            retiring = plan.action.name == RETIRE and retires(grant.grant, plan.caller)
            if retiring or (grant.names(plan.caller) and grant.covers(plan.action.name)):
                yield self._number_of[grant], grant

    def surely_with(self, allow: Matchable) -> frozenset[Matchable]:
        """Return those that ask nothing of a request to the key which an Allow does not ask too."""
        found = self._with.get(allow)
        if found is None:
            asked = frozenset(allow.conditions) if isinstance(allow, Rule) else frozenset()
            rules = self.rules.rules if isinstance(allow, Rule) else ()
            surely = (cover for cover in rules if asked.issuperset(cover.conditions) and self._is_about_key(cover))
            found = self._with[allow] = frozenset(surely)
        return found

    def _is_about_key(self, cover: Rule) -> bool:
        return not cover.resource.variables and cover.resource.check(self._key_arn, lambda _key: None) is True
