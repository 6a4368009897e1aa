"""What can be asked of a bundle, and what a proof answers: each question names an access that must be impossible."""

from enum import StrEnum
from typing import NamedTuple

from kmsgen.policy.document import EVERYONE, Condition, Effect, Statement
from kmsgen.policy.grant import Grant
from kmsgen.prover.problem import Values
from kmsgen.prover.witness import Witness


class Beyond(NamedTuple):
    """No access but these: Allow statements with a Principal each (an account's root ARN: everyone of that account), grants.

    An access is covered by a statement that matches the request, conditions included.
    """

    statements: tuple[Statement, ...] = ()
    grants: tuple[Grant, ...] = ()

    def __str__(self) -> str:
        return "nothing beyond the intent"


class Never(NamedTuple):
    """No principal of a pattern (`*`, `?`; of ARNs, or of services' names) may call any of these actions (patterns too)."""

    principal: str
    actions: Values

    def __str__(self) -> str:
        return f"never {self.principal} {','.join(self.actions)}"


class NeverInside(NamedTuple):
    """No principal of an organization `o-...`, or of a unit `o-.../r-.../ou-...` and those below, may call any of these."""

    organization: str
    actions: Values

    def __str__(self) -> str:
        return f"never organization/{self.organization} {','.join(self.actions)}"

    @property
    def outsiders(self) -> tuple[Statement, ...]:
        """Whoever is surely outside, each by one sign of it; an account has one place in one organization.

        Source: IAM User Guide, aws:PrincipalOrgID, aws:PrincipalOrgPaths; Organizations User Guide, getting-started_concepts.
        """
        whole, paths = self.organization.partition("/")[0], f"{self.organization}/*"
        elsewhere = [
            ("StringNotEquals", "aws:PrincipalOrgID", whole),
            ("ForAnyValue:StringNotLike", "aws:PrincipalOrgPaths", paths),
        ]
        elsewhere += [("ForAllValues:StringNotLike", "aws:PrincipalOrgPaths", paths)] if whole != self.organization else []
        signs = (Condition(operator, key, (value,)) for operator, key, value in elsewhere)
        return tuple(Statement(Effect.ALLOW, ("*",), ("*",), (EVERYONE,), conditions=(sign,)) for sign in signs)


class Only(NamedTuple):
    """Nobody but these principals (patterns) may call any of these actions (patterns)."""

    principals: Values
    actions: Values

    def __str__(self) -> str:
        return f"only {','.join(self.principals)} {','.join(self.actions)}"


class NoPublic:
    """No access for an anonymous caller, nor for a stranger: an account, organization and network that no policy names."""

    def __str__(self) -> str:
        return "no public access"


class NoCrossAccount(NamedTuple):
    """No access for a principal of another account, but for these accounts or principals (patterns)."""

    exceptions: Values = ()

    def __str__(self) -> str:
        return f"no access across accounts{_except(' except ', self.exceptions)}"


class NoEscalation(NamedTuple):
    """No principal can give itself more than it has, but for these (patterns): who may change the key policy by design.

    `delegated`: ARNs of the accounts whose IAM policies may let anybody change it by design; their other steps count.
    """

    exceptions: Values = ()
    delegated: Values = ()

    def __str__(self) -> str:
        words = "; its IAM policies may let others change the key policy: "
        return f"no escalation{_except(' except by ', self.exceptions)}{_except(words, self.delegated)}"


class NoLockout:
    """Somebody can still change the key policy."""

    def __str__(self) -> str:
        return "no lockout"


Question = Beyond | Never | NeverInside | Only | NoPublic | NoCrossAccount | NoEscalation | NoLockout


def _except(words: str, names: Values) -> str:
    return words + ", ".join(names) if names else ""


# --- answers ------------------------------------------------------------------------------------------------------------


class Result(StrEnum):
    """PROVED holds for every request there could be; UNKNOWN is no pass.

    VACUOUS: the pattern of the question fits no principal there could be, so that nothing would be proved.
    """

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"
    VACUOUS = "vacuous"


class Group(NamedTuple):
    """Access of one kind: who, what, under which conditions, and one call of it that the authorizer allows.

    `reason` are the statements or grants that allow the witness. Groups with a higher `danger` come first.
    """

    principals: Values
    actions: Values
    conditions: Values
    witness: Witness
    reason: Values = ()
    danger: int = 0

    def __str__(self) -> str:
        return "; ".join(filter(None, [", ".join(self.principals), ", ".join(self.actions), ", ".join(self.conditions)]))


class Proof(NamedTuple):
    """The answer to one question. `reason` tells why an answer is unknown, or what a refutation without groups means."""

    question: str
    result: Result
    groups: tuple[Group, ...] = ()
    reason: str = ""


class Differences(NamedTuple):
    """Access gained and lost between two bundles; `reason` is set where a budget ran out: then more may exist."""

    gained: tuple[Group, ...] = ()
    lost: tuple[Group, ...] = ()
    reason: str = ""
