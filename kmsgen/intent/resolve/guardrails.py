"""Guard rails: explicit denies of the catalogue, whom they spare and whom alone they deny."""

from __future__ import annotations

from kmsgen.catalogue import guardrails
from kmsgen.intent.files.suggestion import one_of
from kmsgen.intent.form.model import GuardRailFile
from kmsgen.intent.intent import GuardRailLine
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.wide_principals import resolve_wide_principal
from kmsgen.reading import Steps

_NEEDS_ORGANIZATION = "deny-outside-organization"
_NEEDS_CONTEXT = "deny-without-encryption-context"


def resolve_guardrail(line: GuardRailFile, steps: Steps, context: Context) -> tuple[GuardRailLine, ...]:
    """Return the guard rail of a line with the ARNs of those it spares and denies; nothing after reporting that there is none."""
    ((name, options),) = line.root.items()
    here: Steps = (*steps, name)
    if name not in guardrails.GUARD_RAILS:
        context.problems.add_key(here, "unknown-guardrail", f"`{name}` is no guard rail", one_of(name, guardrails.GUARD_RAILS))
        return ()
    if name == _NEEDS_ORGANIZATION and context.organization is None:
        context.problems.add_key(
            here, "organization-missing", f"`{name}` needs the organization", "add `organization: o-...` to `scope`"
        )
    if name == _NEEDS_CONTEXT and context.key_type not in (None, "symmetric"):
        message = f"a key of {context.spec} has no encryption context"
        context.problems.add_key(here, "guardrail-key-type", message, "leave the guard rail out")
    spared = _principals(options.except_ if options else None, (*here, "except"), context)
    denied = _denied(options.for_ if options else None, (*here, "for"), spared, context)
    if context.iam_only and not (options and options.for_):
        hint = "add `for:` with the users and roles whom it denies"
        context.problems.add_key(
            here, "guardrail-for-missing", f"without key policies `{name}` is written into IAM policies", hint
        )
    return (GuardRailLine(context.where(steps), name, spared, denied),)


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


def _denied(texts: list[str] | None, steps: Steps, spared: tuple[str, ...], context: Context) -> tuple[str, ...]:
    denied: dict[str, None] = {}
    for index, text in enumerate(texts or ()):
        who = resolve_wide_principal(text, (*steps, index), context)
        foreign = who is not None and context.account is not None and who.account != context.account
        written = who is not None and (who.has_identity_policies or (who.kind == "pattern" and not context.iam_only))
        if who and (foreign or not written):
            hint = "name users and roles of this account"
            context.refuse((*steps, index), "guardrail-for", f"`{text}` cannot be denied by an IAM policy", hint)
        elif who and who.arn in spared:
            context.refuse((*steps, index), "guardrail-for", f"`{text}` is denied and spared", "name it once")
        elif who:
            denied[who.arn] = None
    return tuple(denied)
