"""Forms of a key of which not all is told, or that stands for many: each in which policies could let somebody do more.

What has so many values that a form each would not do, tags and aliases, the search itself decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kmsgen.arn import in_region
from kmsgen.policy.bundle import ALIASES, KEY_ID, REGION, TAGS, Bundle, Key
from kmsgen.prover.key_arns import arns_of
from kmsgen.prover.key_kinds import kinds_of
from kmsgen.prover.problem import OutsideError


class Forms(NamedTuple):
    """A key in every form, as it is told first; `unasked` says why some form may be missing, and is empty where none is."""

    keys: tuple[Key, ...]
    unasked: str = ""

    def bundles(self, bundle: Bundle) -> list[Bundle]:
        """Return a bundle with its first key in each form."""
        return [with_key(bundle, key) for key in self.keys]


def forms_of(*bundles: Bundle) -> Forms:
    """Forms of the first key: each form that it can have is one of these to the policies, unless `unasked` says why not."""
    first = bundles[0].keys[0].key
    found: dict[Key, None] = {first: None}
    reason = ""
    try:
        found |= dict.fromkeys(_keys(bundles, first))
    except OutsideError as error:
        reason = str(error)
    return Forms(tuple(found), reason)


def to_come(key: Key) -> tuple[Key, ...]:
    """Return what an existing key may become: with any tags and aliases, and of a multi-Region key a primary and a replica.

    Source: KMS Developer Guide, tag-authorization, alias-authorization, multi-region-update ("primary Region").
    """
    changed = key._replace(tags=(), aliases=(), untold=key.untold | {TAGS, ALIASES})
    types = dict.fromkeys((key.multi_region_key_type, "PRIMARY", "REPLICA")) if key.multi_region else (key.multi_region_key_type,)
    return tuple(changed._replace(multi_region_key_type=one) for one in types)


def with_key(bundle: Bundle, key: Key) -> Bundle:
    """Return a bundle with another first key under the same policy and grants."""
    first, *others = bundle.keys
    return bundle._replace(keys=(first._replace(key=key), *others))


def _keys(bundles: Sequence[Bundle], first: Key) -> Iterator[Key]:
    for key in kinds_of(bundles, first):
        for arn in arns_of(bundles, key, region=REGION in first.untold, identifier=KEY_ID in first.untold):
            yield key._replace(arn=arn)


def of_form(key: Key, form: Key) -> Key:
    """Return a key of the kind of another, and in its Region; with its id where neither tells it."""
    arn = form.arn if KEY_ID in key.untold and KEY_ID in form.untold else in_region(key.arn, form.arn.split(":")[3])
    head, _, name = arn.rpartition("/")
    return key._replace(
        arn=f"{head}/mrk-{name.replace('-', '')}" if form.multi_region and not name.startswith("mrk-") else arn,
        spec=form.spec,
        usage=form.usage,
        origin=form.origin,
        multi_region=form.multi_region,
        multi_region_key_type=form.multi_region_key_type,
    )


def said(key: Key, likely: Key) -> tuple[str, ...]:
    """Return in words, part by part, what a key is that the likely one is not; nothing where it is that one."""
    region, plain = key.arn.split(":")[3], key.arn.replace("-", "")
    words = [_REGIONS[key.multi_region_key_type] if key.multi_region_key_type != likely.multi_region_key_type else ""]
    words += [f"of origin {key.origin}"] if key.origin != likely.origin else []
    words += [f"{key.spec} for {key.usage}"] if (key.spec, key.usage) != (likely.spec, likely.usage) else []
    if not plain.endswith(likely.arn.rpartition("/")[2].replace("-", "")):
        words.append(key.arn)
    elif region != likely.arn.split(":")[3]:
        words.append(f"in {region}")
    return tuple(filter(None, words))


_REGIONS = {None: "of one Region", "PRIMARY": "a multi-Region primary key", "REPLICA": "a replica"}


def as_condition(words: tuple[str, ...]) -> str:
    """Return what a key has to be as a condition; nothing where it is the likely one."""
    return f"if the key is {' and '.join(words)}" if words else ""
