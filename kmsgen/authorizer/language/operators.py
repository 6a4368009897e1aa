"""Condition operators, a row each: how one value of a policy compares with one value of a request.

Three-valued: None where a value cannot be evaluated (S12) or AWS's documentation leaves the comparison open.
Source: IAM User Guide, reference_policies_elements_condition_operators.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from operator import eq, ge, gt, le, lt
from typing import Any, NamedTuple, TypeVar

from kmsgen.authorizer.language.open_value import agreed
from kmsgen.authorizer.language.shapes import Shape, covered
from kmsgen.authorizer.language.wildcards import Maybe, Pieces, Predicate, all_of, any_of, arn_pattern, glob
from kmsgen.policy.addresses import parse_address, parse_network
from kmsgen.policy.letter_case import folded, loosely_folded

# texts, so that `re` compiles them at first use and not at every start
_NUMBER = r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?\Z"
_DATE = (
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<fraction>\.[0-9]{1,9})?)?"
    r"(?:Z|(?P<sign>[+-])(?P<zone_hour>[0-9]{2}):?(?P<zone_minute>[0-9]{2})))?)?)?\Z"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


Patterns = tuple[Pieces, ...]
_Element = TypeVar("_Element", bound=object)


def _not_of_texts(_shape: Shape, _patterns: Patterns) -> Maybe:
    """Shapes of texts say nothing about numbers, dates, booleans, bytes and addresses: always open."""
    return None


def _is_text(_text: str) -> bool:
    return True


class Operator(NamedTuple):
    """A condition operator: `predicate` compiles one value of the policy, split into pieces, to a test of one request value.

    Its `negated` form holds where no policy value matches. IAM User Guide, reference_policies_elements_condition_operators.
    """

    predicate: Callable[[Pieces], Predicate]
    # whether every text of a shape matches one of several policy values (True), or none does (False)
    covers: Callable[[Shape, Patterns], Maybe] = _not_of_texts
    negated: bool = False
    variables: bool = False
    wildcards: bool = False
    exact: bool = False  # plain comparison of texts, so that one set can hold all policy values
    # whether a text is a value of the operator's type: what IAM makes of a condition with one that is none is open (S12)
    takes: Callable[[str], bool] = _is_text
    reads: str = ""  # "Numeric" or "Date": it compares what texts mean, and not how that is written


def _never(_text: str) -> Maybe:
    return None


def _text(pieces: Pieces) -> str:
    return "".join(str(piece) for piece in pieces)


def _equals(pieces: Pieces) -> Predicate:
    return _text(pieces).__eq__


def _equals_ignoring_case(pieces: Pieces) -> Predicate:
    text = _text(pieces)
    wanted, near = folded(text), loosely_folded(text)

    def predicate(value: str) -> Maybe:
        if folded(value) == wanted:
            return True
        return None if loosely_folded(value) == near else False

    return predicate


def _like(pieces: Pieces) -> Predicate:
    return glob(pieces)


def _arn(pieces: Pieces) -> Predicate:
    matches = arn_pattern(pieces)
    return lambda value: matches(value) if value.count(":") >= 5 else None


def _covers_ignoring_case(shape: Shape, patterns: Patterns) -> Maybe:
    """Compare shapes ignoring case, of ASCII letters and of all letters: open where the two differ (P15)."""
    return agreed(covered(_each(fold, shape), tuple(_each(fold, one) for one in patterns)) for fold in (folded, loosely_folded))


def _each(fold: Callable[[str], str], parts: tuple[str | _Element, ...]) -> tuple[str | _Element, ...]:
    return tuple(fold(part) if isinstance(part, str) else part for part in parts)


def _covers_arns(shape: Shape, patterns: Patterns) -> Maybe:
    """Compare ARN shapes as whole texts: what no pattern matches whole, none matches part by part, so only False is sure."""
    return False if covered(shape, patterns) is False else None


def _ordered(parse: Callable[[str], tuple[Any, ...]], compare: Callable[[Any, Any], bool], pieces: Pieces) -> Predicate:
    """Compare numbers or dates in each of their readings; open where readings disagree or a text has none."""
    wanted = parse(_text(pieces))

    def predicate(value: str) -> Maybe:
        results = {compare(actual, want) for actual in parse(value) for want in wanted}
        return results.pop() if len(results) == 1 else None

    return predicate


@lru_cache(maxsize=4096)
def parse_number(text: str) -> tuple[Decimal, ...]:
    """Return the number that a text means, as a tuple of one; empty if it is no number."""
    return (Decimal(text),) if re.match(_NUMBER, text, re.ASCII) else ()


@lru_cache(maxsize=4096)
def parse_date(text: str) -> tuple[Decimal, ...]:
    """Return the dates that a text can mean, in seconds since 1970; empty if it is none.

    A number is epoch seconds, and with four digits it may be a year too: `0000`, a year that there is not, is left open. All else
    is ISO 8601.
    """
    match = re.match(_DATE, text, re.ASCII)
    if not match:
        return parse_number(text)
    moment = _moment(match)
    return () if moment is None else (*parse_number(text), moment)


def _moment(match: re.Match[str]) -> Decimal | None:
    numbers = {name: int(match[name] or 0) for name in ("hour", "minute", "second", "zone_hour", "zone_minute")}
    offset = timedelta(hours=numbers["zone_hour"], minutes=numbers["zone_minute"]) * (-1 if match["sign"] == "-" else 1)
    try:
        day = datetime(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1), tzinfo=UTC)
        whole = day.replace(hour=numbers["hour"], minute=numbers["minute"], second=numbers["second"]) - _EPOCH - offset
    except (ValueError, OverflowError):
        return None
    return Decimal(whole.days * 86400 + whole.seconds) + Decimal(match["fraction"] or 0)


def _is_boolean(text: str) -> bool:
    return folded(text) in ("true", "false")


def _boolean(pieces: Pieces) -> Predicate:
    wanted = folded(_text(pieces))
    if not _is_boolean(wanted):
        return _never
    return lambda value: folded(value) == wanted if _is_boolean(value) else None


@lru_cache(maxsize=4096)
def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _binary(pieces: Pieces) -> Predicate:
    wanted = _decode(_text(pieces))

    def predicate(value: str) -> Maybe:
        actual = _decode(value)
        return None if wanted is None or actual is None else wanted == actual

    return predicate


def _network(pieces: Pieces) -> Predicate:
    network = parse_network(_text(pieces))
    if network is None:
        return _never

    def predicate(value: str) -> Maybe:
        address = parse_address(value)
        return None if address is None else address.version == network.version and address in network

    return predicate


def _number(compare: Callable[[Any, Any], bool], *, negated: bool = False) -> Operator:
    predicate = partial(_ordered, parse_number, compare)
    return Operator(predicate, negated=negated, takes=lambda text: bool(parse_number(text)), reads="Numeric")


def _date(compare: Callable[[Any, Any], bool], *, negated: bool = False) -> Operator:
    predicate = partial(_ordered, parse_date, compare)
    return Operator(predicate, negated=negated, takes=lambda text: bool(parse_date(text)), reads="Date")


def _address(*, negated: bool = False) -> Operator:
    return Operator(_network, negated=negated, takes=lambda text: parse_network(text) is not None)


OPERATORS: dict[str, Operator] = {
    "StringEquals": Operator(_equals, covered, variables=True, exact=True),
    "StringNotEquals": Operator(_equals, covered, negated=True, variables=True, exact=True),
    "StringEqualsIgnoreCase": Operator(_equals_ignoring_case, _covers_ignoring_case, variables=True),
    "StringNotEqualsIgnoreCase": Operator(_equals_ignoring_case, _covers_ignoring_case, negated=True, variables=True),
    "StringLike": Operator(_like, covered, variables=True, wildcards=True),
    "StringNotLike": Operator(_like, covered, negated=True, variables=True, wildcards=True),
    "ArnEquals": Operator(_arn, _covers_arns, variables=True, wildcards=True),
    "ArnLike": Operator(_arn, _covers_arns, variables=True, wildcards=True),
    "ArnNotEquals": Operator(_arn, _covers_arns, negated=True, variables=True, wildcards=True),
    "ArnNotLike": Operator(_arn, _covers_arns, negated=True, variables=True, wildcards=True),
    "NumericEquals": _number(eq),
    "NumericNotEquals": _number(eq, negated=True),
    "NumericLessThan": _number(lt),
    "NumericLessThanEquals": _number(le),
    "NumericGreaterThan": _number(gt),
    "NumericGreaterThanEquals": _number(ge),
    "DateEquals": _date(eq),
    "DateNotEquals": _date(eq, negated=True),
    "DateLessThan": _date(lt),
    "DateLessThanEquals": _date(le),
    "DateGreaterThan": _date(gt),
    "DateGreaterThanEquals": _date(ge),
    "Bool": Operator(_boolean, takes=_is_boolean),
    "BinaryEquals": Operator(_binary, takes=lambda text: _decode(text) is not None),
    "IpAddress": _address(),
    "NotIpAddress": _address(negated=True),
}


def single(match: Predicate, negated: bool, values: tuple[str, ...]) -> Maybe:  # noqa: FBT001 - a Callable has no keywords
    """Compare without a set operator; several values must give the same answer for one and for all, else it is open (P4)."""
    if len(values) == 1:
        result = match(values[0])
    else:
        results = [match(value) for value in values]
        one, every = any_of(results), all_of(results)
        result = one if one is every else None
    return (None if result is None else not result) if negated else result


def for_all_values(match: Predicate, negated: bool, values: tuple[str, ...]) -> Maybe:  # noqa: FBT001 - as above
    """ForAllValues: every value must match one of the policy's; with a negated operator, no value may match any."""
    return all_of((None if r is None else r is not negated) for r in map(match, values))


