"""Other makes of a key (imported, multi-Region) that a bare key policy may be for, as it does not tell.

Source: KMS Developer Guide, kms-api-permissions-reference, importing-keys, multi-region-keys-overview.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.catalogue.actions import find
from kmsgen.policy.bundle import Bundle

EXTERNAL = "EXTERNAL"


def other_makes(bundle: Bundle) -> Iterator[Bundle]:
    """Yield the bundle with its key imported, or multi-Region, where the key policy names an action for such keys only."""
    first, *others = bundle.keys
    named = [action for one in first.policy.statements for entry in one.actions if (action := find(entry)) is not None]
    if any(action.origins == (EXTERNAL,) for action in named):
        imported = first.key._replace(origin=EXTERNAL)
        yield bundle._replace(keys=(first._replace(key=imported), *others))
    if not first.key.multi_region and any(action.multi_region_only for action in named):
        primary = first.key._replace(multi_region=True, multi_region_key_type="PRIMARY")
        yield bundle._replace(keys=(first._replace(key=primary), *others))
