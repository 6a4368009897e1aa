"""One principal for each class that a bundle can tell apart: kind, account, path and name.

A principal's ARN decides everything a policy can know of it, so the patterns on its parts (account, ARN, user name) are
all put as patterns on the ARN, and the ARNs of each kind are cut by them.
Source: IAM User Guide, reference_identifiers, reference_policies_elements_principal, using-service-linked-roles.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.prover.requests.vocabulary import Vocabulary
from kmsgen.prover.values.cells import Wanted, parts_of
from kmsgen.prover.values.partition import Cut
from kmsgen.prover.values.patterns import DIGITS, NAME, PATH, STAR, Pattern, Step, arn_steps, glob, run_of

Values = tuple[str, ...]
STRANGER = "999999999999"
ANONYMOUS = "*"
_ACCOUNT_KEYS = ("kms:calleraccount", "aws:principalaccount")
_SERVICE_KEYS = ("aws:principalservicename", "aws:principalservicenameslist")
_FRESH_SERVICES = ("lambda.amazonaws.com", "glacier.amazonaws.com", "iot.amazonaws.com", "any-service.amazonaws.com")


class _Kind(NamedTuple):
    """A kind of principal: what stands before the account and after it, and what a fresh one is called."""

    head: str
    tail: str
    name: tuple[Step, ...]
    fresh: Values


# A path can hold a colon, a name cannot: what ends in neither is a name, with a path or without.
_PATH_AND_NAME = (Step(PATH, loop=True), Step(NAME))
_KINDS = (
    _Kind("arn:{}:iam::", ":role/", _PATH_AND_NAME, ("any-role", "another-role")),
    _Kind("arn:{}:iam::", ":user/", _PATH_AND_NAME, ("any-user", "another-user")),
    _Kind("arn:{}:sts::", ":federated-user/", (Step(NAME, loop=True), Step(NAME)), ("any-federated-user", "another-one")),
    _Kind("arn:{}:iam::", ":root", (), ()),
)
_SERVICE_LINKED = "aws-service-role/any-service.amazonaws.com/AWSServiceRoleForAnyService"
SPECIAL_ROLES = (_SERVICE_LINKED, "aws:ec2-infrastructure")
"""Roles that exist without anybody making them: service-linked ones, and the one EC2 uses volumes with."""


def principals(vocabulary: Vocabulary, partition: str, asked: Iterable[str], budget: int) -> list[str]:
    """Return one principal per class: ARNs, services' names, `*`. `asked` are patterns of a question.

    Raises PatternBudgetError.
    """
    patterns = [*_patterns(vocabulary), *(glob(text) for text in asked if text.startswith("arn:") or "*" in text)]
    named = [text for text in vocabulary.principals if _alive(text)]
    found = [*named, *_federated(named)]
    for kind in _KINDS:
        found += _of_kind(kind, partition, patterns, vocabulary, budget)
    accounts = sorted({arn.account for text in found if (arn := parse_arn(text))})
    found += [f"arn:{partition}:iam::{account}:role/{name}" for account in accounts for name in SPECIAL_ROLES]
    return list(dict.fromkeys([*found, *_services(vocabulary, asked, budget), ANONYMOUS]))


def _federated(named: Iterable[str]) -> Iterator[str]:
    """Yield the federated session that may come from each user: AWS tells it by the name that the caller gives it (P7)."""
    for arn in map(parse_arn, named):
        if arn is not None and arn.kind == "user":
            yield f"arn:{arn.partition}:sts::{arn.account}:federated-user/{arn.name.rpartition('/')[2]}"


def _alive(text: str) -> bool:
    """Leave out what a Principal element can hold and no caller is: an account by its root ARN is one, a group is none."""
    arn = parse_arn(text)
    kinds = {"iam": ("role", "user", "root"), "sts": ("assumed-role", "federated-user")}
    return arn is not None and arn.kind in kinds.get(arn.service, ())


def _of_kind(kind: _Kind, partition: str, patterns: list[Pattern], vocabulary: Vocabulary, budget: int) -> list[str]:
    head = kind.head.format(partition)
    domain = Pattern([*map(Step, head), *[Step(DIGITS)] * 12, *map(Step, kind.tail), *kind.name])
    accounts = [*vocabulary.accounts, STRANGER, *_fresh_accounts(vocabulary)]
    return [
        one.text
        for one in Cut(
            patterns,
            domain,
            prefix=head,
            nicer=[f"{head}{account}{kind.tail}{name}" for account in accounts for name in kind.fresh or ("",)],
            taken=frozenset(vocabulary.principals) if kind.name else frozenset(),
            budget=budget,
        ).classes()
    ]


def _fresh_accounts(vocabulary: Vocabulary) -> Iterator[str]:
    yield from (account for digit in "87654321" if (account := digit * 12) not in vocabulary.accounts)


def _patterns(vocabulary: Vocabulary) -> Iterator[Pattern]:
    """Yield everything that can tell principals apart by their ARN, as patterns of the ARN."""
    for account in vocabulary.accounts:
        yield Pattern(arn_steps(["arn:", STAR, ":", STAR, "::", account, ":", STAR]))
    for key in _ACCOUNT_KEYS:
        for parts in _parts(vocabulary.wanted_of(key)):
            if parts != [text for text in parts if isinstance(text, str)]:
                yield Pattern(_steps([_ANY_HEAD, *parts, ":", STAR]))
    for text in vocabulary.principal_patterns:
        yield glob(text)
    for wanted in vocabulary.wanted_of("aws:principalarn"):
        yield from _arn_patterns(wanted)
    for parts in _parts(vocabulary.wanted_of("aws:username")):
        for head in (":user/", "/"):
            yield Pattern(_steps([STAR, head, *parts]))


_ANY_HEAD = Step(None, loop=True)


def _arn_patterns(wanted: Wanted) -> Iterator[Pattern]:
    base = wanted.operator.base
    for parts in _parts([wanted]):
        arn = base.startswith("Arn")
        exact = not arn and not base.endswith("Like")
        if exact:
            text = "".join(part if isinstance(part, str) else "*" for part in parts)
            if base.endswith("IgnoreCase"):
                yield Pattern([Step(character) for character in text], ignore_case=True)
            continue
        if any(isinstance(part, Step) for part in parts):
            yield from [Pattern(arn_steps(parts))] if arn else []
            yield Pattern(_steps(parts))


def _parts(wants: Iterable[Wanted]) -> Iterator[list[str | Step]]:
    for wanted in wants:
        if wanted.operator.base.startswith(("String", "Arn")):
            for value in wanted.values:
                parts = parts_of(value, {}, variables=wanted.variables)
                if parts is not None:
                    yield parts


def _steps(parts: Iterable[str | Step]) -> list[Step]:
    return [step for part in parts for step in ([part] if isinstance(part, Step) else map(Step, part))]


def _services(vocabulary: Vocabulary, asked: Iterable[str], budget: int) -> Iterator[str]:
    """Yield every service named, and one of each class of those that are not."""
    yield from vocabulary.services
    patterns = [Pattern(_steps(parts)) for key in _SERVICE_KEYS for parts in _parts(vocabulary.wanted_of(key))]
    patterns += [glob(text) for text in asked if not text.startswith("arn:")]
    domain = run_of((NAME[:52] + DIGITS,), ".amazonaws.com")
    fresh = tuple(name for name in _FRESH_SERVICES if name not in vocabulary.services)
    taken = frozenset(vocabulary.services)
    yield from (one.text for one in Cut(patterns, domain, nicer=fresh, taken=taken, budget=budget).classes())


def other_than(account: str) -> str:
    """Return an account that is not this one."""
    return STRANGER if account != STRANGER else "888888888888"
