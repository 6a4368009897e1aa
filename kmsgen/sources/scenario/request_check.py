"""Impossible requests, which no caller of KMS could send: a test with one proves nothing, so it must not pass."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from kmsgen.arn import ACCOUNT_ID, parse_arn
from kmsgen.authorizer.context.permissions import RE_ENCRYPT
from kmsgen.authorizer.language.operators import parse_date
from kmsgen.authorizer.request import Request
from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.actions import ACTIONS, PREFIX
from kmsgen.catalogue.actions import find as find_action
from kmsgen.catalogue.availability import Presence, availability
from kmsgen.catalogue.condition_keys import CONDITION_KEYS
from kmsgen.catalogue.model import Action
from kmsgen.catalogue.parameters import parameters_of
from kmsgen.policy.letter_case import folded
from kmsgen.reading import Steps
from kmsgen.sources.scenario.told_values import impossible

_CREATE_GRANT = "creategrant"
_TIMES = {"aws:currenttime", "aws:epochtime"}
_KEY_ID = re.compile(r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})\Z")


class Fault(NamedTuple):
    """What makes a request impossible: the part (`action`, `resource`, `context`, `parameters`), a message, a hint."""

    steps: Steps
    code: str
    message: str
    hint: str = ""


def faults(request: Request) -> tuple[Fault, ...]:
    """Return why a request is impossible: unknown action, resource, parameter, condition key or value. Empty if it is not."""
    found = _faults(request.action, request.resources, tuple(request.context), tuple(request.parameters))
    found = (*found, *_of_caller(request.principal), *_of_fields(request))
    if not request.context:
        return found
    told = (Fault(("context", name), *said) for name, *said in impossible(request.context))
    return (*found, *told, *_of_moments(request.context)) if len(request.context) > 1 else (*found, *told)


@lru_cache(maxsize=4096)
def _faults(action: str, resources: tuple[str, ...], context: tuple[str, ...], parameters: tuple[str, ...]) -> tuple[Fault, ...]:
    if find_action(action) is None and _operation(action) != RE_ENCRYPT:
        return (_no_action(action),)
    return (
        *(fault for index, text in enumerate(resources) for fault in _of_resource(action, text, ("resource", index))),
        *_of_parameters(action, parameters),
        *(fault for name in context for fault in _of_context(name, action)),
    )


def _of_caller(principal: str) -> tuple[Fault, ...]:
    """Return the fault of a principal that calls nothing: that it is denied says nothing of a policy."""
    if principal != "*" and ("*" in principal or "?" in principal):
        return (
            Fault(("principal",), "not-a-caller", f"`{principal}` is a pattern, and a request has one caller", "name the caller"),
        )
    if ":group/" in principal:
        return (Fault(("principal",), "not-a-caller", f"`{principal}` is a group, which calls nothing", "name a user"),)
    return ()


def takes_encryption_context(action: str) -> bool:
    """Return whether requests of an action have an encryption context; of ReEncrypt one or two."""
    return any(name.endswith("EncryptionContext") for name in parameters_of(action) or ())


def _of_fields(request: Request) -> Iterator[Fault]:
    """Yield a fault for each field beside `parameters` that requests of the action never carry."""
    if not (request.grant_tokens or request.grant_id or request.create_grant or request.encryption_context):
        return
    names = parameters_of(request.action)
    takes = frozenset(names or ())
    given = (
        ("grant_tokens", request.grant_tokens, "GrantTokens" in takes or "GrantToken" in takes),
        ("grant_id", request.grant_id, "GrantId" in takes),
        ("create_grant", request.create_grant, _operation(request.action) == _CREATE_GRANT),
        ("encryption_context", request.encryption_context, takes_encryption_context(request.action)),
    )
    for name, value, taken in given if names is not None else ():
        if value and not taken:
            yield Fault((name,), "not-carried", f"a request of `{request.action}` never carries `{name}`")


def _nearest(text: str, names: Iterable[str]) -> str:
    by_lower_case = {folded(name): name for name in names}
    near = difflib.get_close_matches(folded(text), list(by_lower_case), 1)
    return f"did you mean `{by_lower_case[near[0]]}`?" if near else ""


def _operation(action: str) -> str:
    return folded(action).removeprefix(PREFIX)


def _no_action(text: str) -> Fault:
    operation = _operation(text)
    names = [*(action.iam_name for action in ACTIONS.values()), "kms:ReEncrypt"]
    hint = "" if set("*?") & set(operation) or not operation else _nearest(f"{PREFIX}{operation}", names)
    return Fault(("action",), "unknown-action", f"`{text}` is no action of KMS", hint)


def _of_resource(name: str, text: str, steps: Steps) -> Iterator[Fault]:
    action = find_action(name)
    if action is not None and not action.resource_types:
        if text != "*":
            yield Fault(steps, "no-resource", f"`{name}` is about no resource", "leave it out, or write `*`")
        return
    if text == "*" and action is not None and action.name == "ReplicateKey":
        return
    if set("*?") & set(text):
        yield Fault(steps, "no-resource", f"`{text}` is a pattern, not a resource", "name the key that the request is about")
    elif not _is_resource(text):
        hint = "the ARN or id of a key, the ARN of an alias, or `alias/NAME`"
        yield Fault(steps, "no-resource", f"`{text}` is no KMS key and no alias", hint)
    elif action is not None and _is_alias(text) and not _takes_alias(action):
        yield Fault(steps, "no-resource", f"`{name}` takes no alias", "name the key by its ARN or id")


@lru_cache(maxsize=4096)
def _is_resource(text: str) -> bool:
    arn = parse_arn(text)
    if arn is None:
        return bool(_KEY_ID.match(text)) or (text.startswith("alias/") and len(text) > len("alias/"))
    kind = arn.service == "kms" and arn.kind in ("key", "alias") and bool(arn.name)
    return kind and bool(arn.region) and bool(ACCOUNT_ID.match(arn.account))


def _is_alias(text: str) -> bool:
    return text.rpartition(":")[2].startswith("alias/")


def _takes_alias(action: Action) -> bool:
    """Return whether requests may name the resource by an alias."""
    return "alias" in action.resource_types or condition_keys.carried("kms:requestalias", action.name)


def _of_parameters(action: str, names: Iterable[str]) -> Iterator[Fault]:
    known = parameters_of(action)
    for name in names if known is not None else ():
        if name not in (known or ()):
            message = f"a request of `{action}` has no parameter `{name}`"
            yield Fault(("parameters", name), "unknown-parameter", message, _nearest(name, known or ()))


@lru_cache(maxsize=4096)
def _of_context(name: str, action: str) -> tuple[Fault, ...]:
    actions = ("ReEncryptFrom", "ReEncryptTo") if _operation(action) == RE_ENCRYPT else (action,)
    steps = ("context", name)
    if condition_keys.find(name) is None:
        known = [key for key in CONDITION_KEYS if not key.endswith((":", "/")) and "<" not in key]
        message = f"no request to KMS has a condition key `{name}`"
        return (Fault(steps, "unknown-condition-key", message, _nearest(name, known)),)
    if not any(_can_carry(name, one) for one in actions):
        return (Fault(steps, "condition-key-not-carried", f"a request of `{action}` never carries `{name}`"),)
    return ()


def _of_moments(context: Mapping[str, tuple[str, ...]]) -> Iterator[Fault]:
    """Yield a fault if aws:CurrentTime and aws:EpochTime differ; whole seconds are enough."""
    told = {folded(name): name for name in context}
    if not told.keys() >= _TIMES:
        return
    current, epoch = told["aws:currenttime"], told["aws:epochtime"]
    readings = [[{int(one) for one in parse_date(text)} for text in context[name]] for name in (current, epoch)]
    moments = [one[0] for one in readings if len(one) == 1 and one[0]]
    if len(moments) == len(readings) and moments[0].isdisjoint(moments[1]):
        message = f"`{current}` and `{epoch}` are one moment, and the request tells two"
        yield Fault(("context", epoch), "two-moments", message, "tell one of them")


def _can_carry(name: str, action: str) -> bool:
    """Return whether requests of an action may carry a condition key, by at least one source of AWS."""
    row = availability(name)
    never = row is not None and all(one.presence is Presence.NEVER for one in row.occurrences)
    return not never and (condition_keys.on_action(name, action) or condition_keys.disputed(name, action) is not None)
