"""Account and Region of a stack: told by the user, the one account in its key policies, or a stand-in.

A template that uses pseudo parameters means the same in every account and Region that it does not name, so the stand-in is one
that it does not name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, NamedTuple

from kmsgen.reading import Source
from kmsgen.sources.beside import Beside
from kmsgen.sources.cloudformation.language.namings import KEYS
from kmsgen.sources.cloudformation.language.resources import section
from kmsgen.sources.described import STANDS_FOR, Home, accounts_in

_ACCOUNT, _REGION = "AWS::AccountId", "AWS::Region"
_ACCOUNT_OF_KEY = re.compile(r"arn:aws[a-z-]*:kms:[^:]*:([0-9]{12}):")
_PARTITION = re.compile(r"arn:(aws[a-z-]*):")
REGION_NAME = re.compile(r"(?<![a-z0-9-])[a-z]{2,4}(?:-[a-z]+)+-[0-9](?![0-9a-z-])")
_REGIONS: Mapping[str, tuple[str, ...]] = {
    "aws": ("us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2", "sa-east-1"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
    "aws-eusc": ("eusc-de-east-1",),
}


class Where(NamedTuple):
    """Account and Region of a stack; `sure` if told by the user, `region_told` if the Region is.

    `others` are accounts that key policies name beside a stand-in; `unclear` says why it may be one of these: where no pseudo
    parameter stands for its own, or policies name keys of an account.
    """

    home: Home
    sure: bool = False
    region_told: bool = False
    others: tuple[str, ...] = ()
    unclear: str = ""


def home_of(source: Source, beside: Beside) -> Where:
    """Return account and Region of a template's stack."""
    if beside.key_arn is not None or beside.home is not None:
        return Where(beside.home_of((), source.path), sure=True, region_told=True)
    texts = [json.dumps(one.get("KeyPolicy")) for one in _properties_of_keys(source.data)]
    named = {partition for text in texts for partition in _PARTITION.findall(text)}
    partition = named.pop() if len(named) == 1 else "aws"
    told = beside.parameters
    named_accounts = accounts_in(texts)
    own = any(_ACCOUNT in text for text in texts)
    account = told.get(_ACCOUNT) or (named_accounts[0] if len(named_accounts) == 1 and not own else STANDS_FOR)
    region = told.get(_REGION) or _unnamed_region(json.dumps(source.data), partition)
    home = Home(told.get("AWS::Partition", partition), account, region)
    of_keys = tuple(sorted(set(_ACCOUNT_OF_KEY.findall(json.dumps(source.data)))))
    if account != STANDS_FOR or not (named_accounts or of_keys):
        return Where(home, region_told=_REGION in told)
    seen = ", ".join(f"`{one}`" for one in (of_keys or named_accounts))
    unclear = f"the template does not tell its account, which may be one that its policies name: {seen}"
    is_another = own and not of_keys and not beside.strict
    return Where(home, region_told=_REGION in told, others=named_accounts, unclear="" if is_another else unclear)


def _unnamed_region(text: str, partition: str) -> str:
    """Return a Region of the partition that the template does not name."""
    named = set(REGION_NAME.findall(text))
    regions = _REGIONS.get(partition, _REGIONS["aws"])
    return next((region for region in regions if region not in named), regions[0])


def _properties_of_keys(data: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - plain data
    for one in section(data, "Resources").values():
        if isinstance(one, dict) and one.get("Type") in KEYS and isinstance(one.get("Properties"), dict):
            yield one["Properties"]


def arns_of(home: Home, keys: int) -> Iterator[str]:
    """Yield ARNs for the keys of all stacks of a file, without end: first the known one, if there is a single key."""
    if keys == 1:
        yield home.key_arns(1)[0]
    yield from (home.key_arn(number) for number in count(1 if keys == 1 else 0))


def count_of_keys(data: Any) -> int:  # noqa: ANN401 - plain data
    """Return how many keys a template declares."""
    resources = section(data, "Resources").values()
    return sum(isinstance(one, dict) and one.get("Type") in KEYS for one in resources)
