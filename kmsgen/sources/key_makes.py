"""Which makes of key a bare key policy can be for: it tells neither where key material comes from nor whether there are replicas.

Source: KMS Developer Guide, kms-api-permissions-reference, importing-keys, multi-region-keys-overview.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.catalogue.actions import ACTIONS, expand
from kmsgen.policy.bundle import NEW_KEY_ID, Bundle, Key
from kmsgen.policy.document import Effect, Statement

EXTERNAL = "EXTERNAL"


def every_make(bundle: Bundle) -> Iterator[Bundle]:
    """Yield the bundle with its first key imported, or multi-Region, where the key policy allows what only such keys know."""
    first, *others = bundle.keys
    allows = (one for one in first.policy.statements if one.effect is Effect.ALLOW)
    actions = [ACTIONS[name.removeprefix("kms:")] for name in dict.fromkeys(name for one in allows for name in _actions(one))]
    if first.key.origin != EXTERNAL and any(action.origins == (EXTERNAL,) for action in actions):
        yield bundle._replace(keys=(first._replace(key=first.key._replace(origin=EXTERNAL)), *others))
    is_told = not first.key.arn.rpartition("/")[2].startswith(NEW_KEY_ID[:-4])  # the id of a multi-Region key begins with mrk-
    if not is_told and not first.key.multi_region and any(action.multi_region_only for action in actions):
        primary = first.key._replace(multi_region=True, multi_region_key_type="PRIMARY")
        yield bundle._replace(keys=(first._replace(key=primary), *others))


def _actions(statement: Statement) -> tuple[str, ...]:
    patterns = ("*",) if statement.not_action else statement.actions
    return tuple(name for pattern in patterns for name in expand(pattern))


def said(key: Key, likely: Key) -> str:
    """Return in words what a key is that the likely one is not."""
    if key.arn != likely.arn:
        return f"if the key is in {key.arn.split(':')[3]}"
    if key.multi_region and not likely.multi_region:
        return "if the key is multi-Region"
    if key.origin != likely.origin:
        return f"if the key's origin is {key.origin}"
    return f"if the key is {key.spec} for {key.usage}"
