"""Evaluation of template parts: intrinsic functions, parameters, conditions and references together.

Only what is told for sure decides a condition. A default, or an account that is guessed, does not: then both cases are kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from kmsgen.reading import Steps
from kmsgen.sources.cloudformation.language.conditions import (
    MOST_CASES,
    OTHER,
    Assignment,
    Case,
    Conditions,
    UndecidedError,
    cases_of,
    names_in,
    referred,
    unsure,
)
from kmsgen.sources.cloudformation.language.functions import NO_ROW, Functions
from kmsgen.sources.cloudformation.language.parameters import Parameter, ParameterValues, choices_of, parameters_of
from kmsgen.sources.cloudformation.language.references import PSEUDO, StackReferences
from kmsgen.sources.cloudformation.language.resources import TemplateResource, section
from kmsgen.sources.cloudformation.language.values import NO_VALUE, JsonText, as_text
from kmsgen.sources.described import Home
from kmsgen.sources.unknown.unknown import ABSENT, OneOf, Unknown

NOTHING_ASSUMED: Assignment = {}
_REGION = "AWS::Region"


class ToldOfStack(NamedTuple):
    """What is told of a stack besides its template: account and Region (`sure` if told, not guessed), and parameters."""

    home: Home
    sure: bool = False
    parameters: Mapping[str, str] = MappingProxyType({})
    strict: bool = False


class Evaluation:
    """Evaluates the parts of one template. `rested_on` collects the parameters whose defaults were used."""

    def __init__(self, data: Mapping[str, Any], told: ToldOfStack) -> None:
        self.told = told
        self.mappings = section(data, "Mappings")
        self.definitions = section(data, "Conditions")
        self.parameters: Mapping[str, Parameter] = parameters_of(data.get("Parameters"))
        self.choices = choices_of(self.parameters, told.parameters, self.definitions)
        self.rested_on: dict[str, None] = {}
        self.references = StackReferences(told.home, told.parameters, self.value, strict=told.strict)
        self.conditions = Conditions(self.definitions, self.choices, self._sure().of, self._likely().of)

    def value(self, data: Any, steps: Steps, assumed: Assignment = NOTHING_ASSUMED) -> Any:  # noqa: ANN401 - plain data
        """Return data with its functions evaluated; OneOf several values where undecided conditions matter."""
        cases = cases_of(lambda one: _settled(self._functions(one).of(data, steps), steps), assumed)
        if cases is None:
            nothing_of = {unsure(name): True for name in names_in(self.definitions) if name in self.choices}
            found = self._functions({**nothing_of, **assumed}, undecided=True).of(data, steps)
            return ABSENT if found is NO_VALUE else _settled(found, steps)
        return _one_of(cases, assumed, steps)

    def label(self, data: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate what no decision rests on, such as a Sid, without noting defaults."""
        before = dict(self.rested_on)
        value = self.value(data, steps)
        self.rested_on.clear()
        self.rested_on.update(before)
        return value

    def sure_text(self, data: Any) -> str | None:  # noqa: ANN401 - plain data
        """Return a text that is told for sure; else None."""
        value = self._sure().of(data)
        return value if isinstance(value, str) else None

    def list_of(self, data: Any) -> Any:  # noqa: ANN401 - plain data
        """Evaluate the collection of a `Fn::ForEach` loop."""
        return self.value(data, ())

    def made(self, resource: TemplateResource) -> tuple[Assignment, ...] | None:
        """Return the cases in which a resource is created, empty if it never is; None if there are too many."""
        if resource.condition is None:
            return (NOTHING_ASSUMED,)
        condition = {"Condition": resource.condition}
        cases = cases_of(lambda one: self.conditions.holds(condition, one), NOTHING_ASSUMED)
        return None if cases is None else tuple(one.assumed for one in cases if one.value)

    def always_made(self, resource: TemplateResource) -> bool:
        """Return whether a resource is created for all values of the parameters."""
        return self.made(resource) == (NOTHING_ASSUMED,)

    def _functions(self, assumed: Assignment, *, undecided: bool = False) -> Functions:
        rested_on = None if self.told.strict else self.rested_on
        values = ParameterValues(self.parameters, self.told.parameters, self.choices, assumed, rested_on)

        def references(name: str, steps: Steps) -> Any:  # noqa: ANN401 - plain data
            return values.value(name, steps) if name in self.parameters else self.references.ref(name, steps)

        def decide(data: Any, steps: Steps) -> bool | Unknown:  # noqa: ANN401 - plain data
            try:
                return self.conditions.holds(data, assumed)
            except UndecidedError:
                if not undecided:
                    raise
                return Unknown(f"condition {data.get('Condition', '')}", steps)

        def row(key: Any, rows: Mapping[str, Any], has_default: bool) -> str | None:  # noqa: ANN401, FBT001 - plain data
            return None if undecided else self._row(key, rows, assumed, or_none=has_default)

        return Functions(references, self.references.attribute, self.mappings, decide, self.told.parameters, row)

    def _row(self, key: Any, rows: Mapping[str, Any], assumed: Assignment, *, or_none: bool) -> str | None:  # noqa: ANN401 - as above
        """Return the row of a mapping for a key that is not told, by assuming each row in turn. Raises UndecidedError.

        `or_none`: the key may be that of no row too, NO_ROW.
        """
        name = referred(key)
        if name is None or not 0 < len(rows) <= MOST_CASES or (name not in self.parameters and name != _REGION):
            return None
        if name in self.told.parameters or unsure(name) in assumed or (name == _REGION and self.told.sure):
            return None
        if name not in assumed:
            raise UndecidedError(tuple({name: one} for one in (*rows, *((OTHER,) if or_none else ()))))
        one = assumed[name]
        return one if isinstance(one, str) and one in rows else NO_ROW if or_none else None

    def _sure(self) -> Functions:
        """Return functions that know only what is told for sure: given parameters, and account and Region if told."""
        values = ParameterValues(self.parameters, self.told.parameters, {}, {}, {})
        pseudo = PSEUDO if self.told.sure else {}

        def references(name: str, steps: Steps) -> Any:  # noqa: ANN401 - plain data
            if name in self.told.parameters:
                return values.value(name, steps) if name in self.parameters else self.told.parameters[name]
            return pseudo[name](self.told.home) if name in pseudo else Unknown(name, steps)

        return Functions(references, Unknown, self.mappings, _undecided, self.told.parameters, _no_row)

    def _likely(self) -> Functions:
        """Return functions that also take defaults of parameters."""
        values = ParameterValues(self.parameters, self.told.parameters, {}, {}, {})

        def references(name: str, steps: Steps) -> Any:  # noqa: ANN401 - plain data
            return values.value(name, steps) if name in self.parameters else Unknown(name, steps)

        return Functions(references, Unknown, self.mappings, _undecided, self.told.parameters, _no_row)


