"""What can be asked of a bundle: each question names an access that must be impossible."""

from typing import NamedTuple

from kmsgen.policy.document import Statement
from kmsgen.policy.grant import Grant

Values = tuple[str, ...]


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
    """No principal can give itself more than it has, but for these (patterns): who may change the key policy by design."""

    exceptions: Values = ()

    def __str__(self) -> str:
        return f"no escalation{_except(' except by ', self.exceptions)}"


class NoLockout:
    """Somebody can still change the key policy."""

    def __str__(self) -> str:
        return "no lockout"


Question = Beyond | Never | Only | NoPublic | NoCrossAccount | NoEscalation | NoLockout


def _except(words: str, names: Values) -> str:
    return words + ", ".join(names) if names else ""
