"""How services use a key, via_services and guard rails."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from kmsgen.catalogue import services, via_services
from kmsgen.catalogue.actions import ACTIONS, fits, works_in_key_policy
from kmsgen.catalogue.condition_keys import find, on_action
from kmsgen.catalogue.guardrails import GUARD_RAILS
from kmsgen.catalogue.key_specs import KEY_SPECS, key_type
from kmsgen.catalogue.model import Service, ServiceCondition, ServiceStatement
from kmsgen.catalogue.regions import ENABLED_BY_DEFAULT, is_opt_in
from kmsgen.catalogue.services import BY_VIA, SERVICES

SHORT = {
    "logs": "cloudwatch-logs",
    "sns": "sns-to-sqs",
    "sqs": "sqs",
    "s3": "s3-sse-kms",
    "ebs": "ebs",
    "ec2": "ebs",
    "rds": "rds",
    "cloudtrail": "cloudtrail-trail",
    "secretsmanager": "secretsmanager",
    "ssm": "ssm-parameter-store",
    "lambda": "lambda-env",
    "dnssec": "route53-dnssec",
    "autoscaling": "ec2-autoscaling",
    "cloudwatch-logs": "cloudwatch-logs",
    "s3.amazonaws.com": "s3-sse-kms",
    "logs.amazonaws.com": "cloudwatch-logs",
    "kafka.amazonaws.com": "kafka",
    "msk": "kafka",
    "grafana": "managed-grafana",
    "cognito-idp": "cognito-user-pool",
    "appfabric-app-bundle": "appfabric",
    "config-delivery-iam-role": "config-delivery-channel",
}
STATUS = {"documented", "documented_generic", "recommended"}
ACCOUNT_STATUS = STATUS | {"undocumented", "unsupported"}
# The 95 names of the table of the KMS guide, and the seven that only the pages of services had when it was last counted.
DOCUMENTED = via_services.IN_TABLE | {"logs", "aps", "q", "qbusiness", "sso", "identitystore", "s3vectors"}
# Services whose page has a statement for a service principal without a condition, and no page supports one.
BARE = {
    "bedrock-kb-sessions",
    "iotsitewise-workspace",
    "cleanrooms-intermediate-table",
    "cleanrooms-ml-input-channel",
    "cleanrooms-ml-trained-model",
    "cloudfront-standard-logs-legacy",
    "cloudtrail-event-data-store",
    "cloudtrail-sns",
    "cloudwatch-logs-export-s3",
    "customer-profiles",
    "eventbridge-archive",
    "eventbridge-event-bus",
    "groundstation-azimuth-elevation",
    "groundstation-tle-oem",
    "omics-storage",
    "personalize",
    "q-business-themes",
    "rds-secret-access",
    "ses-mailmanager-archive",
    "sns-from-eventbridge",
    "stepfunctions-logging",
    "supply-chain",
    "wisdom",
}


def every_statement() -> list[tuple[Service, ServiceStatement]]:
    """Return each statement with its service."""
    return [(service, statement) for service in SERVICES.values() for statement in service.statements]


def conditions_of(name: str, number: int = 0) -> list[ServiceCondition]:
    """Return the conditions of a service's statement."""
    found = services.find(name)
    assert found is not None
    return list(found.statements[number].conditions)


@pytest.mark.parametrize("name", SHORT)
def test_short_names(name: str) -> None:
    """The names that users write stand for the use that they mean."""
    found = services.find(name)
    assert found is not None
    assert found.id == SHORT[name]


@pytest.mark.parametrize("name", ["", "S3", "nope", "logs.us-west-2.amazonaws.com", "amazonaws.com", ".amazonaws.com"])
def test_no_such_service(name: str) -> None:
    """What is neither an id nor a short name is no service."""
    assert services.find(name) is None


def test_short_names_hide_no_id() -> None:
    """A short name is nobody's id and stands for one service only."""
    listed = [name for service in SERVICES.values() for name in service.short]
    assert len(listed) == len(set(listed))
    assert not set(listed) & set(SERVICES)
    assert all(bool(service.short) == bool(service.short_why) for service in SERVICES.values())


