"""Who can ask: every principal that a policy names, and a stand-in for all others of a kind in an account.

What is behind the account of a stand-in stays open.
Source: IAM User Guide, reference_identifiers, reference_policies_elements_principal, using-service-linked-roles.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.policy.letter_case import folded
from kmsgen.prover.problem import Meter, OutsideError, Values
from kmsgen.prover.requests.named.accounts import STRANGER, accounts, tied_to
from kmsgen.prover.requests.named.sessions import below_a_path, roles_behind
from kmsgen.prover.requests.named.vocabulary import Vocabulary
from kmsgen.prover.requests.named.wanted_texts import patterns_of
from kmsgen.prover.requests.parts.caller import StandIn, narrowed
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.partition import Cut
from kmsgen.prover.values.patterns import (
    DIGITS,
    LETTERS,
    NAME,
    PATH,
    STAR,
    Pattern,
    PatternStep,
    glob,
    in_any_case,
    literal,
    run_of,
)

_SERVICE_KEYS = ("aws:principalservicename", "aws:principalservicenameslist")
_A_SERVICE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\.amazonaws\.com(?:\.cn)?")
# Of several parts are regional names and those of a service within another: the first begins with no dot, and none is empty.
_LABEL = LETTERS[:26] + DIGITS + "-"
_SERVICES = tuple(run_of((_LABEL, 1), (_LABEL + ".", 0), suffix) for suffix in (".amazonaws.com", ".amazonaws.com.cn"))
_EMPTY_LABEL = glob("*..*")
_FRESH_SERVICES = ("lambda.amazonaws.com", "glacier.amazonaws.com", "iot.amazonaws.com", "any-service.amazonaws.com")


class PrincipalForm(NamedTuple):
    """A kind of principal: what stands before the account and behind it, which names there can be, and one to speak of.

    `longest` is how long a name can be, where that is told apart (GetFederationToken, API reference).
    """

    head: str
    tail: str
    names: Pattern
    fresh: Values
    longest: int | None = None


# A path can hold a colon, a name cannot: what ends in neither is a name, with a path or without.
_PATH_AND_NAME = Pattern((PatternStep(PATH, loop=True), PatternStep(NAME)))
_ROLE = PrincipalForm("arn:{}:iam::", ":role/", _PATH_AND_NAME, ("any-role", "another-role"))
_USER = PrincipalForm("arn:{}:iam::", ":user/", _PATH_AND_NAME, ("any-user", "another-user"))
_TWO_OR_MORE = Pattern([PatternStep(NAME), PatternStep(NAME), PatternStep(NAME, loop=True)])
_FEDERATED = PrincipalForm("arn:{}:sts::", ":federated-user/", _TWO_OR_MORE, ("any-federated-user", "another-one"), 32)
_KINDS = (_ROLE, _USER, _FEDERATED)
_SERVICE_LINKED = "aws-service-role/any-service.amazonaws.com/AWSServiceRoleForAnyService"
SPECIAL_ROLES = (_SERVICE_LINKED, "aws:ec2-infrastructure")
"""Roles that exist without anybody making them: service-linked ones, and the one EC2 uses volumes with."""


class Principals(NamedTuple):
    """Everybody who can ask: `named` by ARN or by a service's name, and stand-ins for those whom no policy names."""

    named: Values
    stand_ins: tuple[StandIn, ...]

    @property
    def everyone(self) -> Values:
        """The ARNs of all named principals, and one made-up ARN for each stand-in."""
        return (*self.named, *(one.arn for one in self.stand_ins))


def principals(vocabulary: Vocabulary, partition: str, asked: Iterable[str], told: object, meter: Meter) -> Principals:
    """Principals to ask about: those named, and a stand-in for all others of a kind and account.

    `asked`: patterns of a question; `told`: what else holds values of condition keys, such as tags.

    Raises OutsideError and BudgetError.
    """
    asked = list(asked)
    roles = _Roles(vocabulary.existing, roles_behind(vocabulary.principals))
    named = [text for text in vocabulary.principals if _alive(text) and not roles.is_another(text)]
    named += _federated(named)
    everywhere = list(accounts(vocabulary, partition, asked, told, meter))
    for account in everywhere:
        head = f"arn:{partition}:iam::{account}:"
        named += [f"{head}root", *(f"{head}role/{name}" for name in SPECIAL_ROLES)]
    known = frozenset(named)
    stand_ins = [
        stand_in
        for kind in _KINDS
        for account in everywhere
        for whole in _stand_ins(kind, partition, account, known, roles)
        for stand_in in _apart(whole, vocabulary.principal_patterns, meter)
    ]
    return Principals(tuple(dict.fromkeys([*named, *_services(vocabulary, asked, told, meter)])), tuple(stand_ins))


def _alive(text: str) -> bool:
    """Whether an ARN is a caller's: of a role, a user, an account's root or a session. A Principal element can hold others."""
    arn = parse_arn(text)
    kinds = {"iam": ("role", "user", "root"), "sts": ("assumed-role", "federated-user")}
    return arn is not None and arn.kind in kinds.get(arn.service, ())


def _federated(named: Iterable[str]) -> list[str]:
    """Return the federated session that may come from each user: AWS tells it by the name that the caller gives it (P7)."""
    users = [arn for text in named if (arn := parse_arn(text)) is not None and arn.kind == "user"]
    return [f"arn:{arn.partition}:sts::{arn.account}:federated-user/{arn.name.rpartition('/')[2]}" for arn in users]


