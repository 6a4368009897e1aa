"""KMS keys and aliases of a stack: what the template tells of each key, and what only a deployment knows.

Conditions on properties that are not told become unknown.
Source: AWS CloudFormation Template Reference, AWS::KMS::Key, AWS::KMS::ReplicaKey, AWS::KMS::Alias.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kmsgen.policy.bundle import Key
from kmsgen.sources.cloudformation.language.conditions import plain
from kmsgen.sources.cloudformation.language.namings import KEYS
from kmsgen.sources.cloudformation.language.resources import TemplateResource
from kmsgen.sources.cloudformation.language.values import is_true
from kmsgen.sources.cloudformation.stack import Stack
from kmsgen.sources.unknown.unknown import has_unknown
from kmsgen.sources.unknown.untold import ALIASES, MULTI_REGION, ORIGIN, TAGS

REPLICA = "AWS::KMS::ReplicaKey"
ALIAS = "AWS::KMS::Alias"
_TEXTS = (("KeySpec", "spec"), ("KeyUsage", "usage"), ("Origin", "origin"))
_KIND = ("KeySpec", "KeyUsage")
_MAKE = ("Origin", "MultiRegion")
_SOME_KEY = ""
_ASKED_BY_ALIAS = {"kms:requestalias": "the aliases of the key"}

# Property -> the condition keys that look at it.
_LOOKED_AT_BY = {"Origin": ORIGIN, "MultiRegion": MULTI_REGION, "Tags": TAGS}


class StackKey(NamedTuple):
    """A key of a stack with its resource; `untold` says in words what is unknown, by the condition keys that read it.

    `kind_told`: spec and usage are known; `make_told`: origin and multi-Region are.
    """

    resource: TemplateResource
    key: Key
    untold: Mapping[str, str]
    kind_told: bool
    make_told: bool


class _Alias(NamedTuple):
    """An alias of a stack, evaluated: the key that it is for and its name; `made`: it is created in every case."""

    target: Any
    name: Any
    made: bool

    @property
    def told(self) -> bool:
        """Whether target, name and existence are all known."""
        return isinstance(self.name, str) and isinstance(self.target, str) and self.made


def keys_of(stack: Stack) -> Iterator[StackKey]:
    """Yield the keys of a stack, with their aliases."""
    aliases: dict[str, list[_Alias]] = {}
    for one in stack.of(ALIAS):
        alias = _Alias(stack.value(one, "TargetKeyId"), stack.value(one, "AliasName"), stack.evaluation.always_made(one))
        named = alias.target.rpartition("/")[2] if isinstance(alias.target, str) else _SOME_KEY
        aliases.setdefault(named, []).append(alias)
    for resource in stack.of(*KEYS):
        key = _key(stack, resource)
        own = [*aliases.get(key.key.arn.rpartition("/")[2], ()), *aliases.get(_SOME_KEY, ())]
        names = tuple(alias.name for alias in own if alias.told)
        untold = key.untold if len(names) == len(own) else {**key.untold, **ALIASES, **_ASKED_BY_ALIAS}
        yield key._replace(key=key.key._replace(aliases=names), untold=untold)


def _key(stack: Stack, resource: TemplateResource) -> StackKey:
    arn = stack.evaluation.references.key_arns[resource.name]
    values = {name: stack.value(resource, name) for name in ("MultiRegion", "Tags", *(name for name, _ in _TEXTS))}
    open_names = [name for name in _LOOKED_AT_BY if has_unknown(values[name])]
    untold = {key: what for name in open_names for key, what in _LOOKED_AT_BY[name].items()}
    given = {field: values[name] for name, field in _TEXTS if isinstance(values[name], str)}
    replica = resource.type == REPLICA
    many = replica or is_true(values["MultiRegion"])
    made = "REPLICA" if replica else "PRIMARY"
    key = Key(arn, **given, multi_region=many, multi_region_key_type=made if many else None, tags=_tags(values["Tags"]))
    kind_told, make_told = (not any(has_unknown(values[name]) for name in names) for names in (_KIND, _MAKE))
    return StackKey(resource, key, untold, kind_told and not replica, make_told)


def _tags(value: object) -> tuple[tuple[str, str], ...]:
    items = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    pairs = [(plain(one.get("Key")), plain(one.get("Value"))) for one in items]
    return tuple((key, text) for key, text in pairs if isinstance(key, str) and isinstance(text, str))
