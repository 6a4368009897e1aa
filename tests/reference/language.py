"""The policy language, spelled out: actions, resources, variables, condition operators.

Source: IAM User Guide, reference_policies_elements_condition_operators, reference_policies_variables,
reference_policies_elements_resource, reference_policies_elements_action, condition-single-vs-multi-valued-context-keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.reference.held import Held, Lookup
from tests.reference.patterns import ANYTHING, Pattern, compare, folded, is_known, literal, lower, matches, parts, text_of, wild
from tests.reference.readings import PATTERNS, PLAIN, TEXT, Comparison
from tests.reference.three import Answer, agreed, all_of, any_of, doubted, negate

VARIABLE = re.compile(r"\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}")
WITH_VARIABLES = "2012-10-17"
LITERALS = ("*", "?", "$")
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


@dataclass(frozen=True)
class Condition:
    """One operator on one key, with the version of its policy."""

    operator: str
    key: str
    values: tuple[str, ...]
    version: str


@cache
def action_matches(pattern: str, action: str) -> bool:
    """Compare an Action pattern with an action; case does not matter, and a pattern without `*` names its service."""
    return matches(folded(wild(pattern)), lower(action))


# --- variables ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filled:
    """A text with the values of its variables in place, in one reading; no pattern where a variable has no value.

    `opaque`: a variable's value is not known, so the pattern matches more than the policy does.
    """

    pattern: Pattern | None
    opaque: bool = False

    def answer(self, comparison: Comparison, value: Pattern) -> Answer:
        """Return what a comparison with this reading says."""
        found = False if self.pattern is None else comparison(self.pattern, value)
        return doubted(found) if self.opaque else found


def variables(text: str, version: str) -> list[str]:
    """Return the names of the variables of a text, in lower case."""
    found = VARIABLE.findall(text) if version == WITH_VARIABLES else []
    return [lower(name) for name, _default in found if name not in LITERALS]


def fill(text: str, version: str, lookup: Lookup, *, wildcards: bool) -> list[Filled]:
    """Return the readings of a text. A wildcard within a variable's value: no page says whether it is one (U1)."""
    plain = wild if wildcards else literal
    if version != WITH_VARIABLES:
        return [Filled(plain(text))]
    readings = [Filled(())]
    at = 0
    for match in VARIABLE.finditer(text):
        before = plain(text[at : match.start()])
        values = list(_values(match, lookup, wildcards=wildcards))
        readings = [_joined(left, before, value) for left in readings for value in values]
        at = match.end()
    return [_joined(left, plain(text[at:]), Filled(())) for left in readings]


def _joined(left: Filled, between: Pattern, right: Filled) -> Filled:
    missing = left.pattern is None or right.pattern is None
    pattern = None if missing else (*(left.pattern or ()), *between, *(right.pattern or ()))
    return Filled(pattern, left.opaque or right.opaque)


def _values(match: re.Match[str], lookup: Lookup, *, wildcards: bool) -> Iterator[Filled]:
    name, default = match[1], match[2]
    if name in LITERALS:
        yield Filled(literal(name))
        return
    for way in lookup(lower(name)).ways:
        if len(way) == 1 and not is_known(way[0]):
            yield Filled(way[0], opaque=True)
            continue
        text = text_of(way[0]) if len(way) == 1 else default
        yield Filled(None if text is None else literal(text))
        if wildcards and set("*?") & set(text or ""):
            yield Filled(wild(text or ""))
        if len(way) > 1:
            # A multi-valued key cannot be a variable: what comes of one is not said (U2).
            yield Filled(ANYTHING, opaque=True)


# --- resources ----------------------------------------------------------------------------------------------------------


def resource_matches(text: str, resource: Pattern, version: str, lookup: Lookup) -> Answer:
    """Compare a Resource pattern with a resource; a variable that has no value matches nothing."""
    answer = agreed(one.answer(_resource, resource) for one in fill(text, version, lookup, wildcards=True))
    # Variables belong behind the fifth colon; what one does before it is not said (U3).
    if any(match.start() < _fifth_colon(text) for match in VARIABLE.finditer(text)) and version == WITH_VARIABLES:
        return False if compare(wild(VARIABLE.sub("*", text)), resource) is False else None
    return answer


def excluded_by(text: str, resource: Pattern, version: str, lookup: Lookup) -> Answer:
    """Compare a NotResource pattern with a resource; where a variable has no value it is open what it leaves out (U4)."""
    if all(one.pattern is not None for one in fill(text, version, lookup, wildcards=True)):
        return resource_matches(text, resource, version, lookup)
    return False if compare(wild(VARIABLE.sub("*", text)), resource) is False else None


