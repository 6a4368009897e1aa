"""AWS Regions wherever an intent names one: a name that is none is refused with the nearest that is.

Regions stand in lists of their own, in ARNs, in names of services, and in the values of condition keys about Regions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from kmsgen.arn import PARTITIONS, REGION, is_service_principal, parse_arn
from kmsgen.catalogue.regions import PARTITION_OF
from kmsgen.intent.files.suggestion import did_you_mean, nearest
from kmsgen.intent.files.tree import Tree, texts
from kmsgen.intent.resolve.context import Context
from kmsgen.policy.letter_case import folded
from kmsgen.reading import Steps

_KEYS_OF_REGIONS = ("aws:requestedregion", "kms:primaryregion", "kms:replicaregion")
_NOT_YET = "(one that AWS opened since belongs into `scope.new_regions` too)"


def check_region(region: str, steps: Steps, context: Context) -> bool:
    """Tell whether a Region is one of the intent's partition; report it if it is not."""
    if region in context.new_regions:
        return True
    if region not in PARTITION_OF:
        _refuse(region, region, steps, context)
    elif PARTITION_OF[region] != context.partition:
        message = f"the Region `{region}` is in the partition `{PARTITION_OF[region]}`"
        context.refuse(steps, "wrong-partition", message, f"this intent is in the partition `{context.partition}`")
    else:
        return True
    return False


def resolve_new_regions(regions: Iterable[str], context: Context) -> None:
    """Tell the context the Regions that an intent takes though the catalogue lacks them; report what is the name of none.

    One that the catalogue has, once it is newer, is what that says.
    """
    told = list(enumerate(regions))
    for place, region in told:
        steps: Steps = ("scope", "new_regions", place)
        if not REGION.match(region):
            context.refuse(steps, "bad-region", f"`{region}` is no name of a Region", "such as us-west-2")
        elif region in PARTITION_OF:
            check_region(region, steps, context)
    context.new_regions = frozenset(region for _, region in told if region not in PARTITION_OF)


def check_regions_within(tree: Tree, context: Context) -> None:
    """Report every text of a file in which a Region stands that there is not."""
    for steps, text in texts(tree.data):
        for region in _regions_in(text, steps):
            if not any(fnmatchcase(known, region) for known in (*PARTITION_OF, *context.new_regions)):
                _refuse(region, text, steps, context)


def _regions_in(text: str, steps: Steps) -> Iterator[str]:
    """Yield what stands in a text where a Region does, and is meant for one."""
    arn = parse_arn(text)
    if arn is not None and arn.partition in PARTITIONS and _is_meant(arn.region):
        yield arn.region
    elif arn is None and is_service_principal(text):
        yield from filter(_is_meant, text.split(".")[1:-2])
    elif _is_about_regions(steps) and "${" not in text:
        yield text


def _is_about_regions(steps: Steps) -> bool:
    """Return whether a text is a value, or one of the values, of a condition key about Regions."""
    names = [step for step in steps if isinstance(step, str)]
    return "conditions" in names[:-1] and folded(names[-1]) in _KEYS_OF_REGIONS


def _is_meant(text: str) -> bool:
    """Return whether a part of a text has the form of a Region, or nearly is one."""
    return bool(REGION.match(text)) or (text[-1:].isdigit() and bool(did_you_mean(text, PARTITION_OF)))


def _refuse(region: str, text: str, steps: Steps, context: Context) -> None:
    hint = nearest(region, (known for known, partition in PARTITION_OF.items() if partition == context.partition))
    where = "" if region == text else f" in `{text}`"
    context.refuse(steps, "bad-region", f"`{region}`{where} is no Region", f"{hint} {_NOT_YET}" if REGION.match(region) else hint)
