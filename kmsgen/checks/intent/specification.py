"""The specification: an intent as a bundle that allows exactly what it asks for, without guard rails.

What another bundle allows beyond it was not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kmsgen.arn import account_of, account_root, parse_arn
from kmsgen.catalogue.condition_keys import is_for_iam_only
from kmsgen.checks.intent.asked_access import Expected, given_by_grants, intended_by_deployer, intended_by_lines
from kmsgen.checks.intent.asked_services import intended_by_services
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, Organization, PrincipalPolicies
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant
from kmsgen.policy.variables import variables_in

ANY_IAM_POLICY = "any IAM policy"
"""The name shown for an IAM policy that is assumed; it has spaces, which no Sid of an IAM policy has."""
ASSUMED = f"identity-policy/{ANY_IAM_POLICY}"
ANYTHING = Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), sid=ANY_IAM_POLICY),))


class Specification(NamedTuple):
    """What an intent asks for: its accesses, its grants, and the accesses that the grants give."""

    accesses: tuple[Expected, ...]
    grants: tuple[Grant, ...]
    by_grants: tuple[Expected, ...] = ()

    def on_key(self, arn: str) -> tuple[Statement, ...]:
        """Return the statements on one key itself, in the form in which its key policy can hold them."""
        return tuple(_in_key_policy(access) for access in self.accesses if access.key == arn and access.half == "key")

    def about(self, arn: str) -> tuple[Statement, ...]:
        """Return all statements about one key, also on aliases and `*`; actions are merged where all else is equal."""
        actions: dict[Statement, list[str]] = {}
        for access in self.accesses:
            if access.key == arn:
                actions.setdefault(access.statement._replace(actions=()), []).append(access.action)
        stated = [rest._replace(actions=tuple(dict.fromkeys(names))) for rest, names in actions.items()]
        return tuple(_with_alternatives(stated))

    def beside(self, principal: str) -> Document | None:
        """Return all accesses of a principal as an IAM policy; None if it has none."""
        own = (access.statement for access in self.accesses if access.principal.value == principal)
        statements = tuple(dict.fromkeys(statement._replace(principals=None) for statement in own))
        return Document(statements) if statements else None


def _in_key_policy(access: Expected) -> Statement:
    """Return an access as a key policy statement; conditions on keys for IAM policies only are left to IAM policies.

    Source: KMS Developer Guide, conditions-kms (kms:ResourceAliases), conditions-aws (aws:ResourceTag).
    """
    statement = access.statement
    kept = tuple(condition for condition in statement.conditions if not any(map(is_for_iam_only, _keys_of(condition))))
    if kept == statement.conditions or account_of(access.principal.value) != account_of(access.key):
        return statement
    arn = parse_arn(access.key)
    whole = Principal("AWS", account_root(arn.partition, arn.account) if arn else "")
    named = Condition("ArnEquals", "aws:PrincipalArn", (access.principal.value,))
    return statement._replace(principals=(whole,), conditions=(*kept, named))


def _keys_of(condition: Condition) -> tuple[str, ...]:
    """Return the condition keys that a condition reads, also in policy variables."""
    return condition.key, *(name for text in condition.values for name in variables_in(text))


_ALTERNATIVES = re.compile(r"(String(Equals|Like)|Arn(Equals|Like))(IgnoreCase|IfExists)*|IpAddress")


def _with_alternatives(statements: Sequence[Statement]) -> Sequence[Statement]:
    """Merge statements that differ in the values of one condition only, as values of a condition are alternatives."""
    statements = [one._replace(conditions=tuple(map(_as_pattern, one.conditions))) for one in statements]
    for place in range(max((len(one.conditions) for one in statements), default=0)):
        values: dict[Statement, list[str]] = {}
        for one in statements:
            values.setdefault(_with_values(one, place, ()), []).extend(_values(one, place))
        statements = [_with_values(rest, place, tuple(dict.fromkeys(found))) for rest, found in values.items()]
    return statements


def _as_pattern(condition: Condition) -> Condition:
    """Return StringEquals or ArnEquals as StringLike or ArnLike, where that means the same."""
    if condition.operator == "StringEquals" and not any(set("*?$") & set(value) for value in condition.values):
        return condition._replace(operator="StringLike")
    return condition._replace(operator="ArnLike") if condition.operator == "ArnEquals" else condition


def _values(statement: Statement, place: int) -> tuple[str, ...]:
    """Return the values of a statement's condition at a place, if its operator takes them as alternatives."""
    conditions = statement.conditions[place : place + 1]
    return conditions[0].values if conditions and _ALTERNATIVES.fullmatch(conditions[0].operator) else ()


