"""Everything a bundle could be asked: every principal there could be, and every action."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from itertools import count

from kmsgen.arn import parse_arn
from kmsgen.authorizer import Request
from kmsgen.authorizer.evaluation.grants import CREATE, RETIRE, GrantRule, compile_grants
from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.authorizer.language.principal import Caller, CallerKind, caller_of
from kmsgen.authorizer.language.statement import Layer, Rule, compile_document
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Bundle, Key
from kmsgen.policy.document import Document
from kmsgen.prover.problem import Meter, Values
from kmsgen.prover.requests.building import first_grant
from kmsgen.prover.requests.constraints import CONTEXT, CONTEXT_KEYS, Reading, Several
from kmsgen.prover.requests.named import vocabulary
from kmsgen.prover.requests.named.principals import Principals, principals
from kmsgen.prover.requests.named.sessions import Sessions
from kmsgen.prover.requests.named.vocabulary import Vocabulary
from kmsgen.prover.requests.parts.caller import StandIn
from kmsgen.prover.requests.space import RequestSpace
from kmsgen.prover.search.assumptions import assumed
from kmsgen.prover.search.containment import differ_in_policies_alone, gives_no_more
from kmsgen.prover.search.encoding import Base, Looks, Side, Situation
from kmsgen.prover.search.matching import Asked, Matching
from kmsgen.prover.search.scope import Scope
from kmsgen.prover.search.spaces import Spaces
from kmsgen.prover.search.symmetry import ActionGroups, UpperBound, Views, is_by_key, views_of
from kmsgen.prover.values.partition import Cut
from kmsgen.prover.values.patterns import NAME, arn_glob, glob, run_of


class Universe:
    """Bundles asked about together: the words in them, the principals that they can tell apart, a side each."""

    def __init__(
        self,
        bundles: Sequence[Bundle],
        scope: Scope,
        meter: Meter,
        like: "Universe | None" = None,
        sides: tuple[Side, ...] = (),
    ) -> None:
        self.bundles = bundles
        self.scope = scope
        self.words: Vocabulary = like.words if like else vocabulary.read(bundles, (*scope.statements, *scope.named), scope.asked)
        told = (bundles, scope)
        self._principals: Principals = (
            like._principals if like else principals(self.words, self._partition, scope.asked, told, meter)  # noqa: SLF001
        )
        self._stand_ins = {one.arn: one for one in self._principals.stand_ins}
        self.everyone: Values = tuple(one for one in self._principals.everyone if self._exists(one))
        self._meter = meter
        looks = Looks(scope.reading, like.sides[0].looks if like else None)
        self.sides: tuple[Side, ...] = sides or tuple(self._side(bundle, number, looks) for number, bundle in enumerate(bundles))
        self._views: dict[str, Views] = {}
        self._sessions = Sessions(scope.sessions, self.words.principals)
        self._spaces = Spaces(self.bundles, scope, self.words, self._sessions, self.sides[0].view)
        if like:
            self._spaces.share_with(like._spaces)  # noqa: SLF001 - the same class
        self.whom = Matching(self.everyone, self._stand_ins, self.sides[0].authorizer.caller, self.words.existing)

    def reread(self, several: Several | None = None) -> "Universe":
        """Return the same bundles and principals, AWS's silences read the way that gives more access; `several` as in Reading."""
        return Universe(
            self.bundles, self.scope._replace(reading=Reading(generous=True, several=several)), self._meter, like=self
        )

    @property
    def reads_values_alone(self) -> bool:
        """Whether of the encryption context values alone are read: no names, no constraints of grants, nothing in variables.

        Then a request in which one of several values counts is as good as one that has only that.
        """
        grants = (*(grant for bundle in self.bundles for grant in vocabulary.grants_of(bundle)), *self.scope.grants)
        constrained = any(vocabulary.constraint_pairs(grant) for grant in grants)
        in_variables = any(key.startswith(CONTEXT) for key in self.words.variables)
        return not constrained and not in_variables and not self.words.wanted_of(CONTEXT_KEYS)

    def asking(self, scope: Scope) -> "Universe":
        """Return the same bundles and principals within another scope of no other words."""
        return Universe(self.bundles, scope, self._meter, like=self)

    def metered(self, meter: Meter) -> "Universe":
        """Return the same universe with the budget of another question."""
        other = copy(self)
        other._meter = meter  # noqa: SLF001 - the same class
        return other

    def changed(self, bundles: Sequence[Bundle]) -> "Universe":
        """Return the same principals beside bundles that hold no other words."""
        return Universe(bundles, self.scope, self._meter, like=self)

    def turned_round(self) -> "Universe":
        """Return the universe with its two bundles in the other order: what each knows of principals and requests stays."""
        sides = tuple(side.numbered(number) for number, side in enumerate(self.sides[::-1]))
        other = Universe(self.bundles[::-1], self.scope, self._meter, like=self, sides=sides)
        other._views = {principal: views[::-1] for principal, views in self._views.items()}
        return other

    @property
    def _partition(self) -> str:
        return next((arn.partition for key in self.keys if (arn := parse_arn(key.arn))), "aws")

    def _exists(self, principal: str) -> bool:
        """Return whether there is such a principal: with `described_only` services, and sessions of described roles."""
        return not self.scope.described_only or parse_arn(principal) is None or self.described(principal)

    def _side(self, bundle: Bundle, number: int, looks: Looks) -> Side:
        only = self.scope.described_only or self.scope.without_iam
        beside = assumed(bundle, without_iam=only, user=self.scope.user, bounded=self.scope.bounded)
        return Side(beside, number, self._covers(), looks, untagged=self.scope.untagged)

    def _covers(self) -> tuple[Rule | GrantRule, ...]:
        """Return the statements and grants of the baseline, compiled as those of a key; what they rest on is meant so (C4)."""
        rules = compile_document(Document(self.scope.statements), Layer.KEY_POLICY, count(1))
        return (*map(_without_doubt, rules), *compile_grants(self.scope.grants, generous=self.scope.reading.generous))

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys of the first bundle."""
        return tuple(access.key for access in self.bundles[0].keys)

    @property
    def account(self) -> str:
        """The account of the first key."""
        arn = parse_arn(self.keys[0].arn) if self.keys else None
        return arn.account if arn else ""

    def described(self, principal: str) -> bool:
        """Return whether one of the bundles describes a principal."""
        return any(caller_of(principal, bundle.principals).described for bundle in self.bundles)

    # --- whom and what is asked about -------------------------------------------------------------------------------------

    def requests(
        self,
        asked: Iterable[Asked],
        actions: Iterable[Action],
        *,
        allowable: bool = True,
        covered: bool = False,
        keyless: frozenset[str] = frozenset(),
    ) -> Iterator[Base]:
        """Bases of a question: each principal and action asked about is in one of these, unless it surely has no such access.

        `allowable`: only where access can follow at all; `covered`: such as no cover surely matches. Actions without a key are
        asked of described principals, those of `keyless` of everybody.
        """
        groups = ActionGroups(actions, self.bundles, allowable=allowable)
        for views, same in self._alike(asked).items():
            bound = UpperBound(self.sides[0], views[0], covered=covered)
            first = same[0]
            stand_in = first if isinstance(first, StandIn) else None
            names = tuple(one.arn if isinstance(one, StandIn) else one for one in same)
            described = self.described(names[0])
            for group in groups.of(views):
                action, request = group.actions[0], Request(names[0], group.names[0])
                on_key = not allowable or action.name == RETIRE or bound.allows(request, group)
                if not on_key and is_by_key(action):
                    continue
                if action.resource_types or request.action in keyless or described:
                    for one in self._bases(request, action, on_key=on_key, described=described):
                        yield Base(one, names, group.names, stand_in)

    def may_differ(self, asked: Iterable[Asked]) -> list[Asked]:
        """Principals to search for a gain: whoever is left out surely has none in the first bundle beyond the second."""
        if not differ_in_policies_alone(self.bundles):
            return list(asked)
        return [one for one in asked if not gives_no_more(*self._views_of(one))]

    def _alike(self, asked: Iterable[Asked]) -> Mapping[Views, list[Asked]]:
        """Put principals together of whom the same is seen."""
        found: dict[Views, list[Asked]] = {}
        for one in asked:
            self._meter.count()
            found.setdefault(self._views_of(one), []).append(one)
        return found

    def _views_of(self, one: Asked) -> Views:
        stand_in = one if isinstance(one, StandIn) else None
        principal = one if isinstance(one, str) else one.arn
        if stand_in is not None and stand_in.asked:
            return views_of(principal, stand_in, self.words, self._sessions, self.sides)
        views = self._views.get(principal)
        if views is None:
            views = self._views[principal] = views_of(principal, stand_in, self.words, self._sessions, self.sides)
        return views

    def _bases(self, base: Request, action: Action, *, on_key: bool, described: bool) -> Iterator[Request]:
        """Yield the requests on the first key that everything else is added to, from that of a principal and an action alone.

        One as it is, one for each VPC endpoint that has a policy; of RetireGrant one for each grant. Of an alias operation
        the alias too, for principals whose IAM policies are described: key policies say nothing of aliases.
        """
        base = base._replace(complete=True, context=_direct(self.whom.caller(base.principal)) if self.scope.directly else {})
        if not action.resource_types:
            yield from self._through_endpoints(base)
            return
        for access in self.bundles[0].keys[:1]:
            if described and "alias" in action.resource_types:
                yield from (base._replace(resources=(alias,)) for alias in self.aliases)
            if not on_key:
                return
            if action.name == RETIRE:
                for grant in access.grants:
                    yield from self._through_endpoints(base._replace(grant_id=grant.id))
                return
            if action.name == CREATE:
                base = base._replace(create_grant=first_grant(access.key, _grantee(access.key)))
            yield from self._through_endpoints(base)

    def _through_endpoints(self, base: Request) -> Iterator[Request]:
        yield base
        yield from (base._replace(context={**base.context, "aws:SourceVpce": (name,)}) for name in self.endpoints)

    @cached_property
    def aliases(self) -> Values:
        """One alias of the key's account and Region for each class that Resource elements tell apart."""
        arn = parse_arn(self.keys[0].arn) if self.keys else None
        if arn is None:
            return ()
        head = f"arn:{arn.partition}:kms:{arn.region}:{arn.account}:alias/"
        patterns = [pattern for text in self.words.resources for pattern in (arn_glob(text), glob(text)) if "${" not in text]
        named = [f"{head}{name.removeprefix('alias/')}" for key in self.keys for name in key.aliases]
        return tuple(
            one.text
            for one in Cut(patterns, run_of(head, (NAME + "/",)), nicer=[*named, f"{head}any"], tick=self._meter.count).classes()
        )

    @cached_property
    def endpoints(self) -> Values:
        """The VPC endpoints that have a policy."""
        return tuple(dict.fromkeys(name for bundle in self.bundles for name in bundle.vpc_endpoint_policies))

    def space(self, base: Base, situations: Sequence[Situation]) -> RequestSpace:
        """Return the space of requests of some situations of a base."""
        return self._spaces.of(base, situations)


def _without_doubt(rule: Rule) -> Rule:
    """Return a statement with conditions that can rest on every key: nothing is given by it."""
    if not any(test.unreliable for test in rule.conditions):
        return rule
    tests = (compile_condition(test.condition, deny=test.deny, modern=test.modern) for test in rule.conditions)
    return replace(rule, conditions=tuple(tests))


_THROUGH_SERVICES = ("kms:ViaService", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast")


def _direct(caller: Caller) -> Mapping[str, Values]:
    """Return what tells that no service calls for a caller; that MFA opens a role's session AWS's pages do not agree on (C16)."""
    absent = (*_THROUGH_SERVICES, *(() if caller.kind is CallerKind.USER else ("aws:MultiFactorAuthPresent",)))
    return {**dict.fromkeys(absent, ()), "aws:ViaAWSService": ("false",)}


def _grantee(key: Key) -> str:
    arn = parse_arn(key.arn)
    return f"arn:{arn.partition}:iam::{arn.account}:role/any-grantee" if arn else ""
