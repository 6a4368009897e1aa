"""The access matrix: who can do what with a key, under which conditions, by decisions of the authorizer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kmsgen.arn import is_service_principal
from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT, FOR_AWS_RESOURCE
from kmsgen.checks.example_requests import PLAIN, ExampleSituation, keys_read, request_for, situations, without_others
from kmsgen.checks.intent.asked_access import kinds_of_resource
from kmsgen.checks.intent.specification import ANY_IAM_POLICY, ASSUMED, is_service_linked, with_own_policies
from kmsgen.checks.judge import StatefulJudge
from kmsgen.checks.matrix_callers import callers, is_of_people, labels_for, needs_iam, principals
from kmsgen.checks.matrix_denies import where_denies_fail, without_denies
from kmsgen.policy.bundle import Bundle, KeyAccess
from kmsgen.policy.document import Condition, Document, Effect
from kmsgen.policy.grant import Grant
from kmsgen.policy.letter_case import folded
from kmsgen.prover.bearing import Holders
from kmsgen.prover.requests.named.vocabulary import documents_of

CREATE_GRANT = "kms:CreateGrant"

Values = tuple[str, ...]
Conditions = tuple[Condition, ...]

WORDS = {
    "kms:viaservice": "through",
    "aws:currenttime": "time",
    "aws:sourcevpce": "through VPC endpoint",
    "aws:sourceip": "from",
    folded(FOR_AWS_RESOURCE.key): "grants for AWS resources",
    "kms:requestalias": "by alias",
}
OPERATORS = {
    "DateGreaterThanEquals": "from",
    "DateLessThan": "before",
    "StringLike": "like",
    "ArnLike": "like",
    "StringEquals": "=",
    "ArnEquals": "=",
    "Bool": "=",
    "IpAddress": "in",
}


Way = tuple[Values, Values, Values]  # conditions, statements, what may deny it still


class Row(NamedTuple):
    """What one principal may do with one key under the same conditions.

    `conditions` must all hold; none: always. `statements` are the labels of the Allows, `unless` those of Denies that may still
    apply. `sure` is False where a value unknown to kmsgen decides.
    """

    key: str
    principal: str
    actions: Values
    conditions: Values
    statements: Values
    unless: Values = ()
    sure: bool = True


def of_readings(most: Iterable[Row], least: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows of the reading with the most access, as sure where the reading with the least has them too."""
    surely = {(row.key, row.principal, action, row.conditions) for row in least for action in row.actions}
    found: list[Row] = []
    for row in most:
        sure = tuple(action for action in row.actions if (row.key, row.principal, action, row.conditions) in surely)
        rest = tuple(action for action in row.actions if action not in sure)
        found += [row._replace(actions=sure)] if sure else []
        found += [row._replace(actions=rest, sure=False)] if rest else []
    return tuple(found)


def matrix(bundle: Bundle, organization: str | None, account: str) -> tuple[Row, ...]:
    """Return the rows of a bundle, key by key, principals in the order in which the policies name them."""
    rows: list[Row] = []
    holders = Holders(bundle)
    for access in bundle.keys:
        rows += _AccessReader(holders.of(access), access, organization, account).rows()
    return tuple(rows)