def for_any_value(match: Predicate, negated: bool, values: tuple[str, ...]) -> Maybe:  # noqa: FBT001 - as above
    """ForAnyValue: one value must match one of the policy's; with a negated operator, one value must match none."""
    return any_of((None if r is None else r is not negated) for r in map(match, values))


Quantifier = Callable[[Predicate, bool, tuple[str, ...]], Maybe]
QUANTIFIERS: dict[str, Quantifier] = {"": single, "ForAllValues": for_all_values, "ForAnyValue": for_any_value}


def of_shape(quantifier: str, members: Sequence[Maybe], rest: Maybe, *, multi_valued: bool) -> Maybe:
    """Apply a set operator to an open key: answers for the `members` known to be in it, and for any other value (`rest`).

    A single-valued key, and a set without known members, has at least one value, and `rest` is the answer.
    """
    if not multi_valued or not members:
        return rest
    settling = {"ForAllValues": False, "ForAnyValue": True}.get(quantifier)
    if settling is not None and settling in members:
        return settling
    return rest if all(result is rest for result in members) else None


def when_missing(quantifier: str, operator: Operator, *, if_exists: bool) -> bool:
    """Return whether a condition holds of a missing or empty key: by IfExists, ForAllValues, or negation without set operator."""
    if if_exists or quantifier == "ForAllValues":
        return True
    return operator.negated and not quantifier


def null_test(wanted: tuple[str, ...], values: tuple[str, ...] | None) -> Maybe:
    """Compare as Null does: `true` holds of an absent or empty key, `false` of one with a value; open for empty texts."""
    if values and not any(values):
        return None
    absent = not values
    return any_of((folded(text) == "true") is absent if folded(text) in ("true", "false") else None for text in wanted)
