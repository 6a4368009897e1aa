"""Permits to IAM policies, split where AWS's size limit asks for it.

Source: IAM User Guide, reference_iam-quotas: a managed policy has at most 6,144 characters, white space not counted; 10 are
attached to a role or user by default, and 20 where the quota is raised.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
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
MOST_MANAGED_POLICIES = 20


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


def documents(principal: str, statements: list[Traced], *, attached: bool) -> tuple[tuple[Traced, ...], ...]:
    """Return the statements in as few groups as fit one managed policy each, in their order.

    Raises RefusedError where they are to be `attached` and are more than IAM ever attaches; what it attaches by default is
    counted over a run.
    """
    found = divided(statements)
    if attached and len(found) > MOST_MANAGED_POLICIES:
        message = f"`{principal}` would need {len(found)} IAM policies; IAM never attaches more than {MOST_MANAGED_POLICIES}"
        raise _too_large(statements[0], "too-many-policies", message)
    return found


def divided(statements: Iterable[Traced]) -> tuple[tuple[Traced, ...], ...]:
    """Return the statements in groups that fit one managed policy each, however many there are.

    One that is longer than a policy is cut by its resources, actions or listed values, and fills the policy before. Raises
    RefusedError where it cannot be cut.
    """
    found: list[tuple[Traced, ...]] = []
    held: tuple[Traced, ...] = ()
    for traced in statements:
        parts = list(_cut(traced, held))
        for number, part in enumerate(parts, start=1):
            numbered = _numbered(part, number) if len(parts) > 1 else part
            if held and not _fits((*held, numbered)):
                found.append(held)
                held = ()
            held = (*held, numbered)
    return (*found, held) if held else tuple(found)


def _numbered(part: Traced, number: int) -> Traced:
    return part._replace(statement=part.statement._replace(sid=f"{part.statement.sid}Part{number}"))


def _fits(statements: Iterable[Traced]) -> bool:
    return characters(statements) <= MANAGED_POLICY_CHARACTERS


def _cut(traced: Traced, before: tuple[Traced, ...]) -> Iterator[Traced]:
    """Yield a statement whole, or in parts: the first fits behind what is before it, if anything of it does."""
    # room for the number that the Sid gets
    if characters((traced,)) <= MANAGED_POLICY_CHARACTERS - len("Part999"):
        yield traced
        return
    part, rest = _divisible(traced)
    held = before
    while rest:
        count = _room(held, part, rest) or (0 if held else 1)
        if count:
            yield from _cut(part(rest[:count]), ())
        rest, held = rest[count:], ()


def _room(held: tuple[Traced, ...], part: Callable[[Values], Traced], values: Values) -> int:
    """Return how many of the values, from the first on, fit behind what a policy holds."""

    def is_full(count: int) -> bool:
        return not _fits((*held, _numbered(part(values[:count]), 999)))

    return bisect_left(range(1, min(len(values), MANAGED_POLICY_CHARACTERS) + 1), x=True, key=is_full)


def _divisible(traced: Traced) -> tuple[Callable[[Values], Traced], Values]:
    """Return what a statement is cut by, and what makes one of some of it. Raises RefusedError where there is nothing."""
    statement = traced.statement
    longest = max(statement.conditions, key=_alternatives, default=None)
    listed = next((name for name in ("resources", "actions") if len(getattr(statement, name)) > 1), "")
    if not listed and (longest is None or _alternatives(longest) == 1):
        message = f"one IAM statement alone is longer than the {MANAGED_POLICY_CHARACTERS} characters of a managed policy"
        raise _too_large(traced, "policy-too-long", message)

    def part(values: Values) -> Traced:
        conditions = tuple(one._replace(values=values) if one is longest else one for one in statement.conditions)
        changed: dict[str, Any] = {listed: values} if listed else {"conditions": conditions}
        return traced._replace(statement=statement._replace(**changed))

    return part, getattr(statement, listed) if listed else longest.values if longest else ()


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
