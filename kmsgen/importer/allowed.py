"""Permissions that a key policy gives, one by one, so that two policies can be compared.

Source: IAM User Guide, reference_policies_elements; KMS Developer Guide, kms-api-permissions-reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from kmsgen.arn import ACCOUNT_ID, account_root, parse_arn
from kmsgen.catalogue import actions
from kmsgen.catalogue.key_specs import key_type
from kmsgen.catalogue.model import Action
from kmsgen.compiler.conditions import carries, fails_when_absent, has_wildcard
from kmsgen.intent.resolve.actions import WITHOUT_ORIGIN
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Condition, Effect, Principal, Statement
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator

Values = tuple[str, ...]
EVERYBODY = Principal("AWS", "*")
CALLERS_ACCOUNT, _PRINCIPALS_ACCOUNT = "kms:calleraccount", "aws:principalaccount"
# conditions on the caller that, for `*`, say who is meant: an intent has a line for each value
_WHO = {
    **dict.fromkeys((CALLERS_ACCOUNT, _PRINCIPALS_ACCOUNT, "aws:principalorgid"), ("StringEquals", "StringLike")),
    "aws:principalorgpaths": ("ForAnyValue:StringLike",),
    "aws:principalarn": ("ArnLike", "ArnEquals", "StringLike"),
}
_NARROW = {"StringLike": "StringEquals", "StringNotLike": "StringNotEquals"}
_EQUALITIES = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")
_OF_ARNS = {"ArnLike": "ArnEquals", "ArnNotLike": "ArnNotEquals"}


class Allowed(NamedTuple):
    """One permission: principal, action, and conditions in their plainest form (`plainest`)."""

    principal: Principal
    action: str
    conditions: frozenset[Condition]

    def is_within(self, wider: Iterable[Allowed]) -> bool:
        """Return whether one of these permissions gives at least as much."""
        return any(one[:2] == self[:2] and one.conditions <= self.conditions for one in wider)

    def is_strictly_wider(self, other: Allowed) -> bool:
        """Return whether this permission has fewer conditions than the other."""
        return self[:2] == other[:2] and self.conditions < other.conditions


class Origin(NamedTuple):
    """The place of a statement: its number (from 0) in the key policy, or in an IAM policy (`policy`, from 0) of `holder`."""

    number: int
    holder: str = ""
    policy: int = 0


class StatementPart(NamedTuple):
    """The part of a statement that gives some principals the same actions under the same conditions, as written."""

    origin: Origin
    principals: tuple[Principal, ...]
    actions: Values
    conditions: tuple[Condition, ...]

    @property
    def allowed(self) -> frozenset[Allowed]:
        """The permissions of the part."""
        held = plainest(self.conditions)
        return frozenset(Allowed(who, action, held) for who in self.principals for action in self.actions)


def parts_of(origin: Origin, statement: Statement, key: Key) -> Iterator[StatementPart]:
    """Yield the parts of an Allow that have an effect on the key; whole accounts apart from other principals."""
    if is_about(statement, key):
        for one in _by_name(statement):
            for alone in _apart(one):
                yield from _parts(origin, alone, key)


def _parts(origin: Origin, statement: Statement, key: Key) -> Iterator[StatementPart]:
    alike: dict[tuple[bool, tuple[Condition, ...], Values], list[Principal]] = {}
    for principal in dict.fromkeys(_whole(one, key) for one in statement.principals or ()):
        by_conditions: dict[tuple[Condition, ...], list[str]] = {}
        for action in actions_of(statement):
            held = held_by(action, statement.conditions)
            if held is not None and _has_effect(action, _meant(principal, statement, key), key):
                by_conditions.setdefault(held, []).append(action)
        for held, names in by_conditions.items():
            alike.setdefault((principal.value.endswith(":root"), held, tuple(sorted(names))), []).append(principal)
    for (_, held, given), principals in alike.items():
        yield StatementPart(origin, tuple(principals), given, held)


def _by_name(statement: Statement) -> Iterator[Statement]:
    """Yield an Allow of everyone with roles in aws:PrincipalArn as an Allow of these roles, and one of the others there.

    Users are left as they are: AWS does not say whether naming a user names its federated sessions too (P7). Source: IAM User
    Guide, reference_policies_condition-keys (aws:PrincipalArn): for a role session it is the role's ARN.
    """
    named = next((one for one in statement.conditions if _names_principals(one)), None)
    if named is None or {one.value for one in statement.principals or ()} != {"*"}:
        yield statement
        return
    roles = tuple(Principal("AWS", value) for value in named.values if ":role/" in value)
    yield statement._replace(principals=roles, conditions=tuple(one for one in statement.conditions if one != named))
    left = named._replace(values=tuple(value for value in named.values if ":role/" not in value))
    if left.values:
        yield statement._replace(conditions=tuple(left if one == named else one for one in statement.conditions))


def _apart(statement: Statement) -> Iterator[Statement]:
    """Split an Allow of everyone by the accounts, organizations or ARN patterns in a condition on the caller, one for each."""
    statement = statement._replace(conditions=tuple(map(_of_one_account, statement.conditions)))
    said = next((one for one in statement.conditions if one.operator in _WHO.get(folded(one.key), ())), None)
    if said is None or len(said.values) == 1 or {one.value for one in statement.principals or ()} != {"*"}:
        yield statement
        return
    for value in dict.fromkeys(said.values):
        alone = said._replace(values=(value,))
        yield statement._replace(conditions=tuple(alone if one is said else one for one in statement.conditions))


def _of_one_account(condition: Condition) -> Condition:
    """Return a comparison of the caller's account as StringEquals, where that means the same."""
    name = split_operator(condition.operator)
    if folded(condition.key) not in (CALLERS_ACCOUNT, _PRINCIPALS_ACCOUNT) or name is None or name.if_exists:
        return condition
    same = name.base in ("StringEquals", "StringEqualsIgnoreCase") and name.quantifier != "ForAllValues"
    digits = all(ACCOUNT_ID.match(value) for value in condition.values)
    return condition._replace(operator="StringEquals") if same and digits else condition


