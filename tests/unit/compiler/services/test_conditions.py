"""Conditions of services' statements: what is documented is written, what is recommended is asked for, what breaks is refused."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.services import BY_NAME, PLACEHOLDER, SERVICES
from kmsgen.errors import Diagnostic, InputError, KmsgenError
from kmsgen.intent.intent import GrantWhen, GuardRailLine, ServiceUse, When
from kmsgen.policy.document import Condition
from tests.unit.compiler.service_lines import ACCOUNT, HERE, ROLE, codes, compiled, given, held, statements, use, use_of

FLAG = "Bool kms:GrantIsForAWSResource"
FOR_AWS = Condition("Bool", "kms:GrantIsForAWSResource", ("true",))
VIA = "StringEquals kms:ViaService"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:x-??????"


def when(operator: str, key: str, value: str) -> When:
    """Return a `when` of one raw condition."""
    return When(conditions=(Condition(operator, key, (value,)),))


@pytest.mark.parametrize(
    ("name", "principal"),
    [
        ("eks-secrets", "creator"),
        ("rds", "creator"),
        ("rds-zero-etl-redshift", "redshift.amazonaws.com"),
        ("rds-zero-etl-lakehouse", "glue.amazonaws.com"),
        ("ecs-fargate-ephemeral", "fargate.amazonaws.com"),
        ("firehose", "creator"),
        ("lambda-env", "configurer"),
        ("supply-chain", "scn.us-east-1.amazonaws.com"),
        ("kafka", "creator"),
        ("bedrock-custom-model", "customizer"),
        ("personalize", "personalize.amazonaws.com"),
        ("groundstation-tle-oem", "groundstation.us-east-1.amazonaws.com"),
    ],
)
def test_grants_have_no_condition_that_the_page_does_not_print(name: str, principal: str) -> None:
    """kms:GrantIsForAWSResource stands where a page prints it, and nowhere else."""
    assert all(FLAG not in held for held in given(compiled(use_of(SERVICES[name])), principal)["CreateGrant"])


@pytest.mark.parametrize(
    ("name", "principal"),
    [
        ("ebs", "user"),
        ("opensearch", "creator"),
        ("route53-dnssec", "dnssec-route53.amazonaws.com"),
        ("ec2-autoscaling", f"{ROLE}aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
        ("ecs-ebs-volumes", "infrastructure-role"),
        ("eks-auto-mode-ebs", "cluster-role"),
        ("backup", "backup-role"),
        ("workspaces", "administrator"),
        ("aoss", "creator"),
        ("redshift", "creator"),
    ],
)
def test_grants_have_the_condition_that_the_page_prints(name: str, principal: str) -> None:
    """What is documented is never left out."""
    assert all(held[FLAG] == ("true",) for held in given(compiled(use_of(SERVICES[name])), principal)["CreateGrant"])


UNCONFIRMED = (
    "apprunner", "codeguru-reviewer", "deepracer", "directory-service", "kendra-index",
    "license-manager-seller-issued", "replicated-data-store", "snowball",
)  # fmt: skip


@pytest.mark.parametrize("name", UNCONFIRMED)
def test_what_could_not_be_confirmed_has_every_condition_that_is_known(name: str) -> None:
    """A statement that no page prints is for AWS resources and through its service only."""
    service = SERVICES[name]
    found = given(compiled(use_of(service)), service.who[0][0])
    assert service.unconfirmed
    assert all(FLAG in held for held in found["CreateGrant"])
    assert all(VIA in held for rows in found.values() for held in rows)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (use("eks", {"creator": "a"}, when=When(conditions=(FOR_AWS,))), "GrantIsForAWSResource"),
        (use("sns-from-eventbridge", accounts=(ACCOUNT,)), "SourceAccount"),
        (use("sns-from-eventbridge", when=when("StringEquals", "aws:SourceOrgID", "o-exampleorgid")), "SourceOrgID"),
        (use("stepfunctions", {"execution-role": "a"}, name="x", when=When(via=("states",))), "ViaService"),
        (use("sagemaker-feature-store-offline", {"feature-group-role": "a"}, when=When(via=("s3",))), "ViaService"),
        (use("dms-homogeneous", {"creator": "a"}, when=When(encryption_context=(("a", ("b",)),))), "EncryptionContext"),
        (use("dms-schema-conversion", {"creator": "a"}, when=When(encryption_context=(("a", ("b",)),))), "EncryptionContext"),
        (use("cleanrooms-ml", accounts=(ACCOUNT,)), "SourceAccount"),
        (use("cleanrooms-ml-input-channel", when=when("ArnLike", "aws:SourceArn", "arn:aws:x:us-east-1:*:y")), "SourceArn"),
        (use("ses-mailmanager-archive", accounts=(ACCOUNT,)), "SourceAccount"),
        (use("ses-mailmanager-archive", when=when("StringLike", "aws:SourceOrgPaths", "o-x/*")), "SourceOrgPaths"),
        (use("s3-express", {"user": "a"}, when=when("StringEquals", "kms:RequestAlias", "alias/app")), "RequestAlias"),
    ],
)
def test_a_condition_that_breaks_the_service_is_refused(line: object, key: str) -> None:
    """However the line asks for it."""
    with pytest.raises(InputError, match=rf"service-condition: .*{key}"):
        compiled(line)  # type: ignore[arg-type]


def test_the_conditions_that_a_service_is_printed_with_do_not_break_it() -> None:
    """An unsupported family leaves out what the statements have themselves."""
    context = When(encryption_context=(("aws:dms:migration-project-id", ("p-1",)),))
    found = given(compiled(use("dms-schema-conversion", {"creator": "a"}, when=context, can=("Decrypt",))), "a")
    assert found["Decrypt"][0]["StringEquals kms:EncryptionContext:aws:dms:migration-project-id"] == ("p-1",)


# --- recommended conditions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "word", "action"),
    [
        ("sqs", "producer", "GenerateDataKey"),
        ("sqs", "consumer", "Decrypt"),
        ("sns-publishers", "publisher", "GenerateDataKey"),
        ("s3", "reader", "Decrypt"),
        ("fsx", "creator", "DescribeKey"),
        ("kinesisvideo", "producer", "GenerateDataKey"),
        ("xray", "viewer", "Decrypt"),
        ("athena", "query-runner", "GenerateDataKey"),
        ("session-manager-logs", "node", "GenerateDataKey"),
        ("bedrock-guardrails", "user", "Decrypt"),
        ("eventbridge", "rule-administrator", "Decrypt"),
    ],
)
def test_a_recommended_condition_is_only_offered(name: str, word: str, action: str) -> None:
    """It is not in the statement; a note says how to ask for it, and asked for it is."""
    line = use(name, {word: "a"}, bus="b")
    found = compiled(line)
    assert given(found, "a")[action] == [{}]
    hints = [note.hint for note in found.notes if note.code == "service-recommended" and "kms:ViaService" in note.message]
    (prefix,) = {hint.partition("via: [")[2].partition("]")[0] for hint in hints}
    asked = compiled(line._replace(when=When(via=(prefix,))))
    assert given(asked, "a")[action] == [{VIA: (f"{prefix}.us-east-1.amazonaws.com",)}]
    assert not [note for note in asked.notes if note.code == "service-recommended" and "kms:ViaService" in note.message]


@pytest.mark.parametrize(
    ("line", "principal", "held"),
    [
        (
            use("sns", resources=("arn:aws:sns:us-west-2:111122223333:t",)),
            "sns.amazonaws.com",
            {"ArnLike aws:SourceArn", "StringEquals aws:SourceAccount"},
        ),
        (use("sns"), "sns.amazonaws.com", {"StringEquals aws:SourceAccount"}),
        (use("opensearch-ui-application", accounts=(ACCOUNT,)), "application.opensearchservice.amazonaws.com",
         {"StringEquals aws:SourceAccount"}),
        (use("opensearch-ui-application"), "application.opensearchservice.amazonaws.com", set()),
        (use("s3", {"reader": "a"}, resources=("arn:aws:s3:::b", "arn:aws:s3:::b/*")), "a",
         {"StringLike kms:EncryptionContext:aws:s3:arn"}),
        (use("s3", {"reader": "a"}, bucket="b"), "a", {"StringLike kms:EncryptionContext:aws:s3:arn"}),
        (use("secretsmanager", {"reader": "a"}, resources=(SECRET,)), "a",
         {VIA, "StringLike kms:EncryptionContext:SecretARN"}),
        (use("secretsmanager", {"reader": "a"}), "a", {VIA}),
        (use("location", {"user": "a"}, can=("CreateGrant",), name="x",
             resources=("arn:aws:geo:us-east-1:111122223333:tracker/x",)), "a",
         {VIA, "StringEquals kms:CallerAccount", "StringLike kms:EncryptionContext:aws:geo:arn"}),
        (use("s3-express", {"user": "a"}, resources=("arn:aws:s3express:us-east-1:111122223333:bucket/b--use1-az4--x-s3",)), "a",
         {"StringLike kms:EncryptionContext:aws:s3express:arn"}),
    ],
)  # fmt: skip
def test_what_the_line_names_asks_for_its_condition(line: object, principal: str, held: set[str]) -> None:
    """A resource, a source account or a variable asks for the recommended condition that it fills."""
    rows = given(compiled(line), principal)  # type: ignore[arg-type]
    assert {key.replace("StringEquals kms:EncryptionContext:SecretARN", "StringLike kms:EncryptionContext:SecretARN")
            for row in rows.values() for each in row for key in each} == held  # fmt: skip


@pytest.mark.parametrize(
    ("name", "variables", "accounts"),
    [
        ("rds-zero-etl-redshift", {}, (ACCOUNT,)),
        ("transcribe-output", {}, ()),
        ("emr-serverless-disk", {"application_id": "a"}, (ACCOUNT,)),
        ("workspaces-web", {}, (ACCOUNT,)),
    ],
)
def test_a_condition_of_ones_own_falls_away_where_it_is_not_given(
    name: str, variables: dict[str, str], accounts: tuple[str, ...]
) -> None:
    """An encryption context of one's own is documented, and not everybody has one."""
    service = SERVICES[name]
    line = use_of(service)._replace(variables=tuple(variables.items()), source_accounts=accounts)
    texts = str(compiled(line).bundle.keys[0].policy)
    assert "${" not in texts
    assert "context_key" not in texts


