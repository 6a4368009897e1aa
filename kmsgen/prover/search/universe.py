"""Everything a bundle could be asked: every principal there could be, and every action."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import count
from typing import NamedTuple

from kmsgen.arn import ACCOUNT_ID, parse_arn
from kmsgen.authorizer import Request
from kmsgen.authorizer.evaluation.grants import CREATE, RETIRE, GrantRule, compile_grants
from kmsgen.authorizer.language import wildcards
from kmsgen.authorizer.language.principal import Caller, CallerKind, caller_of
from kmsgen.authorizer.language.statement import Layer, Rule, compile_document
from kmsgen.catalogue import grants, key_specs
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Bundle, Key
from kmsgen.policy.document import Document, Statement
from kmsgen.policy.grant import Grant
from kmsgen.prover.requests import vocabulary
from kmsgen.prover.requests.constraints import CONTEXT, Doubts
from kmsgen.prover.requests.principals import principals
from kmsgen.prover.requests.space import RequestSpace
from kmsgen.prover.requests.vocabulary import Vocabulary
from kmsgen.prover.requests.witness import first_grant
from kmsgen.prover.search.assumptions import assumed
from kmsgen.prover.search.encoding import Side, Situation
from kmsgen.prover.search.symmetry import ActionGroups, Hope, Views, views_of
from kmsgen.prover.values.domains import Domain, domain_of
from kmsgen.prover.values.partition import Cut
from kmsgen.prover.values.patterns import NAME, arn_glob, glob, run_of

Values = tuple[str, ...]
_ENDPOINT = "aws:sourcevpce"
_ALGORITHMS = ("signingalgorithm", "macalgorithm", "encryptionalgorithm", "keyagreementalgorithm", "encapsulationalgorithm")


class Scope(NamedTuple):
    """What is asked about beside the bundles: further statements, patterns of principals.

    With `described_only` there is nobody else; with `without_iam` there is, and has no IAM policies. `generous` reads what AWS
    leaves open so that there is more access.
    """

    statements: tuple[Statement, ...] = ()
    asked: Values = ()
    described_only: bool = False
    without_iam: bool = False
    stranger: bool = False
    grants: tuple[Grant, ...] = ()
    budget: int = 20_000
    generous: bool = False


class World:
    """Bundles asked about together: the words in them, the principals that they can tell apart, one side each.

    `twins` are the actions that one stands for, `doubles` the principals. `operations` are those that a grant to create may
    list; nothing: all that fit the key. `like` is a world of which only the reading of what AWS leaves open
    differs: its words and principals are this one's.
    """

    def __init__(self, bundles: Sequence[Bundle], scope: Scope, like: "World | None" = None) -> None:
        self.bundles = bundles
        self.scope = scope
        self.operations: Values = ()
        self.twins: dict[tuple[str, str], list[Action]] = {} if like is None else like.twins
        self.doubles: dict[str, list[str]] = {} if like is None else like.doubles
        self._described: dict[str, bool] = {}
        self._views: dict[str, Views] = {}
        self._spaces: dict[object, RequestSpace] = {}
        self.words: Vocabulary = vocabulary.read(bundles, scope.statements, scope.asked) if like is None else like.words
        self.everyone: Values = self._everyone() if like is None else like.everyone
        self.pairs = self.words.pairs
        self.sides = tuple(self._side(bundle, number) for number, bundle in enumerate(bundles))

    def stood_for(self, base: Request) -> Iterator[tuple[str, str]]:
        """Yield each principal and action that a request asked for stands for."""
        actions = self.twins.get((base.principal, base.action))
        names = [action.iam_name for action in actions] if actions else [base.action]
        for principal in self.doubles.get(base.principal, [base.principal]):
            yield from ((principal, name) for name in names)

    def _everyone(self) -> Values:
        partition = next((arn.partition for key in self.keys if (arn := parse_arn(key.arn))), "aws")
        every = principals(self.words, partition, self.scope.asked, self.scope.budget)
        if self.scope.described_only:
            # a service exists always, a session where its role is described
            every = [principal for principal in every if parse_arn(principal) is None or self.described(principal)]
        return tuple(every)

    def _side(self, bundle: Bundle, number: int) -> Side:
        only = self.scope.described_only or self.scope.without_iam
        first = number << 20  # more clauses than any bundle has
        doubts = Doubts(generous=self.scope.generous)
        return Side(assumed(bundle, self.everyone, described_only=only), first, self.pairs, self.covers, doubts)

    def reread(self) -> "World":
        """Return the world in which what AWS leaves open is read so that there is more access."""
        return World(self.bundles, self.scope._replace(generous=True), like=self)

    @property
    def covers(self) -> tuple[Rule | GrantRule, ...]:
        """The statements and grants of the scope, compiled as those of a key."""
        document = Document(self.scope.statements)
        return (*compile_document(document, Layer.KEY_POLICY, count(1)), *compile_grants(self.scope.grants))

    @property
    def doubtful(self) -> bool:
        """Whether what was found since doubts were forgotten rests on a reading that AWS leaves open."""
        return any(side.doubts.met for side in self.sides)

    def doubt(self) -> None:
        """Note that a reading was met that AWS leaves open."""
        self.sides[0].doubts.met = True

    def forget_doubts(self) -> None:
        """Note of none from here on."""
        for side in self.sides:
            side.doubts.met = False

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
        found = self._described.get(principal)
        if found is None:
            found = any(caller_of(principal, bundle.principals).described for bundle in self.bundles)
            self._described[principal] = found
        return found

    def named(self, pattern: str, principal: str) -> bool:
        """Return whether a pattern names a principal, or the role behind a session; an account's root ARN all of it."""
        caller = self.sides[0].authorizer.caller(principal)
        arn = parse_arn(pattern)
        account = pattern if ACCOUNT_ID.match(pattern) else arn.account if arn and arn.resource == "root" else None
        if account is not None:
            return caller.account == account
        fits = _fits(pattern)
        return any(fits(text) for text in (principal, caller.role, _as_user(pattern, caller)) if text)

    def requests(
        self, everyone: Iterable[str], actions: Iterable[Action], *, allowable: bool = True, covered: bool = False
    ) -> Iterator[Request]:
        """Yield what everything else is added to, for each principal and action.

        `allowable`: only where access can follow at all; `covered`: such as no cover surely matches.
        """
        groups = ActionGroups(actions, self.bundles)
        for views, same in self._alike(everyone).items():
            self.doubles[same[0]] = same
            hope = Hope(self.sides[0], views[0], covered=covered)
            for group in groups.of(views):
                action = group.actions[0]
                base = Request(same[0], action.iam_name)
                self.twins[base.principal, base.action] = group.actions
                on_key = not allowable or not _by_key(action) or hope.remains(base, group)
                yield from self.bases(base, action, on_key=on_key)

    def _alike(self, everyone: Iterable[str]) -> dict[Views, list[str]]:
        """Put principals together of whom the same is seen."""
        found: dict[Views, list[str]] = {}
        for principal in everyone:
            views = self._views.get(principal)
            if views is None:
                views = self._views[principal] = views_of(principal, self.words, self.sides)
            found.setdefault(views, []).append(principal)
        return found

    def bases(self, base: Request, action: Action, *, on_key: bool = True) -> Iterator[Request]:
        """Yield the requests on the first key that everything else is added to, from that of a principal and an action alone.

        One as it is, one for each VPC endpoint that has a policy; of RetireGrant one for each grant. Of an alias operation
        the alias too, for principals whose IAM policies are described: key policies say nothing of aliases.
        """
        if not action.resource_types:
            if self.described(base.principal):
                yield base
            return
        for access in self.bundles[0].keys[:1]:
            if "alias" in action.resource_types and self.described(base.principal):
                yield from (base._replace(resources=(alias,)) for alias in self.aliases)
            if not on_key:
                return
            if action.name == RETIRE:
                yield from (base._replace(grant_id=grant.id) for grant in access.grants)
                return
            if action.name == CREATE:
                base = base._replace(create_grant=first_grant(access.key, _grantee(access.key)))
            yield base
            yield from (base._replace(context={"aws:SourceVpce": (name,)}) for name in self.endpoints)

    @cached_property
    def _names_told(self) -> bool:
        """Whether every bundle tells the aliases of its key, so that a request can use no other."""
        return all(bundle.keys and bundle.keys[0].key.aliases for bundle in self.bundles)

    @cached_property
    def aliases(self) -> Values:
        """One alias of the key's account and Region for each class that Resource elements tell apart."""
        arn = parse_arn(self.keys[0].arn) if self.keys else None
        if arn is None:
            return ()
        head = f"arn:{arn.partition}:kms:{arn.region}:{arn.account}:alias/"
        patterns = [pattern for text in self.words.resources for pattern in (arn_glob(text), glob(text)) if "${" not in text]
        named = [f"{head}{name.removeprefix('alias/')}" for key in self.keys for name in key.aliases]
        return tuple(one.text for one in Cut(patterns, run_of(head, (NAME + "/",)), head, nicer=[*named, f"{head}any"]).classes())

    @cached_property
    def endpoints(self) -> Values:
        """The VPC endpoints that have a policy."""
        return tuple(dict.fromkeys(name for bundle in self.bundles for name in bundle.vpc_endpoint_policies))

    def space(self, base: Request, situations: Iterable[Situation]) -> RequestSpace:
        """Return the space of requests of some situations: their open keys with what they are by default."""
        defaults = {key: values for one in situations for key, values in one.defaults.items()}
        through_endpoint = "aws:SourceVpce" in base.context
        signature = (frozenset(defaults.items()), through_endpoint, self.operations)
        found = self._spaces.get(signature)
        if found is None:
            key = self.keys[0] if self.keys else None
            found = self._spaces[signature] = RequestSpace(
                self.words,
                {name: self._domain(name, values, key) for name, values in defaults.items()},
                self.scope.budget,
                {} if through_endpoint else {_ENDPOINT: self.endpoints},
                stranger=self.scope.stranger,
            )
        return found

    def _domain(self, name: str, default: Values | None, key: Key | None) -> Domain:
        """Return the domain of a key in requests to one KMS key; what has a default is never absent."""
        domain = domain_of(name)
        if name == "kms:grantoperations" and self.operations:
            return domain._replace(values=self.operations)
        if name == "kms:requestalias":
            told = tuple(dict.fromkeys(name for bundle in self.bundles for one in bundle.keys[:1] for name in one.key.aliases))
            return domain._replace(values=told) if self._names_told else domain._replace(also=told)
        if key is not None:
            domain = domain._replace(values=_values(name, key) or domain.values)
        if name.startswith(CONTEXT) or name in _GRANT_OPTIONAL:
            return domain
        return domain._replace(optional=domain.optional and default is None)