def _fifth_colon(text: str) -> int:
    places = [place for place, character in enumerate(VARIABLE.sub(lambda match: "x" * len(match[0]), text)) if character == ":"]
    return places[4] if len(places) > 4 else len(text)


def _resource(pattern: Pattern, resource: Pattern) -> Answer:
    """Compare segment by segment.

    `*` and `?` stay within a segment between colons; a `*` that ends its segment reaches beyond; whether one within does is open
    (P3). A wildcard in the service's segment is not allowed (open), and so is what is no ARN.
    """
    if pattern == ANYTHING:
        return True
    wanted = parts(pattern, most=99)
    allowed = len(wanted) > 2 and text_of(wanted[0]) == "arn" and not any(is_wild for _character, is_wild in wanted[2])
    if allowed and text_of(resource) == "*":
        return False  # an action without a resource type is about `*` alone (KMS Developer Guide, iam-policies)
    if allowed and _segments(wanted, parts(resource)):
        return True
    return None if compare(pattern, resource) is not False else False


def _segments(wanted: list[Pattern], actual: list[Pattern]) -> bool:
    if not wanted or not actual:
        return not wanted and not actual
    head = compare(wanted[0], actual[0]) is True
    if not head:
        return False
    reach = range(1, len(actual) + 1) if wanted[0][-1:] == ANYTHING else (1,)
    return any(_segments(wanted[1:], actual[length:]) for length in reach)


# --- conditions ---------------------------------------------------------------------------------------------------------


def holds(condition: Condition, lookup: Lookup) -> Answer:
    """Tell whether a condition holds."""
    held = lookup(lower(condition.key))
    quantifier, _, name = condition.operator.rpartition(":")
    if_exists, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    if name == "Null":
        return _null(condition, held)
    if held.may_be_of_a_customer(condition.values) and not variables("".join(condition.values), condition.version):
        return None
    test = _Test(condition, lookup, held, NEGATED.get(name, name), quantifier, name in NEGATED, if_exists)
    return agreed(test.on(way) for way in held.ways)


def _null(condition: Condition, held: Held) -> Answer:
    """Null true: the key is absent; false: it is there and not empty. What it says of an empty text no page says."""
    absent = agreed(None if way and all(value == () for value in way) else not way for way in held.ways)
    wanted = {"true": absent, "false": negate(absent)}
    return any_of(wanted.get(lower(value)) for value in condition.values)


@dataclass(frozen=True)
class _Test:
    condition: Condition
    lookup: Lookup
    held: Held
    base: str
    quantifier: str
    negated: bool
    if_exists: bool

    def on(self, way: tuple[Pattern, ...]) -> Answer:
        """Answer for one way in which a request may hold the key."""
        if self.quantifier and way and all(value == () for value in way):
            # For ForAllValues an empty text is like no value; of ForAnyValue the page does not say so.
            return True if self.quantifier == "ForAllValues" else agreed([False, any_of(self._one(value) for value in way)])
        if not way:
            return self._on_absent()
        answers = [self._one(value) for value in way]
        if self.quantifier == "ForAllValues":
            return all_of(answers)
        if self.quantifier == "ForAnyValue":
            return any_of(answers)
        # Without a set operator, on several values: not said what counts, all or any (U6).
        return agreed([all_of(answers), any_of(answers)])

    def _on_absent(self) -> Answer:
        if self.if_exists:
            return True
        if self.quantifier:
            return self.quantifier == "ForAllValues"
        return self.negated

    def _one(self, value: Pattern) -> Answer:
        answers = [self._matches(wanted, value) for wanted in self.condition.values]
        # C3: one page has it that several algorithms in one condition all have to match.
        found = agreed([any_of(answers), all_of(answers)]) if lower(self.condition.key) == "kms:macalgorithm" else any_of(answers)
        if found is False and self.held.perhaps is not None:
            found = doubted(any_of(self._matches(wanted, self.held.perhaps) is not False for wanted in self.condition.values))
        if self.base in PLAIN and any(PLAIN[self.base].malformed(wanted) for wanted in self.condition.values):
            # S12: a value of the policy that is no number, date or address may spoil the whole condition.
            found = None
        return negate(found) if self.negated else found

    def _matches(self, wanted: str, value: Pattern) -> Answer:
        if self.base in PLAIN:
            return agreed(PLAIN[self.base].compare(wanted, read) for read in self._read(value))
        readings = fill(wanted, self.condition.version, self.lookup, wildcards=self.base in PATTERNS)
        return agreed(one.answer(TEXT[self.base], value) for one in readings)

    def _read(self, value: Pattern) -> list[Pattern]:
        """Return the texts that the operator may read of a value: more than one where that is open."""
        return [literal(text) for operators, text in self.held.meant if self.base.startswith(operators)] or [value]