def test_a_guard_rail_that_leaves_grants_to_services_asks_for_nothing_of_them() -> None:
    """Their grants are for AWS resources by themselves; only where the flag breaks the service do the lines contradict."""
    rail = GuardRailLine(HERE, "deny-grants-to-principals")
    assert "CreateGrant" in given(compiled(use("rds", {"creator": "a"}), guardrails=(rail,)), "a")
    with pytest.raises(Exception, match="contradiction"):
        compiled(use("eks", {"creator": "a"}), guardrails=(rail,))


# --- notes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (use("eks", {"creator": "a"}), "service-bare-grant"),
        (use("firehose", {"creator": "a"}), "service-bare-grant"),
        (use("supply-chain"), "service-bare-grant"),
        (use("supply-chain"), "service-gap"),
        (use("rds-secret-access"), "service-gap"),
        (use("control-tower"), "service-gap"),
        (use("kendra", {"creator": "a"}), "service-unconfirmed"),
        (use("aiops"), "service-unconfirmed"),
        (use("sqs", {"producer": "a"}), "service-recommended"),
        (use("ses", accounts=(ACCOUNT,)), "service-optional"),
        (use("cloudtrail", accounts=(ACCOUNT,)), "service-optional"),
        (use("cloudtrail", accounts=(ACCOUNT,), can=("GenerateDataKey",)), "service-narrowed"),
        (use("logs", {"reader": "a"}, can=("Decrypt",)), "service-itself"),
        (use("principal/new.amazonaws.com", can=("Decrypt",)), "service-gap"),
    ],
)
def test_what_a_reader_should_know_is_noted(line: object, code: str) -> None:
    """What limits nothing, what a page leaves open, what could not be confirmed, what is only offered."""
    line = line._replace(service="cloudwatch-investigations") if line.service == "aiops" else line  # type: ignore[attr-defined]
    assert code in codes(compiled(line))


