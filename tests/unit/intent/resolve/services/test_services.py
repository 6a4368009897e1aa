"""The lines of `services`."""

from __future__ import annotations

import pytest

from kmsgen.catalogue import via_services
from kmsgen.catalogue.services import SERVICES, find
from kmsgen.errors import InputError
from kmsgen.intent.intent import ServiceUse
from kmsgen.policy.document import Condition
from tests.unit.intent.conftest import HEAD, NEW_KEY, Load, Refused

ROLE = "arn:aws:iam::111122223333:role/"
FLAG = Condition("Bool", "kms:GrantIsForAWSResource", ("true",))
ONE_WORD = sorted(name for name, row in SERVICES.items() if len(row.who) == 1 and row.statements and not row.key_specs)


def lines(load: Load, text: str) -> tuple[ServiceUse, ...]:
    """Return what a line of `services` means."""
    return load(f"{NEW_KEY}services:\n  - {text}\n").services


def test_services_by_short_name(load: Load) -> None:
    """A service may be a short name alone; it comes out as its id of the catalogue."""
    assert [use.service for use in load(f"{NEW_KEY}services: [logs, {{service: cloudwatch-logs}}]\n").services] == [
        "cloudwatch-logs"
    ] * 2


@pytest.mark.parametrize(("name", "found"), [("s3.amazonaws.com", "s3-sse-kms"), ("sns.amazonaws.com", "sns-to-sqs")])
def test_services_by_their_principal(name: str, found: str, load: Load) -> None:
    """What stands in policies names the service, too."""
    words = "principals: {reader: role/a}" if found == "s3-sse-kms" else 'source_account: "111122223333"'
    assert lines(load, f"{{service: {name}, {words}}}")[0].service == found


@pytest.mark.parametrize("prefix", sorted(via_services.PREFIXES))
def test_any_name_of_kms_via_service(prefix: str, load: Load) -> None:
    """Documented or printed by the service's page only: who calls through it, and what they may do, is the line's."""
    (use,) = lines(load, f"{{service: via/{prefix}, principals: [role/a, role/b], can: [decrypt]}}")
    assert (use.service, use.actions) == (f"via/{prefix}", ("kms:Decrypt",))
    assert use.principals == (("caller", f"{ROLE}a"), ("caller", f"{ROLE}b"))


def test_a_service_principal_that_the_catalogue_lacks(load: Load) -> None:
    """Its actions and conditions are the line's, for a key of any kind."""
    key = f"{HEAD}key: {{alias: data, spec: ECC_NIST_P256, usage: SIGN_VERIFY}}\nadmins: [role/KmsAdmin]\n"
    account = "conditions: {StringEquals: {aws:SourceAccount: '111122223333'}}"
    (use,) = load(f"{key}services: [{{principal: new.amazonaws.com, can: [sign], when: {{{account}}}}}]\n").services
    assert (use.service, use.actions, use.principals) == ("principal/new.amazonaws.com", ("kms:Sign",), ())
    assert use.when.conditions == (Condition("StringEquals", "aws:SourceAccount", ("111122223333",)),)


# --- the service's words ------------------------------------------------------------------------------------------------


def test_principals_by_the_words_of_the_service(load: Load) -> None:
    """Who reads and who writes get what each needs."""
    (use,) = lines(load, "{service: s3, principals: {reader: role/a, writer: [role/b, role/a]}}")
    assert use.principals == (("reader", f"{ROLE}a"), ("writer", f"{ROLE}b"), ("writer", f"{ROLE}a"))


@pytest.mark.parametrize("name", ONE_WORD[::6])
def test_a_list_will_do_where_there_is_one_word(name: str, load: Load) -> None:
    """Nothing is told apart there."""
    given = "".join(f", {field}" for field in ("can: [decrypt]",) if not SERVICES[name].statements[0].actions)
    (use,) = lines(load, f"{{service: {name}, principals: [role/a]{given}}}")
    assert use.principals == ((SERVICES[name].who[0][0], f"{ROLE}a"),)


