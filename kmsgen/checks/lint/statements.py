"""What can be said of one statement by itself: each check is a function from a statement to what is wrong with it.

Source: KMS Developer Guide, key-policy-overview, key-policy-default, conditions-kms, least-privilege; IAM User Guide,
reference_policies_elements_*, reference_policies_multi-key-or-value-conditions, confused-deputy.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kmsgen.arn import ACCOUNT_ID, is_service_principal, parse_arn
from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.actions import ACTIONS, expand, works_in_key_policy
from kmsgen.policy.document import Condition, Effect, Principal, Statement
from kmsgen.policy.operators import OperatorName, split_operator
from kmsgen.reading import Steps

KEY_POLICY, IAM_POLICY = "key policy", "IAM policy"
_SOURCE_KEYS = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
_NARROWING_GRANTS = frozenset({"kms:grantisforawsresource", "kms:granteeprincipal", "kms:grantoperations", "kms:viaservice"})
_IGNORED_IN_KEY_POLICY = ("aws:resourcetag/", "kms:resourcealiases")
_REFUSED_WITH_FOR_ALL = ("kms:encryptioncontext:", "aws:requesttag/")
_VARIABLE = "${"


class Problem(NamedTuple):
    """One thing wrong with a statement: where in it, and the fix."""

    code: str
    severity: str
    message: str
    fix: str
    steps: Steps = ()


class Subject(NamedTuple):
    """A statement where it stands: in a policy of a kind, of a version."""

    statement: Statement
    kind: str
    version: str

    @property
    def allows(self) -> bool:
        """Whether the statement is an Allow."""
        return self.statement.effect is Effect.ALLOW

    @property
    def in_key_policy(self) -> bool:
        """Whether the statement stands in a key policy."""
        return self.kind == KEY_POLICY

    @property
    def actions(self) -> frozenset[str]:
        """The KMS actions that the Action element takes, spelled in full."""
        listed = {name for entry in self.statement.actions for name in expand(entry)}
        every = {action.iam_name for action in ACTIONS.values()}
        return frozenset(every - listed if self.statement.not_action else listed)

    def conditions(self) -> Iterator[tuple[Condition, OperatorName, Steps]]:
        """Yield the conditions with their operators taken apart and their places."""
        for condition in self.statement.conditions:
            operator = split_operator(condition.operator)
            if operator is not None:
                yield condition, operator, ("Condition", condition.operator, condition.key)


Check = Callable[[Subject], Iterator[Problem]]


def _near(text: str, names: list[str]) -> str:
    found = difflib.get_close_matches(text.lower(), [name.lower() for name in names], 1)
    name = next((name for name in names if found and name.lower() == found[0]), None)
    return f"did you mean `{name}`?" if name else ""


def unknown_actions(subject: Subject) -> Iterator[Problem]:
    """Find actions that KMS does not have, and in a key policy actions of other services."""
    element = "NotAction" if subject.statement.not_action else "Action"
    names = [action.iam_name for action in ACTIONS.values()]
    for entry in subject.statement.actions:
        if expand(entry):
            continue
        if entry.lower().startswith("kms:"):
            fix = _near(entry, names) or "see the list of KMS actions in the Service Authorization Reference"
            yield Problem("unknown-action", "error", f"there is no KMS action `{entry}`", fix, (element,))
        elif subject.in_key_policy:
            message = f"`{entry}` is no action of KMS: in a key policy it does nothing"
            yield Problem("foreign-action", "warning", message, "drop it, or put it into an IAM policy", (element,))


def wildcard_actions(subject: Subject) -> Iterator[Problem]:
    """Find wildcards in an Allow, which take in operations that KMS will have one day."""
    for entry in subject.statement.actions:
        found = expand(entry)
        if subject.allows and not subject.statement.not_action and "*" in entry and found:
            said = ", ".join(found[:4]) + (f" and {len(found) - 4} more" if len(found) > 4 else "")
            message = f"`{entry}` allows {said}, and whatever KMS adds under that name"
            yield Problem("wildcard-action", "note", message, "list the actions that are needed", ("Action",))


def powerless_actions(subject: Subject) -> Iterator[Problem]:
    """Find actions that a key policy cannot give."""
    for entry in subject.statement.actions if subject.in_key_policy and subject.allows else ():
        found = [ACTIONS[name.partition(":")[2]] for name in expand(entry)]
        if found and "*" not in entry and not any(works_in_key_policy(action) for action in found):
            message = f"`{entry}` does nothing in a key policy: only an IAM policy can allow it"
            yield Problem("action-without-effect", "warning", message, "move it to an IAM policy, or drop it", ("Action",))


def negations(subject: Subject) -> Iterator[Problem]:
    """Find Allow with NotAction, NotResource or NotPrincipal."""
    statement = subject.statement
    if subject.allows and statement.not_principal:
        message = "an Allow with NotPrincipal may give access to everyone else there is"
        yield Problem("allow-not-principal", "error", message, "name the principals", ("NotPrincipal",))
    if subject.allows and statement.not_action:
        message = "an Allow with NotAction gives every action that is not listed, future ones included"
        yield Problem("allow-not-action", "warning", message, "list the actions that are needed", ("NotAction",))
    if not subject.allows and statement.not_principal:
        message = "a Deny with NotPrincipal also denies sessions, and every principal with a permissions boundary"
        fix = "deny everyone with ArnNotEquals on aws:PrincipalArn in its place"
        yield Problem("deny-not-principal", "warning", message, fix, ("NotPrincipal",))


def principals(subject: Subject) -> Iterator[Problem]:
    """Find principals that KMS refuses or that mean nothing."""
    element = "NotPrincipal" if subject.statement.not_principal else "Principal"
    for principal in subject.statement.principals or () if subject.in_key_policy else ():
        found = _wrong_principal(principal)
        if found:
            yield Problem("bad-principal", "error", f"`{principal.value}` {found[0]}", found[1], (element,))


def _wrong_principal(principal: Principal) -> tuple[str, str] | None:
    value = principal.value
    if principal.kind == "Service" and not is_service_principal(value):
        return "is no service principal", "such as `logs.us-west-2.amazonaws.com`"
    if principal.kind == "Federated":
        return "is an identity provider, which no key policy takes", "name the role that its users assume"
    if principal.kind != "AWS" or value == "*" or ACCOUNT_ID.match(value):
        return None
    if "*" in value or "?" in value:
        return "has a wildcard: no principal matches in part", "name the account, with ArnLike on aws:PrincipalArn"
    return _wrong_arn(value)


def _wrong_arn(value: str) -> tuple[str, str] | None:
    arn = parse_arn(value)
    if arn is None and value.startswith(("AIDA", "AROA")):
        return "is the id of a deleted user or role: the policy cannot be put again with it", "drop it"
    if arn is not None and arn.kind == "group":
        return "is a group, which is no principal", "name its users, or a role that they assume"
    return (
        None if arn is not None and arn.service in ("iam", "sts") else ("names no principal", "use the ARN of a role or a user")
    )


def condition_names(subject: Subject) -> Iterator[Problem]:
    """Find condition keys that do not exist, or that the policy cannot rest on."""
    names = [key.name for key in condition_keys.CONDITION_KEYS.values()]
    for condition, _, steps in subject.conditions():
        lower = condition.key.lower()
        if condition_keys.find(condition.key) is None and lower.startswith(("kms:", "aws:")):
            fix = _near(condition.key, names) or "see the condition keys of KMS and the global ones"
            yield Problem("unknown-condition-key", "error", f"there is no condition key `{condition.key}`", fix, steps)
        elif subject.in_key_policy and lower.startswith(_IGNORED_IN_KEY_POLICY):
            message = f"`{condition.key}` is documented for IAM policies only: a key policy cannot rest on it"
            yield Problem("key-policy-condition", "warning", message, "put the condition into an IAM policy", steps)


def conditions_off_action(subject: Subject) -> Iterator[Problem]:
    """Find conditions on keys that some of the statement's actions never carry."""
    for condition, operator, steps in subject.conditions():
        if condition_keys.find(condition.key) is None or not _needs_key(condition, operator):
            continue
        without = sorted(action for action in subject.actions if not condition_keys.on_action(condition.key, action))
        if not without:
            continue
        said = ", ".join(without[:4]) + (f" and {len(without) - 4} more" if len(without) > 4 else "")
        effect = "allowed" if subject.allows else "denied"
        message = f"`{condition.key}` is never in requests for {said}: these are never {effect} by this statement"
        fix = (
            "give them a statement of their own"
            if subject.allows
            else f"use {condition.operator}IfExists, or a statement of their own"
        )
        yield Problem("condition-off-action", "warning", message, fix, steps)


