"""CloudFormation's intrinsic functions, worked out as far as a template alone can tell.

Source: AWS CloudFormation User Guide, intrinsic-function-reference, pseudo-parameter-reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kmsgen.reading import Steps

_FUNCTIONS = (
    "And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join", "Length", "Not", "Or",
    "Select", "Split", "Sub", "ToJsonString", "Transform",
)  # fmt: skip
SHORT_FORMS = {"!Ref": "Ref", "!Condition": "Condition", **{f"!{name}": f"Fn::{name}" for name in _FUNCTIONS}}
"""The tags of YAML that stand for intrinsic functions."""

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


class UnknownValueError(Exception):
    """A value that only a deployment knows: what it depends on, and the steps to where it stands."""

    def __init__(self, what: str, steps: Steps) -> None:
        super().__init__(what)
        self.steps = steps


@dataclass(slots=True)
class Values:
    """What references stand for: pseudo parameters, parameters with a default, ARNs and names of the template's resources."""

    known: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)

    def of(self, data: Any, steps: Steps = ()) -> Any:  # noqa: ANN401 - plain data
        """Return data with its functions worked out. Raises UnknownValueError, with steps below those given."""
        if isinstance(data, list):
            return [self.of(item, (*steps, number)) for number, item in enumerate(data)]
        if not isinstance(data, dict):
            return data
        if len(data) == 1:
            name, argument = next(iter(data.items()))
            if name in _INTRINSICS:
                return _INTRINSICS[name](self, argument, (*steps, name))
            if name.startswith("Fn::"):
                raise UnknownValueError(name, steps)
        return {name: self.of(value, (*steps, name)) for name, value in data.items()}

    def ref(self, name: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Work out `Ref`."""
        if not isinstance(name, str) or name not in self.known:
            raise UnknownValueError(str(name), steps)
        return self.known[name]

    def attribute(self, argument: Any, steps: Steps) -> str:  # noqa: ANN401 - plain data
        """Work out `Fn::GetAtt`."""
        name = ".".join(map(str, argument)) if isinstance(argument, list) else str(argument)
        if name not in self.attributes:
            raise UnknownValueError(name, steps)
        return self.attributes[name]

    def join(self, argument: Any, steps: Steps) -> str:  # noqa: ANN401 - plain data
        """Work out `Fn::Join`."""
        separator, items = _pair(argument, steps)
        return str(separator).join(str(item) for item in _listed(self.of(items, (*steps, 1)), steps))

    def select(self, argument: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Work out `Fn::Select`."""
        index, items = _pair(argument, steps)
        values = _listed(self.of(items, (*steps, 1)), steps)
        if not str(index).isdigit() or int(index) >= len(values):
            raise UnknownValueError("Fn::Select", steps)
        return values[int(index)]

    def split(self, argument: Any, steps: Steps) -> list[str]:  # noqa: ANN401 - plain data
        """Work out `Fn::Split`."""
        separator, text = _pair(argument, steps)
        return str(self.of(text, (*steps, 1))).split(str(separator))

    def sub(self, argument: Any, steps: Steps) -> str:  # noqa: ANN401 - plain data
        """Work out `Fn::Sub`; `${!x}` stays, as the policy variable `${x}`."""
        text, own = _pair(argument, steps) if isinstance(argument, list) else (argument, {})
        given = {name: self.of(value, (*steps, 1, name)) for name, value in own.items()} if isinstance(own, dict) else {}

        def put(match: re.Match[str]) -> str:
            name = match[1].strip()
            return str(given[name] if name in given else self.attribute(name, steps) if "." in name else self.ref(name, steps))

        return _VARIABLE.sub(put, str(text)).replace("${!", "${")


def _pair(argument: Any, steps: Steps) -> tuple[Any, Any]:  # noqa: ANN401 - plain data
    if not isinstance(argument, list) or len(argument) != 2:
        raise UnknownValueError("a function with other arguments than two", steps)
    return argument[0], argument[1]


def _listed(value: Any, steps: Steps) -> list[Any]:  # noqa: ANN401 - plain data
    if not isinstance(value, list):
        raise UnknownValueError("a list that is none", steps)
    return value


_INTRINSICS: Mapping[str, Callable[[Values, Any, Steps], Any]] = {
    "Ref": Values.ref,
    "Fn::GetAtt": Values.attribute,
    "Fn::Join": Values.join,
    "Fn::Select": Values.select,
    "Fn::Split": Values.split,
    "Fn::Sub": Values.sub,
}