@pytest.mark.parametrize(
    ("lines", "noted"),
    [
        ((use("s3", {"writer": "a"}),), True),
        ((use("s3", {"writer": "a", "reader": "b"}),), True),
        ((use("s3", {"writer": "a", "reader": "a"}),), False),
        ((use("s3", {"reader": "a"}),), False),
        ((use("s3", {"writer": "a"}), use("s3", {"reader": "a"})), False),
        ((use("s3", {"writer": "a"}, can=("Decrypt", "GenerateDataKey")),), False),
        ((use("s3", {"writer": "a"}), use("s3", {"writer": "a"}, can=("Decrypt",))), False),
    ],
)
def test_who_uploads_in_parts_needs_more(lines: tuple[ServiceUse, ...], noted: bool) -> None:  # noqa: FBT001 - a case
    """Parts are read back when an upload is put together: what is told unless another word or line gives it."""
    assert ("service-optional" in codes(compiled(*lines))) is noted


@pytest.mark.parametrize(
    ("line", "noted"),
    [
        (use("logs", resources=("arn:aws:logs:us-east-1:111122223333:log-group:x",)), False),
        (use("logs", resources=("arn:aws:logs:us-east-1:444455556666:log-group:x",)), True),
        (use("logs", resources=("arn:aws:logs:us-east-1:444455556666:log-group:x",), accounts=("444455556666",)), False),
        (use("s3", {"reader": "a"}, resources=("arn:aws:s3:::b", "arn:aws:s3:::b/*")), False),
    ],
)
def test_a_resource_of_another_account_is_noted(line: ServiceUse, noted: bool) -> None:  # noqa: FBT001 - a case
    """An id that was copied lets another account use the key: whoever means it says so by `source_account`."""
    assert ("service-other-account" in codes(compiled(line))) is noted


