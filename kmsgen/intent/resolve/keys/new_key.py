"""A key to create, as CreateKey and the calls after it take it.

Source: KMS API reference, CreateKey, CreateAlias, EnableKeyRotation, ScheduleKeyDeletion, ReplicateKey; KMS Developer Guide,
rotate-keys, resource-limits; Tagging AWS Resources User Guide, tag naming limits.
"""

from __future__ import annotations

from kmsgen.catalogue import key_specs
from kmsgen.intent.files.hidden_characters import unseen
from kmsgen.intent.files.suggestion import one_of
from kmsgen.intent.form.model import KeyFile
from kmsgen.intent.form.words import ORIGINS
from kmsgen.intent.intent import NewKey
from kmsgen.intent.resolve.conditions.conditions import ALIAS
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.regions import check_region
from kmsgen.policy.letter_case import folded
from kmsgen.reading import Steps

_TAG_CHARACTERS = "letters, digits, spaces and `_.:/=+-@`"


def resolve_new_key(key: KeyFile, context: Context) -> NewKey:
    """Return the key to create, its spec and usage from the context; reports what KMS would refuse."""
    steps: Steps = ("key",)
    _check_origin(key, context)
    _check_rotation(key, context)
    _check_tags(key, context)
    if len(key.description) > 8192:
        context.refuse((*steps, "description"), "long-description", "the description is longer than 8192 characters")
    return NewKey(
        location=context.where(steps),
        spec=context.spec,
        usage=context.usage,
        alias=_alias(key.alias, context),
        description=key.description,
        origin=key.origin,
        rotation_days=key.rotation_days,
        deletion_window_days=key.deletion_window_days,
        multi_region=key.multi_region,
        replicas=_replicas(key, context),
        tags=tuple(key.tags.items()),
    )


def _alias(alias: str | None, context: Context) -> str | None:
    if alias is None:
        return None
    name = alias if alias.startswith("alias/") else f"alias/{alias}"
    if name.startswith("alias/aws/"):
        context.refuse(("key", "alias"), "alias-aws", f"`{name}` is reserved for keys that AWS manages", "choose another name")
    elif not ALIAS.match(name):
        context.refuse(
            ("key", "alias"), "alias-name", f"`{name}` is no alias", "letters, digits, `/`, `_`, `-`; up to 256 characters"
        )
    return name


def _check_origin(key: KeyFile, context: Context) -> None:
    if key.origin in key_specs.CUSTOM_KEY_STORE_ORIGINS:
        message = f"keys of origin `{key.origin}` cannot be created from an intent"
        context.refuse(("key", "origin"), "key-origin", message, "create it in its key store, then list it under `keys:`")
    elif key.origin not in ORIGINS:
        context.refuse(("key", "origin"), "key-origin", f"`{key.origin}` is no origin of a key", one_of(key.origin, ORIGINS))
    elif key.origin not in key_specs.origins(context.spec):
        message = f"a key of {context.spec} cannot have the origin `{key.origin}`"
        context.refuse(("key", "origin"), "key-origin", message, f"one of: {', '.join(key_specs.origins(context.spec))}")


def _check_rotation(key: KeyFile, context: Context) -> None:
    if key.rotation_days is not None:
        here: Steps = ("key", "rotation_days")
        if context.key_type not in (None, "symmetric"):
            hint = "leave it out: KMS rotates symmetric encryption keys only"
            context.refuse(here, "rotation-key-type", f"a key of {context.spec} cannot rotate by itself", hint)
        if key.origin == "EXTERNAL":
            context.refuse(here, "rotation-origin", "imported key material cannot rotate by itself", "leave it out")


def _check_tags(key: KeyFile, context: Context) -> None:
    if len(key.tags) > 50:
        context.refuse(("key", "tags"), "bad-tag", f"{len(key.tags)} tags; a key has at most 50")
    spellings: dict[str, str] = {}
    for name, value in key.tags.items():
        here: Steps = ("key", "tags", name)
        if (other := spellings.setdefault(name.lower(), name)) != name:
            message = f"`{name}` differs from `{other}` in case alone: a condition on it matches either, but not both"
            context.problems.add_key(here, "bad-tag", message, "leave one of them out")
        if not 1 <= len(name) <= 128 or folded(name).startswith("aws:"):
            context.problems.add_key(here, "bad-tag", f"`{name}` is no tag of yours", "1 to 128 characters, not `aws:`")
        elif odd := next(filter(_is_odd, name), ""):
            context.problems.add_key(here, "bad-tag", f"`{odd}` is no character of a tag", _TAG_CHARACTERS)
        if len(value) > 256:
            context.refuse(here, "bad-tag", f"the value of the tag `{name}` is longer than 256 characters")
        elif odd := next(filter(_is_odd, value), ""):
            context.refuse(here, "bad-tag", f"`{odd}` is no character of a tag's value", _TAG_CHARACTERS)


def _is_odd(character: str) -> bool:
    """Return whether KMS takes no such character in a tag; of those that nobody sees another check tells."""
    return not (character.isalpha() or character.isnumeric() or character in " _.:/=+-@" or unseen(character))


def _replicas(key: KeyFile, context: Context) -> tuple[str, ...]:
    replicas = tuple(dict.fromkeys(key.replicas or ()))
    sound = [region for i, region in enumerate(key.replicas or ()) if check_region(region, ("key", "replicas", i), context)]
    if replicas and not key.multi_region:
        context.refuse(
            ("key", "replicas"), "replicas-single-region", "a single-Region key has no replicas", "set `multi_region: true`"
        )
    if context.regions and context.regions[0] in replicas:
        message = f"`{context.regions[0]}` is the Region of the primary key"
        context.refuse(("key", "replicas"), "replica-region", message, "a replica is in another Region")
    return tuple(sound)


def check_regions(key: KeyFile, context: Context) -> None:
    """Report a key to create that has no Region, and each Region of the scope where neither it nor a replica is."""
    if not context.regions_given:
        context.refuse(("scope",), "region-missing", "a key to create needs its Region", "add `regions: [us-west-2]` to `scope`")
    for index, region in enumerate(context.regions[1:], 1):
        if region not in (key.replicas or ()):
            hint = "one file a Region, or `multi_region: true` with `replicas`"
            context.refuse(
                ("scope", "regions", index),
                "key-regions",
                f"the key is created in `{context.regions[0]}`, not in `{region}`",
                hint,
            )