def test_every_service_has_a_source() -> None:
    """Each row names a page of the AWS documentation and the day on which it was read."""
    assert len(SERVICES) == 292
    assert all(source.startswith("https://docs.aws.amazon.com/") for row in SERVICES.values() for source in row.source)
    assert all(row.source and date.fromisoformat(row.read) for row in SERVICES.values())


def test_services_without_statements_say_why() -> None:
    """A service that takes no customer managed key, or of which nothing is documented, has a note."""
    without = {row.id: row.mechanism for row in SERVICES.values() if not row.statements}
    assert Counter(without.values()) == {"unsupported": 29, "unknown": 4}
    assert all(SERVICES[name].notes or SERVICES[name].unconfirmed for name in without)
    assert {row.id for row in SERVICES.values() if row.mechanism in ("unsupported", "unknown")} == set(without)


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_every_documented_name_of_kms_via_service_has_a_row(name: str) -> None:
    """Of each of the 102 names a use is known, or that it takes no key."""
    assert BY_VIA[name]
    assert all(name in SERVICES[row].via for row in BY_VIA[name])


def test_names_of_kms_via_service() -> None:
    """No row has a name that nobody knows."""
    assert len(DOCUMENTED) == 102
    assert set(BY_VIA) == via_services.PREFIXES


def test_rows_that_could_not_be_confirmed_say_why_and_are_never_wide() -> None:
    """What no page prints is pinned to its service, or is nothing but metadata; a bare CreateGrant is never among it."""
    pins = {"kms:ViaService", "kms:GrantIsForAWSResource", "aws:SourceArn", "aws:SourceAccount"}
    for service, statement in every_statement():
        if statement.generic and statement.actions != ("kms:DescribeKey",):
            keys = {row.condition.key for row in statement.conditions}
            assert keys & pins or any(key.startswith("kms:EncryptionContext:") for key in keys) or statement.by_itself, service.id
            assert "kms:CreateGrant" not in statement.actions or keys & pins, service.id
    assert sum(bool(row.unconfirmed) for row in SERVICES.values()) == 25


def test_words_of_a_service() -> None:
    """Each word that a statement is for is one of its service; each of the service's is for a statement or a grant."""
    for service in SERVICES.values():
        used = {word for statement in service.statements for word in statement.who} | set(service.grants.who)
        assert used == {word for word, _ in service.who}, service.id
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", word) and told for word, told in service.who), service.id


def test_a_statement_is_for_callers_or_for_a_principal_of_its_own() -> None:
    """Either the line names who, or the catalogue does."""
    for service, statement in every_statement():
        assert bool(statement.who) != bool(statement.principal), service.id
        assert not statement.who or statement.principal_kind == "AWS", service.id
        assert not statement.by_itself or statement.who, service.id


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("m2", ("m2-application", "m2-environment")),
        ("bedrock", ("bedrock-knowledge-base", "bedrock-custom-model")),
        ("events.rds.amazonaws.com", ("sns-from-rds-events",)),
        ("delivery.logs.amazonaws.com", ("vended-logs-s3", "pipes-logging")),
        ("nothing.amazonaws.com", ()),
        ("nothing", ()),
    ],
)
def test_a_name_that_is_no_service_may_be_that_of_several(name: str, near: tuple[str, ...]) -> None:
    """A prefix of kms:ViaService or a service principal tells which uses there are."""
    found = services.alternatives(name)
    assert set(near) <= set(found)
    assert bool(near) == bool(found)


@pytest.mark.parametrize("name", ["us-east-1", "eu-north-1", "ap-northeast-3"])
def test_regions_of_before_march_2019_are_enabled(name: str) -> None:
    """Their list is closed."""
    assert len(ENABLED_BY_DEFAULT) == 17
    assert not is_opt_in("aws", name)


@pytest.mark.parametrize("name", ["me-south-1", "ap-east-2", "mx-central-1", "xx-new-7"])
def test_every_later_region_must_be_enabled(name: str) -> None:
    """Those that AWS has yet to open too; other partitions have none such."""
    assert is_opt_in("aws", name)
    assert not is_opt_in("aws-cn", name)


