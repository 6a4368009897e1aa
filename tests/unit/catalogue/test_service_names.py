"""Names of service principals by partition."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.service_names import SUFFIXES, is_named_apart, name_in, without_domain


@pytest.mark.parametrize(
    ("partition", "principal", "name"),
    [
        ("aws-cn", "logs.cn-north-1.amazonaws.com", "logs.cn-north-1.amazonaws.com.cn"),
        ("aws-cn", "codedeploy.amazonaws.com", "codedeploy.amazonaws.com.cn"),
        ("aws-cn", "logs.amazonaws.com.cn", "logs.amazonaws.com.cn"),
        ("aws-cn", "logsx.amazonaws.com", "logsx.amazonaws.com"),
        ("aws-cn", "s3.amazonaws.com", "s3.amazonaws.com"),
        ("aws", "logs.us-west-2.amazonaws.com", "logs.us-west-2.amazonaws.com"),
        ("aws-us-gov", "logs.us-gov-west-1.amazonaws.com", "logs.us-gov-west-1.amazonaws.com"),
    ],
)
def test_a_name_ends_as_its_partition_has_it(partition: str, principal: str, name: str) -> None:
    """Of the services in the table alone, and once."""
    assert name_in(partition, principal) == name
    assert without_domain(name) == without_domain(principal)


def test_the_table_tells_which_names_are_known() -> None:
    """By the service, whatever its Region."""
    assert all(is_named_apart(partition, f"{service}.x.amazonaws.com") for partition, service in SUFFIXES)
    assert not is_named_apart("aws-cn", "s3.amazonaws.com")