class _AccessReader:
    """Reads the access to one key by two judges, with and without Denies, so that the matrix can tell what Denies take away."""

    def __init__(self, bundle: Bundle, access: KeyAccess, organization: str | None, account: str) -> None:
        self.access = access
        self.bundle = bundle
        self.names = tuple(principals(bundle, access))
        untold = (name for name in self.names if name not in bundle.principals or is_service_linked(name))
        assumed = [caller for name in untold for caller in callers(name, access.key) if needs_iam(caller, access.key)]
        whole = with_own_policies(bundle, assumed, organization, account)
        self.judge = StatefulJudge(whole)
        self.lenient = StatefulJudge(without_denies(whole))
        self.held = dict(_labelled(bundle, access))
        self.of_child = {f"grant/{grant.id}": tuple(_of_child(grant)) for grant in access.grants}
        self.meant = labels_for(access)
        self.against = tuple(_told_apart_by_denies(bundle, access))
        self.candidates = tuple(_candidates(bundle, access))
        self.read = keys_read(statement for document in _documents(bundle, access) for statement in document.statements)

    def rows(self) -> Iterator[Row]:
        """Yield the matrix rows of the key: each principal's actions, those under the same conditions in one row."""
        for name in self.names:
            grouped: dict[tuple[Values, Values, Values], list[str]] = {}
            for action in ACTIONS.values():
                for found in self._told(name, action.iam_name):
                    grouped.setdefault(found, []).append(action.iam_name)
            for (conditions, statements, unless), actions in grouped.items():
                yield Row(self.access.key.arn, name, tuple(actions), conditions, statements, unless)

    def _told(self, name: str, action: str) -> Iterator[Way]:
        """Yield each way in which the principal of a row may call an action; not those that come from any IAM policy alone."""
        seen: list[set[str]] = []
        for caller in callers(name, self.access.key):
            for conditions, reason, unless in self._ways(caller, action):
                stated = set(reason) - {ASSUMED}
                meant = stated & self.meant.get(name, stated)
                if name == "*" and is_service_principal(caller):
                    meant = {label for label in meant if not is_of_people(self.held.get(label, ()))}
                if meant and not any(known <= stated for known in seen):
                    seen.append(stated)
                    yield conditions, tuple(ANY_IAM_POLICY if one == ASSUMED else one for one in reason), unless

    def _ways(self, name: str, action: str) -> Iterator[Way]:
        """Yield each way in which a caller may call an action: conditions, the Allows, and Denies that may still apply."""
        seen: set[Values] = set()
        for situation in self.candidates:
            decision = self.lenient.decide(self._request(name, action, situation))
            # statements seen before allow it alone, so this row would only repeat them
            if decision.outcome is not Outcome.ALLOWED or any(set(known) <= set(decision.reason) for known in seen):
                continue
            seen.add(decision.reason)
            unless, possible = self._denials(name, action, decision.reason)
            if possible:
                held = dict.fromkeys(self._conditions(action, decision.reason))
                yield tuple(map(said, held)), decision.reason, unless
            if situation is PLAIN:
                return

    def _conditions(self, action: str, labels: Values) -> Iterator[Condition]:
        """Yield the conditions under which statements and grants allow an action."""
        for label in labels:
            yield from self.held.get(label, ())
            yield from self.of_child.get(label, ()) if action == CREATE_GRANT else ()

    def _denials(self, name: str, action: str, reason: Values) -> tuple[Values, bool]:
        """Return the Denies that apply in some situation of an access, and whether the access is possible in any situation."""
        denies: list[str] = []
        possible = False
        given = tuple(self._conditions(action, reason))
        for more in self.against:
            for situation in situations((*given, *more)):
                request = self._request(name, action, situation)
                if set(reason) <= set(self.lenient.decide(request).reason):
                    decision = self.judge.decide(request)
                    possible = possible or decision.outcome is Outcome.ALLOWED
                    denies += decision.reason if decision.outcome is Outcome.EXPLICIT_DENY else ()
        labels = tuple(dict.fromkeys(denies))
        return labels, possible or self._left_by(labels, name, action, reason)

    def _left_by(self, denies: Values, name: str, action: str, reason: Values) -> bool:
        """Return whether an access is possible where some condition of each Deny fails, also one that holds of an absent key."""
        given = tuple(self._conditions(action, reason))
        for others in where_denies_fail(denies, self.bundle, self.access, name):
            if others is None:
                return True
            for situation in situations(dict.fromkeys((*given, *others))):
                request = self._request(name, action, situation)
                if (
                    set(reason) <= set(self.lenient.decide(request).reason)
                    and self.judge.decide(request).outcome is Outcome.ALLOWED
                ):
                    return True
        return False

    def _request(self, name: str, action: str, situation: ExampleSituation) -> Request:
        """Return the request in a situation; every other condition key that a policy reads is absent."""
        return without_others(request_for(name, action, self._resources(action), situation), self.read)

    def _resources(self, action: str) -> Values:
        kinds = kinds_of_resource(action)
        arn, aliases = self.access.key.arn, self.access.key.aliases
        alias = f"{arn.rpartition(':')[0]}:{aliases[0] if aliases else 'alias/example'}"
        return tuple({"key": arn, "alias": alias}.get(kind, "*") for kind in kinds)