def _names_principals(condition: Condition) -> bool:
    exact = not any(has_wildcard(value) or "${" in value for value in condition.values)
    people = all(":iam:" in value for value in condition.values) and any(":role/" in value for value in condition.values)
    return folded(condition.key) == "aws:principalarn" and condition.operator in _EQUALITIES and exact and people


def allowed_in(statements: Iterable[Statement], key: Key) -> frozenset[Allowed]:
    """Return all permissions that Allow statements of a key policy give on the key."""
    allows = (one for one in statements if one.effect is Effect.ALLOW)
    return frozenset(given for one in allows for part in parts_of(Origin(0), one, key) for given in part.allowed)


def actions_of(statement: Statement) -> Values:
    """Return the actions that a statement covers, in full; for NotAction those that it does not list."""
    named = dict.fromkeys(action for pattern in statement.actions for action in actions.expand(pattern))
    if not statement.not_action:
        return tuple(named)
    return tuple(row.iam_name for row in actions.ACTIONS.values() if row.iam_name not in named)


def existing(names: Values, key: Key) -> Values:
    """Return the actions that a key policy can decide and that a key of this kind supports."""
    rows = (row for name in names if (row := actions.find(name)) is not None)
    return tuple(row.iam_name for row in rows if row.policy_types != "iam" and _exists(row, key))


def is_void(statement: Statement) -> bool:
    """Return whether an Allow has a condition without values and so gives nothing.

    Source: IAM User Guide, access-analyzer-reference-policy-checks (empty array condition): with IfExists or ForAllValues the
    condition holds where the key is missing; otherwise it never holds.
    """
    names = (split_operator(one.operator) for one in statement.conditions if not one.values)
    empty = any(name and not name.if_exists and name.quantifier != "ForAllValues" and name.base != "Null" for name in names)
    return statement.effect is Effect.ALLOW and empty


def is_about(statement: Statement, key: Key) -> bool:
    """Return whether Resource matches the key's ARN."""
    return any(text == "*" or fnmatchcase(key.arn, text.replace("[", "[[]")) for text in statement.resources)


