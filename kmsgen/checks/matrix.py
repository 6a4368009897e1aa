"""Who can do what with a key, under which conditions: from decisions of the authorizer, not from the text of policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kmsgen.arn import account_of, is_service_principal, parse_arn
from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT
from kmsgen.checks.example_requests import PLAIN, Situation, keys_read, request_for, situations, without_others
from kmsgen.checks.intent.asked_access import kinds_of_resource
from kmsgen.checks.intent.specification import is_service_linked, with_own_policies
from kmsgen.checks.judge import StatefulJudge
from kmsgen.intent.intent import is_pattern
from kmsgen.policy.bundle import Bundle, KeyAccess
from kmsgen.policy.document import Condition, Document, Effect, Statement
from kmsgen.policy.grant import Grant

Values = tuple[str, ...]
Conditions = tuple[Condition, ...]

WORDS = {
    "kms:viaservice": "through",
    "aws:currenttime": "time",
    "aws:sourcevpce": "through VPC endpoint",
    "aws:sourceip": "from",
    "kms:grantisforawsresource": "grants for AWS resources",
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


class Row(NamedTuple):
    """What one principal may do with one key under the same conditions.

    `conditions` must all hold; none: always. `statements` are the labels of what allows it, `unless` of what may deny it still.
    `sure` is False where it depends on what is not known.
    """

    key: str
    principal: str
    actions: Values
    conditions: Values
    statements: Values
    unless: Values = ()
    sure: bool = True


def of_readings(most: Iterable[Row], least: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows of the reading with the most access, apart what the one with the least has too, and what is open."""
    surely = {(row.key, row.principal, action, row.conditions) for row in least for action in row.actions}
    found: list[Row] = []
    for row in most:
        sure = tuple(action for action in row.actions if (row.key, row.principal, action, row.conditions) in surely)
        rest = tuple(action for action in row.actions if action not in sure)
        found += [row._replace(actions=sure)] if sure else []
        found += [row._replace(actions=rest, sure=False)] if rest else []
    return tuple(found)


def matrix(bundle: Bundle, organization: str | None, account: str) -> tuple[Row, ...]:
    """Return the rows of a bundle: by key, in the order in which its policies name principals."""
    rows: list[Row] = []
    for access in bundle.keys:
        rows += _Reader(bundle, access, organization, account).rows()
    return tuple(rows)