def _as_user(pattern: str, caller: Caller) -> str | None:
    """Return the ARN of the user that a federated session may be of, under the path that a pattern has; None for others (P7)."""
    if caller.kind is not CallerKind.FEDERATED:
        return None
    path = pattern.partition(":user/")[2].rpartition("/")[0]
    return f"arn:{caller.partition}:iam::{caller.account}:user/{path + '/' if path else ''}{caller.name}"


@lru_cache(maxsize=1024)
def _fits(pattern: str) -> Callable[[str], bool]:
    """Return the test of a pattern of principals."""
    return wildcards.glob(wildcards.pieces_of(pattern))


def _by_key(action: Action) -> bool:
    """Return whether a request on the key is about nothing else: no grant of it."""
    return "key" in action.resource_types and action.name != RETIRE


def _grantee(key: Key) -> str:
    arn = parse_arn(key.arn)
    return f"arn:{arn.partition}:iam::{arn.account}:role/any-grantee" if arn else ""


_GRANT_OPTIONAL = frozenset(
    {
        *("kms:granteeprincipal", "kms:granteeserviceprincipal", "kms:retiringprincipal", "kms:retiringserviceprincipal"),
        *("kms:grantconstrainttype", "kms:grantconstraintsourcearn", "kms:grantoperations"),
    }
)


def _values(name: str, key: Key) -> Values:
    if name == "kms:grantoperations":
        return tuple(sorted(grants.operations(key_specs.key_type(key.spec, key.usage) or "")))
    if name.removeprefix("kms:") in _ALGORITHMS:
        return key_specs.algorithms(key.spec, key.usage)
    return ()