def held_by(action: str, conditions: Iterable[Condition]) -> tuple[Condition, ...] | None:
    """Return the conditions whose keys requests for an action carry; None if another one can never hold."""
    held = []
    for condition in conditions:
        if _names_no_account(condition):
            return None
        if carries(action, condition.key):
            held.append(condition)
        elif fails_when_absent(condition):
            return None
    return tuple(held)


def _names_no_account(condition: Condition) -> bool:
    """Return whether a condition compares the caller's account with texts that are no account ids, such as ARNs."""
    if folded(condition.key) not in (CALLERS_ACCOUNT, _PRINCIPALS_ACCOUNT) or condition.operator not in _EQUALITIES:
        return False
    return not any(ACCOUNT_ID.match(value) or has_wildcard(value) or "${" in value for value in condition.values)


def plainest(conditions: Iterable[Condition]) -> frozenset[Condition]:
    """Return conditions in a normal form, in which those that mean the same are equal."""
    found = frozenset(map(_plain, conditions))
    implied = {Condition("StringEquals", CALLERS_ACCOUNT, (account,)) for one in found if (account := account_of_callers(one))}
    return found - implied


def account_of_callers(condition: Condition) -> str | None:
    """Return the account in which all ARNs of an aws:PrincipalArn comparison are; None if there is no such account."""
    if folded(condition.key) != "aws:principalarn" or condition.operator not in _EQUALITIES:
        return None
    arns = [value.split(":", 5) for value in condition.values]
    accounts = {arn[4] if len(arn) > 5 else "" for arn in arns}
    account = accounts.pop() if len(accounts) == 1 else ""
    return account if ACCOUNT_ID.match(account) else None


def _plain(condition: Condition) -> Condition:
    name = split_operator(condition.operator)
    operator = str(name or condition.operator)
    values = tuple(sorted(dict.fromkeys(condition.values)))
    if name is not None:
        base = _OF_ARNS.get(name.base, name.base)
        if not any(has_wildcard(value) for value in values):
            base = _NARROW.get(base, base)
        if base in ("Bool", "Null"):
            values = tuple(folded(value) for value in values)
        operator = str(name._replace(base=base))
    key = folded(condition.key)
    same = key == _PRINCIPALS_ACCOUNT and operator == "StringEquals"  # both are the account of the caller's ARN
    return Condition(operator, CALLERS_ACCOUNT if same else key, values)


def _whole(principal: Principal, key: Key) -> Principal:
    """Return a principal in one form: an account as its `:root` ARN, everyone as `AWS: *`."""
    if principal.kind == "*":
        return EVERYBODY
    if principal.kind == "AWS" and ACCOUNT_ID.match(principal.value):
        return Principal("AWS", account_root(_home(key)[0], principal.value))
    return principal


def _has_effect(name: str, principal: Principal, key: Key) -> bool:
    """Return whether an Allow in a key policy can give a principal an action on a key of this kind."""
    row = actions.find(name)
    if row is None or row.policy_types == "iam" or not _exists(row, key):
        return False
    if row.policy_types is None and principal.kind == "AWS":  # what only service-linked roles call, or AWS itself
        return principal.value == account_root(*_home(key)) or ":role/aws-service-role/" in principal.value
    arn = parse_arn(principal.value)
    return arn is None or arn.account == _home(key)[1] or bool(row.cross_account)


def _meant(principal: Principal, statement: Statement, key: Key) -> Principal:
    """Return the account that a condition leaves of everyone, if it is another than the key's; else the principal as it is."""
    said = (one for one in statement.conditions if folded(one.key) in (CALLERS_ACCOUNT, _PRINCIPALS_ACCOUNT))
    account = next((one.values[0] for one in said if one.operator == "StringEquals" and len(one.values) == 1), None)
    partition, home = _home(key)
    if principal.value != "*" or account in (None, home):
        return principal
    return Principal("AWS", account_root(partition, account or ""))


def _home(key: Key) -> tuple[str, str]:
    """Return partition and account of a key."""
    _, partition, _, _, account, _ = key.arn.split(":", 5)
    return partition, account


def _exists(row: Action, key: Key) -> bool:
    kind = key_type(key.spec, key.usage) or ""
    fits = actions.fits(row, kind) and (key.multi_region or not row.multi_region_only)
    return fits and row.name not in WITHOUT_ORIGIN.get(key.origin, ())
