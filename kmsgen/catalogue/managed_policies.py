"""AWS managed policies, as they were at a date: their statements on KMS. AWS changes these policies in place.

Source: AWS Managed Policy Reference Guide.
"""

from __future__ import annotations

import json
import re
from typing import Any

_ARN = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/(.+)\Z")


NOTHING_OF_KMS: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}


def kms_policy(arn: str) -> dict[str, Any] | None:
    """Return what an AWS managed policy says of KMS, as plain data, without statements where nothing; None for one not known."""
    found = _ARN.match(arn)
    if found is None:
        return None
    from kmsgen.catalogue import _managed_policies as table  # noqa: PLC0415 - only who has such a policy pays for it

    statements = table.STATEMENTS.get(found[1])
    if statements is None and found[1] not in table.WITHOUT_KMS.split(" "):
        return None
    return {"Version": "2012-10-17", "Statement": json.loads(statements or "[]")}


def date() -> str:
    """Return the day of the newest version of these policies that is here, `YYYY-MM-DD`."""
    from kmsgen.catalogue import _managed_policies as table  # noqa: PLC0415 - as above

    return table.DATE
