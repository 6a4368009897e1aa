"""Steps by which a principal can give itself more than it has.

Whoever may change the key policy can give itself everything: that is one step, and reported as such. Of everyone else a step
counts where it leads to something that the principal may not do in the same situation: who may decrypt through S3 only, and may
create a grant to itself, can decrypt directly.
Source: KMS Developer Guide, grants, key-policy-overview, abac; ReEncrypt, ReplicateKey, ImportKeyMaterial (API reference).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.authorizer.request import Request
from kmsgen.catalogue import grants, key_specs
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.policy.bundle import TAGS, Bundle
from kmsgen.policy.document import EVERYONE, Condition, Effect, Statement
from kmsgen.policy.grant import Grant, GrantConstraints
from kmsgen.policy.letter_case import folded
from kmsgen.prover.answer import left_open
from kmsgen.prover.problem import BudgetError, Meter
from kmsgen.prover.question import NoEscalation
from kmsgen.prover.requests.parts.caller import StandIn
from kmsgen.prover.search.counterexamples import Bad, Hit, access, gained, hunt
from kmsgen.prover.search.encoding import Base
from kmsgen.prover.search.universe import Universe

PUT_POLICY, CREATE, REENCRYPT, DECRYPT = "PutKeyPolicy", "CreateGrant", "ReEncryptFrom", "Decrypt"
# A copy of the key under another policy, and key material of the caller's choice.
_NEW_KEYS = ("ReplicateKey", "ImportKeyMaterial")
_TAG = "aws:resourcetag/"
_ALIAS_KEYS = {"kms:resourcealiases", "kms:requestalias"}
_SEEN = "changes what conditions on tags or aliases see"
_ALIASES = ("CreateAlias", "UpdateAlias", "DeleteAlias")
# A grant for an AWS resource is made by the service, to itself: it is none that the caller could give itself.
_BY_ITSELF = {"kms:GrantIsForAWSResource": ("false",)}
_HARMLESS = frozenset({"DescribeKey", "GetPublicKey", "RetireGrant", "CreateGrant"})


class Escalations(NamedTuple):
    """Each step that gives a principal more; why more may exist; whether a reading was met that AWS leaves open."""

    hits: tuple[Hit, ...] = ()
    reason: str = ""
    doubtful: bool = False


def escalations(universe: Universe, question: NoEscalation, meter: Meter) -> Escalations:
    """Return the steps of everybody but the exceptions. Raises BudgetError and OutsideError."""
    spared = question.exceptions
    asked = universe.whom.named(spared, meter, truth=False) if spared else universe.whom.all_of(universe.everyone)
    steps = _Steps(universe, meter)
    found = steps.hits(_not_of(question.delegated, asked), [PUT_POLICY], "changes the key policy")
    # The root user of such an account needs no IAM policy for what the account may do.
    rulers = {*question.delegated, *(_asker(hit) for hit in found)}
    others = [one for one in asked if _arn(one) not in rulers]
    held = steps.held(others)
    found += steps.hits(others, _NEW_KEYS, "makes a key of its own with the same data in reach")
    found += steps.tagging(others)
    found += steps.naming(others) if _ALIAS_KEYS & _read(universe) else []
    found += steps.reading(others, frozenset(held.get(DECRYPT, ())))
    try:
        for operation in sorted(_grantable(universe) - _HARMLESS):
            found += steps.granting(others, operation, frozenset(held.get(operation, ())))
    except BudgetError as error:
        steps.reasons[str(error)] = None
    return Escalations(tuple(found), "; ".join(steps.reasons), steps.doubtful)


def _not_of(accounts: Iterable[str], asked: Iterable[StandIn | str]) -> list[StandIn | str]:
    """Return who is in none of some accounts, each told by its ARN."""
    ids = {arn.account for account in accounts if (arn := parse_arn(account))}
    return [one for one in asked if (arn := parse_arn(_arn(one))) is None or arn.account not in ids]


def _arn(one: StandIn | str) -> str:
    return one if isinstance(one, str) else one.arn


def _asker(hit: Hit) -> str:
    return hit.like or hit.witness.principal


def _read(universe: Universe) -> frozenset[str]:
    """Return the condition keys on which a policy rests, be it in a policy variable."""
    return frozenset((*universe.words.by_key, *universe.words.variables))


def _grantable(universe: Universe) -> frozenset[str]:
    kinds = [key_specs.key_type(key.spec, key.usage) for key in universe.keys]
    return frozenset(operation for kind in kinds if kind for operation in grants.operations(kind))


class _Steps:
    """Looks for single steps; `reasons` tell why one may have been missed, `doubtful` whether open readings were met."""

    def __init__(self, universe: Universe, meter: Meter) -> None:
        self.universe = universe
        self.meter = meter
        self.reasons: dict[str, None] = {}
        self.doubtful = False

    def _run(self, universe: Universe, bad: Bad, bases: Iterable[Base], label: str = "") -> list[Hit]:
        found = hunt(universe, bad, bases, self.meter)
        self.reasons |= dict.fromkeys([found.reason] if found.reason else [])
        self.doubtful = self.doubtful or bool(found.doubtful)
        return [hit._replace(labels=(label, *hit.labels)) if label else hit for hit in found.hits]

    def _access(self, bases: Iterable[Base], label: str = "") -> list[Hit]:
        return self._run(self.universe, access(self.universe.sides[0]), bases, label)

    def hits(self, asked: Iterable[StandIn | str], actions: Iterable[str], label: str) -> list[Hit]:
        """Return who may take one of these actions."""
        return self._access(self.universe.requests(asked, [ACTIONS[action] for action in actions]), label)

    def tagging(self, asked: Sequence[StandIn | str]) -> list[Hit]:
        """Return who may set or remove a tag of the key that some policy reads: no other tag opens anything."""
        read = {key.removeprefix(_TAG) for key in _read(self.universe) if key.startswith(_TAG)}
        untold = any(TAGS in key.untold for key in self.universe.keys)
        there = read if untold else {folded(name) for key in self.universe.keys for name, _ in key.tags}
        found: list[Hit] = []
        for action, names in (("TagResource", read), ("UntagResource", read & there)):
            if names:
                idle = self._idle_values(names) if action == "TagResource" and not untold else {}
                universe = self.universe.changed(
                    [_denying_others(bundle, action, names, idle) for bundle in self.universe.bundles]
                )
                bases = universe.requests(asked, [ACTIONS[action]])
                found += self._run(universe, access(universe.sides[0]), bases, _SEEN)
        return found

    def _idle_values(self, names: Iterable[str]) -> Mapping[str, Condition]:
        """Return, by name, when a value of a tag leaves every condition on it as it is: where all compare for equality."""
        conditions = {name: _idle(name, self.universe) for name in names}
        return {name: condition for name, condition in conditions.items() if condition is not None}

    def naming(self, asked: Iterable[StandIn | str]) -> list[Hit]:
        """Return who may change an alias of the key: who is described needs a permission on the alias as well."""
        found = self.hits(asked, _ALIASES, _SEEN)
        halves = {(_asker(hit), hit.witness.action, _is_about_alias(hit)) for hit in found}
        return [
            hit
            for hit in found
            if not self.universe.described(_asker(hit))
            or {(_asker(hit), hit.witness.action, half) for half in (True, False)} <= halves
        ]

    def held(self, asked: Iterable[StandIn | str]) -> dict[str, set[str]]:
        """Return who may take each operation in some situation, of those that a grant could give."""
        actions = [ACTIONS[name] for name in sorted(_grantable(self.universe) - _HARMLESS)]
        found: dict[str, set[str]] = {}
        for hit in self._access(self.universe.requests(asked, actions)):
            found.setdefault(hit.witness.action.partition(":")[2], set()).add(_asker(hit))
        return found

    def reading(self, asked: Iterable[StandIn | str], readers: frozenset[str]) -> list[Hit]:
        """Return who may re-encrypt in a situation in which it may not decrypt: away from the key, but for who reads with it."""
        universe = self._beside(self.universe.bundles[0])
        bad = gained(universe.sides)._replace(second_action=f"kms:{DECRYPT}")
        bases = (
            base if base.request.principal in readers else _away(base) for base in universe.requests(asked, [ACTIONS[REENCRYPT]])
        )
        return self._run(universe, bad, bases, "reads what it may not decrypt, under another key")

    def granting(self, asked: Iterable[StandIn | str], operation: str, holders: frozenset[str]) -> list[Hit]:
        """Return who may create a grant with an operation that it lacks, or has in fewer situations."""
        universe = self.universe.asking(self.universe.scope._replace(operations=(operation,)))
        label = f"grants kms:{operation}, which it lacks"
        bases = list(universe.requests(asked, [ACTIONS[CREATE]]))
        lacking = (_to(base, None, operation) for base in bases if base.request.principal not in holders)
        found = self._run(universe, access(universe.sides[0]), lacking, label)
        for base in bases:
            if base.request.principal in holders:
                own = self._run(universe, access(universe.sides[0]), [_to(base, base.request.principal, operation)])
                found += [hit._replace(labels=(label, *hit.labels)) for hit in own if self._adds(hit, operation)]
        return found

    def _is_child(self, hit: Hit) -> bool:
        """Whether only grants to the caller let it create a grant, which then gives nothing that those do not give."""
        listed = self.universe.bundles[0].keys[0].grants
        own = {f"grant/{grant.id}" for grant in listed if grant.grantee == hit.witness.principal}
        return own.issuperset(hit.reason)

    def _adds(self, hit: Hit, operation: str) -> bool:
        """Return whether the grant that a principal makes itself gives it the operation where it had it not."""
        grant = hit.witness.create_grant
        if grant is None or self._is_child(hit):
            return False
        if self._gives(grant, hit, operation):
            return True
        if grant.constraints != GrantConstraints() and self._gives(
            grant._replace(constraints=GrantConstraints()), hit, operation
        ):
            self.reasons[f"whether a grant of kms:{operation} with another encryption context gives more was not decided"] = None
        return False

    def _gives(self, grant: Grant, hit: Hit, operation: str) -> bool:
        bundle = self.universe.bundles[0]
        first = bundle.keys[0]
        with_grant = bundle._replace(keys=(first._replace(grants=(*first.grants, grant)), *bundle.keys[1:]))
        universe = self._beside(with_grant)
        bases = universe.requests(universe.whom.all_of([_asker(hit)]), [ACTIONS[operation]])
        found = self._run(universe, gained(universe.sides), bases)
        before = universe.sides[1]
        if any(not before.decide(one.witness).notes for one in found):
            return True
        self.reasons |= dict.fromkeys([left_open(self.universe, found[0])] if found else [])
        return False

    def _beside(self, bundle: Bundle) -> Universe:
        """Return a universe that compares a bundle with the one that is asked about."""
        return Universe([bundle, self.universe.bundles[0]], self.universe.scope, self.meter)


def _is_about_alias(hit: Hit) -> bool:
    return any(":alias/" in resource for resource in hit.witness.resources or ())


def _idle(name: str, universe: Universe) -> Condition | None:
    """Condition on the new value of a tag under which every condition that reads the tag comes out as before; None if unknown."""
    key = f"{_TAG}{name}"
    wants = [want for want in universe.words.wanted_of(key) if want.operator.base != "Null"]
    held = {value for access in universe.keys[:1] for tag, value in access.tags if folded(tag) == name}
    plain = all(want.operator.base in _EQUALITIES and not any("${" in text for text in want.values) for want in wants)
    if not plain or len(held) != 1 or key in universe.words.variables:
        return None
    named = tuple(sorted({text for want in wants for text in want.values}))
    if held <= set(named):
        return Condition("StringEqualsIfExists", f"aws:RequestTag/{name}", tuple(held))
    return Condition("StringNotEquals", f"aws:RequestTag/{name}", named)


_EQUALITIES = ("StringEquals", "StringNotEquals")


def _denying_others(bundle: Bundle, action: str, names: Iterable[str], idle: Mapping[str, Condition]) -> Bundle:
    """Return a bundle whose first key denies an action on tags that touches none of some names, but with `idle` values."""
    first, *others = bundle.keys
    apart = tuple(sorted(name for name in names if name not in idle))
    conditions = [Condition("ForAllValues:StringNotEqualsIgnoreCase", "aws:TagKeys", apart)] if apart else []
    conditions += idle.values()
    denied = Statement(
        Effect.DENY, (f"kms:{action}",), ("*",), principals=(EVERYONE,), conditions=tuple(conditions), sid="OtherTags"
    )
    policy = first.policy._replace(statements=(*first.policy.statements, denied))
    return bundle._replace(keys=(first._replace(policy=policy), *others))


def _away(base: Base) -> Base:
    """Ask for a move to another key. Source: KMS Developer Guide, conditions-kms, kms:ReEncryptOnSameKey."""
    context = {**base.request.context, "kms:ReEncryptOnSameKey": ("false",)}
    return base._replace(request=base.request._replace(context=context))


def _to(base: Base, grantee: str | None, operation: str) -> Base:
    """Ask for a grant of one operation, to somebody or to the one who asks."""
    request: Request = base.request
    grant = request.create_grant
    if grant is None:
        return base
    wanted = grant._replace(operations=(operation,), grantee=grantee or grant.grantee)
    context = {**request.context, **_BY_ITSELF}
    if grantee:
        context["kms:GranteePrincipal"] = (grantee,)
    return base._replace(request=request._replace(create_grant=wanted, context=context))
