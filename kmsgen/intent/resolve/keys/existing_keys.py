"""Keys that exist: the ARN of each, of the scope's account (or another one, whose key policy stays) and Regions; or every key."""

from __future__ import annotations

import re

from kmsgen.arn import ACCOUNT_ID, REGION, parse_arn
from kmsgen.catalogue.regions import PARTITION_OF
from kmsgen.intent.resolve.context import Context
from kmsgen.reading import Steps

EVERY_KEY = ["*"]
_KEY_ID = r"key/(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|mrk-[0-9a-f]{32})\Z"


def resolve_keys(keys: list[str] | None, context: Context) -> tuple[str, ...]:
    """Return the ARNs of keys that exist, none for every key; tells the context whether all are multi-Region keys."""
    if not keys or keys == EVERY_KEY:
        return ()
    sound = dict.fromkeys(text for index, text in enumerate(keys) if _check_arn(text, ("keys", index), context))
    context.key_accounts = frozenset(arn.account for arn in map(parse_arn, sound) if arn)
    if sound:
        multi_region = all("key/mrk-" in arn for arn in sound)
        if context.multi_region is not None and context.multi_region != multi_region:
            message = "the ARNs tell otherwise: a multi-Region key's id starts with `mrk-`"
            context.refuse(("multi_region",), "key-multi-region", message, "leave it out")
        context.multi_region = multi_region
    return tuple(sound)


def _check_arn(text: str, steps: Steps, context: Context) -> bool:
    arn = parse_arn(text)
    hint = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    if text == "*":
        context.refuse(steps, "key-arn", "`*` is every key and stands alone", 'write `keys: "*"`')
    elif arn is None or arn.service != "kms":
        context.refuse(steps, "key-arn", f"`{text}` is no ARN of a key", f"such as {hint}")
    elif arn.kind == "alias":
        context.refuse(steps, "key-arn", f"`{text}` is an alias, which stands for no key in a policy", "give the ARN of the key")
    elif not re.match(_KEY_ID, arn.resource):
        context.refuse(steps, "key-arn", f"`{text}` is no ARN of one key", f"such as {hint}")
    elif arn.partition != context.partition:
        context.refuse(
            steps, "wrong-partition", f"`{text}` is in the partition `{arn.partition}`", f"this intent: `{context.partition}`"
        )
    elif not ACCOUNT_ID.match(arn.account):
        context.refuse(steps, "account-id", f"`{text}` has no account id of 12 digits", f"such as {hint}")
    elif context.account is not None and arn.account != context.account and not context.iam_only:
        hint = "one file an account; with `key_policy: keep`, the half of this account for another one's key"
        context.refuse(steps, "key-outside-scope", f"`{text}` is in another account than `{context.account}`", hint)
    elif not REGION.match(arn.region) or _is_outside(arn.region, context):
        context.refuse(
            steps, "key-outside-scope", f"`{text}` is in no Region of `scope`", f"Regions: {', '.join(context.regions)}"
        )
    else:
        return True
    return False


def _is_outside(region: str, context: Context) -> bool:
    """Return whether a Region is none of those of the scope; where there is no such Region that is told elsewhere."""
    is_one = region in PARTITION_OF or region in context.new_regions
    return bool(context.regions) and is_one and region not in context.regions
