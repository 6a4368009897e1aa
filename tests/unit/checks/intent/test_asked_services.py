"""What `services` asks for, held against policies that say more or less than that."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.services import SERVICES
from kmsgen.checks.intent.verification import ask
from kmsgen.compiler import compile_intent
from kmsgen.intent.intent import ServiceUse, When
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Condition, Principal, Statement
from tests.unit.compiler.service_lines import ACCOUNT, ROLE, intent_of, use, use_of

OTHER = "444455556666"
TRAIL = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/t"
LOG_GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:x"
LINES = {
    "a service that calls itself, for a resource": use("cloudtrail", resources=(TRAIL,)),
    "a service that calls itself, for an account": use("sns-from-dms", accounts=(ACCOUNT,)),
    "two accounts": use("sns-from-dms", accounts=(ACCOUNT, OTHER)),
    "a log group and who reads it": use("logs", {"reader": "a"}, resources=(LOG_GROUP,)),
    "who calls through a service": use("rds", {"creator": "a"}),
    "who reads a bucket": use("s3", {"reader": "a"}, resources=("arn:aws:s3:::b/*",)),
    "who consumes": use("sqs", {"consumer": "a"}, when=When(via=("sqs",))),
    "what can leaves": use("logs", can=("Decrypt",)),
    "what can adds": use("cloudtrail", resources=(TRAIL,), can=("Decrypt", "Encrypt")),
    "what when narrows": use("sqs", {"consumer": "a"}, when=When(mfa=True)),
    "a name of kms:ViaService": use("via/kafka", {"caller": "a"}, can=("Decrypt",)),
    "a service principal that is no row": use("principal/new.amazonaws.com", can=("Decrypt",)),
}

CALLERS = ["who calls through a service", "who reads a bucket", "who consumes", "what when narrows", "a name of kms:ViaService"]


def findings(line: ServiceUse, change: object) -> set[str]:
    """Return the codes of what is found after the line's statements have been changed."""
    intent = intent_of(line)
    found = compile_intent(intent)
    bundle = found.bundle
    access = bundle.keys[0]
    served = [each for each in access.policy.statements if (each.sid or "").startswith("Service")]
    others = [each for each in access.policy.statements if each not in served]
    changed = [change(each) for each in served]  # type: ignore[operator]
    assert changed != served
    policy = access.policy._replace(statements=(*others, *(each for each in changed if each)))
    mended = bundle._replace(keys=(access._replace(policy=policy),))
    assert isinstance(mended, Bundle)
    return {finding.diagnostic.code for answer in ask(intent, mended, found.origins) for finding in answer.findings}


def has_conditions(name: str) -> bool:
    """Return whether every statement of the line has a condition."""
    policy = compile_intent(intent_of(LINES[name])).bundle.keys[0].policy
    return all(each.conditions for each in policy.statements if (each.sid or "").startswith("Service"))


def without_conditions(statement: Statement) -> Statement:
    """Drop what a statement is tied to."""
    return statement._replace(conditions=())


def with_an_action(statement: Statement) -> Statement:
    """Allow one action more, of those that can carry an encryption context."""
    more = next(name for name in ("kms:ReEncryptTo", "kms:ReEncryptFrom", "kms:GetKeyPolicy") if name not in statement.actions)
    return statement._replace(actions=(*statement.actions, more))


def with_a_principal(statement: Statement) -> Statement:
    """Allow it to a principal more."""
    return statement._replace(principals=(*(statement.principals or ()), Principal("AWS", f"{ROLE}Intruder")))


def with_a_service(statement: Statement) -> Statement:
    """Allow it to a service more."""
    return statement._replace(principals=(*(statement.principals or ()), Principal("Service", "ec2.amazonaws.com")))


def with_a_condition(statement: Statement) -> Statement:
    """Tie it to what the line does not say."""
    return statement._replace(conditions=(*statement.conditions, Condition("StringEquals", "kms:CallerAccount", (OTHER,))))


def with_less(statement: Statement) -> Statement | None:
    """Leave out the last action, or the statement where it is the only one."""
    return statement._replace(actions=statement.actions[:-1]) if len(statement.actions) > 1 else None


@pytest.mark.parametrize("name", [name for name in LINES if has_conditions(name)])
def test_conditions_that_are_missing_are_found(name: str) -> None:
    """More is allowed than the line and the catalogue say."""
    assert "excess-access" in findings(LINES[name], without_conditions)


@pytest.mark.parametrize("name", LINES)
def test_an_action_that_nobody_asked_for_is_found(name: str) -> None:
    """Under the same conditions, to whom the line names."""
    assert "excess-access" in findings(LINES[name], with_an_action)


@pytest.mark.parametrize("name", CALLERS)
def test_a_principal_whom_nobody_named_is_found(name: str) -> None:
    """Under the same conditions."""
    assert "excess-access" in findings(LINES[name], with_a_principal)


@pytest.mark.parametrize("name", sorted(set(LINES) - set(CALLERS)))
def test_a_service_that_nobody_named_is_found(name: str) -> None:
    """Under the same conditions."""
    assert "excess-access" in findings(LINES[name], with_a_service)


@pytest.mark.parametrize("change", [with_a_condition, with_less])
@pytest.mark.parametrize("name", LINES)
def test_what_is_asked_for_and_not_allowed_is_found(name: str, change: object) -> None:
    """A condition too many, an action too few."""
    assert findings(LINES[name], change) == {"intended-not-allowed"}


@pytest.mark.parametrize("name", LINES)
def test_what_is_written_for_the_line_passes(name: str) -> None:
    """These lines differ from the changed ones in the change only."""
    intent = intent_of(LINES[name])
    found = compile_intent(intent)
    assert [answer.findings for answer in ask(intent, found.bundle, found.origins)] == [(), (), ()]


KEPT = f"arn:aws:kms:us-east-1:{OTHER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
USED = [name for name, row in SERVICES.items() if row.who and any(each.caller for each in row.statements)]


@pytest.mark.parametrize("name", USED)
def test_the_half_of_who_uses_another_accounts_key_passes(name: str) -> None:
    """Under `key_policy: keep` each service's principals get what the questions ask for, and the service itself nothing."""
    whole = intent_of(use_of(SERVICES[name]))
    intent = whole._replace(key=None, keys=(KEPT,), keep_key_policies=True, admins=())
    found = compile_intent(intent)
    assert [each.findings for each in ask(intent, found.bundle, found.origins)] == [(), (), ()]
    named = {principal.kind for each in found.bundle.keys[0].policy.statements for principal in each.principals or ()}
    assert named == {"AWS"}
