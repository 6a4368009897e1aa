"""Where services' statements can stand: Regions, opt-in Regions, the key's own Region, and what only IAM policies can give."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.services import SERVICES
from kmsgen.errors import InputError
from tests.unit.compiler.service_lines import ACCOUNT, ROLE, codes, compiled, given, principals_of, statements, use, use_of

DETECTOR = "arn:aws:guardduty:{}:111122223333:detector/d"


@pytest.mark.parametrize(
    ("name", "region", "principal"),
    [
        ("guardduty", "us-east-1", "guardduty.amazonaws.com"),
        ("guardduty", "eu-west-1", "guardduty.amazonaws.com"),
        ("guardduty", "me-south-1", "guardduty.me-south-1.amazonaws.com"),
        ("guardduty", "af-south-1", "guardduty.af-south-1.amazonaws.com"),
        ("macie", "sa-east-1", "macie.amazonaws.com"),
        ("macie", "ap-east-1", "macie.ap-east-1.amazonaws.com"),
        ("macie", "il-central-1", "macie.il-central-1.amazonaws.com"),
        ("inspector", "ap-northeast-3", "inspector2.amazonaws.com"),
        ("inspector", "eu-south-2", "inspector2.eu-south-2.amazonaws.com"),
        ("inspector", "ap-southeast-9", "inspector2.ap-southeast-9.amazonaws.com"),
        ("logs", "me-south-1", "logs.me-south-1.amazonaws.com"),
        ("sns", "me-south-1", "sns.amazonaws.com"),
    ],
)
def test_a_service_may_have_another_name_in_regions_that_must_be_enabled(name: str, region: str, principal: str) -> None:
    """Its page says which; a Region that AWS has yet to open is one of them."""
    assert principals_of(compiled(use(name, accounts=(ACCOUNT,)), region=region)) == {principal}


@pytest.mark.parametrize(
    ("resource", "key", "principal"),
    [
        ("me-south-1", "us-east-1", "guardduty.me-south-1.amazonaws.com"),
        ("us-east-1", "me-south-1", "guardduty.amazonaws.com"),
    ],
)
def test_the_region_of_the_resource_decides_the_name(resource: str, key: str, principal: str) -> None:
    """Findings of another Region come from that Region's GuardDuty."""
    found = compiled(use("guardduty", resources=(DETECTOR.format(resource),)), region=key)
    assert principals_of(found) == {principal}


def test_a_service_linked_role_may_have_another_path_there() -> None:
    """The role of Macie has the Region in its path."""
    (role,) = principals_of(compiled(use("macie-analyzed-objects"), region="me-south-1"))
    assert role == f"{ROLE}aws-service-role/macie.me-south-1.amazonaws.com/AWSServiceRoleForAmazonMacie"


@pytest.mark.parametrize(
    ("partition", "region"), [("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1"), ("aws-eusc", "eusc-de-east-1")]
)
def test_another_partition_has_no_regions_to_enable(partition: str, region: str) -> None:
    """Its names are those of the page, and a note says that no page tells them for that partition."""
    found = compiled(use("macie", accounts=(ACCOUNT,)), region=region, partition=partition)
    assert principals_of(found) == {"macie.amazonaws.com"}
    assert "service-partition" in codes(found)


def test_a_note_on_another_partition_names_the_service_as_users_know_it() -> None:
    """No placeholder of the catalogue is shown: the page's REGION stands in its place."""
    found = compiled(use("lambda-esm-filter", esm_uuid="x", function="f"), region="cn-north-1", partition="aws-cn")
    (note,) = [note for note in found.notes if note.code == "service-partition"]
    assert "lambda.REGION.amazonaws.com" in note.message
    assert "${" not in note.message


@pytest.mark.parametrize(
    ("partition", "region", "name"),
    [
        ("aws-cn", "cn-north-1", "logs.cn-north-1.amazonaws.com.cn"),
        ("aws-cn", "cn-northwest-1", "logs.cn-northwest-1.amazonaws.com.cn"),
        ("aws-us-gov", "us-gov-west-1", "logs.us-gov-west-1.amazonaws.com"),
        ("aws", "us-west-2", "logs.us-west-2.amazonaws.com"),
    ],
)
def test_a_service_has_the_name_of_its_partition(partition: str, region: str, name: str) -> None:
    """As the table of names outside of aws has it; of a name that it tells there is no note that none was found."""
    for called in ("logs", "logs.amazonaws.com", "logs.amazonaws.com.cn"):
        found = compiled(use(called), region=region, partition=partition)
        assert principals_of(found) == {name}
        told = [note.message for note in found.notes if note.code == "service-partition"]
        assert any("logs.REGION" in message for message in told) is (partition == "aws-us-gov")


