"""ARNs in a request of which other condition keys tell a field: both are of the same resource, caller or VPC.

An ARN without such a field (that of a bucket has no account) leaves the other key to itself.
Source: IAM User Guide, reference_policies_condition-keys (aws:SourceArn and aws:SourceAccount; aws:PrincipalArn and
aws:PrincipalAccount; aws:SourceVpcArn and aws:SourceVpc); KMS Developer Guide, conditions-kms (kms:CallerAccount).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from kmsgen.prover.problem import Assignment, OutsideError, Values
from kmsgen.prover.requests.parts.parts import PartQuestion, values_of
from kmsgen.prover.values.cells import find
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.patterns import DIGITS, IN_PART, IN_PART_STAR, STAR, Pattern, PatternStep
from kmsgen.prover.values.value_tests import ComparisonKind, ValueTest
from kmsgen.prover.values.wanted import Wanted

Held = Mapping[str, Values | None]
_COLON = PatternStep(":")


class ArnField(NamedTuple):
    """A field of an ARN: what stands before it, what it is, what stands behind. `parts`: so many colons are before it."""

    parts: int
    before: tuple[PatternStep, ...]
    shape: tuple[PatternStep, ...]
    behind: tuple[PatternStep, ...]

    def of(self, arn: str) -> str:
        """Return the field of an ARN that has it; anything of another text."""
        rest = arn.split(":", self.parts)[-1][len(self.before) - 2 * self.parts :]
        return rest.partition(":")[0] if self.behind else rest

    def around(self, steps: Iterable[PatternStep]) -> Pattern:
        """Return the pattern of the ARNs whose field has these steps."""
        return Pattern([*self.before, *steps, *self.behind])


_ACCOUNT = ArnField(4, (IN_PART_STAR, _COLON) * 4, (PatternStep(DIGITS),) * 12, (_COLON, STAR))
_VPC = ArnField(5, ((IN_PART_STAR, _COLON) * 5 + tuple(map(PatternStep, "vpc/"))), (IN_PART_STAR,), ())
FIELDS: Mapping[str, ArnField] = {
    "aws:sourceaccount": _ACCOUNT,
    "aws:principalaccount": _ACCOUNT,
    "kms:calleraccount": _ACCOUNT,
    "aws:sourcevpc": _VPC,
}
WHOLE = {
    "aws:sourceaccount": "aws:sourcearn",
    "aws:principalaccount": "aws:principalarn",
    "kms:calleraccount": "aws:principalarn",
    "aws:sourcevpc": "aws:sourcevpcarn",
}
"""The key of the ARN of which a key tells a field."""


class ArnPart(NamedTuple):
    """An ARN and the keys that tell a field of it, as far as they are read."""

    keys: Values
    domains: Mapping[str, Domain]

    @property
    def rank(self) -> int:
        """Decided first: policy variables can put its values into what other keys are compared with."""
        return 0

    def solutions(self, asked: PartQuestion) -> Iterator[Assignment]:
        """Yield values that are of one resource, or one caller; where other keys hang on them, one of every cell of each."""
        yield from filter(asked.met, map(Assignment, together(self.keys, self.domains, asked)))


def together(keys: Sequence[str], domains: Mapping[str, Domain], asked: PartQuestion) -> Iterator[Held]:
    """Values of keys about one ARN that may meet the literals on them; nothing only if none do. Raises OutsideError."""
    tied = asked.all_cells or any(asked.ties.variables_on(key, asked.decided) for key in keys)
    if tied or not all(_is_by_text(key, asked) for key in keys):
        yield from asked.in_turn(keys, lambda key, now: beside_decided(key, domains[key], now))
        return
    choices = ((False, True) if domains[key].optional else (True,) for key in keys)
    for there in product(*choices):
        present = [key for key, is_there in zip(keys, there, strict=True) if is_there]
        yield from ({**dict.fromkeys(keys), **found} for found in _of_present(present, domains, asked))


def beside_decided(key: str, domain: Domain, asked: PartQuestion) -> Iterator[Values | None]:
    """Values of a key beside those decided of one ARN and its field; an ARN without the field leaves the key to itself."""
    of_field = _told_of_field(WHOLE.get(key, key), asked)
    if of_field is None:
        yield from values_of(key, domain, asked)
        return
    field, text = of_field
    if key in FIELDS:
        yield from [None] if domain.optional else []
        yield from [(text,)] if domain.admits(text) else []
        return
    has = domain._replace(shapes=(field.around(map(PatternStep, text)),), nicer=(), strict=True)
    lacks = domain._replace(never=(*domain.never, field.around(field.shape)), optional=False)
    yield from values_of(key, has, asked)
    yield from values_of(key, lacks, asked)


def _told_of_field(whole: str, asked: PartQuestion) -> tuple[ArnField, str] | None:
    """Return the field of an ARN and what it is where a key about it, or the ARN itself, is decided."""
    for key, field in FIELDS.items():
        told, arn = (asked.decided.values.get(one) for one in (key, whole))
        if WHOLE[key] == whole and told:
            return field, told[0]
        if WHOLE[key] == whole and arn and field.around(field.shape).matches(arn[0]):
            return field, field.of(arn[0])
    return None


def _is_by_text(key: str, asked: PartQuestion) -> bool:
    return all(one.test.family is ComparisonKind.TEXT for one in asked.wanted(key))


def _of_present(present: Sequence[str], domains: Mapping[str, Domain], asked: PartQuestion) -> Iterator[Held]:
    """Yield values of keys that are there: an ARN that has the field, and one that has none."""
    fields = [key for key in present if key in FIELDS]
    arn = next((key for key in present if key not in FIELDS), None)
    of_field = [one for key in fields for one in asked.wanted(key)]
    alone = find(domains[fields[0]], of_field, asked.tick) if fields else None
    if arn is None or not fields:
        text = alone if arn is None else find(domains[arn], asked.wanted(arn), asked.tick)
        if text is not None or not present:
            yield {} if text is None else dict.fromkeys(present, (text,))
        return
    field = FIELDS[fields[0]]
    within = [_within(one, field) for one in of_field]
    has = find(domains[arn], [*asked.wanted(arn), *within, *(_has(key, domains[key]) for key in fields)], asked.tick)
    if has is not None:
        yield {arn: (has,), **dict.fromkeys(fields, (field.of(has),))}
    lacks = find(domains[arn], [*asked.wanted(arn), _lacks(field)], asked.tick)
    if lacks is not None and alone is not None:
        yield {arn: (lacks,), **dict.fromkeys(fields, (alone,))}


def _within(wanted: Wanted, field: ArnField) -> Wanted:
    """Ask of the field of an ARN what is asked of it by itself. Raises OutsideError."""
    test = wanted.test
    patterns = tuple(field.around(_narrowed(pattern)) for pattern in test.patterns)
    return wanted._replace(
        test=test._replace(
            answer=lambda arn: test.answer(field.of(arn)),
            constants=(),
            patterns=patterns,
            plain=False,
            samples=(),
            alternatives=frozenset(),
        )
    )


def _narrowed(pattern: object) -> Iterator[PatternStep]:
    if not isinstance(pattern, Pattern):
        raise OutsideError("a field of an ARN is compared in more than one way")
    yield from (_NARROW.get(step, step) for step in pattern.steps)


_NARROW = {PatternStep(None): IN_PART, STAR: IN_PART_STAR}


def _has(key: str, domain: Domain) -> Wanted:
    """Ask for an ARN with a field that the key can be."""
    field = FIELDS[key]
    taken = (*(map(PatternStep, text) for text in sorted(domain.taken)), *map(_narrowed, filter(_is_within, domain.never)))
    patterns = (field.around(field.shape), *map(field.around, taken))

    def reading(bits: tuple[bool, ...]) -> bool:
        return bits[0] and not any(bits[1:])

    def answer(arn: str) -> bool:
        return patterns[0].matches(arn) and domain.admits(field.of(arn))

    return Wanted(ValueTest(answer, ComparisonKind.TEXT, (), patterns, reading), frozenset((True,)))


def _is_within(pattern: Pattern) -> bool:
    return not any(step.characters and ":" in step.characters and not step.negated for step in pattern.steps)


def _lacks(field: ArnField) -> Wanted:
    """Ask for an ARN without the field."""
    pattern = field.around(field.shape)
    test = ValueTest(pattern.matches, ComparisonKind.TEXT, (), (pattern,), lambda bits: bits[0], any_of=True)
    return Wanted(test, frozenset((False,)))
