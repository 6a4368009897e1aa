"""Intrinsic functions of CloudFormation, evaluated as far as a template tells; the rest is Unknown.

Source: AWS CloudFormation User Guide, intrinsic-function-reference, pseudo-parameter-reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from kmsgen.reading import Steps
from kmsgen.sources.cloudformation.language.for_each import is_loop
from kmsgen.sources.cloudformation.language.values import (
    NO_VALUE,
    JsonText,
    TextValue,
    as_text,
    joined,
    without_dynamic_references,
)
from kmsgen.sources.unknown.unknown import ABSENT, OneOf, Text, Unknown, unknown_in

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")

_MACRO = "Fn::Transform"

Decide = Callable[[Any, Steps], bool | Unknown]
Row = Callable[[Any, Mapping[str, Any], bool], str | None]
NO_ROW = ""
"""Stands for a key of a mapping that it does not have."""


class Functions(NamedTuple):
    """Evaluates intrinsic functions, given what references, attributes, mappings and conditions stand for.

    `told`: values of exports by name; `row` chooses the row of a mapping where its key is unknown, NO_ROW
    too where the mapping has a default.
    """

    references: Callable[[str, Steps], Any]
    attributes: Callable[[str, Steps], Any]
    mappings: Mapping[str, Any]
    decide: Decide
    told: Mapping[str, str]
    row: Row

    def of(self, data: Any, steps: Steps = ()) -> Any:  # noqa: ANN401 - plain data
        """Return data with its functions evaluated; Unknown marks what is not known, with its steps."""
        if isinstance(data, str):
            return without_dynamic_references(data, steps)
        if isinstance(data, list):
            items = (self.of(item, (*steps, number)) for number, item in enumerate(data))
            return [item for item in items if item is not NO_VALUE]
        return self._of_mapping(data, steps) if isinstance(data, dict) else data

    def _of_mapping(self, data: dict[str, Any], steps: Steps) -> Any:  # noqa: ANN401 - plain data
        name, argument = next(iter(data.items())) if len(data) == 1 else ("", None)
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](self, argument, (*steps, name))
        if _MACRO in data:
            return Unknown(_macro(data[_MACRO]), steps)
        loop = name if name.startswith("Fn::") else next(filter(is_loop, data), None)
        if loop is not None:
            return Unknown(loop, steps)
        values = ((name, self.of(value, (*steps, name))) for name, value in data.items())
        return {name: value for name, value in values if value is not NO_VALUE}

    def ref(self, name: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Ref`; with language extensions its argument may be a function."""
        name = self.of(name, steps)
        if name == "AWS::NoValue":
            return NO_VALUE
        return self.references(name, steps) if isinstance(name, str) else Unknown("Ref", steps)

    def get_att(self, argument: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Fn::GetAtt`, given as `Name.Attribute` or as a list."""
        parts = [self.of(part, steps) for part in argument] if isinstance(argument, list) else [argument]
        if not all(isinstance(part, str) for part in parts):
            return Unknown("Fn::GetAtt", steps)
        return self.attributes(".".join(parts), steps)

    def join(self, argument: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Fn::Join`."""
        separator, items = _pair(argument)
        values = self.of(items, (*steps, 1))
        if isinstance(values, Unknown):
            return values
        if not isinstance(separator, str) or not isinstance(values, list):
            return Unknown("Fn::Join", steps)
        texts = [as_text(value, steps) for value in values]
        return joined([text for number, item in enumerate(texts) for text in ((separator, item) if number else (item,))])

    def select(self, argument: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Fn::Select`."""
        index, items = (self.of(one, (*steps, number)) for number, one in enumerate(_pair(argument)))
        if isinstance(items, Unknown):
            return items
        number = str(index)
        if not isinstance(items, list) or not (number.isascii() and number.isdigit() and len(number) < 6):
            return Unknown("Fn::Select", steps)
        return items[int(number)] if int(number) < len(items) else Unknown("Fn::Select", steps)

    def split(self, argument: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Fn::Split`; a text that is unknown in part gives Unknown."""
        separator, text = _pair(argument)
        value = as_text(self.of(text, (*steps, 1)), steps)
        if not isinstance(value, str) or not isinstance(separator, str) or not separator:
            return next(unknown_in(value), Unknown("Fn::Split", steps))
        return value.split(separator)

    def sub(self, argument: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Fn::Sub`; `${!x}` becomes the policy variable `${x}`."""
        text, own = _pair(argument) if isinstance(argument, list) else (argument, {})
        if not isinstance(text, str) or not isinstance(own, dict):
            return Unknown("Fn::Sub", steps)
        parts: list[TextValue] = []
        end = 0
        for found in _VARIABLE.finditer(text):
            name = found[1].strip()
            value = self.of(own[name], (*steps, 1, name)) if name in own else self._named(name, steps)
            parts += [_literal(text[end : found.start()]), as_text(value, steps)]
            end = found.end()
        whole = joined([*parts, _literal(text[end:])])
        return without_dynamic_references(whole, steps) if isinstance(whole, str) else whole

    def _named(self, name: str, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        return self.attributes(name, steps) if "." in name else self.references(name, steps)

    def find_in_map(self, argument: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Fn::FindInMap`; with language extensions a fourth argument may hold `DefaultValue`."""
        if not isinstance(argument, list) or len(argument) not in (3, 4):
            return Unknown("Fn::FindInMap", steps)
        found: Any = self.mappings
        otherwise = argument[3] if len(argument) == 4 else None
        has_default = isinstance(otherwise, dict) and "DefaultValue" in otherwise
        for number, key in enumerate(argument[:3]):
            rows = found if isinstance(found, Mapping) else {}
            name = self.of(key, (*steps, number))
            if not isinstance(name, str) or name not in rows:
                chosen = self.row(key, rows, has_default)
                name = name if chosen is None else chosen
            if isinstance(name, Unknown):
                return name
            found = rows.get(name) if isinstance(name, str) else None
        if found is not None:
            return self.of(found, steps)
        if isinstance(otherwise, dict) and has_default:
            return self.of(otherwise["DefaultValue"], (*steps, 3, "DefaultValue"))
        return Unknown("Fn::FindInMap", steps)

    def choose(self, argument: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Fn::If`; OneOf both values if the condition is undecided."""
        if not isinstance(argument, list) or len(argument) != 3:
            return Unknown("Fn::If", steps)
        holds = self.decide({"Condition": argument[0]}, steps)
        if isinstance(holds, Unknown):
            both = (self.of(argument[number], (*steps, number)) for number in (1, 2))
            return OneOf(tuple(ABSENT if value is NO_VALUE else value for value in both), holds.what, steps)
        number = 1 if holds else 2
        return self.of(argument[number], (*steps, number))

    def import_value(self, argument: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Fn::ImportValue`: the export's value if told, else Unknown with its name."""
        name = as_text(self.of(argument, steps), steps)
        if isinstance(name, str) and name in self.told:
            return self.told[name]
        parts = name.parts if isinstance(name, Text) else (name,)
        told = "".join(part if isinstance(part, str) else f"${{{part.what}}}" for part in parts)
        return Unknown(f"export {told}", steps)

    def to_json_string(self, argument: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Fn::ToJsonString`."""
        value = self.of(argument, steps)
        return value if isinstance(value, Unknown) else JsonText(value)

    def length(self, argument: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Fn::Length`."""
        value = self.of(argument, steps)
        return str(len(value)) if isinstance(value, list) else Unknown("Fn::Length", steps)

    def condition(self, argument: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate a condition function where a value belongs: "true" or "false"."""
        holds = self.decide({steps[-1]: argument}, steps)
        return holds if isinstance(holds, Unknown) else ("true" if holds else "false")


def _pair(argument: Any) -> tuple[Any, Any]:  # noqa: ANN401 - plain data
    """Return the two arguments of a function; (None, None) for any other number, which evaluates to Unknown."""
    return (argument[0], argument[1]) if isinstance(argument, list) and len(argument) == 2 else (None, None)


def _macro(data: Any) -> str:  # noqa: ANN401 - plain data
    name = data.get("Name") if isinstance(data, dict) else None
    return f"what the macro {name} makes" if isinstance(name, str) else _MACRO


def _literal(text: str) -> str:
    return text.replace("${!", "${")


_FUNCTIONS: Mapping[str, Callable[[Functions, Any, Steps], Any]] = {
    "Ref": Functions.ref,
    "Fn::GetAtt": Functions.get_att,
    "Fn::Join": Functions.join,
    "Fn::Select": Functions.select,
    "Fn::Split": Functions.split,
    "Fn::Sub": Functions.sub,
    "Fn::FindInMap": Functions.find_in_map,
    "Fn::If": Functions.choose,
    "Fn::ImportValue": Functions.import_value,
    "Fn::ToJsonString": Functions.to_json_string,
    "Fn::Length": Functions.length,
    "Fn::Equals": Functions.condition,
    "Fn::And": Functions.condition,
    "Fn::Or": Functions.condition,
    "Fn::Not": Functions.condition,
}
