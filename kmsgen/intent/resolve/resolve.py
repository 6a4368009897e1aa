"""An intent file's content to the intent that it means: every part checked, all problems reported in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from kmsgen.intent.files.hidden_characters import check_texts
from kmsgen.intent.files.problems import Problems
from kmsgen.intent.files.tree import Tree
from kmsgen.intent.form.model import PartialIntentFile
from kmsgen.intent.form.silence import report_silence
from kmsgen.intent.form.validate import validate
from kmsgen.intent.intent import Intent, IntentScope
from kmsgen.intent.resolve.access_lines import resolve_admin, resolve_user
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.contradictions import check_together
from kmsgen.intent.resolve.grants import resolve_grant
from kmsgen.intent.resolve.guardrails import resolve_guardrail
from kmsgen.intent.resolve.keys.existing_keys import resolve_keys
from kmsgen.intent.resolve.keys.key import resolve_key
from kmsgen.intent.resolve.never import resolve_never
from kmsgen.intent.resolve.regions import check_regions_within
from kmsgen.intent.resolve.scope import resolve_scope
from kmsgen.intent.resolve.services.services import resolve_service
from kmsgen.reading import Steps

File = TypeVar("File")
Line = TypeVar("Line")
_PLACES = (("name",), ("scope",), ("scope", "deployer"), ("key",), ("keys",), ("key_policy",), ("iam",), ("admins",))
"""The fields that messages about the file as a whole are about."""


def resolve(tree: Tree) -> Intent:
    """Return the intent that a tree means. Raises InputError with every diagnostic, of its form and of its meaning."""
    problems = Problems(tree)
    file, readable = validate(tree, problems)
    report_silence(tree, problems)
    check_texts(tree.data, problems)
    context = Context(problems.on(readable))
    intent = _intent(file, tree, context)
    check_together(intent, tree.data, context)
    if _is_base(tree):
        problems.found[:] = [one for one in problems.found if one not in problems.lacking]
    problems.raise_any()
    return intent


def _is_base(tree: Tree) -> bool:
    """Return whether a base is given in place of an intent: that is reported, and not all that an intent has besides."""
    return isinstance(tree.data, dict) and "name" not in tree.data


def _intent(file: PartialIntentFile, tree: Tree, context: Context) -> Intent:
    """Resolve every part, in the order in which they need each other; what is missing was reported."""
    context.delegation = file.delegation
    scope = resolve_scope(file.scope, context) if file.scope else IntentScope("")
    check_regions_within(tree, context)
    context.regions_given = context.regions_given or file.scope is None
    key = resolve_key(file, tree.data, context)
    return Intent(
        path=tree.path,
        name=file.name or "",
        scope=scope,
        key=key,
        keys=resolve_keys(file.keys, context),
        keys_location=context.where(("key" if key else "keys",)),
        every_key=context.every_key,
        keep_key_policies=file.key_policy == "keep",
        spec=context.spec,
        usage=context.usage,
        origin=None if file.key else context.origin,
        multi_region=None if file.key else context.multi_region,
        any_spec=context.every_key and context.key_type is None,
        delegation=file.delegation,
        iam=file.iam,
        admins=_lines("admins", file.admins, resolve_admin, context),
        users=_lines("users", file.users, resolve_user, context),
        services=_lines("services", file.services, resolve_service, context),
        grants=_lines("grants", file.grants, resolve_grant, context),
        guardrails=_lines("guardrails", file.guardrails, resolve_guardrail, context),
        never=_lines("never", file.never, resolve_never, context),
        places=tuple((".".join(steps), tree.where(steps)) for steps in _PLACES if _has(tree.data, steps)),
    )


def _has(data: object, steps: tuple[str, ...]) -> bool:
    if not steps:
        return True
    return isinstance(data, dict) and steps[0] in data and _has(data[steps[0]], steps[1:])


def _lines(
    name: str, lines: Iterable[File] | None, resolve_line: Callable[[File, Steps, Context], tuple[Line, ...]], context: Context
) -> tuple[Line, ...]:
    return tuple(found for index, line in enumerate(lines or ()) for found in resolve_line(line, (name, index), context))
