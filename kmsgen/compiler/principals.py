"""What kind of principal an ARN names, and where its permissions can stand.

Source: IAM User Guide, reference_policies_elements_principal; using-service-linked-roles.
"""

from __future__ import annotations

from kmsgen.arn import parse_arn
from kmsgen.policy.document import Principal

SERVICE_LINKED_PATH = "role/aws-service-role/"


def has_identity_policies(principal: Principal) -> bool:
    """Return whether IAM policies can be attached to the principal: a user, or a role that no service owns."""
    arn = parse_arn(principal.value) if principal.kind == "AWS" else None
    if arn is None or arn.service != "iam" or is_service_linked(principal.value):
        return False
    return arn.kind in ("user", "role")


def is_account(principal: Principal) -> bool:
    """Return whether the principal is a whole account."""
    arn = parse_arn(principal.value) if principal.kind == "AWS" else None
    return arn is not None and arn.service == "iam" and arn.resource == "root"


def is_service_linked(text: str) -> bool:
    """Return whether an ARN is that of a service-linked role."""
    arn = parse_arn(text)
    return arn is not None and arn.resource.startswith(SERVICE_LINKED_PATH)


def is_session(text: str) -> bool:
    """Return whether an ARN names one session: of a role, or federated."""
    arn = parse_arn(text)
    return arn is not None and arn.service == "sts"