class _Roles:
    """The roles that exist. The name of a role is unique in its account, whatever its path and its case (IAM API, CreateRole).

    `of_sessions`: by account, the names of those that have sessions which are principals of their own.
    """

    def __init__(self, existing: Iterable[str], of_sessions: Mapping[str, Values]) -> None:
        self._arns = frozenset(existing)
        self._of_sessions = of_sessions
        self.names: dict[str, dict[str, None]] = {}
        for text in self._arns:
            arn = parse_arn(text)
            if arn is not None and arn.kind == "role":
                self.names.setdefault(arn.account, {})[folded(arn.name.rpartition("/")[2])] = None

    def is_another(self, text: str) -> bool:
        """Return whether a role of this ARN cannot exist: its name, under another path, is that of a role that surely exists."""
        arn = parse_arn(text)
        if arn is None or arn.kind != "role" or text in self._arns:
            return False
        return folded(arn.name.rpartition("/")[2]) in self.names.get(arn.account, ())

    def apart(self, account: str) -> Values:
        """Return the names of roles that are not known to exist and have sessions which are asked about by themselves."""
        return tuple(one for one in self._of_sessions.get(account, ()) if folded(one) not in self.names.get(account, ()))

    def taken(self, account: str) -> tuple[Pattern, ...]:
        """Return what stands behind `:role/` of any role that has a name which is taken, or is asked about apart."""
        alone = [*map(in_any_case, sorted(self.names.get(account, ()))), *map(literal, self.apart(account))]
        return (*alone, *(Pattern([STAR, PatternStep("/"), *one.steps]) for one in alone))


def _stand_ins(kind: PrincipalForm, partition: str, account: str, known: frozenset[str], roles: _Roles) -> Iterator[StandIn]:
    """Yield a stand-in for all of a kind in an account, of roles one more for each name whose sessions are told apart."""
    head = f"{kind.head.format(partition)}{account}{kind.tail}"
    taken = frozenset(text.removeprefix(head) for text in known if text.startswith(head))
    never = roles.taken(account) if kind is _ROLE else ()
    shapes = (kind.names,)
    names = Domain(shapes=shapes, nicer=kind.fresh, taken=taken, never=never, strict=True, optional=False, longest=kind.longest)
    fresh = next(filter(names.admits, kind.fresh), "yet-another")
    id_head = f"{account}:" if kind is _FEDERATED else None
    whole = StandIn(f"{head}{fresh}", head, names, is_user=kind is _USER, id_head=id_head)
    yield whole
    for name in roles.apart(account) if kind is _ROLE else ():
        below = next(text for size in count(1) if (text := f"{'any/' * size}{name}") not in taken)
        for likely, shape in ((name, literal(name)), (below, below_a_path("", name))):
            if likely not in taken:
                yield whole._replace(arn=f"{head}{likely}", names=names._replace(shapes=(shape,), nicer=(likely,), never=()))


def _apart(stand_in: StandIn, patterns: Values, meter: Meter) -> Iterator[StandIn]:
    """Yield a stand-in for each combination of patterns within Principal elements, which AWS does not take (P2)."""
    if not patterns:
        yield stand_in
        return
    globs = [glob(text) for text in patterns]
    domain = Pattern([*map(PatternStep, stand_in.head), *stand_in.names.shapes[0].steps])
    for one in Cut(globs, domain, tick=meter.count).classes():
        asked = tuple((pattern, number in one.matched) for number, pattern in enumerate(globs))
        found = narrowed(stand_in, asked, meter.count)
        if found is not None:
            yield found


def _services(vocabulary: Vocabulary, asked: Sequence[str], told: object, meter: Meter) -> Iterator[str]:
    """Service principals: every named one, and one of each class of others that patterns of their names tell apart.

    Raises OutsideError where a policy wants a name that is of no form of a service's.
    """
    yield from vocabulary.services
    tied = tied_to(_SERVICE_KEYS, vocabulary)
    if not tied.bare:
        raise OutsideError("the name of a service is compared within a text")
    wanted = [pattern for key in _SERVICE_KEYS for want in vocabulary.wanted_of(key) for pattern in patterns_of(want)]
    others = [key for key in sorted(tied.keys) if key not in _SERVICE_KEYS]
    patterns = [*wanted, *(pattern for key in others for want in vocabulary.wanted_of(key) for pattern in patterns_of(want))]
    patterns += map(literal, sorted({*_A_SERVICE.findall(repr(told))})) if tied.keys else ()
    found = _classes_of_services([*patterns, *(glob(text) for text in asked if not text.startswith("arn:"))], vocabulary, meter)
    for number, pattern in enumerate(wanted):
        if not any(number in matched for matched in found) and not any(map(pattern.matches, vocabulary.services)):
            raise OutsideError("a policy names a service otherwise than services are called")
    yield from found.values()


def _classes_of_services(patterns: Sequence[Pattern], vocabulary: Vocabulary, meter: Meter) -> dict[frozenset[int], str]:
    """Return a service that no policy names for each combination of patterns that match such a one."""
    taken = frozenset(vocabulary.services)
    fresh = tuple(name for name in _FRESH_SERVICES if name not in taken)
    found: dict[frozenset[int], str] = {}
    for domain in _SERVICES:
        for one in Cut([*patterns, _EMPTY_LABEL], domain, nicer=fresh, taken=taken, tick=meter.count).classes():
            if len(patterns) not in one.matched:
                found.setdefault(one.matched, one.text)
    return found


def other_than(account: str) -> str:
    """Return an account that is not this one."""
    return STRANGER if account != STRANGER else "888888888888"
