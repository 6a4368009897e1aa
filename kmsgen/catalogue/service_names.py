"""Names of service principals outside of the partition aws, where they are others than the services' pages print.

Service principals end in `amazonaws.com` in every partition but for some services. Source: hashicorp/aws 5.100, data source
aws_service_principal, asked for each service principal of the catalogue in cn-north-1, us-gov-west-1 and eusc-de-east-1; the AWS
CDK's region-info (logs and codedeploy have the suffix of the partition).
"""

from __future__ import annotations

from collections.abc import Mapping

_DOMAIN = ".amazonaws.com"
SUFFIXES: Mapping[tuple[str, str], str] = {
    ("aws-cn", "codedeploy"): ".amazonaws.com.cn",
    ("aws-cn", "elasticmapreduce"): ".amazonaws.com.cn",
    ("aws-cn", "logs"): ".amazonaws.com.cn",
}
"""What the name of a service ends with in a partition."""


def name_in(partition: str, principal: str) -> str:
    """Return the name that a service principal, `logs.us-west-2.amazonaws.com`, has in a partition."""
    suffix = SUFFIXES.get((partition, principal.partition(".")[0]))
    return f"{principal.removesuffix(_DOMAIN)}{suffix}" if suffix and principal.endswith(_DOMAIN) else principal


def is_named_apart(partition: str, principal: str) -> bool:
    """Return whether the table tells the name that a service principal has in a partition."""
    return (partition, principal.partition(".")[0]) in SUFFIXES


def without_domain(name: str) -> str:
    """Return the name of a service principal without what it ends with, in any partition."""
    for suffix in (*SUFFIXES.values(), _DOMAIN):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name
