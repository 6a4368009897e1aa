"""Questions of the command line: `PRINCIPAL[,PRINCIPAL] ACTION[,ACTION]` to what the prover is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from kmsgen.arn import ACCOUNT_ID, Arn, is_service_principal, parse_arn
from kmsgen.catalogue.actions import PREFIX, expand
from kmsgen.errors import Diagnostic, InputError, Location
from kmsgen.intent.settings import AskedOfAll
from kmsgen.prover.question import Never, NeverInside, NoCrossAccount, Only

Values = tuple[str, ...]
_INSIDE_OF = re.compile(r"organization/(o-[a-z0-9]{10,32}(?:/r-[a-z0-9]{4,32}(?:/ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})+)?)")
_INSIDE = re.compile(rf"\s*{_INSIDE_OF.pattern}\s+(\S+)\s*")
_SERVICES = {"role": "iam", "user": "iam", "assumed-role": "sts", "federated-user": "sts"}
_NEVER, _ONLY, _EXCEPT = map(Location, ("--never", "--only", "--except"))
_FORMS = "an ARN or a pattern of ARNs, role/NAME, user/NAME, account, account/123456789012, the name of a service, or *"


class AskedQuestions(NamedTuple):
    """The questions of the command line, as they are written there."""

    never: Values = ()
    only: Values = ()
    excepted: Values = ()
    no_public: bool = False
    no_cross_account: bool = False
    no_escalation: bool = False
    no_lockout: bool = False


def spelled_out(text: str, account: str, partition: str) -> str:
    """Return the ARN that a shorthand such as `role/NAME` stands for in an account; any other text as it is."""
    kind, _, name = text.partition("/")
    return str(Arn(partition, _SERVICES[kind], "", account, text)) if kind in _SERVICES and name else text


@dataclass(slots=True)
class Asker:
    """Reads questions where a scope is known: whose account, which partition. Problems are collected."""

    account: str
    partition: str
    problems: list[Diagnostic] = field(default_factory=list)

    def never(self, text: str) -> Never | NeverInside | None:
        """Read `PRINCIPAL ACTION[,ACTION]`; the principal may be `organization/o-ID`, or a unit of one."""
        inside = _INSIDE.fullmatch(text)
        if inside is not None:
            actions = tuple(self._actions(inside[2].split(","), _NEVER))
            return NeverInside(inside[1], actions) if actions else None
        principals, actions = self._halves(text, _NEVER)
        if len(principals) > 1:
            self._refuse(_NEVER, "usage", f"`{text}` names several principals", "ask once for each")
        return Never(principals[0], actions) if len(principals) == 1 and actions else None

    def only(self, text: str) -> Only | None:
        """Read `PRINCIPAL[,PRINCIPAL] ACTION[,ACTION]`."""
        principals, actions = self._halves(text, _ONLY)
        return Only(principals, actions) if principals and actions else None

    def no_cross_account(self, exceptions: Iterable[str]) -> NoCrossAccount:
        """Read the accounts or principals that are excepted."""
        return NoCrossAccount(tuple(self._principals(exceptions, _EXCEPT)))

    def of_all(self, asked: AskedOfAll) -> Never | NeverInside | Only | None:
        """Read a question of `kmsgen.toml`."""
        actions = tuple(self._actions(asked.actions, asked.place))
        inside = _INSIDE_OF.fullmatch(asked.principals[0])
        if asked.is_never and inside is not None:
            return NeverInside(inside[1], actions) if actions else None
        principals = tuple(self._principals(asked.principals, asked.place))
        if len(principals) < len(asked.principals) or not actions:
            return None
        return Never(principals[0], actions) if asked.is_never else Only(principals, actions)

    def finish(self) -> None:
        """Raise InputError with every problem met."""
        if self.problems:
            raise InputError(self.problems)

    def _halves(self, text: str, place: Location) -> tuple[Values, Values]:
        words = text.split()
        if len(words) != 2:
            self._refuse(place, "usage", f"`{text}` is not `PRINCIPAL ACTION[,ACTION]`", "separate the two with one space")
            return (), ()
        principals = tuple(self._principals(words[0].split(","), place))
        return principals, tuple(self._actions(words[1].split(","), place))

    def _principals(self, texts: Iterable[str], place: Location) -> Iterable[str]:
        for text in texts:
            pattern = self._pattern(text)
            if pattern is None:
                self._refuse(place, "principal-syntax", f"`{text}` names no principal", _FORMS)
            else:
                yield pattern

    def _pattern(self, text: str) -> str | None:
        if text == "*" or is_service_principal(text):
            return text
        text = text.removesuffix("/*") if text.startswith("account/") else text  # with the star or without: everyone of it
        head, _, rest = text.partition("/")
        if text == "account" or ACCOUNT_ID.match(text) or (head == "account" and ACCOUNT_ID.match(rest)):
            return self._whole_account(rest or (self.account if text == "account" else text))
        spelled = spelled_out(text, self.account, self.partition)
        arn = parse_arn(spelled)
        if spelled != text:
            return spelled
        if arn is None:
            return None
        return self._whole_account(arn.account) if arn.resource == "root" else text

    def _whole_account(self, account: str) -> str:
        """Everyone of an account: users, roles, the root user, federated users, sessions."""
        return f"arn:{self.partition}:???::{account}:*"  # of iam or sts: a star would take in paths that spell the rest

    def _actions(self, texts: Iterable[str], place: Location) -> Iterable[str]:
        for text in texts:
            name = text if ":" in text or text == "*" else f"{PREFIX}{text}"
            if expand(name):
                yield name
            else:
                self._refuse(place, "unknown-action", f"there is no KMS action `{text}`", "such as kms:Decrypt, or kms:Re*")

    def _refuse(self, place: Location, code: str, message: str, hint: str) -> None:
        self.problems.append(Diagnostic(place, code, message, hint))
