"""Grants, each of which CreateGrant accepts.

Source: KMS Developer Guide, grants, create-grant-overview; KMS API reference, CreateGrant, GrantConstraints.
"""

from __future__ import annotations

import re

from kmsgen.arn import is_service_principal, parse_arn
from kmsgen.catalogue import actions, grants
from kmsgen.intent.files.suggestion import one_of
from kmsgen.intent.form.model import ConstraintsFile, GrantFile
from kmsgen.intent.intent import GrantLine
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import resolve_principal
from kmsgen.policy.grant import Grant, GrantConstraints, Pairs
from kmsgen.reading import Steps

# GranteePrincipal and RetiringPrincipal of CreateGrant: shorter than IAM's ARNs may be, whose paths hold more characters
_PRINCIPAL_ID = re.compile(r"[\w+=,.@:/-]{1,256}\Z", re.ASCII)
Named = tuple[str, bool] | None  # a principal's ARN or a service's name, and whether it is a service


def resolve_grant(line: GrantFile, steps: Steps, context: Context) -> tuple[GrantLine, ...]:
    """Return the grant of a line; nothing where it has no usable grantee or operation. Reports what CreateGrant would refuse."""
    if not grants.NAME.match(line.name):
        hint = "1 to 256 letters, digits, `:`, `/`, `_`, `-`"
        context.refuse((*steps, "name"), "grant-name", f"`{line.name}` is no name of a grant", hint)
    grantee = _named(line.grantee, (*steps, "grantee"), context)
    retiring = (
        _named(line.retiring_principal, (*steps, "retiring_principal"), context) if line.retiring_principal is not None else None
    )
    operations = resolve_operations(line.operations, (*steps, "operations"), context)
    constraints = _constraints(line.constraints, (*steps, "constraints"), context)
    if grantee is None or not operations:
        return ()
    if grantee[1]:
        _check_service_grantee(line, steps, context)
    grant = Grant(
        id=line.name,
        grantee=grantee[0],
        operations=operations,
        constraints=constraints,
        grantee_is_service=grantee[1],
        retiring=retiring[0] if retiring else None,
        retiring_is_service=bool(retiring and retiring[1]),
        name=line.name,
    )
    return (GrantLine(context.where(steps), grant),)


def _named(text: str, steps: Steps, context: Context) -> Named:
    if is_service_principal(text):
        return text, True
    who = resolve_principal(text, steps, context)
    if who and not _PRINCIPAL_ID.match(who.arn):
        hint = (
            "a grant takes ARNs of at most 256 letters, digits and `+=,.@:/_-`: name another principal, or use a line of `users`"
        )
        context.refuse(steps, "grant-principal", f"`{who.arn}` cannot be named in a grant", hint)
    return (who.arn, False) if who else None


def resolve_operations(names: list[str], steps: Steps, context: Context) -> tuple[str, ...]:
    """Return the operations that a grant on the key can have, by their names; reports the others."""
    chosen: dict[str, None] = {}
    offered = grants.operations(context.key_type) if context.key_type else frozenset()
    for index, text in enumerate(names):
        action = actions.find(text)
        if action is None or not action.grantable:
            hint = one_of(text.removeprefix("kms:"), grants.OPERATIONS)
            context.refuse((*steps, index), "grant-operation", f"`{text}` is no grant operation", hint)
        elif offered and action.name not in offered:
            message = f"`{action.name}` cannot be granted on a key of {context.spec} ({context.usage})"
            context.refuse((*steps, index), "grant-key-type", message, f"it can: {', '.join(sorted(offered))}")
        else:
            chosen[action.name] = None
    return tuple(chosen)


def _constraints(constraints: ConstraintsFile | None, steps: Steps, context: Context) -> GrantConstraints:
    if constraints is None:
        return GrantConstraints()
    equals, subset = constraints.encryption_context_equals, constraints.encryption_context_subset
    if equals is not None and subset is not None:
        hint = "keep one: `equals` allows no other pairs, `subset` does"
        context.refuse(
            (*steps, "encryption_context_subset"), "grant-both-constraints", "a grant has one encryption-context constraint", hint
        )
    arn = constraints.source_arn
    if arn is not None:
        _check_source_arn(arn, (*steps, "source_arn"), context)
        _check_literal(arn, (*steps, "source_arn"), context)
    return GrantConstraints(
        encryption_context_equals=_pairs(equals, (*steps, "encryption_context_equals"), context),
        encryption_context_subset=_pairs(subset, (*steps, "encryption_context_subset"), context),
        source_arn=arn,
    )


def _check_source_arn(text: str, steps: Steps, context: Context) -> None:
    parsed = parse_arn(text)
    if not grants.SOURCE_ARN.match(text) or parsed is None:
        hint = "such as arn:aws:logs:us-west-2:111122223333:log-group:payments"
        context.refuse(steps, "source-arn", f"`{text}` is no ARN that a grant can be limited to", hint)
    elif parsed.partition != context.partition:
        hint = f"this intent is in the partition `{context.partition}`"
        context.refuse(steps, "wrong-partition", f"`{text}` is in the partition `{parsed.partition}`", hint)


def _check_literal(text: str, steps: Steps, context: Context) -> None:
    """Refuse a policy variable: a grant has none, and would hold requests to the text as it stands."""
    if "${" in text:
        hint = "write the value itself, or give the access under `users`, where variables work"
        context.refuse(steps, "policy-variable", f"`{text}` looks like a policy variable, which a grant does not have", hint)


def _pairs(pairs: dict[str, str] | None, steps: Steps, context: Context) -> Pairs | None:
    if pairs is None:
        return None
    if context.key_type and not grants.takes_encryption_context(context.key_type):
        message = f"a key of {context.spec} has no encryption context"
        context.refuse(steps, "grant-constraint-key-type", message, "leave the constraint out")
    if not pairs:
        context.refuse(
            steps, "empty-constraint", "an encryption-context constraint without a pair", "leave it out, or add a pair"
        )
    for name, value in pairs.items():
        _check_literal(name, (*steps, name), context)
        _check_literal(value, (*steps, name), context)
    length = sum(len(name) + len(value) for name, value in pairs.items())
    if len(pairs) > grants.MAX_CONTEXT_PAIRS or length > grants.MAX_CONTEXT_CHARACTERS:
        message = f"{len(pairs)} pairs of {length} characters in a constraint"
        context.refuse(
            steps,
            "grant-constraint-size",
            message,
            f"at most {grants.MAX_CONTEXT_PAIRS} pairs of {grants.MAX_CONTEXT_CHARACTERS} characters",
        )
    return tuple(pairs.items())


def _check_service_grantee(line: GrantFile, steps: Steps, context: Context) -> None:
    if line.constraints is None or line.constraints.source_arn is None:
        hint = "add `constraints: {source_arn: ...}`, the resource for which the service works"
        context.refuse((*steps, "grantee"), "grant-service-source-arn", "a grant to an AWS service needs a `source_arn`", hint)
    if line.retiring_principal is None:
        hint = "add `retiring_principal:`"
        context.refuse(
            (*steps, "grantee"), "grant-service-retiring", "a grant to an AWS service needs a retiring principal", hint
        )