def _needs_key(condition: Condition, operator: OperatorName) -> bool:
    """Whether the condition fails where the key is absent."""
    if operator.base == "Null":
        return "false" in condition.values
    return not operator.if_exists and operator.quantifier != "ForAllValues" and "Not" not in operator.base


def condition_operators(subject: Subject) -> Iterator[Problem]:
    """Find operators that do not do what they seem to."""
    for condition, operator, steps in subject.conditions():
        yield from _wildcards_taken_literally(condition, operator, steps)
        yield from _sets(subject, condition, operator, steps)
        if subject.version != "2012-10-17" and any(_VARIABLE in value for value in condition.values):
            message = f"`{_VARIABLE}...}}` is plain text before version 2012-10-17"
            yield Problem("variable-without-version", "warning", message, 'set `"Version": "2012-10-17"`', steps)


def _wildcards_taken_literally(condition: Condition, operator: OperatorName, steps: Steps) -> Iterator[Problem]:
    if operator.base in ("StringEquals", "StringNotEquals") and any("*" in value for value in condition.values):
        message = f"{condition.operator} compares `*` literally"
        yield Problem("literal-wildcard", "warning", message, f"use {condition.operator.replace('Equals', 'Like')}", steps)


def _sets(subject: Subject, condition: Condition, operator: OperatorName, steps: Steps) -> Iterator[Problem]:
    found = condition_keys.find(condition.key)
    if operator.quantifier == "ForAllValues" and condition.key.lower().startswith(_REFUSED_WITH_FOR_ALL):
        message = f"KMS refuses ForAllValues with `{condition.key}`: it holds where the key is absent"
        fix = f"use {condition.operator.partition(':')[2]}: the key has one value"
        yield Problem("for-all-single", "error", message, fix, steps)
    elif operator.quantifier == "ForAllValues" and subject.allows and not _surely_there(subject, condition.key):
        message = f"ForAllValues holds where `{condition.key}` is absent"
        yield Problem("for-all-absent", "warning", message, f'add `"Null": {{"{condition.key}": "false"}}`', steps)
    elif found is not None and found.multi_valued and not operator.quantifier and operator.base != "Null":
        message = f"`{condition.key}` can have several values, and {condition.operator} compares one"
        yield Problem("set-operator", "warning", message, f"use ForAnyValue:{condition.operator} or ForAllValues", steps)


