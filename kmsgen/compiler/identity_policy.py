"""Permits to IAM policies, split where AWS's size limit asks for it.

Source: IAM User Guide, reference_iam-quotas: a managed policy has at most 6,144 characters, white space not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from kmsgen.arn import Arn, account_of, parse_arn
from kmsgen.compiler.key_policy import Traced, is_delegable, works_in_key_policy
from kmsgen.compiler.permit import PURPOSES, Conditions, Permit, gives_alternatives
from kmsgen.compiler.principals import has_identity_policies
from kmsgen.compiler.sids import Sids, describe
from kmsgen.compiler.target import Target
from kmsgen.errors import Diagnostic, RefusedError
from kmsgen.policy.document import Condition, Document, Effect, Statement
from kmsgen.policy.json_form import as_sent, compact_policy, format_document

Values = tuple[str, ...]
MANAGED_POLICY_CHARACTERS = 6144
MANAGED_POLICIES = 10


def needs_identity_policy(permit: Permit, target: Target, delegation: str) -> bool:
    """Return whether the permit needs an IAM policy: it has no effect in a key policy, crosses accounts, or is delegated."""
    if not works_in_key_policy(permit) or not target.governed:
        return True
    if account_of(permit.principal.value) not in (None, target.account):
        return has_identity_policies(permit.principal)
    return delegation != "key-policy" and is_delegable(permit, target)


def resources_of(permit: Permit, target: Target) -> Values:
    """Return what the permit's IAM statement names in Resource."""
    if permit.half == "key":
        return target.key_arns
    if permit.half == "alias":
        return target.alias_arns or (str(Arn(target.partition, "kms", target.region, target.account, "alias/*")),)
    if permit.half == "new":
        return tuple(_every_key(arn) for arn in target.key_arns)
    return ("*",) if permit.half == "any" else (permit.half,)


def _every_key(key_arn: str) -> str:
    arn = parse_arn(key_arn)
    return str(arn._replace(resource="key/*")) if arn else key_arn


class _Head(NamedTuple):
    """What permits of one statement have in common, but for their actions and resources."""

    principal: str
    purpose: str
    topic: str
    conditions: Conditions

    @property
    def order(self) -> tuple[str, int]:
        return self.principal, PURPOSES.index(self.purpose)


def identity_statements(wanted: Iterable[tuple[Permit, Values]], sids: dict[str, Sids]) -> dict[str, list[Traced]]:
    """Return the statements of each principal's IAM policies, for permits with their resources.

    Actions stand together only where their resources are equal. `sids` are those of each principal: what others are allowed
    changes none of its policies.
    """
    resources: dict[tuple[_Head, str, str], list[str]] = {}
    permits: dict[tuple[_Head, str, str], list[Permit]] = {}
    for permit, named in wanted:
        head = _Head(permit.principal.value, permit.purpose, permit.topic, permit.conditions)
        resources.setdefault((head, permit.action, permit.half), []).extend(named)
        permits.setdefault((head, permit.action, permit.half), []).append(permit)
    grouped: dict[tuple[_Head, Values], list[Permit]] = {}
    for slot, named_all in resources.items():
        grouped.setdefault((slot[0], tuple(dict.fromkeys(named_all))), []).extend(permits[slot])
    found: dict[str, list[Traced]] = {}
    for (head, arns), together in sorted(grouped.items(), key=lambda item: item[0][0].order):
        found.setdefault(head.principal, []).append(_statement(together, arns, sids[head.principal]))
    return found


def _statement(permits: list[Permit], resources: Values, sids: Sids) -> Traced:
    first = permits[0]
    text = describe(first.purpose, (first.principal,), first.conditions, first.topic)
    statement = Statement(
        effect=Effect.ALLOW,
        actions=tuple(sorted({permit.action for permit in permits})),
        resources=resources,
        conditions=first.conditions,
        sid=sids.joined(text),
    )
    return Traced(statement, tuple(dict.fromkeys(origin for permit in permits for origin in permit.origins)))


def documents(principal: str, statements: list[Traced]) -> tuple[tuple[Traced, ...], ...]:
    """Return the statements in as few groups as fit one managed policy each, in their order.

    Raises RefusedError where a principal would need more policies than can be attached to it.
    """
    found: list[tuple[Traced, ...]] = []
    held: tuple[Traced, ...] = ()
    for traced in _pieces(statements):
        if held and characters((*held, traced)) > MANAGED_POLICY_CHARACTERS:
            found.append(held)
            held = ()
        held = (*held, traced)
    if held:
        found.append(held)
    if len(found) > MANAGED_POLICIES:
        message = f"`{principal}` would need {len(found)} IAM policies; at most {MANAGED_POLICIES} can be attached by default"
        raise _too_large(statements[0], "too-many-policies", message)
    return tuple(found)


def _pieces(statements: Iterable[Traced]) -> Iterator[Traced]:
    """Yield statements that each fit a policy of their own: a long one is cut by its resources, actions or listed values."""
    for traced in statements:
        parts = list(_cut(traced))
        for number, part in enumerate(parts, start=1):
            sid = f"{part.statement.sid}Part{number}" if len(parts) > 1 else part.statement.sid
            yield part._replace(statement=part.statement._replace(sid=sid))


def _cut(traced: Traced) -> Iterator[Traced]:
    # room for the number that the Sid gets
    if characters((traced,)) <= MANAGED_POLICY_CHARACTERS - len("Part999"):
        yield traced
        return
    statement = traced.statement
    listed = next((name for name in ("resources", "actions") if len(getattr(statement, name)) > 1), "")
    longest = max(statement.conditions, key=_alternatives, default=None)
    if listed:
        values: Values = getattr(statement, listed)
        halves: Iterable[dict[str, Any]] = ({listed: part} for part in _halves(values))
    elif longest is not None and _alternatives(longest) > 1:
        parts = (longest._replace(values=part) for part in _halves(longest.values))
        halves = ({"conditions": tuple(part if one is longest else one for one in statement.conditions)} for part in parts)
    else:
        message = f"one IAM statement alone is longer than the {MANAGED_POLICY_CHARACTERS} characters of a managed policy"
        raise _too_large(traced, "policy-too-long", message)
    for fields in halves:
        yield from _cut(traced._replace(statement=statement._replace(**fields)))


def _halves(values: Values) -> tuple[Values, Values]:
    middle = len(values) // 2
    return values[:middle], values[middle:]


def _alternatives(condition: Condition) -> int:
    """Return in how many statements a condition can be cut: its values, where any one of them is enough."""
    return len(condition.values) if gives_alternatives(condition.operator) else 1


def characters(statements: Iterable[Traced]) -> int:
    """Return the size of a policy with these statements as IAM counts what is sent: characters, without white space."""
    document = Document(tuple(traced.statement for traced in statements))
    return len("".join(as_sent(compact_policy(format_document(document))).split()))


def _too_large(traced: Traced, code: str, message: str) -> RefusedError:
    hint = "name fewer keys or values in one intent, or use `delegation: key-policy`"
    return RefusedError([Diagnostic(traced.origins[0], code, message, hint)])
