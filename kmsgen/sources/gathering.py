"""Gathering of keys, policies and grants of a file into a bundle; what is not told is kept as unknown, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from kmsgen.authorizer.language.statement import Layer
from kmsgen.catalogue.managed_policies import date, kms_policy
from kmsgen.errors import Diagnostic, Location
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import EVERYONE, Condition, Document, Effect, Statement
from kmsgen.policy.grant import Grant
from kmsgen.policy.json_form import parse_document
from kmsgen.reading import Where
from kmsgen.sources.described import STANDS_FOR, Called, Described, Further, Home, Open, default_policy
from kmsgen.sources.places import PlacedGrant, PlacedPolicy, Places
from kmsgen.sources.unknown.readings import PolicyReading, Readings, known
from kmsgen.sources.unknown.unknown import Text, Unknown
from kmsgen.sources.unknown.widest import condition_of

Pick = Callable[[Readings], PolicyReading]

UNTOLD = "unknown"
"""The Sid of the statement that stands for policies which a file does not tell."""


@dataclass(slots=True)
class Gathering:
    """Collects keys by their name in the file, policies and grants with places, and principals with unknown policies.

    `which` tells the unknown policies of a principal (`leave_open`). `allowed`: statements that a key may have beside its policy,
    for grants with an unknown grantee. `where` gives the places of unknown values by their steps, else of their policy.
    """

    path: str
    keys: dict[str, KeyAccess] = field(default_factory=dict)
    key_policies: dict[str, Readings] = field(default_factory=dict)
    allowed: dict[str, list[tuple[Statement, Location]]] = field(default_factory=dict)
    possible_grants: dict[str, list[Grant]] = field(default_factory=dict)
    identity_policies: list[tuple[str, Readings]] = field(default_factory=list)
    policies_of: dict[str, set[tuple[Document, Document]]] = field(default_factory=dict)
    held: dict[tuple[Document, Document, Location], Readings] = field(default_factory=dict)
    grants: list[PlacedGrant] = field(default_factory=list)
    principals: dict[str, None] = field(default_factory=dict)
    tags: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    boundaries: dict[str, Readings | None] = field(default_factory=dict)
    untold: dict[str, Diagnostic] = field(default_factory=dict)
    unnamed: dict[Hashable, Open] = field(default_factory=dict)
    which: dict[str, set[str]] = field(default_factory=dict)
    notes: list[Diagnostic] = field(default_factory=list)
    as_written: list[PlacedPolicy] = field(default_factory=list)
    unknown: list[Open] = field(default_factory=list)
    assumed: list[Open] = field(default_factory=list)
    called: list[Called] = field(default_factory=list)
    account: Open | None = None
    set_twice: list[Open] = field(default_factory=list)
    strict: bool = False
    where: Where | None = None

    def add_key(self, name: str, key: Key, policy: Readings | Document | None, where: Where) -> None:
        """Add a key; without a policy it gets KMS's default (key-policy-default)."""
        self.keys[name] = KeyAccess(key, Document(()))
        self.set_policy(name, policy or default_policy(key.arn), where)

    def keep_written(self, name: str, policy: Document, where: Where) -> None:
        """Keep a key policy as written, for checks of its text, since its readings differ from it."""
        self.as_written.append(PlacedPolicy(policy, where, Layer.KEY_POLICY, self.keys[name].key.arn))

    def set_policy(self, name: str, policy: Readings | Document, where: Where) -> None:
        """Replace the policy of a key."""
        readings = known(policy, where) if isinstance(policy, Document) else policy
        self.keys[name] = self.keys[name]._replace(policy=readings.most.document)
        self.key_policies[name] = readings

    def add_grant(self, name: str, grant: Grant, where: Where) -> None:
        """Add a grant to a key."""
        self.keys[name] = self.keys[name]._replace(grants=(*self.keys[name].grants, grant))
        self.grants.append(PlacedGrant(grant, where, self.keys[name].key.arn))

    def add_possible_grant(self, name: str, grant: Grant, what: str, where: Where) -> None:
        """Add a grant that may be on a key, as its KeyId is unknown."""
        self.possible_grants.setdefault(name, []).append(grant)
        self.unknown.append(Open(what, where(()), self.keys[name].key.arn))

    def allow_whom(self, name: str, grantee: Text | Unknown, actions: tuple[str, ...], what: str, place: Location) -> None:
        """Add an Allow that may exist: a grant of these actions whose grantee is known in part or not at all."""
        told = condition_of(grantee) if isinstance(grantee, Text) else None
        conditions = (Condition("StringLike", told[0], (told[1],)),) if told else ()
        statement = Statement(Effect.ALLOW, actions, ("*",), (EVERYONE,), conditions, sid=UNTOLD)
        self.allowed.setdefault(name, []).append((statement, place))
        self.unknown.append(Open(what, place, self.keys[name].key.arn))

    def add_alias(self, name: str, alias: str) -> None:
        """Add an alias to a key."""
        access = self.keys[name]
        self.keys[name] = access._replace(key=access.key._replace(aliases=(*access.key.aliases, alias)))

    def add_principal(self, principal: str) -> None:
        """Add a principal, so far without policies."""
        self.principals[principal] = None

    def call(self, principal: str, pattern: str, whose: str, place: Location) -> None:
        """Keep that the ARN of a principal stands for one that is not told, which the pattern matches."""
        self.called.append(Called(Open(f"{principal} is taken to be {whose}, whose name is not told", place, principal), pattern))

    def stand_for_account(self, home: Home, form: str) -> None:
        """Note that an account stands for that of the keys, if the file does not tell it."""
        if home.account == STANDS_FOR:
            place = Location(self.path)
            message = f"the {form} does not tell its account: {STANDS_FOR} stands for it, in {home.region}; --key-arn tells it"
            self.note(place, "account-not-told", message)
            self.account = Open(f"the account of the {form}", place, STANDS_FOR)

    def add_policy(self, principal: str, policy: Readings | Document, where: Where) -> None:
        """Add an identity policy to a principal; the same one again changes nothing, and of several principals it is one."""
        self.add_principal(principal)
        readings = known(policy, where) if isinstance(policy, Document) else policy
        held = self.policies_of.setdefault(principal, set())
        documents = readings.most.document, readings.least.document
        if documents not in held:
            held.add(documents)
            one = self.held.setdefault((*documents, readings.most.where(())), readings)
            self.identity_policies.append((principal, one))

    def attach(self, principal: str, arn: str, place: Location) -> None:
        """Attach a managed policy that is not in the file: an AWS one as of a date; any other leaves the principal open."""
        readings = self.managed(arn, place)
        if readings is None:
            self.leave_open(principal, f"{arn} is attached to it, which is not told here", place, arn)
        else:
            self.add_policy(principal, readings, readings.most.where)

    def managed(self, arn: str, place: Location) -> Readings | None:
        """Return what an AWS managed policy says of KMS, with a note of its date; None if the policy is not known."""
        data = None if self.strict else kms_policy(arn)
        if data is None:
            return None
        self.assume(place, f"{arn} is taken as it was on {date()}: AWS changes its policies in place")
        document = parse_document(data, principals="forbidden") if data["Statement"] else Document(())
        return known(document, lambda _steps: place)

    def set_boundary(self, principal: str, policy: Readings | None, what: str, place: Location) -> None:
        """Give a principal a permissions boundary; None if it is not told, and may allow anything or nothing."""
        self.add_principal(principal)
        self.boundaries[principal] = policy
        if policy is None:
            self.unknown.append(Open(what, place, principal))

    def leave_open(self, principal: str, why: str, place: Location, which: str = "") -> None:
        """Note that a principal may have further policies, with the reason.

        `which` tells policies that are there whatever becomes of the file; without it they may be others before and after.
        """
        self.add_principal(principal)
        self.which.setdefault(principal, set()).add(which)
        message = f"{principal} may have any IAM policy: {why}"
        self.untold[principal] = Diagnostic(place, "untold-policies", message)

    def tell_which(self, principal: str, which: str) -> None:
        """Tell more of the unknown policies of a principal that has such (`leave_open`)."""
        if principal in self.untold:
            self.which[principal].add(which)

    def note(self, place: Location, code: str, message: str) -> None:
        """Add a note about the file, which is no error."""
        found = Diagnostic(place, code, message)
        if found not in self.notes:
            self.notes.append(found)

    def assume(self, place: Location, what: str) -> None:
        """Keep what is taken for granted, and note it."""
        found = Open(what, place)
        if found not in self.assumed:
            self.assumed.append(found)
            self.note(place, "assumed", what)

    def undo(self, place: Location, what: str) -> None:
        """Keep that two resources set a key's policy, and note it."""
        self.set_twice.append(Open(what, place))
        self.note(place, "two-policies", what)

    def finish(self, lacks: frozenset[str] = frozenset()) -> Described:
        """Build the bundle of a file that should have a key; without one, with the reason why nothing can be asked."""
        no_key = Diagnostic(Location(self.path), "no-key", "no KMS key with a policy is described here")
        return self.described(lacks)._replace(no_key=None if self.keys else no_key)

    def described(self, lacks: frozenset[str]) -> Described:
        """Build the bundle; where something is unknown, once with the most and once with the least access."""
        most = self._read(lacks, lambda readings: readings.most, Effect.ALLOW)
        unknown = tuple(dict.fromkeys(self._open()))
        if not unknown:
            return most
        least = self._read(lacks, lambda readings: readings.least, Effect.DENY)
        named = None
        if any(readings.named for readings in self.key_policies.values()):
            named = self._read(lacks, lambda readings: readings.named or readings.most, Effect.ALLOW)._replace(unknown=unknown)
        narrow = least._replace(unknown=unknown)
        return most._replace(unknown=unknown, as_written=tuple(self.as_written), narrow=narrow, named=named)

    def _read(self, lacks: frozenset[str], pick: Pick, beside: Effect) -> Described:
        notes = (*self.notes, *(self.untold[name] for name in sorted(self.untold)))
        policies = [self._key_policy(name, pick, beside) for name in self.keys]
        possible = self.possible_grants if beside is Effect.ALLOW else {}
        keys = (
            access._replace(policy=placed.document, grants=(*access.grants, *possible.get(name, ())))
            for (name, access), placed in zip(self.keys.items(), policies, strict=True)
        )
        told = [PlacedPolicy(*pick(readings), layer=Layer.IDENTITY, holder=holder) for holder, readings in self.identity_policies]
        limits = [
            PlacedPolicy(*pick(readings), layer=Layer.BOUNDARY, holder=holder)
            for holder, readings in self.boundaries.items()
            if readings is not None
        ]
        alone = self._told(told, limits, beside)
        bundle = Bundle(tuple(keys), self._with_untold(alone, beside))
        places = Places((*policies, *told, *limits), tuple(self.grants))
        names = {access.key.arn: name for name, access in self.keys.items() if name}
        untold, made = frozenset(self.untold), frozenset(self.made)
        found = Described(bundle, places, notes, lacks, untold=untold, names=names, made=made, further=self._further(alone))
        found = found._replace(unnamed=dict(self.unnamed))
        return found._replace(
            assumed=tuple(self.assumed),
            called=tuple(self.called),
            account=self.account,
            set_twice=tuple(dict.fromkeys(self.set_twice)),
        )

    def _further(self, told: Mapping[str, PrincipalPolicies]) -> dict[str, Further]:
        """Return the principals of which nothing is untold but policies that are there whatever becomes of the file."""
        return {
            name: Further(frozenset(self.which[name]), told[name], self._open_principal(name), name not in self.made)
            for name in self.untold
            if "" not in self.which[name]
        }

    def _key_policy(self, name: str, pick: Pick, beside: Effect) -> PlacedPolicy:
        document, where = pick(self.key_policies[name])
        more = self.allowed.get(name, []) if beside is Effect.ALLOW else []
        count = len(document.statements)
        places = {count + number: place for number, (_, place) in enumerate(more)}

        def placed(steps: tuple[str | int, ...]) -> Location:
            number = steps[1] if len(steps) > 1 and steps[0] == "Statement" else None
            return places[number] if isinstance(number, int) and number in places else where(steps)

        whole = document._replace(statements=(*document.statements, *(statement for statement, _ in more)))
        return PlacedPolicy(whole, placed if more else where, Layer.KEY_POLICY, self.keys[name].key.arn)

    def _with_untold(self, told: Mapping[str, PrincipalPolicies], beside: Effect) -> dict[str, PrincipalPolicies]:
        """Return the principals with their unknown policies: an Allow, or a Deny, of everything."""
        held = {name: (_anything(beside), *told[name].identity_policies) for name in self.untold}
        return {**told, **{name: told[name]._replace(identity_policies=documents) for name, documents in held.items()}}

    def _told(self, told: list[PlacedPolicy], limits: list[PlacedPolicy], beside: Effect) -> dict[str, PrincipalPolicies]:
        """Return the principals with the policies that are told; an unknown boundary allows, or denies, everything."""
        held: dict[str, list[Document]] = {name: [] for name in self.principals}
        boundaries = {one.holder: one.document for one in limits}
        if beside is Effect.DENY:
            boundaries |= {name: _anything(beside) for name, readings in self.boundaries.items() if readings is None}
        for one in told:
            held[one.holder].append(one.document)
        return {
            name: PrincipalPolicies(tuple(documents), boundaries.get(name), tags=self.tags.get(name, ()))
            for name, documents in held.items()
        }

    def _open(self) -> list[Open]:
        """Return everything that is unknown."""
        found = list(self.unknown)
        for name, readings in self.key_policies.items():
            arn = self.keys[name].key.arn
            found += self._open_of(readings, arn)
        limits = [(holder, readings) for holder, readings in self.boundaries.items() if readings is not None]
        for holder, readings in (*self.identity_policies, *limits):
            found += self._open_of(readings, holder)
        return [*found, *map(self._open_principal, sorted(self.untold))]

    def _open_principal(self, name: str) -> Open:
        return Open(self.untold[name].message, self.untold[name].location, name)

    def _open_of(self, readings: Readings, holder: str) -> list[Open]:
        placed = [self.where(one.steps) if self.where and one.steps else readings.most.where(()) for one in readings.unknown]
        return [Open(one.what, place, holder) for one, place in zip(readings.unknown, placed, strict=True)]


def _anything(effect: Effect) -> Document:
    return Document((Statement(effect, ("*",), ("*",), sid=UNTOLD),))