# --- one Region ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", ["us-west-2", "eu-central-1", "ap-east-1", "us-east-2"])
def test_dnssec_takes_a_key_in_one_region_only(region: str) -> None:
    """Route 53 signs with keys in us-east-1."""
    with pytest.raises(InputError, match=r"service-region: .*us-east-1"):
        compiled(use("dnssec"), region=region)
    assert compiled(use("dnssec"), region="us-east-1")


def test_a_multi_region_key_may_have_one_of_its_keys_there() -> None:
    """The statement is written on the key of the Region that the service takes, and on no other."""
    log = use("logs", resources=("arn:aws:logs:us-west-2:111122223333:log-group:x",))
    found = compiled(log, region="us-east-1", replicas=("us-west-2",))
    assert not statements(found)
    assert {one.value for each in statements(found, 1) for one in each.principals or ()} == {"logs.us-west-2.amazonaws.com"}


def test_a_service_of_one_region_is_on_the_key_there() -> None:
    """Whether that is the primary or a replica; where no key is there the line is refused."""
    for region, replica, there in (("us-east-1", "us-west-2", 0), ("us-west-2", "us-east-1", 1)):
        found = compiled(use("dnssec"), region=region, replicas=(replica,))
        assert [bool(statements(found, number)) for number in (0, 1)] == [number == there for number in (0, 1)]


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("logs", "arn:aws:logs:us-west-2:111122223333:log-group:x"),
        ("logs", "arn:aws:logs:eu-west-1:111122223333:log-group:/a/*"),
        ("inspector", "arn:aws:inspector2:us-west-2:111122223333:report/*"),
        ("cognito", "arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_x"),
        ("lambda-durable", "arn:aws:lambda:us-west-2:111122223333:function:f"),
    ],
)
def test_a_resource_that_needs_a_key_of_its_region_is_refused_elsewhere(name: str, resource: str) -> None:
    """The service could not use the key for it."""
    with pytest.raises(InputError, match="service-resource-region"):
        compiled(use(name, resources=(resource,)))


SINGLE_REGION = (
    "agentcore-identity-token-vault", "control-tower", "ecs-fargate-ephemeral", "macie-reveal-samples", "mwaa", "security-lake",
)  # fmt: skip


@pytest.mark.parametrize("name", SINGLE_REGION)
def test_a_service_that_takes_no_multi_region_key_refuses_one(name: str) -> None:
    """Its page says that such a key does not work."""
    with pytest.raises(InputError, match=r"service-key: .*multi-Region"):
        compiled(use_of(SERVICES[name]), replicas=("us-west-2",))
    assert compiled(use_of(SERVICES[name]))


# --- what only IAM policies give ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "word"), [("ecr", "creator"), ("translate", "service-role"), ("lookoutequipment", "user")])
@pytest.mark.parametrize("delegation", ["key-policy", "iam", "both"])
def test_what_no_key_policy_can_give_stands_in_the_iam_policy(name: str, word: str, delegation: str) -> None:
    """RetireGrant of whoever the grant does not name."""
    found = compiled(use(name, {word: "a"}), delegation=delegation)
    policies = found.bundle.principals[f"{ROLE}a"].identity_policies
    assert "kms:RetireGrant" in {action for policy in policies for each in policy.statements for action in each.actions}
    assert "RetireGrant" not in given(found, "a")


def test_the_iam_half_of_another_account_is_written_too() -> None:
    """The creator of the repository may be of another account."""
    partner = "arn:aws:iam::444455556666:role/partner"
    policies = compiled(use("ecr", {"creator": partner})).bundle.principals[partner].identity_policies
    assert "kms:RetireGrant" in {action for policy in policies for each in policy.statements for action in each.actions}


@pytest.mark.parametrize("who", [f"arn:aws:sts::{ACCOUNT}:assumed-role/a/s", f"{ROLE}aws-service-role/x.amazonaws.com/X"])
def test_who_can_have_no_iam_policy_gets_what_the_key_policy_gives(who: str) -> None:
    """A session or a service-linked role still creates the repository."""
    assert set(given(compiled(use("ecr", {"creator": who})), who)) == {"CreateGrant", "DescribeKey"}
