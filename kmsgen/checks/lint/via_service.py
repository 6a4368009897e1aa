"""Lint rules on kms:ViaService values that no request has.

Source: KMS Developer Guide, conditions-kms (kms:ViaService: SERVICE.REGION.amazonaws.com in every partition, and its table).
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.arn import REGION
from kmsgen.catalogue import via_services
from kmsgen.checks.finding import ERROR, WARNING
from kmsgen.checks.lint.rule import KMS_GUIDE, LintRule, Violation
from kmsgen.checks.lint.spelling import nearest
from kmsgen.checks.lint.written import WrittenStatement
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import OperatorName
from kmsgen.prover.values.partition import walk
from kmsgen.prover.values.patterns import DIGITS, glob, run_of

_KEY = "kms:viaservice"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_IN_NAME = f"{_LETTERS}{DIGITS}-"
_TAIL = ".amazonaws.com"


def malformed_via_services(statement: WrittenStatement) -> Iterator[Violation]:
    """Find kms:ViaService values that are not SERVICE.REGION.amazonaws.com."""
    for condition, operator in _conditions(statement):
        for value in condition.values:
            if not _has_form(value, operator):
                message = f"kms:ViaService is SERVICE.REGION.amazonaws.com: no request has `{value}`"
                yield statement.problem_of(condition, message)


def unknown_via_services(statement: WrittenStatement) -> Iterator[Violation]:
    """Find kms:ViaService values whose service is not in KMS's table."""
    for condition, operator in _conditions(statement):
        for value in condition.values:
            if _has_form(value, operator) and not _has_known_service(value, operator):
                name = value.partition(".")[0]
                mend = nearest(name, sorted(via_services.PREFIXES))
                yield statement.problem_of(condition, f"KMS knows no service `{name}` in kms:ViaService", mend)


def _conditions(statement: WrittenStatement) -> Iterator[tuple[Condition, OperatorName]]:
    """Yield the conditions on kms:ViaService, with only those values that are compared as written.

    Left out are values with policy variables, and `*` under operators that take it literally (another rule finds these).
    """
    for condition, operator in statement.conditions:
        if folded(condition.key) == _KEY and operator.base.startswith("String"):
            skipped = "${" if operator.base.endswith("Like") else "*"
            values = tuple(value for value in condition.values if skipped not in value and "${" not in value)
            yield condition._replace(values=values), operator


def _has_form(value: str, operator: OperatorName) -> bool:
    if _wild(value, operator):
        return _may_match(value, None)
    name, _, rest = (folded(value) if operator.base.endswith("IgnoreCase") else value).partition(".")
    return bool(name) and set(name) <= set(_IN_NAME) and rest.endswith(_TAIL) and REGION.match(rest[: -len(_TAIL)]) is not None


def _has_known_service(value: str, operator: OperatorName) -> bool:
    if not _wild(value, operator):
        return folded(value).partition(".")[0] in via_services.PREFIXES
    return any(_may_match(value, name) for name in via_services.PREFIXES)


def _wild(value: str, operator: OperatorName) -> bool:
    return operator.base.endswith("Like") and not {"*", "?"}.isdisjoint(value)


def _may_match(pattern: str, service: str | None) -> bool:
    """Return whether a pattern can match SERVICE.REGION.amazonaws.com; `service` None stands for any name.

    A Region is taken as two letters, a hyphen, any name, and a digit.
    """
    form = run_of(service or (_IN_NAME,), ".", (_LETTERS, 2), "-", (_IN_NAME,), (DIGITS, 1), _TAIL)
    wanted = glob(pattern)
    return any(state & wanted.accept for _text, state in walk(form, wanted, lambda state: not state, lambda: None))


RULES = (
    LintRule(
        "via-service-form",
        ERROR,
        meaning="A value of kms:ViaService does not have the form SERVICE.REGION.amazonaws.com.",
        why="No request has such a value, in no partition: the statement never matches by it, or always where it is negated.",
        mend="write the service, its Region and amazonaws.com, such as `s3.us-west-2.amazonaws.com`",
        source=KMS_GUIDE.format("conditions-kms"),
        find=malformed_via_services,
    ),
    LintRule(
        "via-service-unknown",
        WARNING,
        meaning="A value of kms:ViaService names a service that no page of AWS lists for it.",
        why="The names there are often not those of service principals or of the console: with another name the statement never"
        " matches.",
        mend="see the table of services at kms:ViaService",
        source=KMS_GUIDE.format("conditions-kms"),
        find=unknown_via_services,
    ),
)
"""The rules on kms:ViaService."""
