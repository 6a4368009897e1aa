"""Amazon Resource Names: parse, format, and the forms that name a principal or a KMS resource.

Source: IAM User Guide, reference-arns; reference_policies_elements_principal.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")
ACCOUNT_ID = re.compile(r"[0-9]{12}\Z")
REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]\Z")
SERVICE_PRINCIPAL = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?\Z")


class Arn(NamedTuple):
    """`arn:partition:service:region:account:resource`, unparsed within the resource."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"

    @property
    def kind(self) -> str:
        """The part of the resource before the first `/`: `role`, `user`, `key`, `alias`, `root`."""
        return self.resource.partition("/")[0]

    @property
    def name(self) -> str:
        """The part of the resource after the first `/`, path included."""
        return self.resource.partition("/")[2]


@lru_cache(maxsize=4096)
def parse_arn(text: str) -> Arn | None:
    """Split an ARN into its six parts; None if the text is not one."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or not parts[1] or not parts[2] or not parts[5]:
        return None
    return Arn(*parts[1:])


def account_of(principal: str) -> str | None:
    """Return the account id of a principal: of its ARN, or a bare account id; None for a service or `*`."""
    if ACCOUNT_ID.match(principal):
        return principal
    arn = parse_arn(principal)
    return arn.account or None if arn else None


def account_root(partition: str, account: str) -> str:
    """Return the ARN that stands for an account as a principal."""
    return f"arn:{partition}:iam::{account}:root"


def is_service_principal(text: str) -> bool:
    """Return whether the text is a service principal's name, such as `logs.us-west-2.amazonaws.com`."""
    return SERVICE_PRINCIPAL.match(text) is not None


def without_region(service: str) -> str:
    """Return a service principal's name without the Region in it: `logs.us-west-2.amazonaws.com` is `logs.amazonaws.com`."""
    return ".".join(label for label in service.split(".") if not REGION.match(label))


@lru_cache(maxsize=4096)
def is_principal(text: str) -> bool:
    """Return whether a text has the form of a principal: an account, the ARN of who is in one, a service, or `*`.

    Of whom no request can come, a group or a pattern, it tells nothing.
    """
    arn = parse_arn(text)
    if arn is None or not ACCOUNT_ID.match(arn.account):
        return text == "*" or ACCOUNT_ID.match(text) is not None or is_service_principal(text)
    return _is_in_account(arn, ("user", "role", "group"))


def names_principal(text: str) -> bool:
    """Return whether a text is an account, or the ARN of an account, user, role, session or federated user."""
    arn = parse_arn(text)
    if arn is None or not ACCOUNT_ID.match(arn.account):
        return ACCOUNT_ID.match(text) is not None
    return _is_in_account(arn, ("user", "role")) and "*" not in text


def is_group(text: str) -> bool:
    """Return whether a text is the ARN of an IAM group, which no policy takes as a principal."""
    arn = parse_arn(text)
    return arn is not None and arn.service == "iam" and arn.kind == "group"


def is_unique_id(text: str) -> bool:
    """Return whether a text is the unique id of a user or role: what a policy shows once these are deleted."""
    return text.startswith(("AIDA", "AROA"))


def _is_in_account(arn: Arn, of_iam: tuple[str, ...]) -> bool:
    kinds = {"iam": of_iam, "sts": ("assumed-role", "federated-user")}.get(arn.service, ())
    return (arn.service == "iam" and arn.resource == "root") or (arn.kind in kinds and bool(arn.name))


def role_of_session(arn: Arn) -> str | None:
    """Return the name of the role of an `assumed-role/NAME/SESSION` ARN.

    The session ARN drops the role's path, so this is the last part of the role's name only.
    """
    if arn.service != "sts" or arn.kind != "assumed-role":
        return None
    return arn.name.partition("/")[0] or None


def region_of(arn: str) -> str:
    """Return the Region of an ARN, or an empty text."""
    parsed = parse_arn(arn)
    return parsed.region if parsed else ""


def in_region(arn: str, region: str) -> str:
    """Return an ARN in another Region; where none is given, as it is."""
    parts = arn.split(":", 5)
    return ":".join((*parts[:3], region, *parts[4:])) if region else arn
