"""Who uses a key through a service: each of the service's own words gets what its page says of it, and no more."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.services import apart, find
from kmsgen.errors import InputError
from kmsgen.intent.intent import GuardRailLine
from tests.unit.compiler.service_lines import HERE, ROLE, compiled, given, principals_of, statements, use

BUS = {"bus": "b"}
FUNCTION = {"function": "f", "esm_uuid": "u", "event_source_arn": "arn:aws:sqs:us-east-1:111122223333:q"}
TRAIL = {"trail": "t"}
DATA_KEYS = ("GenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext")
LOG_DATA = ("Decrypt", "DescribeKey", "Encrypt", *DATA_KEYS, "ReEncryptFrom", "ReEncryptTo")


@pytest.mark.parametrize(
    ("name", "word", "variables", "actions"),
    [
        ("sqs", "producer", {}, ("Decrypt", "GenerateDataKey")),
        ("sqs", "consumer", {}, ("Decrypt",)),
        ("kinesis", "producer", {"stream": "s"}, ("GenerateDataKey",)),
        ("kinesis", "consumer", {"stream": "s"}, ("Decrypt",)),
        ("secretsmanager", "reader", {}, ("Decrypt",)),
        ("secretsmanager", "writer", {}, ("Decrypt", "GenerateDataKey")),
        ("secretsmanager", "key-changer", {}, ("Decrypt", "Encrypt", "GenerateDataKey")),
        ("ssm", "reader", {"name": "p"}, ("Decrypt",)),
        ("ssm", "writer", {"name": "p"}, ("Encrypt", "GenerateDataKey")),
        ("firehose", "writer", {}, ("Decrypt", "GenerateDataKey")),
        ("firehose", "creator", {}, ("CreateGrant",)),
        ("lambda", "configurer", {}, ("CreateGrant", "Encrypt")),
        ("lambda", "viewer", {}, ("Decrypt",)),
        ("states", "creator", {"name": "m"}, ("DescribeKey", "GenerateDataKey")),
        ("states", "activity-creator", {"name": "m"}, ("DescribeKey",)),
        ("states", "reader", {"name": "m"}, ("Decrypt",)),
        ("states", "execution-role", {"name": "m"}, ("Decrypt", "GenerateDataKey")),
        ("s3", "reader", {}, ("Decrypt",)),
        ("s3", "writer", {}, ("GenerateDataKey",)),
        ("logs", "creator", {}, ("DescribeKey",)),
        ("logs", "writer", {}, LOG_DATA),
        ("logs", "reader", {}, LOG_DATA),
        (
            "events",
            "creator",
            BUS,
            ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"),
        ),
        ("events", "rule-administrator", BUS, ("Decrypt",)),
        ("lambda-esm-filter", "reader", FUNCTION, ("Decrypt",)),
        ("lambda-esm-filter", "creator", FUNCTION, ("Decrypt", "DescribeKey", "GenerateDataKey")),
        ("cloudtrail", "reader", TRAIL, ("Decrypt",)),
        ("deadline", "reader", {}, ("Decrypt", "DescribeKey")),
        ("bedrock-guardrails", "user", {}, ("Decrypt",)),
        ("athena", "dataset-reader", {}, ("Decrypt",)),
        ("appconfig", "writer", {}, ("GenerateDataKey",)),
        ("session-manager", "node", {}, ("Decrypt",)),
        ("rds-custom", "creator", {}, ("CreateGrant", "DescribeKey")),
    ],
)
def test_a_word_gets_what_its_page_says(name: str, word: str, variables: dict[str, str], actions: tuple[str, ...]) -> None:
    """A reader never gets what is for writers, nor somebody who uses a resource what is for its creator."""
    assert tuple(sorted(given(compiled(use(name, {word: "a"}, **variables)), "a"))) == tuple(sorted(actions))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sqs", ("producer", "consumer")),
        ("logs", ("creator", "writer", "reader")),
        ("kinesis", ("producer", "consumer", "administrator")),
        ("s3", ()),
        ("lambda", ("configurer", "viewer", "execution-role")),
        ("rds", ()),
        ("cloudtrail", ()),
        ("ebs", ()),
        ("bedrock-flows", ()),
        ("inspector-code-snippets", ()),
        ("sns", ()),
    ],
)
def test_words_are_told_apart_where_they_differ(name: str, words: tuple[str, ...]) -> None:
    """Where all of them may do the same, one list of principals says it."""
    service = find(name)
    assert service is not None
    assert apart(service) == words


def test_a_word_that_is_not_named_gets_nothing() -> None:
    """Statements for callers are written for the words that the line has principals for."""
    assert principals_of(compiled(use("sqs", {"producer": "a"}))) == {f"{ROLE}a"}
    assert principals_of(compiled(use("logs"))) == {"logs.us-east-1.amazonaws.com"}


def test_principals_of_one_word_share_its_statement() -> None:
    """Two readers stand in one statement."""
    line = use("sqs")._replace(principals=(("consumer", f"{ROLE}a"), ("consumer", f"{ROLE}b")))
    (statement,) = statements(compiled(line))
    assert {principal.value for principal in statement.principals or ()} == {f"{ROLE}a", f"{ROLE}b"}


def test_a_service_that_only_acts_for_callers_needs_one() -> None:
    """Nothing would be written for it; the message has its words."""
    with pytest.raises(InputError, match="service-principals") as caught:
        compiled(use("sqs"))
    assert "producer, consumer" in str(caught.value)


# --- whom grants name ---------------------------------------------------------------------------------------------------

RAIL = (GuardRailLine(HERE, "deny-everyone-else"),)


def spared(line: object) -> tuple[str, ...]:
    """Return the ARNs that deny-everyone-else spares."""
    policy = compiled(line, guardrails=RAIL).bundle.keys[0].policy  # type: ignore[arg-type]
    conditions = [each for statement in policy.statements if statement.effect == "Deny" for each in statement.conditions]
    return tuple(value for each in conditions if each.key == "aws:PrincipalArn" for value in each.values)


def test_a_grantee_of_a_service_gets_no_statement() -> None:
    """The grant says what Lambda's execution role may do; no policy needs to."""
    found = compiled(use("lambda", {"configurer": "a", "execution-role": "f"}))
    assert given(found, "f") == {}


@pytest.mark.parametrize(
    ("line", "grantee"),
    [
        (use("lambda", {"configurer": "a", "execution-role": "f"}), f"{ROLE}f"),
        (use("connect", {"creator": "a"}), f"{ROLE}aws-service-role/connect.amazonaws.com/*"),
        (use("mgn", {"migrator": "a"}), f"{ROLE}aws-service-role/mgn.amazonaws.com/AWSServiceRoleForApplicationMigrationService"),
        (use("ebs", {"user": "a"}), f"{ROLE}aws:ec2-infrastructure"),
        (use("rds", {"creator": "a"}), f"{ROLE}aws:ec2-infrastructure"),
    ],
)
def test_whom_grants_of_a_service_name_is_spared(line: object, grantee: str) -> None:
    """A Deny for everyone else would take away what the grant gives."""
    assert grantee in spared(line)


def test_a_line_may_name_nobody_but_a_grantee() -> None:
    """Who configures the function is then somebody else's to say."""
    assert f"{ROLE}f" in spared(use("lambda", {"execution-role": "f"}))
