"""Whom the patterns of a question name, among all principals there could be."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from kmsgen.arn import ACCOUNT_ID, parse_arn, without_region
from kmsgen.authorizer.language import wildcards
from kmsgen.authorizer.language.principal import Caller, CallerKind
from kmsgen.prover.problem import Meter, Values
from kmsgen.prover.requests.named.sessions import below_a_path, sessions_of
from kmsgen.prover.requests.parts.caller import StandIn, narrowed
from kmsgen.prover.values.partition import Cut
from kmsgen.prover.values.patterns import Pattern, glob

Asked = StandIn | str
"""A principal that is asked about, or a stand-in for all whom no policy names."""


class Matching:
    """Patterns of a question matched with principals.

    `everyone` there can be, `stand_ins` by their ARN, `caller` parses one; `existing` are principals that surely exist.
    """

    def __init__(
        self, everyone: Values, stand_ins: Mapping[str, StandIn], caller: Callable[[str], Caller], existing: Values = ()
    ) -> None:
        self._everyone = everyone
        self._stand_ins = stand_ins
        self.caller = caller
        self._roles: dict[tuple[str, str], list[str]] = {}
        for arn in filter(None, map(parse_arn, existing)):
            if arn.kind == "role":
                self._roles.setdefault((arn.account, arn.name.rpartition("/")[2]), []).append(str(arn))
        self._named: dict[tuple[Values, bool], tuple[Asked, ...]] = {}

    def named(self, patterns: Sequence[str], meter: Meter, *, truth: bool = True) -> tuple[Asked, ...]:
        """Principals that some of these patterns name or may name; without `truth`, all whom not surely one of them names.

        A pattern of sessions names roles, of which Scope.sessions tells the sessions that are meant.
        """
        asked = (tuple(patterns), truth)
        if asked not in self._named:
            self._named[asked] = tuple(self._found(patterns, meter, truth=truth))
        return self._named[asked]

    def _found(self, patterns: Sequence[str], meter: Meter, *, truth: bool) -> Iterator[Asked]:
        for principal in self._everyone:
            stand_in = self._stand_ins.get(principal)
            if stand_in is None or all(_account_in(pattern) for pattern in patterns):
                if any(self._names(pattern, principal, possible=truth) for pattern in patterns) is truth:
                    yield stand_in or principal
            else:
                yield from self._narrowed(stand_in, patterns, meter, truth=truth)

    def all_of(self, principals: Iterable[str]) -> tuple[Asked, ...]:
        """Return principals with the stand-ins that they are."""
        return tuple(self._stand_ins.get(principal, principal) for principal in principals)

    def _names(self, pattern: str, principal: str, *, possible: bool) -> bool:
        """Return whether a pattern names a principal, or the role behind a session; an account's root ARN all of it.

        With `possible` whether it may: a federated session is of a user whom nothing tells (P7).
        """
        caller = self.caller(principal)
        sessions = sessions_of(pattern)
        if sessions is not None and caller.kind is CallerKind.ROLE:
            return (possible or sessions.every) and any(role.matches(principal) for role in sessions.roles)
        account = _account_in(pattern)
        if account is not None:
            return caller.account == account
        if caller.kind is CallerKind.SERVICE and _is_service(pattern, principal, possible=possible):
            return True
        fits = _fits(pattern)
        if any(fits(text) for text in (principal, caller.role, _as_user(pattern, caller) if possible else None) if text):
            return True
        return self._names_role_behind(pattern, caller, possible=possible)

    def _names_role_behind(self, pattern: str, caller: Caller, *, possible: bool) -> bool:
        """Return whether a pattern names the role of a session, whose ARN drops the path; the name is unique in the account.

        Source: IAM User Guide, reference_identifiers; IAM API reference, CreateRole.
        """
        if caller.kind is not CallerKind.SESSION or caller.path_known:
            return False
        known = self._roles.get((caller.account or "", caller.name))
        if known:
            return any(map(_fits(pattern), known))
        return possible and _fits_below_a_path(pattern, f"arn:{caller.partition}:iam::{caller.account}:role/", caller.name)

    def _narrowed(self, stand_in: StandIn, patterns: Sequence[str], meter: Meter, *, truth: bool) -> Iterator[StandIn]:
        whole = [text for text in patterns if _account_in(text) or (truth and stand_in.is_federated and ":user/" in text)]
        if any(self._names(pattern, stand_in.arn, possible=truth) for pattern in whole):
            yield from [stand_in] if truth else []
            return
        globs = [one for text in patterns if text not in whole for one in _globs(text, truth=truth)]
        choices = [[(pattern, True)] for pattern in globs] if truth else [[(pattern, False) for pattern in globs]]
        yield from (one for asked in choices if (one := narrowed(stand_in, asked, meter.count)) is not None)


def _globs(text: str, *, truth: bool) -> Sequence[Pattern]:
    """Return the patterns of ARNs that a pattern is; of sessions those of their roles, without `truth` where it is about each."""
    sessions = sessions_of(text)
    if sessions is None:
        return (glob(text),)
    return sessions.roles if truth or sessions.every else ()


def _account_in(pattern: str) -> str | None:
    """Return the account that a pattern names as a whole: its number or its root ARN."""
    arn = parse_arn(pattern)
    return pattern if ACCOUNT_ID.match(pattern) else arn.account if arn and arn.resource == "root" else None


def _is_service(pattern: str, name: str, *, possible: bool) -> bool:
    """Return whether two names are of one service: it has one without a Region, and one for each Region, all at a time.

    Source: IAM User Guide, reference_policies_condition-keys, aws:PrincipalServiceNamesList.
    """
    whole = without_region(pattern)
    return without_region(name) == whole and (pattern == whole or (possible and name == whole))


def _as_user(pattern: str, caller: Caller) -> str | None:
    """Return the ARN of a user that a federated session may be of, as a pattern names one; None for others (P7)."""
    if caller.kind is not CallerKind.FEDERATED:
        return None
    user = pattern.partition(":user/")[2].replace("*", "x").replace("?", "x")
    return f"arn:{caller.partition}:iam::{caller.account}:user/{user or caller.name}"


@lru_cache(maxsize=1024)
def _fits_below_a_path(pattern: str, head: str, name: str) -> bool:
    """Return whether a pattern matches the ARN of a role of this name under some path."""
    return any(one.matched for one in Cut([glob(pattern)], below_a_path(head, name)).classes())


@lru_cache(maxsize=1024)
def _fits(pattern: str) -> Callable[[str], bool]:
    """Return the test of a pattern of principals."""
    return wildcards.glob(wildcards.pieces_of(pattern))
