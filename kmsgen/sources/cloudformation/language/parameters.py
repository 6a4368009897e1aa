"""Parameters of a template: given values, values that conditions compare with, and defaults.

Source: AWS CloudFormation User Guide, parameters-section-structure, cloudformation-supplied-parameter-types.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from kmsgen.reading import Steps
from kmsgen.sources.cloudformation.language.conditions import OTHER, Assignment, compared, unsure
from kmsgen.sources.cloudformation.language.values import without_dynamic_references
from kmsgen.sources.unknown.unknown import Unknown

_FROM_SSM = "AWS::SSM::Parameter::Value<"
_LISTS = ("CommaDelimitedList", "List<")
_FEW = 8


class Parameter(NamedTuple):
    """A parameter: type, default (None without one), and AllowedValues if listed."""

    name: str
    type: str
    default: str | None
    allowed: tuple[str, ...]

    @property
    def from_ssm(self) -> bool:
        """Whether the value is the name of a Systems Manager parameter that holds the real value."""
        return self.type.startswith(_FROM_SSM)

    def value(self, text: str) -> str | list[str]:
        """Return a text as a value of the parameter's type: lists are split at commas."""
        if self.type.removeprefix(_FROM_SSM).startswith(_LISTS):
            return [item.strip() for item in text.split(",")]
        return text


def parameters_of(section: object) -> dict[str, Parameter]:
    """Read the section `Parameters`."""
    found = {}
    for name, one in section.items() if isinstance(section, dict) else ():
        if isinstance(one, dict):
            allowed = one.get("AllowedValues")
            default = _text(one.get("Default"))
            values = tuple(filter(None, map(_text, allowed))) if isinstance(allowed, list) else ()
            found[name] = Parameter(name, str(one.get("Type")), default, values if isinstance(allowed, list) else ())
    return found


def _text(value: object) -> str | None:
    return str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else None


def choices_of(parameters: Mapping[str, Parameter], told: Iterable[str], conditions: object) -> dict[str, tuple[str | None, ...]]:
    """Return, for each parameter without a given value, the texts that conditions tell apart (and OTHER)."""
    texts: dict[str, dict[str, None]] = {}
    for name, text in compared(conditions):
        texts.setdefault(name, {})[text] = None
    left = (one for name, one in parameters.items() if name not in set(told))
    return {one.name: tuple(_choices(one, tuple(texts.get(one.name, ())))) for one in left}


def _choices(parameter: Parameter, texts: tuple[str, ...]) -> Iterator[str | None]:
    if parameter.from_ssm or not parameter.allowed:
        yield from texts
        yield OTHER
    elif len(parameter.allowed) <= _FEW:
        yield from parameter.allowed
    else:
        yield from (text for text in texts if text in parameter.allowed)
        yield OTHER


class ParameterValues(NamedTuple):
    """The values of parameters: given, assumed, or by default, which is noted in `rested_on`; None: no default is taken."""

    parameters: Mapping[str, Parameter]
    told: Mapping[str, str]
    choices: Mapping[str, tuple[str | None, ...]]
    assumed: Assignment
    rested_on: dict[str, None] | None

    def value(self, name: str, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Return the value of a parameter; Unknown if only a deployment knows it."""
        parameter = self.parameters[name]
        if name in self.told:
            return parameter.value(self.told[name])
        if parameter.from_ssm:
            return Unknown(f"parameter {name}", steps)
        assumed = self.assumed.get(name)
        if isinstance(assumed, str):
            return parameter.value(assumed)
        contradicted = name in self.assumed and parameter.default in self.choices[name]
        if parameter.default is None or self.rested_on is None or contradicted or unsure(name) in self.assumed:
            return Unknown(f"parameter {name}", steps)
        self.rested_on[name] = None
        value = parameter.value(parameter.default)
        return without_dynamic_references(value, steps) if isinstance(value, str) else value
