"""Accesses that an intent asks for, each as one Allow statement; made without the compiler, to judge its policies.

One statement for each principal and action, however many: nothing is shortened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from kmsgen.arn import Arn, parse_arn
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.capabilities import DEPLOYER
from kmsgen.catalogue.condition_keys import pair_key
from kmsgen.catalogue.guardrails import DENY
from kmsgen.catalogue.key_specs import key_type
from kmsgen.checks.intent.asked_conditions import conditions_of, limits_of_grants, of_grant, that_apply
from kmsgen.errors import Location
from kmsgen.intent.intent import (
    DEPLOYER_FIELD,
    ORGANIZATION,
    Access,
    GuardRailLine,
    Intent,
    When,
    account_named,
    account_of_everyone,
    is_pattern,
)
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import EVERYONE, Condition, Effect, Principal, Statement
from kmsgen.policy.letter_case import folded
from kmsgen.policy.variables import variables_in

Values = tuple[str, ...]

DELETE = ("kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:ScheduleKeyDeletion")
# What a deployer cannot do without: it reads what it wrote, and must be able to change the policy.
DEPLOYER_NEEDS = ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy")
# ... and for an alias of its own: UpdateAlias needs another key too, so no call that is asked as a whole tells of it.
ALIAS_NEEDS = ("kms:UpdateAlias",)
TAG_OF_KEY = "aws:resourcetag/"
CALLERS_ACCOUNT = "kms:CallerAccount"
# Only a grant gives these; a policy can at most stand in the way.
BY_GRANT_ONLY = ("kms:RetireGrant",)


class Expected(NamedTuple):
    """One access that an intent asks for: an Allow of one principal and one action on one key.

    `half` is the kind of resource: `key`, `alias`, or `any` (only `*`). Not `required`: it may be allowed, but need not be.
    """

    location: Location
    key: str
    half: str
    statement: Statement
    required: bool = True

    @property
    def principal(self) -> Principal:
        """The principal that is to have the access."""
        return (self.statement.principals or ())[0]

    @property
    def action(self) -> str:
        """The one action."""
        return self.statement.actions[0]


def expected(principal: Principal, action: str, half: str, key: str, conditions: Iterable[Condition]) -> Statement:
    """Return an access as a statement, by `half`: on the key, on any alias in its account and Region, or on `*`."""
    arn = parse_arn(key)
    alias = str(Arn(arn.partition, "kms", arn.region, arn.account, "alias/*")) if arn else key
    resource = {"key": key, "alias": alias}.get(half, "*")
    return Statement(Effect.ALLOW, (action,), (resource,), (principal,), tuple(conditions))


def kinds_of_resource(action: str) -> Values:
    """Return the kinds of resource that an action needs: `key`, `alias`; `any` without a resource and for other services."""
    row = ACTIONS.get(action.removeprefix("kms:")) if action.startswith("kms:") else None
    return (row.resource_types or ("any",)) if row else ("any",)


def regions_of(intent: Intent, key: Key) -> Values:
    """Return the Regions in which a key is used; empty for every Region."""
    arn = parse_arn(key.arn)
    return (arn.region,) if arn and (intent.scope.regions or not intent.every_key) else ()


# --- lines --------------------------------------------------------------------------------------------------------------


def intended_by_lines(intent: Intent, key: Key) -> Iterator[Expected]:
    """Yield the accesses that `admins` and `users` of an intent ask for on one key."""
    for access in (*intent.admins, *intent.users):
        said = tuple(conditions_of(access.when, regions_of(intent, key)))
        for action in access.actions:
            required = action not in BY_GRANT_ONLY and (access.explicit or not _withheld(intent, access, action))
            for half in kinds_of_resource(action):
                if not access.on or half not in ("key", "alias") or half in access.on:
                    limits = limits_of_grants(access.when.grant) if action == "kms:CreateGrant" else ()
                    who, callers = principal_of(access.principal)
                    held = (*that_apply(said, action, half), *limits, *callers)
                    statement = expected(who, action, half, key.arn, held)
                    needed = required and not (half == "alias" and _goes_without_alias(access, intent))
                    if intent.every_key and half == "key":
                        statement = statement._replace(resources=_every_key(intent))
                    yield Expected(
                        access.location, key.arn, half, statement, needed and (not intent.any_spec or _fits(action, key))
                    )


def _goes_without_alias(access: Access, intent: Intent) -> bool:
    """Return whether an administrator needs no alias access: the key has no alias, and `can` does not name alias actions."""
    return not access.explicit and intent.key is not None and intent.key.alias is None


def principal_of(name: str) -> tuple[Principal, tuple[Condition, ...]]:
    """Return the principal of an intent line, and the conditions on callers where it stands for many (organization, pattern)."""
    if everyone := account_of_everyone(name):
        return EVERYONE, (Condition("StringEquals", CALLERS_ACCOUNT, (everyone,)),)
    if name.startswith(ORGANIZATION):
        identifier, _, unit = name.removeprefix(ORGANIZATION).partition("/")
        if unit:
            return EVERYONE, (Condition("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", (f"{identifier}/{unit}/*",)),)
        return EVERYONE, (Condition("StringEquals", "aws:PrincipalOrgID", (identifier,)),)
    if is_pattern(name):
        account = name.split(":")[4]
        callers = (("StringEquals", "aws:PrincipalAccount", account), ("ArnLike", "aws:PrincipalArn", name))
        return EVERYONE, tuple(Condition(operator, key, (value,)) for operator, key, value in callers)
    return Principal("AWS", name), ()


def _every_key(intent: Intent) -> Values:
    """Return the Resource ARNs of every key in scope."""
    scope = intent.scope
    return tuple(str(Arn(scope.partition, "kms", region, scope.account, "key/*")) for region in scope.regions or ("*",))


def _fits(action: str, key: Key) -> bool:
    """Return whether keys of this kind support an action; those that do not need not allow it."""
    row = ACTIONS.get(action.removeprefix("kms:"))
    return row is None or row.key_types is None or key_type(key.spec, key.usage) in row.key_types


def _withheld(intent: Intent, access: Access, action: str) -> bool:
    """Return whether a guard rail may deny the action to an administrator who did not ask for it by name."""
    rails = (line for line in intent.guardrails if action in _taken_by(line))
    return any(is_reached(line, access.principal, intent) for line in rails)


def _taken_by(line: GuardRailLine) -> Values:
    """Return the actions that a guard rail denies under all circumstances."""
    if line.name == DENY and line.when == When():
        return line.actions or tuple(row.iam_name for row in ACTIONS.values())
    return DELETE if line.name == "deny-delete" else ()


def is_reached(line: GuardRailLine, name: str, intent: Intent) -> bool:
    """Return whether a guard rail applies to a principal: it is among its principals and not among its exceptions."""
    if any(_is_about(exception, name, intent) for exception in line.exceptions):
        return False
    return not line.principals or any(fnmatchcase(name, pattern) for pattern in line.principals)


def _is_about(exception: str, name: str, intent: Intent) -> bool:
    """Return whether an exception of a guard rail covers a principal: its ARN, its account, or the scope's organization."""
    account = account_named(name)
    if exception == f"{ORGANIZATION}{intent.scope.organization}":
        return account == intent.scope.account or name == exception
    whole = exception.endswith(":root") or account_of_everyone(exception) is not None
    return fnmatchcase(name, exception) or (whole and account_named(exception) == account)