def _documents(bundle: Bundle, access: KeyAccess) -> tuple[Document, ...]:
    return tuple(documents_of(bundle._replace(keys=(access,))))


# --- conditions ---------------------------------------------------------------------------------------------------------


def _candidates(bundle: Bundle, access: KeyAccess) -> Iterator[ExampleSituation]:
    """Yield the plain situation, then one for each statement's conditions, and for these with one left out."""
    held = [statement.conditions for document in _documents(bundle, access) for statement in document.statements]
    held += [(*_of_grant(grant), *_of_child(grant)) for grant in access.grants]
    fewer = [(*conditions[:i], *conditions[i + 1 :]) for conditions in held for i in range(len(conditions))]
    present = [(Condition("Null", c.key, ("false",)),) for conditions in held for c in conditions if c.operator == "Null"]
    seen = {str(PLAIN)}
    yield PLAIN
    for conditions in dict.fromkeys((*held, *fewer, *present)):
        for situation in situations(conditions):
            if str(situation) not in seen:
                seen.add(str(situation))
                yield situation


def _of_grant(grant: Grant) -> Iterator[Condition]:
    pairs = grant.constraints.encryption_context_equals or grant.constraints.encryption_context_subset or ()
    yield from (Condition("StringEquals", f"{ENCRYPTION_CONTEXT}{name}", (value,)) for name, value in pairs)
    if grant.constraints.source_arn:
        yield Condition("StringEquals", "aws:SourceArn", (grant.constraints.source_arn,))


def _of_child(grant: Grant) -> Iterator[Condition]:
    """Yield what a grant must be that is made by one: no wider than the grant itself (KMS Developer Guide, grants)."""
    if "CreateGrant" in grant.operations:
        yield Condition("ForAllValues:StringEquals", "kms:GrantOperations", grant.operations)
        if grant.constraints.encryption_context_equals:
            yield Condition("StringEquals", "kms:GrantConstraintType", ("EncryptionContextEquals",))


def _labelled(bundle: Bundle, access: KeyAccess) -> Iterator[tuple[str, Conditions]]:
    """Yield the label of each statement and grant with its conditions."""
    for number, statement in enumerate(access.policy.statements, 1):
        yield f"key-policy/{statement.sid or f'#{number}'}", statement.conditions
    for beside in bundle.principals.values():
        numbered = enumerate((s for policy in beside.identity_policies for s in policy.statements), 1)
        yield from ((f"identity-policy/{s.sid or f'#{number}'}", s.conditions) for number, s in numbered)
    for grant in access.grants:
        yield f"grant/{grant.id}", tuple(_of_grant(grant))


def _told_apart_by_denies(bundle: Bundle, access: KeyAccess) -> Iterator[Conditions]:
    """Yield the condition sets worth adding to see Denies apply: none, those of each Deny, and presence of keys under Null."""
    yield ()
    for statement in (statement for document in _documents(bundle, access) for statement in document.statements):
        if statement.effect is Effect.DENY:
            yield statement.conditions
            for condition in statement.conditions:
                if condition.operator == "Null":
                    yield (Condition("Null", condition.key, ("false",)),)


def said(condition: Condition) -> str:
    """Return a condition in words, for a cell of the matrix."""
    key = condition.key
    lower = folded(key)
    pair = f"encryption context {key.removeprefix(key[: len(ENCRYPTION_CONTEXT)])}"
    name = pair if lower.startswith(ENCRYPTION_CONTEXT) else WORDS.get(lower, key)
    operator = OPERATORS.get(condition.operator, condition.operator)
    if condition.operator == "Null":
        return f"{name} {'absent' if 'true' in condition.values else 'present'}"
    if lower == folded(FOR_AWS_RESOURCE.key) and condition.values == ("true",):
        return name
    values = " or ".join(condition.values)
    return f"{name} {values}" if lower in WORDS and operator == "=" else f"{name} {operator} {values}"


def short(names: Iterable[str]) -> str:
    """Return action names without `kms:`, joined for a table cell."""
    return ", ".join(name.removeprefix("kms:") for name in names)