def _with_values(statement: Statement, place: int, values: tuple[str, ...]) -> Statement:
    if not values and not _values(statement, place):
        return statement
    conditions = list(statement.conditions)
    conditions[place] = conditions[place]._replace(values=values)
    return statement._replace(conditions=tuple(conditions))


def specify(intent: Intent, keys: Sequence[Key]) -> Specification:
    """Return the specification of an intent on these keys."""
    accesses: list[Expected] = []
    account = intent.scope.account
    for key in keys:
        accesses += [*intended_by_lines(intent, key), *intended_by_deployer(intent, key), *intended_by_services(intent, key)]
    grants = tuple(
        line.grant._replace(id=line.grant.id or f"grant-{i}", issuing_account=account) for i, line in enumerate(intent.grants)
    )
    given = (access for key in keys for access in given_by_grants(intent, key))
    return Specification(tuple(accesses), grants, tuple(given))


def about_form(intent: Intent, specification: Specification, key: Key, form: Key) -> tuple[Statement, ...]:
    """Return the statements about a key in another form (Region, id) in which it exists."""
    if intent.every_key and form.arn != key.arn:
        return specify(intent, [form]).about(form.arn)
    stated = specification.about(key.arn)
    return tuple(one._replace(resources=tuple(_moved(text, key.arn, form.arn) for text in one.resources)) for one in stated)


def _moved(resource: str, old: str, new: str) -> str:
    """Return a resource ARN beside a replica: aliases and keys move to the replica's Region."""
    head, other = (text.partition(":key/")[0] for text in (old, new))
    return other + resource.removeprefix(head) if resource.startswith(f"{head}:") else resource


def as_bundle(specification: Specification, judged: Bundle, intent: Intent) -> Bundle:
    """Return the specification as a bundle: key policies where they are the intent's, and IAM policies for every principal."""
    keys = []
    for access in judged.keys:
        statements = specification.on_key(access.key.arn)
        ours = intent.governed and bool(statements)
        policy = Document(statements) if ours else access.policy
        keys.append(KeyAccess(access.key, policy, specification.grants if ours else access.grants))
    named = dict.fromkeys(access.principal.value for access in specification.accesses if access.principal.kind == "AWS")
    people = dict.fromkeys((*judged.principals, *(name for name in named if is_person(name))))
    return Bundle(tuple(keys), {name: _beside(specification, name, judged) for name in people})


def is_person(name: str) -> bool:
    """Return whether a principal is a single user, role or session."""
    arn = parse_arn(name)
    return arn is not None and arn.resource != "root"


def _beside(specification: Specification, name: str, judged: Bundle) -> PrincipalPolicies:
    known = judged.principals.get(name, PrincipalPolicies())
    own = specification.beside(name)
    if is_service_linked(name):
        return known._replace(identity_policies=(ANYTHING,), service_linked=True)
    return known._replace(identity_policies=(own,) if own else ())


def is_service_linked(name: str) -> bool:
    """Return whether a principal is a service-linked role, whose IAM policies AWS writes."""
    arn = parse_arn(name)
    return arn is not None and arn.resource.startswith("role/aws-service-role/")


def with_own_policies(bundle: Bundle, names: Iterable[str], organization: str | None, account: str) -> Bundle:
    """Return the bundle in which these principals have all KMS permissions that IAM can give."""
    added: dict[str, PrincipalPolicies] = {}
    for name in names:
        known = bundle.principals.get(name, PrincipalPolicies())
        member = Organization(organization) if organization and account_of(name) == account else known.organization
        # IAM policies give a federated user nothing beyond its session policies
        session = (ANYTHING,) if ":federated-user/" in name else known.session_policies
        held = known._replace(
            identity_policies=(ANYTHING,), session_policies=session, organization=member, service_linked=is_service_linked(name)
        )
        added[name] = next((same for same in added.values() if same == held), held)  # equal ones are compiled once
    return bundle._replace(principals={**bundle.principals, **added})


def root_of(key: Key) -> Principal:
    """Return the key's account as a principal (`:root`)."""
    arn = parse_arn(key.arn)
    return Principal("AWS", account_root(arn.partition, arn.account) if arn else "")