# --- the deployer -------------------------------------------------------------------------------------------------------


def intended_by_deployer(intent: Intent, key: Key) -> Iterator[Expected]:
    """Yield the accesses of each deployer: the calls of Terraform and CloudFormation on the key, and the file's grants."""
    for deployer in intent.deployers if intent.governed else ():
        yield from _intended_by(Principal("AWS", deployer), intent, key)


def _intended_by(who: Principal, intent: Intent, key: Key) -> Iterator[Expected]:
    place = intent.place(DEPLOYER_FIELD) if who.value == intent.scope.deployer else Location(intent.path)
    kind = key_type(key.spec, key.usage) or ""
    actions = (
        *DEPLOYER.get(kind, ()),
        "kms:ListGrants",
        "kms:RevokeGrant",
        "kms:ReplicateKey",
        "kms:ListAliases",
        "kms:CreateKey",
    )
    needs = (*DEPLOYER_NEEDS, *(ALIAS_NEEDS if intent.key is not None and intent.key.alias else ()))
    for action in actions:
        for half in kinds_of_resource(action):
            yield Expected(place, key.arn, half, expected(who, action, half, key.arn, ()), action in needs)
    if intent.key is not None:  # CreateKey with tags takes TagResource on keys that do not exist yet, which is on any key
        tags = tuple(_tags_that_count(intent))
        yield Expected(place, key.arn, "any", expected(who, "kms:TagResource", "any", key.arn, tags), required=False)
    for line in intent.grants:
        statement = expected(who, "kms:CreateGrant", "key", key.arn, of_grant(line))
        yield Expected(line.location, key.arn, "key", statement)


def _tags_that_count(intent: Intent) -> Iterator[Condition]:
    """Yield conditions on aws:RequestTag for a new key: tags that conditions read must be as written, or absent."""
    written = {folded(name): (name, value) for name, value in (intent.key.tags if intent.key else ())}
    whens = (*(line.when for line in (*intent.admins, *intent.users)), *(line.when for line in intent.services))
    conditions = [condition for when in whens for condition in when.conditions]
    variables = (name for condition in conditions for value in condition.values for name in variables_in(value))
    names = map(folded, (*(condition.key for condition in conditions), *variables))
    looked_at = {name.removeprefix(TAG_OF_KEY) for name in names if name.startswith(TAG_OF_KEY)}
    for tag in sorted(looked_at):
        name, value = written.get(tag, (tag, None))
        key = f"aws:RequestTag/{name}"
        yield Condition("Null", key, ("true",)) if value is None else Condition("StringEquals", key, (value,))


def given_by_grants(intent: Intent, key: Key) -> Iterator[Expected]:
    """Yield the accesses that the file's grants give their grantees on one key, within the grants' constraints.

    Not required are CreateGrant and RetireGrant, as the file tells no further grant, and grants with a SourceArn to others than
    services.
    """
    for line in intent.grants if intent.governed else ():
        grant = line.grant
        pairs = grant.constraints.encryption_context_equals or grant.constraints.encryption_context_subset or ()
        source = grant.constraints.source_arn
        for operation in grant.operations:
            held = [Condition("StringEquals", pair_key(name), (value,)) for name, value in pairs]
            held = held if ACTIONS[operation].encryption_context else []
            held += [Condition("StringEquals", "aws:SourceArn", (source,))] if source and grant.grantee_is_service else []
            who = Principal("Service" if grant.grantee_is_service else "AWS", grant.grantee)
            statement = expected(who, f"kms:{operation}", "key", key.arn, held)
            needed = operation not in ("CreateGrant", "RetireGrant") and (source is None or grant.grantee_is_service)
            yield Expected(line.location, key.arn, "key", statement, needed)