@pytest.mark.parametrize(("can", "noted"), [(("Decrypt",), False), (("Decrypt", "DescribeKey"), True)])
def test_what_a_condition_does_not_hold_on_is_noted(can: tuple[str, ...], noted: bool) -> None:  # noqa: FBT001 - a case
    """DescribeKey has no encryption context, so it is allowed without the one that `when` asks for."""
    line = use("sqs", {"consumer": "a"}, can=can, when=When(encryption_context=(("a", ("b",)),)))
    assert ("when-not-on-action" in codes(compiled(line))) is noted


@pytest.mark.parametrize("service", [name for name, row in SERVICES.items() if row.statements])
def test_notes_speak_to_users(service: str) -> None:
    """No note holds a placeholder of the catalogue: what is known stands in its place, the rest is a word to fill in."""
    for note in compiled(use_of(SERVICES[service])).notes:
        assert not PLACEHOLDER.search(f"{note.message} {note.hint}"), note
        assert BY_NAME not in note.message


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        (use("cloudtrail"), "arn:aws:cloudtrail:us-east-1:111122223333:trail/TRAIL"),
        (use("cloudtrail", resources=("arn:aws:s3:::b",)), "arn:aws:cloudtrail:us-east-1:111122223333:trail/TRAIL"),
        (use("emr-serverless-disk", {"job-role": "a"}), "/applications/APPLICATION_ID"),
    ],
)
def test_refusals_speak_to_users(line: ServiceUse, shape: str) -> None:
    """So do refusals."""
    with pytest.raises(InputError) as caught:
        compiled(line)
    (found,) = caught.value.diagnostics
    assert shape in f"{found.message} {found.hint}"
    assert not PLACEHOLDER.search(f"{found.message} {found.hint}")


@pytest.mark.parametrize(
    "line",
    [
        use("route53-dnssec", resources=("arn:aws:route53:::hostedzone/Z1",)),
        use("aoss", {"creator": "a"}),
        use("macie"),
        use("verified-access", {"user": "a"}, when=When(conditions=(FOR_AWS,)), can=("CreateGrant",)),
    ],
)
def test_nothing_is_noted_of_what_is_limited_and_documented(line: object) -> None:
    """A line that gets what its page prints has no note of its own."""
    assert not {code for code in codes(compiled(line)) if code.startswith("service-")} - {"service-narrowed"}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("resources", "noted"),
    [
        (("arn:aws:s3:::b",), True),
        (("arn:aws:s3:::b/*",), True),
        (("arn:aws:s3:::b/in/*",), True),
        (("arn:aws:s3:::b", "arn:aws:s3:::b/*"), False),
        (("arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::c"), True),
        ((), False),
    ],
)
def test_one_of_the_two_arns_of_s3_works_in_one_mode_only(resources: tuple[str, ...], noted: bool) -> None:  # noqa: FBT001 - case
    """The bucket's ARN is the context under an S3 Bucket Key, the object's without."""
    assert ("service-one-mode" in codes(compiled(use("s3", {"reader": "a"}, resources=resources)))) is noted


@pytest.mark.parametrize("name", ["cloudtrail-sns", "customer-profiles"])
def test_a_source_account_pins_a_service_whose_page_does_not(name: str) -> None:
    """Whose resources a service may use the key for, the line says where the catalogue has no condition on it."""
    line = use_of(SERVICES[name])._replace(source_accounts=(ACCOUNT,))
    of_services = [one for one in statements(compiled(line)) if any(who.kind == "Service" for who in one.principals or ())]
    pinned = [held(one.conditions) for one in of_services]
    assert pinned
    assert all(any("aws:SourceAccount" in key and values == (ACCOUNT,) for key, values in row.items()) for row in pinned)


def told(line: ServiceUse) -> tuple[Diagnostic, ...]:
    """Return the notes on a line, or why it is refused."""
    try:
        return compiled(line).notes
    except KmsgenError as error:
        return error.diagnostics


@pytest.mark.parametrize("service", [name for name, row in SERVICES.items() if row.statements])
def test_whatever_is_refused_of_a_service_is_told_in_words_of_users(service: str) -> None:
    """No message holds a placeholder of the catalogue, whatever a line asks for that the service cannot have."""
    lines = [
        use(service),
        use(service, resources=("arn:aws:foo:us-east-1:111122223333:bar/x",)),
        use(service, can=("GetPublicKey",)),
        use(service, when=When(mfa=True)),
        use(service, when=When(via=("s3",))),
        use(service, when=When(grant=GrantWhen(for_aws=True))),
        use(service, when=when("StringEquals", "aws:SourceOrgID", "o-exampleorgid")),
    ]
    for line in lines:
        for one in told(line):
            assert not PLACEHOLDER.search(f"{one.message} {one.hint}"), one