def _surely_there(subject: Subject, key: str) -> bool:
    """Whether requests that meet the rest of the statement carry the key: always, by Null, or with a pair it names."""
    lower = key.lower()
    if lower in _ALWAYS_THERE:
        return True
    for condition, operator, _ in subject.conditions():
        other = condition.key.lower()
        if operator.base == "Null" and other == lower and "false" in condition.values:
            return True
        if lower in _NAMES_OF and other.startswith(_NAMES_OF[lower]) and _needs_key(condition, operator):
            return True
    return False


_ALWAYS_THERE = frozenset({"kms:grantoperations"})
_NAMES_OF = {"aws:tagkeys": "aws:requesttag/", "kms:encryptioncontextkeys": "kms:encryptioncontext:"}


def confused_deputies(subject: Subject) -> Iterator[Problem]:
    """Find services that are let in for whomever they act."""
    services = [one.value for one in subject.statement.principals or () if one.kind == "Service"]
    keys = [condition.key.lower() for condition in subject.statement.conditions]
    tied = any(key in _SOURCE_KEYS or key.startswith("kms:encryptioncontext") for key in keys)
    if subject.allows and services and not tied and not subject.statement.not_principal:
        message = f"{', '.join(f'`{one}`' for one in services)} may use the key for whomever the service acts"
        fix = "add a condition on aws:SourceArn or aws:SourceAccount where the service sends it"
        yield Problem("confused-deputy", "warning", message, fix, ("Principal",))


def bare_create_grant(subject: Subject) -> Iterator[Problem]:
    """Find CreateGrant with nothing that narrows the grants."""
    narrowed = any(condition.key.lower() in _NARROWING_GRANTS for condition in subject.statement.conditions)
    whole = {"*", "kms:*"} & set(subject.statement.actions)
    if subject.allows and "kms:CreateGrant" in subject.actions and not narrowed and not whole:
        message = "kms:CreateGrant without a condition gives every grant operation to whomever the caller wants"
        fix = 'add `"Bool": {"kms:GrantIsForAWSResource": "true"}`, or pin kms:GranteePrincipal and kms:GrantOperations'
        yield Problem("bare-create-grant", "warning", message, fix, ("Action",))


def resources(subject: Subject) -> Iterator[Problem]:
    """Find statements of a key policy that are inert."""
    if not subject.in_key_policy:
        return
    for element, values in (("Action", subject.statement.actions), ("Resource", subject.statement.resources)):
        if not values:
            message = f"a statement without {element} does nothing, though KMS takes it"
            yield Problem("inert-statement", "error", message, f"add {element}", ())


def sids(subject: Subject) -> Iterator[Problem]:
    """Find Sids that IAM refuses."""
    sid = subject.statement.sid
    if sid is not None and not subject.in_key_policy and not (sid.isascii() and sid.isalnum()):
        yield Problem("bad-sid", "error", f"IAM takes letters and digits only in a Sid, not `{sid}`", "drop the rest", ("Sid",))


CHECKS: tuple[Check, ...] = (
    unknown_actions,
    wildcard_actions,
    powerless_actions,
    negations,
    principals,
    condition_names,
    conditions_off_action,
    condition_operators,
    confused_deputies,
    bare_create_grant,
    resources,
    sids,
)
