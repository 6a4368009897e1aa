"""Example requests: situations in which given conditions hold, and the requests made in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS, GRANT_KEYS, GrantKey
from kmsgen.checks.example_values import ANY_ROLE_ID, ANY_VALUE, choices_of
from kmsgen.policy.document import Condition, Statement
from kmsgen.policy.grant import Grant, GrantConstraints
from kmsgen.policy.letter_case import folded
from kmsgen.policy.variables import ESCAPES, variables_in

Values = tuple[str, ...]

ANY_SESSION = f"{ANY_ROLE_ID}:{ANY_VALUE}"
MAX_SITUATIONS = 64
VARIABLE = r"\$\{([^},]+)(?:,[^}]*)?\}"


class ExampleSituation(NamedTuple):
    """The circumstances of an example call: encryption context, underivable condition keys, and what its grant must hold."""

    encryption_context: Mapping[str, str] = MappingProxyType({})
    context: Mapping[str, Values] = MappingProxyType({})
    grant: Mapping[str, Values] = MappingProxyType({})

    def __str__(self) -> str:
        parts = [f"encryption context {name}={value}" for name, value in self.encryption_context.items()]
        told = (*self.context.items(), *self.grant.items())
        parts += [f"{key}={','.join(values)}" for key, values in told if values]
        parts += [f"no {key}" for key, values in told if not values]
        return ", ".join(parts) or "nothing special about the call"

    @property
    def texts(self) -> Values:
        """Every value of the encryption context and of the condition keys."""
        return (*self.encryption_context.values(), *(value for values in self.context.values() for value in values))

    def with_context(self, key: str, *values: str) -> ExampleSituation:
        """Return the situation with a condition key added; unchanged if the key is there in any case."""
        known = {folded(name) for name in self.context}
        return self if folded(key) in known else self._replace(context={**self.context, key: values})

    def without(self, keys: Iterable[str]) -> ExampleSituation:
        """Return the situation that tells nothing of some condition keys, in any case."""
        left_out = frozenset(map(folded, keys))
        if left_out.isdisjoint(map(folded, self.context)):
            return self
        return self._replace(context={name: values for name, values in self.context.items() if folded(name) not in left_out})

    def beside(self, other: ExampleSituation) -> ExampleSituation:
        """Return both situations in one; where both tell the same key, this one counts."""
        pairs = {**other.encryption_context, **self.encryption_context}
        known = {folded(name) for name in (*self.context, *self.grant)}
        more = {name: values for name, values in other.context.items() if folded(name) not in known}
        grant = {name: values for name, values in other.grant.items() if folded(name) not in known}
        return ExampleSituation(pairs, {**self.context, **more}, {**self.grant, **grant})


PLAIN = ExampleSituation()


def situations(conditions: Iterable[Condition]) -> Iterator[ExampleSituation]:
    """Yield example situations in which every condition holds: the first value of each, then each further value once.

    At most MAX_SITUATIONS; none where conditions contradict each other or no example value can be made.
    """
    by_key: dict[str, list[Condition]] = {}
    for condition in conditions:
        by_key.setdefault(folded(condition.key), []).append(condition)
    choices = {same[0].key: choices_of(same) for same in by_key.values()}
    if any(not found for found in choices.values()):
        return
    first = {key: found[0] for key, found in choices.items()}
    further = ({**first, key: value} for key, found in choices.items() for value in found[1:])
    yield from islice(map(_build, (first, *further)), MAX_SITUATIONS)


def _build(chosen: Mapping[str, Values | None]) -> ExampleSituation:
    pairs: dict[str, str] = {}
    context: dict[str, Values] = {}
    grant: dict[str, Values] = {}
    for key, values in chosen.items():
        lower = folded(key)
        if values is None:
            continue
        if lower.startswith(ENCRYPTION_CONTEXT):
            pairs[key[len(ENCRYPTION_CONTEXT) :]] = values[0]
        elif lower == ENCRYPTION_CONTEXT_KEYS:
            pairs = {**dict.fromkeys(values, ANY_VALUE), **pairs}
        else:
            (grant if lower in GRANT_KEYS else context)[key] = values
    return ExampleSituation(pairs, context, grant)


# --- requests -----------------------------------------------------------------------------------------------------------


def request_for(principal: str, action: str, resources: Values, situation: ExampleSituation) -> Request:
    """Return the request that a principal makes in a situation, policy variables filled in."""
    situation = bound(situation, principal)
    row = ACTIONS.get(action.removeprefix("kms:"))
    with_context = row is not None and row.encryption_context
    grant = _grant(situation, principal) if action == "kms:CreateGrant" else None
    return Request(
        principal=principal,
        action=action,
        resources=resources,
        encryption_context=situation.encryption_context if with_context and grant is None else {},
        context=_identified(situation, principal).context,
        create_grant=grant,
    )


def keys_read(statements: Iterable[Statement]) -> Values:
    """Return the condition keys that statements read, also in variables; without those of grants and encryption contexts."""
    found: dict[str, str] = {}
    for condition in (condition for statement in statements for condition in statement.conditions):
        for key in (condition.key, *(name for value in condition.values for name in variables_in(value))):
            found.setdefault(folded(key), key)
    beside = (*GRANT_KEYS, ENCRYPTION_CONTEXT_KEYS)
    return tuple(key for lower, key in found.items() if lower not in beside and not lower.startswith(ENCRYPTION_CONTEXT))


def without_others(request: Request, keys: Values) -> Request:
    """Return the request in which each of these condition keys is told to be absent, unless it has a value."""
    told = {folded(name) for name in request.context}
    absent: Mapping[str, Values] = {key: () for key in keys if folded(key) not in told}
    return request._replace(context={**request.context, **absent})


def _identified(situation: ExampleSituation, principal: str) -> ExampleSituation:
    """Add aws:userid, which for a role session ends in the session's name."""
    arn = parse_arn(principal)
    if arn is None or arn.kind not in ("role", "assumed-role"):
        return situation
    user_id = f"{ANY_ROLE_ID}:{principal.rpartition('/')[2]}" if arn.kind == "assumed-role" else ANY_SESSION
    return situation.with_context("aws:userid", user_id)


