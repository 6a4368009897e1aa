"""Policies as written, each part with its place in the file: what lint rules look at.

Source: KMS Developer Guide, key-policy-overview; IAM User Guide, reference_policies_elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from kmsgen.arn import account_of
from kmsgen.catalogue.actions import ACTIONS, expand
from kmsgen.checks.lint.rule import Violation
from kmsgen.errors import Location
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.operators import OperatorName, split_operator
from kmsgen.reading import Steps, Where

KEY_POLICY, IAM_POLICY = "key policy", "IAM policy"


class Written(NamedTuple):
    """A policy with the places of its parts; `layer` is its name in labels of statements.

    `key` is the name of the key in a file with several, `account` the key's account, empty if unknown.
    """

    document: Document
    kind: str
    where: Where
    steps: Steps = ()
    layer: str = "key-policy"
    key: str = ""
    account: str = ""

    def place(self, number: int, steps: Steps = ()) -> Location:
        """Return the place of a statement (counted from 0) or of a part of it."""
        return self.where((*self.steps, "Statement", number, *steps))

    def label(self, number: int) -> str:
        """Return the label of a statement (counted from 0), as decisions give it: `key-policy/Sid`."""
        return f"{self.layer}/{self.document.statements[number].sid or f'#{number + 1}'}"

    def statements(self) -> Iterator[WrittenStatement]:
        """Yield the statements, in their order."""
        return (WrittenStatement(self, number) for number in range(len(self.document.statements)))


def as_iam_policy(document: Document, where: Where, steps: Steps = ()) -> Written:
    """Return an IAM policy with its places."""
    return Written(document, IAM_POLICY, where, steps, "identity-policy")


class WrittenStatement:
    """A statement at its place in a policy; `number` counts from 0."""

    def __init__(self, policy: Written, number: int) -> None:
        self.policy = policy
        self.number = number
        self.statement: Statement = policy.document.statements[number]

    @property
    def allows(self) -> bool:
        """Whether the statement is an Allow."""
        return self.statement.effect is Effect.ALLOW

    @property
    def in_key_policy(self) -> bool:
        """Whether the statement stands in a key policy."""
        return self.policy.kind == KEY_POLICY

    @property
    def principals(self) -> tuple[Principal, ...]:
        """The principals of the Principal or NotPrincipal element; none in an IAM policy."""
        return self.statement.principals or ()

    @property
    def names_everybody(self) -> bool:
        """Whether the Principal element has `*`."""
        return not self.statement.not_principal and any(one.value == "*" for one in self.principals)

    @property
    def names_own_account(self) -> bool:
        """Whether every principal is known to be in the key's account."""
        named = [account_of(one.value) for one in self.principals]
        return bool(self.policy.account and named) and set(named) == {self.policy.account} and not self.statement.not_principal

    @cached_property
    def actions(self) -> frozenset[str]:
        """The KMS actions that Action or NotAction covers, in full."""
        listed = {name for entry in self.statement.actions for name in expand(entry)}
        every = {action.iam_name for action in ACTIONS.values()}
        return frozenset(every - listed if self.statement.not_action else listed)

    @cached_property
    def conditions(self) -> tuple[tuple[Condition, OperatorName], ...]:
        """The conditions with a known operator, each with that operator split."""
        split = ((condition, split_operator(condition.operator)) for condition in self.statement.conditions)
        return tuple((condition, operator) for condition, operator in split if operator is not None)

    def problem(self, message: str, *steps: str | int, mend: str = "") -> Violation:
        """Return a problem at the part of the statement to which `steps` lead."""
        place, label = self.policy.place(self.number, steps), self.policy.label(self.number)
        return Violation(place, message, mend, (label,), key=self.policy.key)

    def problem_of(self, condition: Condition, message: str, mend: str = "") -> Violation:
        """Return a problem at one condition of the statement."""
        return self.problem(message, "Condition", condition.operator, condition.key, mend=mend)


def shortened(names: list[str] | tuple[str, ...]) -> str:
    """Return the first four names, and how many more there are."""
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
