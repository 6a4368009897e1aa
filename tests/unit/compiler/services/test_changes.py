"""What a line changes of the catalogue: `can`, `when`, several accounts, and services that are no rows."""

from __future__ import annotations

import pytest

from kmsgen.catalogue import via_services
from kmsgen.errors import InputError
from kmsgen.intent.intent import When
from kmsgen.policy.document import Condition
from tests.unit.compiler.service_lines import ACCOUNT, ROLE, codes, compiled, given, principals_of, use

OTHER = "444455556666"
LOGS = "logs.us-east-1.amazonaws.com"
VIA = "StringEquals kms:ViaService"


def raw(operator: str, key: str, *values: str) -> When:
    """Return a `when` of one raw condition."""
    return When(conditions=(Condition(operator, key, values),))


# --- can ----------------------------------------------------------------------------------------------------------------


# --- when ---------------------------------------------------------------------------------------------------------------


# --- source accounts ----------------------------------------------------------------------------------------------------


# --- what is no row -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", sorted(via_services.PREFIXES))
def test_any_name_of_kms_via_service_works(prefix: str) -> None:
    """Whoever the line names may do what it says through that service."""
    found = compiled(use(f"via/{prefix}", {"caller": "a"}, can=("Decrypt", "DescribeKey")))
    assert given(found, "a") == {name: [{VIA: (f"{prefix}.us-east-1.amazonaws.com",)}] for name in ("Decrypt", "DescribeKey")}


def test_grants_through_a_service_are_as_the_line_says() -> None:
    """The word use-grants brings its condition, kms:CreateGrant in so many words none: the service makes its own grants."""
    flag = raw("Bool", "kms:GrantIsForAWSResource", "true")
    held = given(compiled(use("via/kafka", {"caller": "a"}, can=("CreateGrant",), when=flag)), "a")["CreateGrant"]
    assert held == [{"Bool kms:GrantIsForAWSResource": ("true",), VIA: ("kafka.us-east-1.amazonaws.com",)}]
    bare = compiled(use("via/kafka", {"caller": "a"}, can=("CreateGrant",)))
    assert given(bare, "a")["CreateGrant"] == [{VIA: ("kafka.us-east-1.amazonaws.com",)}]
    assert "service-bare-grant" not in codes(bare)


def test_each_region_of_a_multi_region_key_has_its_own_name() -> None:
    """Through the services of its own Region: the key policy is not a shared property of multi-Region keys."""
    found = compiled(use("via/s3", {"caller": "a"}, can=("Decrypt",)), replicas=("eu-west-1",))
    held = [given(found, "a", number)["Decrypt"] for number in (0, 1)]
    assert held == [[{VIA: ("s3.us-east-1.amazonaws.com",)}], [{VIA: ("s3.eu-west-1.amazonaws.com",)}]]


@pytest.mark.parametrize("name", ["new.amazonaws.com", "exports.new-service.amazonaws.com", "ec2.amazonaws.com.cn"])
def test_a_service_principal_that_is_no_row_gets_what_the_line_says(name: str) -> None:
    """Its actions and its conditions are the line's."""
    account = raw("StringEquals", "aws:SourceAccount", ACCOUNT)
    found = compiled(use(f"principal/{name}", can=("Decrypt",), when=account))
    assert given(found, name) == {"Decrypt": [{"StringEquals aws:SourceAccount": (ACCOUNT,)}]}
    assert principals_of(found) == {name}
    assert "service-gap" not in codes(found)
    assert "service-gap" in codes(compiled(use(f"principal/{name}", can=("Decrypt",))))


def test_a_service_that_is_no_row_needs_to_be_told_what() -> None:
    """Nothing is known of it."""
    for line in (use("via/kafka", {"caller": "a"}), use("principal/new.amazonaws.com")):
        with pytest.raises(InputError, match="service-can"):
            compiled(line)


@pytest.mark.parametrize(
    "name", ["medialive", "wickr-network", "appstream-replay-session", "groundstation-streams", "acm", "dax"]
)
def test_nothing_is_written_where_nothing_is_documented(name: str) -> None:
    """A row without a statement is told, not guessed."""
    with pytest.raises(InputError, match="service-unsupported"):
        compiled(use(name))


def test_roles_by_name_are_the_lines_own() -> None:
    """The helper of these tests writes what it says."""
    assert principals_of(compiled(use("sqs", {"consumer": f"{ROLE}x"}))) == {f"{ROLE}x"}


# --- grants that a line limits ------------------------------------------------------------------------------------------