def bound(situation: ExampleSituation, principal: str) -> ExampleSituation:
    """Fill in policy variables: `${*}` with its character, others with what the situation or principal tells.

    A variable of an untold key gets an example value, and the situation gets that key.
    """
    texts = (*situation.encryption_context.values(), *(value for values in situation.context.values() for value in values))
    if not any("${" in text for text in texts):
        return situation
    known = _known(situation, principal)
    given: dict[str, Values] = {}

    def fill(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name in ESCAPES:
            return name
        return known.get(folded(name)) or given.setdefault(name, (ANY_VALUE,))[0]

    pairs = {name: re.sub(VARIABLE, fill, value) for name, value in situation.encryption_context.items()}
    context = {key: tuple(re.sub(VARIABLE, fill, value) for value in values) for key, values in situation.context.items()}
    return ExampleSituation(pairs, {**given, **context}, situation.grant)


def _known(situation: ExampleSituation, principal: str) -> Mapping[str, str]:
    """Return the known values of condition keys that policy variables may name, by the key in lower case."""
    said = {folded(key): values[0] for key, values in _identified(situation, principal).context.items() if len(values) == 1}
    known = {key: value for key, value in said.items() if "${" not in value}
    arn = parse_arn(principal)
    if arn is not None:
        known |= {"aws:username": arn.name.rpartition("/")[2], "aws:principalaccount": arn.account}
    return known


def _grant(situation: ExampleSituation, principal: str) -> Grant:
    """Return the grant that a CreateGrant asks for: what the situation tells, and else the least that a grant must have.

    Source: KMS API Reference, CreateGrant: a service as grantee needs a source ARN and a retiring principal.
    """
    asked = {folded(key): values for key, values in situation.grant.items()}
    service = asked.get(GrantKey.GRANTEE_SERVICE)
    retiring_service = asked.get(GrantKey.RETIRING_SERVICE)
    retiring = retiring_service or asked.get(GrantKey.RETIRING)
    if service:
        asked.setdefault(GrantKey.CONSTRAINT_SOURCE_ARN, (_source_arn(service[0], principal),))
        retiring = retiring or (_own_role(principal),)
    return Grant(
        id="",
        grantee=(service or asked.get(GrantKey.GRANTEE) or (_own_role(principal),))[0],
        operations=asked.get(GrantKey.OPERATIONS, ("DescribeKey",)),
        constraints=_constraints(asked, tuple(situation.encryption_context.items())),
        grantee_is_service=service is not None,
        retiring=retiring[0] if retiring else None,
        retiring_is_service=retiring_service is not None,
    )


def _constraints(asked: Mapping[str, Values], pairs: tuple[tuple[str, str], ...]) -> GrantConstraints:
    kind = asked.get(GrantKey.CONSTRAINT_TYPE, ("EncryptionContextSubset",) if pairs else ())
    wanted = pairs or ((ANY_VALUE, ANY_VALUE),)
    return GrantConstraints(
        encryption_context_equals=wanted if "EncryptionContextEquals" in kind else None,
        encryption_context_subset=wanted if "EncryptionContextSubset" in kind else None,
        source_arn=asked.get(GrantKey.CONSTRAINT_SOURCE_ARN, (None,))[0],
    )


def _own_role(principal: str) -> str:
    arn = parse_arn(principal)
    return f"arn:{arn.partition}:iam::{arn.account}:role/{ANY_VALUE}" if arn else f"arn:aws:iam::111122223333:role/{ANY_VALUE}"


def _source_arn(service: str, principal: str) -> str:
    """Return a resource ARN of a service in the caller's account, for aws:SourceArn."""
    return _own_role(principal).replace(":iam:", f":{service.partition('.')[0]}:").replace("role/", "resource/")