def _no_row(_key: Any, _rows: Mapping[str, Any], _has_default: bool) -> None:  # noqa: ANN401, FBT001 - plain data
    return None


def _undecided(_data: Any, steps: Steps) -> Unknown:  # noqa: ANN401 - plain data
    return Unknown("condition", steps)


def _settled(value: Any, steps: Steps, *, inner: bool = False) -> Any:  # noqa: ANN401 - plain data
    """Turn JSON texts within a value into texts; a value that as a whole is a JSON text stays one."""
    if isinstance(value, JsonText):
        return as_text(value, steps) if inner else JsonText(_settled(value.data, steps, inner=True))
    if isinstance(value, list):
        return [_settled(item, steps, inner=True) for item in value]
    if isinstance(value, dict):
        return {name: _settled(item, steps, inner=True) for name, item in value.items()}
    return value


def _one_of(cases: tuple[Case, ...], assumed: Assignment, steps: Steps) -> Any:  # noqa: ANN401 - plain data
    options: list[Any] = []
    for case in cases:
        value = ABSENT if case.value is NO_VALUE else case.value
        if value not in options:
            options.append(value)
    if len(options) == 1:
        return options[0]
    told_apart = sorted({name for case in cases for name in case.assumed} - set(assumed))
    return OneOf(tuple(options), _worded(told_apart), steps)


def _worded(names: list[str]) -> str:
    """Name in words what the cases differ in: parameters, and references in comparisons."""
    told = [referred for name in names for referred in _compared_in(name)]
    return "condition on " + ", ".join(dict.fromkeys(told)) if told else "condition"


def _compared_in(name: str) -> list[str]:
    if name.startswith("?"):
        return []
    return sorted(set(names_in(json.loads(name)))) if name.startswith(("[", "{")) else [name]