def test_actions_are_exact_and_have_an_effect() -> None:
    """No wildcard, nothing that cannot be allowed where the statement stands, nothing that the key type lacks."""
    for service, statement in every_statement():
        types = {key_type(spec, service.key_usage) for spec in service.key_specs or ("SYMMETRIC_DEFAULT",)}
        assert statement.actions
        for action in statement.actions:
            row = ACTIONS[action.removeprefix("kms:")]
            assert works_in_key_policy(row) is not statement.iam_only, (service.id, action)
            assert any(fits(row, found or "") for found in types), (service.id, action)


def test_conditions_exist_on_each_action() -> None:
    """No action stands under a condition whose key it never carries: it could never be allowed."""
    for service, statement in every_statement():
        for row in statement.conditions:
            key = services.PLACEHOLDER.sub("x", row.condition.key)
            assert find(key), (service.id, key)
            if not row.condition.operator.startswith("ForAllValues") and not row.condition.operator.endswith("IfExists"):
                assert all(on_action(key, action) for action in statement.actions), (service.id, key)


def test_every_bare_create_grant_is_one_of_a_page() -> None:
    """CreateGrant without a condition is in no statement that the catalogue made itself."""
    bare = {service.id for service, each in every_statement() if "kms:CreateGrant" in each.actions and not each.conditions}
    assert bare == {
        "comprehend-jobs", "customer-profiles", "eks-secrets", "m2-environment", "personalize", "quick-sight",
        "sagemaker-inference-recommender", "supply-chain", "translate-batch",
    }  # fmt: skip


def test_unsupported_conditions_are_not_in_the_statements() -> None:
    """A condition that breaks an integration is in none of its statements."""
    for service, statement in every_statement():
        assert not {row.condition.key for row in statement.conditions} & set(service.unsupported), service.id
    assert SERVICES["sns-from-eventbridge"].statements[0].source_account == "unsupported"
    assert SERVICES["eks-secrets"].unsupported == ("kms:GrantIsForAWSResource",)


def test_service_principals_are_pinned_where_a_page_supports_it() -> None:
    """A statement for a service principal has a condition; the exceptions are the services whose page has none."""
    bare = {
        service.id
        for service, statement in every_statement()
        if statement.principal_kind == "Service" and not statement.conditions
    }
    assert bare == BARE


def test_status_of_conditions() -> None:
    """Each condition is documented or has the basis that supports it."""
    for service, statement in every_statement():
        assert statement.source_account in (ACCOUNT_STATUS if statement.principal_kind == "Service" else {""}), service.id
        for row in statement.conditions:
            assert row.status in STATUS
            assert row.status != "recommended" or row.basis, (service.id, row.condition.key)


def test_resources_fill_arn_conditions_only() -> None:
    """What an intent's resources fill is aws:SourceArn or an encryption context, under an operator that takes wildcards."""
    for service, statement in every_statement():
        for row in statement.conditions:
            if row.resources:
                assert re.match(r"aws:SourceArn|kms:EncryptionContext:", row.condition.key), service.id
                assert row.condition.operator in {"ArnLike", "StringLike"}, service.id


def test_needs_lists_what_the_line_must_give() -> None:
    """A placeholder that neither the scope nor the resources fill is among the needs."""
    for service, statement in every_statement():
        texts = [row.condition.key + "".join(row.condition.values) for row in statement.conditions if not row.resources]
        texts += [] if statement.caller else [statement.principal]
        named = {name for text in texts for name in services.PLACEHOLDER.findall(text)}
        assert set(statement.needs) == named - services.SCOPE_PLACEHOLDERS, service.id
    assert SERVICES["ecs-fargate-ephemeral"].statements[0].needs == ("cluster",)


def test_callers_are_named_by_the_line() -> None:
    """A statement for whoever calls the service is marked; one for a service-linked role names it."""
    assert SERVICES["s3-sse-kms"].statements[0].caller
    assert SERVICES["efs"].statements[0].caller
    assert not SERVICES["ec2-autoscaling"].statements[0].caller
    assert not any(statement.caller for _, statement in every_statement() if statement.principal_kind != "AWS")


