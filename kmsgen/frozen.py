"""Frozen dataclasses that are quick to define.

The standard decorator compiles six functions for each class; every command defines more than a hundred classes, and that took
a tenth of its time. Here one is compiled, `__init__`, and the others are plain functions that do the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, slots: bool, eq: bool = True) -> Callable[[type], type]:
        """Make a class as `dataclasses.dataclass(frozen=True, slots=True, eq=eq)` makes it; there is no other kind here."""
        if not (frozen and slots):
            raise TypeError("a class that is not frozen or has no slots is one for `dataclasses.dataclass`")
        return partial(_made, eq=eq)


__all__ = ["dataclass"]

Fields = tuple[dataclasses.Field[Any], ...]


def _made(cls: type, *, eq: bool) -> type:
    own = frozenset(cls.__dict__)
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)
    if any(field.kw_only or not field.init or field.hash is not None for field in fields):
        raise TypeError(f"a field of `{cls.__name__}` has an option that only `dataclasses.dataclass` knows")
    methods = {
        "__init__": _init(fields, calls_back=hasattr(made, "__post_init__")),
        "__repr__": _repr(tuple(field.name for field in fields if field.repr)),
        **(_comparison(tuple(field.name for field in fields if field.compare)) if eq else {}),
        "__setattr__": _refuse_setting,
        "__delattr__": _refuse_deleting,
        "__getstate__": _state,
        "__setstate__": _set_state,
    }
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return cast("type", made)


def _init(fields: Fields, *, calls_back: bool) -> object:
    known: dict[str, Any] = {"_set": object.__setattr__, "_absent": dataclasses.MISSING}
    parameters, body = ["self"], []
    for field in fields:
        name, value = field.name, field.name
        if field.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = field.default
            parameters.append(f"{name}=_default_{name}")
        elif field.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = field.default_factory
            parameters.append(f"{name}=_absent")
            value = f"_make_{name}() if {name} is _absent else {name}"
        else:
            parameters.append(name)
        body.append(f"_set(self, {name!r}, {value})")
    body += ["self.__post_init__()"] if calls_back else []
    exec(f"def __init__({', '.join(parameters)}):\n {'; '.join(body) or 'pass'}", known)  # noqa: S102 - of names of fields only
    return known["__init__"]


def _repr(names: tuple[str, ...]) -> object:
    def shown(self: object) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return shown


def _comparison(names: tuple[str, ...]) -> dict[str, object]:
    values = _values(names)

    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(values(self))

    return {"__eq__": equal, "__hash__": hashed}


def _values(names: tuple[str, ...]) -> Callable[[object], tuple[object, ...]]:
    if not names:
        return lambda _self: ()
    if len(names) == 1:
        one = attrgetter(names[0])
        return lambda self: (one(self),)
    return attrgetter(*names)


def _refuse_setting(_self: object, name: str, _value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(_self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[object]:  # noqa: ANN401 - one of the classes made here
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[object]) -> None:  # noqa: ANN401 - as above
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
