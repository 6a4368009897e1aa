"""Conditions in words: what a request has to hold for the literals of a finding to come out as they do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kmsgen.authorizer.language.comparison import is_multi_valued
from kmsgen.authorizer.language.operators import OPERATORS
from kmsgen.authorizer.language.variables import Missing, parse_policy_text, resolve
from kmsgen.catalogue.condition_keys import title
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator
from kmsgen.prover.problem import Assignment, Values
from kmsgen.prover.requests.constraints import CONTEXT, FAMILIES, FAMILY_OF_NAMES, TAG, KeyTest, Literal, in_order

_VIA = r"([a-z0-9*?-]+)\.([a-z0-9*?-]+)\.amazonaws\.com\Z"  # compiled when first used
_SHOWN = 3


def words_of(literals: Iterable[Literal], decided: Assignment, free: Mapping[str, object]) -> Values:
    """Say of each condition key that a request decides (`free`) what a finding rests on."""
    looks: dict[str, list[KeyTest]] = {}
    read: dict[str, None] = {}
    for look, _ in in_order(literals):
        read |= dict.fromkeys(sorted(key for key in look.reads if key in free))
        if isinstance(look, KeyTest):
            looks.setdefault(look.key, []).append(look)
    said = (_say(key, looks.get(key, ()), decided) for key in read if key in decided.values)
    return tuple(dict.fromkeys(filter(None, (*said, *_further_names(decided)))))


def _say(key: str, looks: Sequence[KeyTest], decided: Assignment) -> str:
    """Say what a key is: nothing of the names of pairs, each of which is said for itself."""
    values = decided.values[key]
    if values is None:
        return _say_absent(key, looks, decided) if looks else ""
    if key in _FLAGS or key in FAMILY_OF_NAMES:
        return _FLAGS.get(key, ("", ""))[values == ("true",)]
    ordered = [phrase for look in looks for phrase in _compared(look, decided)]
    if ordered:
        return f"{title(key)} {' and '.join(dict.fromkeys(ordered))}"
    return _say_text(key, values, looks, decided)


def _say_absent(key: str, looks: Sequence[KeyTest], decided: Assignment) -> str:
    """Say what a key that is not there need not be: where all that counts is that it has none of some values, these."""
    excluded = [_excluded(look, decided) for look in looks]
    if all(excluded):
        return f"without {title(key)} {_listed(dict.fromkeys(text for texts in excluded for text in texts))}"
    return _ABSENT.get(key, f"without {title(key)}")


def _excluded(look: KeyTest, decided: Assignment) -> Values:
    """Return the values that come out otherwise than an absent key at a test that takes any other value for as good as none."""
    name, texts = split_operator(look.test.condition.operator), look.test.condition.values
    if name is None or name.quantifier or not name.base.startswith(("String", "Arn")) or any("${" in text for text in texts):
        return ()
    return texts if look.reading(decided) is ("Not" in name.base) else ()


def _say_text(key: str, values: Values, looks: Sequence[KeyTest], decided: Assignment) -> str:
    """Say which of the values that policies name a key matches, else that it is none of them."""
    named = list(dict.fromkeys(text for look in looks for text in _matching(look, values, decided)))
    if key == "kms:viaservice":
        return _via(named, values)
    if named:
        return f"{title(key)} {'=' if set(named) <= set(values) else 'like'} {_listed(named)}"
    conditions = (look.test.condition for look in looks)
    texts = {text for one in conditions if one.operator != "Null" for text in one.values}
    if texts and not any("${" in text for text in texts):
        return f"{title(key)} other than {_listed(sorted(texts))}"
    return f"{title(key)} = {_listed(values)}"


_FLAGS = {
    "aws:viaawsservice": ("", "through an AWS service"),
    "aws:securetransport": ("without TLS", "over TLS"),
    "aws:multifactorauthpresent": ("without a second factor", "with a second factor"),
    "kms:grantisforawsresource": ("not for an AWS resource", "for an AWS resource"),
    "kms:bypasspolicylockoutsafetycheck": ("", "bypassing the lockout check"),
}
_ABSENT = {
    "kms:viaservice": "called directly",
    "aws:viaawsservice": "",
    "aws:sourcevpce": "through no VPC endpoint",
    "aws:principalorgid": "in no organization",
    "aws:multifactorauthpresent": "with long-term credentials",
}
# What a comparison says where it holds, and where it does not.
_COMPARED = {
    "NumericGreaterThan": ("more than {}", "at most {}"),
    "NumericGreaterThanEquals": ("at least {}", "less than {}"),
    "NumericLessThan": ("less than {}", "at least {}"),
    "NumericLessThanEquals": ("at most {}", "more than {}"),
    "NumericEquals": ("= {}", "other than {}"),
    "NumericNotEquals": ("other than {}", "= {}"),
    "DateGreaterThan": ("after {}", "until {}"),
    "DateGreaterThanEquals": ("from {}", "before {}"),
    "DateLessThan": ("before {}", "from {}"),
    "DateLessThanEquals": ("until {}", "after {}"),
    "DateEquals": ("= {}", "other than {}"),
    "DateNotEquals": ("other than {}", "= {}"),
}


def _compared(look: KeyTest, decided: Assignment) -> Iterator[str]:
    """Yield what a comparison by order says of the value: "more than 30"; nothing for other tests."""
    name = split_operator(look.test.condition.operator)
    phrases = _COMPARED.get(name.base) if name else None
    if phrases is None:
        return
    result = look.reading(decided)
    listed = _listed(look.test.condition.values)
    yield "that cannot be compared" if result is None else phrases[0 if result else 1].format(listed)


def _matching(look: KeyTest, values: Values, decided: Assignment) -> Iterator[str]:
    """Yield the values of a condition, as written, that one of the request's values matches."""
    name = split_operator(look.test.condition.operator)
    operator = OPERATORS.get(name.base) if name else None
    for text in look.test.condition.values if operator else ():
        template = parse_policy_text(text, variables=look.test.modern, wildcards=operator is not None and operator.wildcards)
        resolved = resolve(template, decided.values.get, is_multi_valued)
        if operator and resolved and not isinstance(resolved, Missing) and any(map(operator.predicate(resolved.pieces), values)):
            yield text


def _via(named: Sequence[str], values: Values) -> str:
    match = re.match(_VIA, named[0]) if named else None
    if match is None:
        return f"via {named[0]}" if named else f"via any other service, such as {values[0]}"
    service, region = match.groups()
    place = "any Region" if region == "*" else region
    return f"via {'any service' if service == '*' else service} in {place}"


_PLACES = {CONTEXT: "the encryption context", TAG: "the request's tags"}


def _further_names(decided: Assignment) -> Iterator[str]:
    """Say which names of pairs have to be there of which no policy tests the value."""
    for family in FAMILIES:
        names = [name for name, _ in decided.pairs.get(family, ()) if f"{family}{folded(name)}" not in decided.values]
        if names:
            yield f"with `{'`, `'.join(names)}` in {_PLACES[family]}"


def _listed(texts: Iterable[str]) -> str:
    every = list(texts)
    shown = ", ".join(f"`{text}`" for text in every[:_SHOWN])
    return f"{shown} and {len(every) - _SHOWN} more" if len(every) > _SHOWN else shown