def test_log_groups_are_in_the_encryption_context() -> None:
    """`logs` with log groups pins them by kms:EncryptionContext:aws:logs:arn, without DescribeKey, which has no context."""
    (row,) = conditions_of("logs")
    assert (row.condition.operator, row.condition.key) == ("ArnLike", "kms:EncryptionContext:aws:logs:arn")
    assert row.resources
    assert services.fits(row, "arn:aws:logs:us-west-2:111122223333:log-group:/payments/*")
    assert services.fits(row, "arn:aws:logs:us-west-2:111122223333:log-group:*")
    assert not services.fits(row, "arn:aws:logs:us-west-2:111122223333:log-group:/payments/api:*")
    assert not services.fits(row, "arn:aws:s3:::bucket")
    assert row.wide == ("arn:${partition}:logs:${region}:${account}:*",)
    assert "kms:DescribeKey" not in SERVICES["cloudwatch-logs"].statements[0].actions


def test_sns_is_pinned_by_its_source_account() -> None:
    """`sns` is the service principal that delivers to queues; the topic may stay open, the account may not."""
    arn, account = conditions_of("sns")
    assert SERVICES["sns-to-sqs"].statements[0].principal == "sns.amazonaws.com"
    assert (arn.condition.key, arn.resources, arn.required) == ("aws:SourceArn", True, False)
    assert (account.condition.key, account.condition.values, account.status) == (
        "aws:SourceAccount",
        ("${account}",),
        "documented_generic",
    )


def test_ebs_works_for_the_caller() -> None:
    """EBS has the caller's use through EC2, and grants for AWS resources only."""
    ebs = SERVICES["ebs"]
    assert ebs.via == ("ec2",)
    assert ebs.statements[0].actions == ("kms:CreateGrant",)
    assert all(statement.caller for statement in ebs.statements)


def test_dnssec_has_a_signing_key() -> None:
    """DNSSEC signs with ECC_NIST_P256, so its statement has Sign and the public key."""
    dnssec = SERVICES["route53-dnssec"]
    assert (dnssec.key_specs, dnssec.key_usage) == (("ECC_NIST_P256",), "SIGN_VERIFY")
    assert dnssec.statements[0].actions == ("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign")


def test_key_specs_of_services_exist() -> None:
    """A service that asks for a spec asks for one that KMS has, with a usage of it."""
    for service in SERVICES.values():
        assert all(key_type(spec, service.key_usage) for spec in service.key_specs)
        assert set(service.key_specs) <= set(KEY_SPECS)


def test_policy_variables_are_no_placeholders() -> None:
    """`${aws:ResourceAccount}` stays in the policy: IAM Identity Center's statement means it."""
    row = conditions_of("identity-center")[0]
    assert row.condition.values == ("${aws:ResourceAccount}",)
    assert not services.PLACEHOLDER.findall(row.condition.values[0])


def test_fits_takes_a_placeholder_for_anything() -> None:
    """A shape fits with its placeholders filled in, and no shape reads an ARN as a pattern."""
    generic, bucket = conditions_of("cloudwatch-alarms")[1], conditions_of("s3")[1]
    assert services.fits(generic, "arn:aws:cloudwatch:us-east-1:111122223333:alarm:x")
    assert services.fits(bucket, "arn:aws:s3:::bucket/path/*")
    assert not services.fits(bucket, "arnXaws:s3:::bucket")


def test_via_services() -> None:
    """The prefixes of kms:ViaService are those of the table and those that only a service's page has, marked."""
    assert {"s3", "rds", "ec2", "secretsmanager", "elasticfilesystem"} <= via_services.IN_TABLE
    assert {"logs", "aps", "s3vectors", "sso"} <= via_services.ON_SERVICE_PAGES_ONLY
    assert not via_services.IN_TABLE & via_services.ON_SERVICE_PAGES_ONLY
    assert via_services.PREFIXES == via_services.IN_TABLE | via_services.ON_SERVICE_PAGES_ONLY
    assert len(via_services.IN_TABLE) == 95
    assert via_services.value("s3", "us-west-2") == "s3.us-west-2.amazonaws.com"


def test_via_conditions_name_known_services() -> None:
    """Each service prefix in a statement is one of the known prefixes."""
    assert {name for service in SERVICES.values() for name in service.via} <= via_services.PREFIXES


def test_guard_rails() -> None:
    """Each has its name, what it denies, and why."""
    assert all(row.name == name and row.summary and row.why for name, row in GUARD_RAILS.items())