class _Reader:
    """Asks two judges about one key: one as things are, one without denies, to tell what a deny takes away."""

    def __init__(self, bundle: Bundle, access: KeyAccess, organization: str | None, account: str) -> None:
        self.access = access
        self.names = tuple(_principals(bundle, access))
        untold = (name for name in self.names if name not in bundle.principals or is_service_linked(name))
        assumed = [_witness(name) for name in untold if not is_service_principal(name)]
        whole = with_own_policies(bundle, assumed, organization, account)
        self.judge = StatefulJudge(whole)
        self.lenient = StatefulJudge(_without_denies(whole))
        self.held = dict(_labelled(bundle, access))
        self.against = tuple(_told_apart_by_denies(bundle, access))
        self.candidates = tuple(_candidates(bundle, access))
        self.read = keys_read(statement for document in _documents(bundle, access) for statement in document.statements)

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the key."""
        for name in self.names:
            grouped: dict[tuple[Values, Values, Values], list[str]] = {}
            for action in ACTIONS.values():
                for found in self._ways(name, action.iam_name):
                    grouped.setdefault(found, []).append(action.iam_name)
            for (conditions, statements, unless), actions in grouped.items():
                yield Row(self.access.key.arn, name, tuple(actions), conditions, statements, unless)

    def _ways(self, name: str, action: str) -> Iterator[tuple[Values, Values, Values]]:
        """Yield each way in which a principal may call an action: conditions, statements, and what may deny it still."""
        seen: set[Values] = set()
        for situation in self.candidates:
            decision = self.lenient.decide(self._request(name, action, situation))
            # what two statements allow together, each allows alone: that is told already
            if decision.outcome is not Outcome.ALLOWED or any(set(known) <= set(decision.reason) for known in seen):
                continue
            seen.add(decision.reason)
            unless, possible = self._denials(name, action, decision.reason)
            if possible:
                held = dict.fromkeys(condition for label in decision.reason for condition in self.held.get(label, ()))
                yield tuple(map(said, held)), decision.reason, unless
            if situation is PLAIN:
                return

    def _denials(self, name: str, action: str, reason: Values) -> tuple[Values, bool]:
        """Return what denies the access in some situation in which it is given, and whether it is possible in any."""
        denies: list[str] = []
        possible = False
        given = tuple(condition for label in reason for condition in self.held.get(label, ()))
        for more in self.against:
            for situation in situations((*given, *more)):
                request = self._request(name, action, situation)
                if set(reason) <= set(self.lenient.decide(request).reason):
                    decision = self.judge.decide(request)
                    possible = possible or decision.outcome is Outcome.ALLOWED
                    denies += decision.reason if decision.outcome is Outcome.EXPLICIT_DENY else ()
        return tuple(dict.fromkeys(denies)), possible

    def _request(self, name: str, action: str, situation: Situation) -> Request:
        """Return a request that holds what the situation says, and none of the other condition keys that a policy reads."""
        return without_others(request_for(_witness(name), action, self._resources(action), situation), self.read)

    def _resources(self, action: str) -> Values:
        kinds = kinds_of_resource(action)
        arn, aliases = self.access.key.arn, self.access.key.aliases
        alias = f"{arn.rpartition(':')[0]}:{aliases[0] if aliases else 'alias/example'}"
        return tuple({"key": arn, "alias": alias}.get(kind, "*") for kind in kinds)


def _principals(bundle: Bundle, access: KeyAccess) -> Iterator[str]:
    """Yield whoever is named: in the key policy, in the order of its statements, by grants, and beside."""
    allows = [statement for statement in access.policy.statements if statement.effect is Effect.ALLOW]
    named = [name for statement in allows for name in _named(statement)]
    named += [grant.grantee for grant in access.grants]
    yield from dict.fromkeys((*named, *(name for name, beside in bundle.principals.items() if beside.identity_policies)))


def _named(statement: Statement) -> Iterator[str]:
    """Yield whom a statement is for: of everyone or an account, those whose ARNs match, where a condition says so."""
    for principal in statement.principals or ():
        patterns = [
            value
            for condition in statement.conditions
            if condition.key.lower() == "aws:principalarn" and condition.operator in ("ArnLike", "StringLike")
            for value in condition.values
            if is_pattern(value) and account_of(value)
        ]
        wide = principal.value == "*" or principal.value.endswith(":root")
        yield from patterns if wide and patterns else (principal.value,)


def _witness(name: str) -> str:
    """Return who makes the requests: of a whole account, somebody; of everyone, somebody of no account that is named."""
    if is_pattern(name):
        return name.replace("*", "x").replace("?", "x")
    arn = parse_arn(name)
    if name == "*":
        return "arn:aws:iam::999999999999:role/anyone"
    if arn is not None and arn.resource == "root":
        return str(arn._replace(resource="role/anyone-whom-iam-allows"))
    return name


def _without_denies(bundle: Bundle) -> Bundle:
    keys = tuple(access._replace(policy=_allows(access.policy)) for access in bundle.keys)
    principals = {
        name: beside._replace(identity_policies=tuple(map(_allows, beside.identity_policies)))
        for name, beside in bundle.principals.items()
    }
    return bundle._replace(keys=keys, principals=principals)


def _allows(document: Document) -> Document:
    return document._replace(statements=tuple(statement for statement in document.statements if statement.effect is Effect.ALLOW))


def _documents(bundle: Bundle, access: KeyAccess) -> tuple[Document, ...]:
    return (access.policy, *(policy for beside in bundle.principals.values() for policy in beside.identity_policies))


# --- conditions ---------------------------------------------------------------------------------------------------------


def _candidates(bundle: Bundle, access: KeyAccess) -> Iterator[Situation]:
    """Yield a plain call, and one situation for each set of conditions: all of a statement, all but one."""
    held = [statement.conditions for document in _documents(bundle, access) for statement in document.statements]
    held += [tuple(_of_grant(grant)) for grant in access.grants]
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
    """Yield nothing more, what each deny asks for, and for each key whose absence one asks for, its presence."""
    yield ()
    for statement in (statement for document in _documents(bundle, access) for statement in document.statements):
        if statement.effect is Effect.DENY:
            yield statement.conditions
            for condition in statement.conditions:
                if condition.operator == "Null":
                    yield (Condition("Null", condition.key, ("false",)),)


def said(condition: Condition) -> str:
    """Return a condition in words."""
    key = condition.key
    lower = key.lower()
    pair = f"encryption context {key.removeprefix(key[: len(ENCRYPTION_CONTEXT)])}"
    name = pair if lower.startswith(ENCRYPTION_CONTEXT) else WORDS.get(lower, key)
    operator = OPERATORS.get(condition.operator, condition.operator)
    if condition.operator == "Null":
        return f"{name} {'absent' if 'true' in condition.values else 'present'}"
    if lower == "kms:grantisforawsresource" and condition.values == ("true",):
        return name
    values = " or ".join(condition.values)
    return f"{name} {values}" if lower in WORDS and operator == "=" else f"{name} {operator} {values}"


def short(names: Iterable[str]) -> str:
    """Return action names without their prefix, for a table."""
    return ", ".join(name.removeprefix("kms:") for name in names)
