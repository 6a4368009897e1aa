"""Guard rails: explicit denies of the catalogue, whom they spare and whom alone they deny."""

from __future__ import annotations

from kmsgen.arn import is_service_principal
from kmsgen.catalogue import guardrails
from kmsgen.intent.files.suggestion import one_of
from kmsgen.intent.form.model import GuardRailFile, GuardRailOptions
from kmsgen.intent.intent import GuardRailLine
from kmsgen.intent.resolve.actions import resolve_never_actions
from kmsgen.intent.resolve.conditions.conditions import resolve_when
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.wide_principals import resolve_wide_principal
from kmsgen.reading import Steps

_NEEDS_ORGANIZATION = "deny-outside-organization"
_NEEDS_CONTEXT = "deny-without-encryption-context"
_NOTHING: dict[str, None] = {"except": None, "for": None, "actions": None, "when": None}


def resolve_guardrail(line: GuardRailFile, steps: Steps, context: Context) -> tuple[GuardRailLine, ...]:
    """Return the guard rail of a line with the ARNs of those it spares and denies; nothing after reporting that there is none."""
    ((name, told),) = line.root.items()
    here: Steps = (*steps, name)
    options = told or GuardRailOptions(**_NOTHING)
    if name not in guardrails.GUARD_RAILS:
        context.problems.add_key(here, "unknown-guardrail", f"`{name}` is no guard rail", one_of(name, guardrails.GUARD_RAILS))
        return ()
    _check_needs(name, here, context)
    if context.iam_only and not options.for_:
        hint = "add `for:` with the users and roles whom it denies"
        context.problems.add_key(
            here, "guardrail-for-missing", f"without key policies `{name}` is written into IAM policies", hint
        )
    spared = _principals(options.except_, (*here, "except"), context)
    anybody = name == guardrails.DENY and not context.iam_only
    denied = _denied(options.for_, (*here, "for"), spared, context, anybody=anybody)
    found = GuardRailLine(context.where(steps), name, spared, denied)
    return (_with_own_words(found, options, here, context),)


def _check_needs(name: str, here: Steps, context: Context) -> None:
    if name == _NEEDS_ORGANIZATION and context.organization is None:
        context.problems.add_key(
            here, "organization-missing", f"`{name}` needs the organization", "add `organization: o-...` to `scope`"
        )
    if name == _NEEDS_CONTEXT and context.key_type not in (None, "symmetric"):
        message = f"a key of {context.spec} has no encryption context"
        context.problems.add_key(here, "guardrail-key-type", message, "leave the guard rail out")


def _with_own_words(line: GuardRailLine, options: GuardRailOptions, here: Steps, context: Context) -> GuardRailLine:
    """Return the guard rail with what `deny` says of actions and conditions; reports these of any other, which says both."""
    if line.name != guardrails.DENY:
        for field in ("actions", "when"):
            if getattr(options, field) is not None:
                message, hint = f"`{line.name}` says itself what it denies", "`deny` takes `actions` and `when`"
                context.problems.add_key((*here, field), "guardrail-option", message, hint)
        return line
    actions = resolve_never_actions(options.actions or [], (*here, "actions"), context)
    named = tuple(action for action in actions if action != "kms:*")
    whole = named != actions
    when = resolve_when(options.when, () if whole else named, (*here, "when"), None, context)
    return line._replace(actions=() if whole else named, when=when)


def _principals(texts: list[str] | None, steps: Steps, context: Context) -> tuple[str, ...]:
    spared: dict[str, None] = {}
    for index, text in enumerate(texts or ()):
        who = resolve_wide_principal(text, (*steps, index), context)
        if who and who.kind == "assumed-role":
            hint = "name the role: conditions see it, not its sessions"
            context.refuse((*steps, index), "exception-session", f"`{text}` is one session, which a deny cannot spare", hint)
        elif who:
            spared[who.arn] = None
    return tuple(spared)


def _denied(
    texts: list[str] | None, steps: Steps, spared: tuple[str, ...], context: Context, *, anybody: bool
) -> tuple[str, ...]:
    """Return whom alone a guard rail denies; of the key policy alone, by `deny`, also services and who is of other accounts."""
    denied: dict[str, None] = {}
    for index, text in enumerate(texts or ()):
        if anybody and is_service_principal(text):
            denied[text] = None
            continue
        who = resolve_wide_principal(text, (*steps, index), context)
        foreign = who is not None and context.account is not None and who.account != context.account
        written = who is not None and (who.has_identity_policies or (who.kind == "pattern" and not context.iam_only))
        named = anybody and who is not None and who.kind not in ("organization", "everyone")
        if who and not named and (foreign or not written):
            hint = "name users and roles of this account"
            context.refuse((*steps, index), "guardrail-for", f"`{text}` cannot be denied by an IAM policy", hint)
        elif who and who.arn in spared:
            context.refuse((*steps, index), "guardrail-for", f"`{text}` is denied and spared", "name it once")
        elif who:
            denied[who.arn] = None
    return tuple(denied)
