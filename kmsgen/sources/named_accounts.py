"""Principals of accounts that are not known, as those of one that stands for them: whichever it is, the policy names it.

A stranger is of an account that no policy names, so for what strangers may do it does not matter which account that is. What is
no account makes no principal: KMS refuses such a policy, and a wildcard there matches nothing.
Source: IAM User Guide, reference_policies_elements_principal.
"""

from __future__ import annotations

import re
from typing import Any

from kmsgen.sources.unknown import OneOf, Text

_STANDS_FOR = "000000000001"
_HEAD = re.compile(r"arn:aws[a-z-]*:iam::\Z")
_IT = "unknown"


def with_named_accounts(data: Any, *, within: bool = False) -> Any:  # noqa: ANN401 - plain data with markers
    """Return a policy with every principal of an account that is not known as one of an account that is; else as it is."""
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
    """Return the ARN of a principal with an account in it, if the account is what is not known of it first."""
    head, *rest = principal.parts[0], *principal.parts[2:]
    if not isinstance(head, str) or not _HEAD.match(head) or not rest or not str(rest[0]).startswith(":"):
        return principal
    return "".join((head, _STANDS_FOR, *(part if isinstance(part, str) else _IT for part in rest)))
