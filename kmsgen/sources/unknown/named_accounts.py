"""Principals in unknown accounts, taken to be in one stand-in account: whichever it is, the policy names it.

A stranger is in an account that no policy names, so for public access the account does not matter. What is no account id makes no
principal: KMS refuses such a policy.
Source: IAM User Guide, reference_policies_elements_principal.
"""

from __future__ import annotations

import re
from typing import Any

from kmsgen.sources.unknown.unknown import OneOf, Text

_STANDS_FOR = "000000000001"
_HEAD = re.compile(r"arn:aws[a-z-]*:iam::\Z")
_IT = "unknown"


def with_named_accounts(data: Any, *, within: bool = False) -> Any:  # noqa: ANN401 - plain data with markers
    """Return a policy with every principal in an unknown account put into the stand-in account; `within` a Principal element."""
    if within and isinstance(data, Text):
        return _named(data)
    if isinstance(data, OneOf):
        return data._replace(options=tuple(with_named_accounts(option, within=within) for option in data.options))
    if isinstance(data, list):
        return [with_named_accounts(one, within=within) for one in data]
    if isinstance(data, dict):
        return {name: with_named_accounts(one, within=within or name == "Principal") for name, one in data.items()}
    return data


def _named(principal: Text) -> Text | str:
    """Return a principal ARN with the stand-in account, if its account is the first unknown part; else the text as it is."""
    head, *rest = principal.parts[0], *principal.parts[2:]
    if not isinstance(head, str) or not _HEAD.match(head) or not rest or not str(rest[0]).startswith(":"):
        return principal
    return "".join((head, _STANDS_FOR, *(part if isinstance(part, str) else _IT for part in rest)))