@pytest.mark.parametrize("name", ["kinesis", "sqs", "logs", "secretsmanager", "lambda"])
def test_a_list_is_refused_with_the_words_where_they_differ(name: str, refused: Refused) -> None:
    """Each word is offered, with what it means."""
    (found,) = refused(f"{NEW_KEY}services: [{{service: {name}, principals: [role/a]}}]\n")
    row = find(name)
    assert found.code == "service-words"
    assert row is not None
    assert all(f"{word} ({meaning})" in found.hint for word, meaning in row.who)


# --- can and when -------------------------------------------------------------------------------------------------------


def test_conditions_of_words_go_with_their_actions(load: Load) -> None:
    """`use-grants` is for AWS resources only; what stands beside it is not."""
    uses = lines(load, "{service: via/kafka, principals: role/a, can: [use-grants, decrypt]}")
    by_action = {action: use.when.conditions for use in uses for action in use.actions}
    assert by_action["kms:CreateGrant"] == (FLAG,)
    assert by_action["kms:Decrypt"] == ()
    assert len({use.location for use in uses}) == 1


def test_what_has_no_effect_for_a_principal_is_not_asked_for_it(load: Load) -> None:
    """Of `manage` another account's role could call nothing; of `describe` it can call DescribeKey."""
    foreign = "arn:aws:iam::444455556666:role/x"
    uses = lines(load, f"{{service: via/kafka, principals: [role/a, '{foreign}'], can: [decrypt, view]}}")
    given = {arn: set(use.actions) for use in uses for _, arn in use.principals}
    assert given[foreign] < given[f"{ROLE}a"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{service: logs, can: [kms:ListKeys]}", "iam-only-action"),
        ("{service: logs, can: [kms:Sign]}", "action-key-type"),
        ("{service: logs, can: [decript]}", "unknown-action"),
        ("{service: logs, when: {conditions: {Bool: {kms:GrantIsForAWSResource: true}}}}", "when-without-effect"),
        ("{service: s3, principals: {reader: role/a}, when: {via: [s4]}}", "unknown-via"),
        ("{principal: new.amazonaws.com, can: [console-lists]}", "iam-only-action"),
        ("{service: principal/new.amazonaws.com, can: [decrypt]}", "unknown-service"),
        ("{service: logs, principals: {reader: '*'}}", "principal-everyone"),
    ],
)
def test_can_and_when_are_checked_as_those_of_people(line: str, code: str, refused: Refused) -> None:
    """A service has no IAM policy, a reader's actions carry no flag of grants, and names are names."""
    assert code in {found.code for found in refused(f"{NEW_KEY}services: [{line}]\n")}


# --- names that are none ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("logz", "did you mean `logs`?"),
        ("S3", "did you mean `s3`?"),
        ("secretmanager", "did you mean `secretsmanager`?"),
        ("logs.us-west-2.amazonaws.com", "did you mean `logs`?"),
        ("bedrock", "it may mean: bedrock-knowledge-base, "),
        ("bedrock.amazonaws.com", "it may mean: bedrock-knowledge-base, "),
        ("ecs", "it may mean: ecs-fargate-ephemeral, ecs-ebs-volumes"),
        ("datasync", "it may mean: datasync-s3, datasync-secrets"),
        ("zzz.amazonaws.com", "one that the catalogue lacks stands as `{principal: zzz.amazonaws.com, can: [...]}`"),
        ("zzz", "the nearest: "),
    ],
)
def test_what_was_meant_is_offered(name: str, hint: str, refused: Refused) -> None:
    """The nearest name, the rows of a name that several share, or the form for what the catalogue lacks."""
    (found,) = refused(f"{NEW_KEY}services: [{name}]\n")
    assert (found.code, found.hint.startswith(hint)) == ("unknown-service", True), found.hint


def test_nothing_is_loaded_of_a_row_without_a_statement(load: Load) -> None:
    """What no page documents is not guessed."""
    for name in ("medialive", "acm"):
        with pytest.raises(InputError, match="service-unsupported"):
            lines(load, name)
