"""The key that an intent is about: one to create, or keys that exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmsgen.catalogue import key_specs
from kmsgen.catalogue.key_specs import ORIGINS
from kmsgen.intent.files.suggestion import one_of
from kmsgen.intent.form.model import PartialIntentFile
from kmsgen.intent.intent import NewKey
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.keys.existing_keys import EVERY_KEY
from kmsgen.intent.resolve.keys.key_kind import resolve_kind
from kmsgen.intent.resolve.keys.new_key import check_regions, resolve_new_key

Written = Mapping[str, Any]
"""The fields of the file as they stand, those that cannot be read too."""


def resolve_key(file: PartialIntentFile, written: Written, context: Context) -> NewKey | None:
    """Return the key to create; None for keys that exist. Tells the context what kind of key the intent is about."""
    if written.get("key") is None:
        _look_at_existing(file, written, context)
        return None
    _check_alone(file, written, context)
    if file.key is None:
        context.key_type = None
        return None
    resolve_kind(file.key.spec, file.key.usage, ("key",), context)
    context.origin, context.multi_region = file.key.origin, file.key.multi_region
    check_regions(file.key, context)
    return resolve_new_key(file.key, context)


def _check_alone(file: PartialIntentFile, written: Written, context: Context) -> None:
    """Report fields about keys that exist beside a key to create."""
    if written.get("keys") is not None:
        hint = "a key to create, or keys that exist: one file each"
        context.problems.add_key(("keys",), "key-and-keys", "`key` and `keys` exclude each other", hint)
    for name in ("spec", "usage", "origin", "multi_region"):
        if written.get(name) is not None:
            context.problems.add_key((name,), "key-and-keys", f"`{name}` is that of `keys`", f"write `{name}` into `key`")
    if file.key_policy == "keep":
        context.refuse(("key_policy",), "key-and-keys", "a key to create has no key policy to keep", "leave it out")


def _look_at_existing(file: PartialIntentFile, written: Written, context: Context) -> None:
    """Tell the context about keys that exist: whether every key is meant, whether key policies are written, and the key type."""
    if written.get("keys") is None:
        hint = 'a key to create (`key:`), ARNs of keys that exist (`keys: [...]`), or `keys: "*"`'
        context.problems.add_lacking((), "key-missing", "the intent is about no key", hint)
    context.every_key = file.keys == EVERY_KEY
    context.iam_only = context.every_key or file.key_policy == "keep"
    context.multi_region = file.multi_region
    unreadable = file.keys is None and written.get("keys") is not None
    told = file.spec is not None or file.usage is not None
    if told or not (context.every_key or unreadable):
        resolve_kind(file.spec, file.usage, (), context)
        context.spec_told = told
    else:
        context.key_type = None
    if file.origin is not None:
        _check_origin(file.origin, context)


def _check_origin(origin: str, context: Context) -> None:
    """Tell the context the origin of keys that exist; reports one that KMS does not have, at all or for their key spec."""
    if origin in ORIGINS:
        context.origin = origin
        if context.key_type is not None and origin not in key_specs.origins(context.spec):
            message = f"a key of {context.spec} cannot have the origin `{origin}`"
            context.refuse(("origin",), "key-origin", message, f"one of: {', '.join(key_specs.origins(context.spec))}")
    else:
        context.refuse(("origin",), "key-origin", f"`{origin}` is no origin of a key", one_of(origin, ORIGINS))
