"""KMS actions that capability words and names mean, each of which has an effect for this principal and key.

A word stands for the actions of it that have an effect; an action that is named must have one. Source: KMS Developer Guide,
kms-api-permissions-reference (policy type, cross-account use), symm-asymm-compare (key types), key-state (origins).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kmsgen.catalogue import actions, capabilities
from kmsgen.catalogue.model import Action
from kmsgen.intent.files.suggestion import did_you_mean
from kmsgen.intent.form.words import OTHER_SERVICES
from kmsgen.intent.intent import LeftOut
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import Who
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.reading import Steps

Values = tuple[str, ...]
Reason = tuple[str, str, str]  # code, message, hint
Conditions = tuple[Condition, ...]
Granted = tuple[tuple[Values, Conditions], ...]  # actions, and the conditions that their words add

MANY = 8  # actions that a message still names
_IMPORT = ("DeleteImportedKeyMaterial", "GetParametersForImport", "ImportKeyMaterial")
# origin of the key -> actions that KMS refuses for it
WITHOUT_ORIGIN = {"AWS_KMS": _IMPORT, "EXTERNAL": ("DisableKeyRotation", "EnableKeyRotation")}


def resolve_actions(texts: list[str], steps: Steps, who: Who | None, context: Context) -> Granted:
    """Return the exact actions of a `can` in the order asked, grouped by the conditions that their words add; reports the others.

    An action that is asked for without conditions too needs none.
    """
    chosen: dict[str, Conditions] = {}
    for index, text in enumerate(texts):
        here: Steps = (*steps, index)
        word = capabilities.CAPABILITIES.get(text)
        found = _spell_out(text, here, context)
        kept = [action for action in found if _effective(action, text, here, who, context)]
        if not kept and found and word:
            _refuse_word(text, found, here, who, context)
        for action in kept:
            conditions = word.conditions if word else ()
            chosen[action] = chosen.get(action, conditions) and conditions
    groups: dict[Conditions, list[str]] = {}
    for action, conditions in chosen.items():
        groups.setdefault(conditions, []).append(action)
    return tuple((tuple(actions), conditions) for conditions, actions in groups.items())


def left_out(texts: list[str] | None, who: Who, context: Context) -> LeftOut | None:
    """Return what of the words of a `can`, or of the administrator set, its principal does not get; None where it gets all.

    What keys of this kind do not do is no part of a word's meaning here.
    """
    words = [text for text in texts or () if text in capabilities.CAPABILITIES]
    meant = (
        [action for word in words for key_type in context.key_types() for action in capabilities.actions_of(word, key_type)]
        if texts
        else _administrator_set(context)
    )
    reasons = {action: without_effect(action, who, context) for action in meant}
    found = LeftOut(who.arn, *(_refused_as(code, reasons) for code in ("iam-only-action", "cross-account-action")))
    return found if found != LeftOut(who.arn) else None


def _refused_as(code: str, reasons: Mapping[str, Reason | None]) -> Values:
    return tuple(action for action, reason in reasons.items() if reason and reason[0] == code)


def _administrator_set(context: Context) -> Values:
    rows = [
        capabilities.administrator(key_type, multi_region=context.multi_region is True, imported=context.origin == "EXTERNAL")
        for key_type in context.key_types()
    ]
    return tuple(dict.fromkeys(action for row in rows for action in row))


def administrator_actions(who: Who | None, steps: Steps, context: Context) -> Granted:
    """Return the actions of the administrator set that have an effect for this principal and key; reports who cannot run it."""
    kept = tuple(action for action in _administrator_set(context) if not without_effect(action, who, context))
    if who and context.is_foreign(who.account):
        hint = "name an administrator of this account; for use of the key: `users:`"
        context.refuse(steps, "cross-account-action", f"`{who.arn}` is of another account, which cannot run this key", hint)
    return ((kept, ()),) if kept else ()


def _spell_out(text: str, steps: Steps, context: Context) -> Values:
    """Return the actions of a capability word or name; none after reporting that there are none for this type of key."""
    if text in capabilities.CAPABILITIES:
        found = tuple(
            dict.fromkeys(action for key_type in context.key_types() for action in capabilities.actions_of(text, key_type))
        )
        if not found:
            kind = f"{context.spec} ({context.usage})"
            context.refuse(steps, "capability-key-type", f"`{text}` is nothing that a key of {kind} can do", _fitting(context))
        return found
    if (action := _kms_action(text)) is not None:
        return (action.iam_name,)
    other = next((name for name in OTHER_SERVICES if folded(name) == folded(text)), None)
    if other is not None:
        return (other,)
    context.refuse(steps, *_unknown(text))
    return ()


def _kms_action(text: str) -> Action | None:
    """Find a KMS action by `kms:Name` or bare `Name`; a lower-case word is a capability word only."""
    return actions.find(text) if folded(text).startswith("kms:") or text[:1].isupper() else None


def _unknown(text: str) -> Reason:
    if "*" in text or "?" in text:
        message = f"`{text}` has a wildcard, and would come to allow what KMS has yet to invent"
        return ("action-wildcard", message, _in_full(actions.expand(text) if folded(text).startswith("kms:") else ()))
    names = (*capabilities.CAPABILITIES, *(f"kms:{name}" for name in actions.ACTIONS))
    if ":" in text and not folded(text).startswith("kms:"):
        hint = did_you_mean(text, OTHER_SERVICES) or "an intent is about KMS"
        return ("foreign-action", f"`{text}` is no action of KMS", hint)
    hint = did_you_mean(text, names) or f"capability words: {', '.join(capabilities.CAPABILITIES)}; or an action, kms:Decrypt"
    return ("unknown-action", f"`{text}` is neither a capability word nor an action of KMS", hint)


def _in_full(matches: Sequence[str]) -> str:
    """Return a hint on how to say what a pattern matches: by name where these are few, else by words."""
    if not matches:
        return "name each action in full"
    if len(matches) <= MANY:
        return f"name them: {', '.join(matches)}"
    return "say it in capability words, such as `decrypt`, `sign`, `view`; who runs the key stands under `admins`, without `can`"


def _fitting(context: Context) -> str:
    offered = {word: capabilities.actions_of(word, context.key_type or "") for word in capabilities.CAPABILITIES}
    able = [word for word, found in offered.items() if found and (row := actions.find(found[0])) and not _lacking(row, context)]
    other = "" if context.spec_told else "tell with `spec` (and `usage`) what the keys are, if that is not it; "
    return f"{other}it can: {', '.join(able)}"


def _effective(action: str, text: str, steps: Steps, who: Who | None, context: Context) -> bool:
    """Tell whether an action has an effect; reports one that was asked for by name and has none."""
    reason = without_effect(action, who, context)
    if reason and text not in capabilities.CAPABILITIES:
        context.refuse(steps, *reason)
    return reason is None


def _refuse_word(text: str, found: Values, steps: Steps, who: Who | None, context: Context) -> None:
    reason = without_effect(found[0], who, context)
    if reason:
        context.refuse(steps, reason[0], f"`{text}` has no effect here: {reason[1]}", reason[2])


def without_effect(name: str, who: Who | None, context: Context) -> Reason | None:
    """Return why an Allow of the action would have no effect for this principal and key; None if it has one."""
    action = actions.find(name) if name.startswith("kms:") else None
    if action is not None and (reason := _lacking(action, context)):
        return reason
    if who is None:
        return None
    foreign = context.is_foreign(who.account)
    if foreign and (action is None or not action.cross_account):
        return ("cross-account-action", f"`{name}` cannot be called from another account (`{who.account}`)", "")
    if action is not None and who.only_on and action.resource_types and not set(action.resource_types) & set(who.only_on):
        there = " and ".join(action.resource_types)
        return (
            "only-on",
            f"`{name}` is about the {there} alone, and `only_on` leaves nothing of it",
            "give it a line of its own",
        )
    if _is_for_iam_only(action, who) and not who.has_identity_policies:
        hint = "give it to a role or user of this account"
        if action is not None and action.policy_types == "both":
            hint += ", or its half on the key alone: `only_on: key`"
        return ("iam-only-action", f"`{name}` must be allowed in an IAM policy, which `{who.arn}` cannot have from here", hint)
    return None


def _is_for_iam_only(action: Action | None, who: Who) -> bool:
    """Return whether no key policy can give an action, or not without an IAM policy of the principal.

    Of an action whose policy types no page tells, as kms:SynchronizeMultiRegionKey, an account's statement lets its IAM policies
    decide; the policy of a service-linked role is AWS's.
    """
    if action is None or action.policy_types == "iam":
        return True
    if action.policy_types is None:
        return who.kind != "account" and not who.service_linked
    return action.policy_types == "both" and who.kind != "account" and who.only_on != ("key",)


def _lacking(action: Action, context: Context) -> Reason | None:
    """Return why a key of this spec, usage, origin and number of Regions cannot do an action; None if it can."""
    if context.key_type and not actions.fits(action, context.key_type):
        message = f"`{action.iam_name}` is nothing that a key of {context.spec} ({context.usage}) can do"
        return ("action-key-type", message, _fitting(context))
    if action.multi_region_only and context.multi_region is False:
        hint = "set `multi_region: true` under `key`, or list keys that are: their ids begin with `mrk-`"
        return ("action-multi-region", f"`{action.iam_name}` needs a multi-Region key", hint)
    if context.origin and action.name in WITHOUT_ORIGIN.get(context.origin, ()):
        hint = "key material is imported into keys with `origin: EXTERNAL`" if context.origin == "AWS_KMS" else ""
        return ("action-origin", f"`{action.iam_name}` is refused for a key of origin {context.origin}", hint)
    return None


def resolve_never_actions(texts: list[str], steps: Steps, context: Context) -> Values:
    """Return the KMS actions that words, names and patterns of a `never` mean, whether or not they have an effect here.

    `kms:*` stays as it is: what has no key at all, such as kms:ListKeys, is meant where it is named.
    """
    chosen: dict[str, None] = {}
    for index, text in enumerate(texts):
        if text in capabilities.CAPABILITIES:
            rows = capabilities.CAPABILITIES[text].actions.values()
            found: Values = tuple(action for row in rows for action in row if action.startswith("kms:"))
        elif text in ("*", "kms:*"):
            found = ("kms:*",)
        elif folded(text).startswith("kms:") and ("*" in text or "?" in text):
            found = actions.expand(text)
        else:
            action = _kms_action(text)
            found = (action.iam_name,) if action else ()
        if not found:
            matchless = ("unknown-action", f"`{text}` matches no action of KMS", "such as kms:Re* or kms:*")
            context.refuse((*steps, index), *(matchless if "*" in text or "?" in text else _unknown(text)))
        chosen.update(dict.fromkeys(found))
    return tuple(chosen)
