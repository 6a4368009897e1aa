"""Access that is asked for: a line of `admins` or `users` to principals, exact actions and conditions."""

from __future__ import annotations

from kmsgen.intent.form.model import AdminFile, UserFile
from kmsgen.intent.intent import Access, When
from kmsgen.intent.resolve.actions import administrator_actions, left_out, resolve_actions
from kmsgen.intent.resolve.conditions.conditions import resolve_when_beside
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import Who
from kmsgen.intent.resolve.wide_principals import resolve_wide_principal
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.reading import Steps


def resolve_admin(line: AdminFile, steps: Steps, context: Context) -> tuple[Access, ...]:
    """Return the access of a line of `admins`, one element for each principal and set of conditions."""
    return _accesses(line, "admin", steps, context)


def resolve_user(line: UserFile, steps: Steps, context: Context) -> tuple[Access, ...]:
    """Return the access of a line of `users`, one element for each principal and set of conditions."""
    return _accesses(line, "user", steps, context)


def _accesses(line: AdminFile | UserFile, role: str, steps: Steps, context: Context) -> tuple[Access, ...]:
    lines: list[Access] = []
    for index, text in enumerate(line.principal):
        here: Steps = (*steps, "principal", index)
        who = resolve_wide_principal(text, here, context)
        if who and context.iam_only:
            check_identity(who, here, context)
        elif who and who.kind == "everyone":
            _check_delegation(who, here, context)
        who = who._replace(only_on=_only_on(line)) if who else None
        granted = (
            resolve_actions(line.can, (*steps, "can"), who, context) if line.can else administrator_actions(who, here, context)
        )
        when = resolve_when_beside(line.when, granted, (*steps, "when"), who, context)
        _check_alias_alone(when, _only_on(line), (*steps, "when"), context)
        if who:
            access = Access(context.where(steps), role, who.arn, (), line.can is not None, when, _only_on(line))
            found = [access._replace(actions=actions, when=_with(when, more)) for actions, more in granted]
            lines += [one._replace(left_out=left_out(line.can, who, context)) for one in found[:1]] + found[1:]
    return tuple(lines)


def _only_on(line: AdminFile | UserFile) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.only_on or ())) if isinstance(line, UserFile) else ()


def _check_alias_alone(when: When, only_on: tuple[str, ...], steps: Steps, context: Context) -> None:
    """Report conditions of KMS, and on tags, on the alias alone of actions: they go with the key, and nothing would hold them."""
    asked = ("encryption_context", "via", "request_alias", "grant")
    fields = [name for name in asked if getattr(when, name) != getattr(When(), name)]
    fields += ["conditions"] * any(folded(each.key).startswith(("kms:", "aws:resourcetag/")) for each in when.conditions)
    for name in fields if only_on == ("alias",) else ():
        message = f"an alias alone never carries what `{name}` looks at, which goes with the key"
        context.refuse((*steps, name), "when-never-holds", message, "leave `only_on` out, or the condition")


def _with(when: When, conditions: tuple[Condition, ...]) -> When:
    return when._replace(conditions=(*when.conditions, *conditions)) if conditions else when


def _check_delegation(who: Who, steps: Steps, context: Context) -> None:
    """Report everyone of this account where its IAM policies are to decide: these would not be asked."""
    if context.delegation == "iam" and not context.is_foreign(who.account):
        message = f"`{who.arn}` is let in by the key policy, and with `delegation: iam` this account's IAM policies decide"
        hint = "`account` for whomever IAM policies allow it, or `delegation: both`"
        context.refuse(steps, "everyone-by-iam", message, hint)


def check_identity(who: Who, steps: Steps, context: Context) -> None:
    """Report a principal whom no IAM policy reaches, or for every key none of this account: nothing else is written."""
    elsewhere = context.every_key and context.is_foreign(who.account)
    if not who.has_identity_policies or elsewhere:
        hint = "name users and roles of this account, or list the keys and write their key policies"
        context.refuse(
            steps,
            "iam-only-principal",
            f"without key policies there are IAM policies alone, which `{who.arn}` cannot have from here",
            hint,
        )
