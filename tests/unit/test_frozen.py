"""Frozen dataclasses are what the standard decorator makes of the same class."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from kmsgen import frozen

Decorator = Callable[..., Any]


def _one(decorator: Decorator) -> Any:
    @decorator(frozen=True, slots=True)
    class One:
        """One field."""

        value: Any

    return One


def _none(decorator: Decorator) -> Any:
    @decorator(frozen=True, slots=True)
    class Nothing:
        """No field."""

    return Nothing


def _many(decorator: Decorator) -> Any:
    @decorator(frozen=True, slots=True)
    class Many:
        """Fields of every kind that there is."""

        first: str
        second: int = 2
        third: list[int] = dataclasses.field(default_factory=list)
        hint: str = dataclasses.field(default="", compare=False)
        secret: str = dataclasses.field(default="s", repr=False)

        @property
        def twice(self) -> str:
            """Something of its own."""
            return self.first * 2

        def __str__(self) -> str:
            return f"<{self.first}>"

    return Many


def _own_words(decorator: Decorator) -> Any:
    @decorator(frozen=True, slots=True)
    class Own:
        """A class that says itself how it is shown."""

        value: int

        def __repr__(self) -> str:
            return "own"

    return Own


def _checked(decorator: Decorator) -> Any:
    @decorator(frozen=True, slots=True)
    class Checked:
        """A class that checks what it is made of."""

        value: int

        def __post_init__(self) -> None:
            if self.value < 0:
                raise ValueError(self.value)

    return Checked


SAMPLES: list[tuple[Callable[[Decorator], Any], list[tuple[Any, ...]]]] = [
    (_none, [()]),
    (_one, [(1,), ("x",), ((1, 2),)]),
    (_many, [("a",), ("a", 2), ("b", 3, [4]), ("a", 2, [], "hint"), ("a", 2, [], "", "t")]),
    (_own_words, [(1,), (2,)]),
    (_checked, [(0,), (1,)]),
]


def _pairs() -> list[Any]:
    return [
        pytest.param(make(frozen.dataclass), make(dataclasses.dataclass), values, id=make.__name__) for make, values in SAMPLES
    ]


@pytest.mark.parametrize(("ours", "standard", "values"), _pairs())
def test_objects_compare_and_show_as_the_standard_ones(ours: Any, standard: Any, values: list[tuple[Any, ...]]) -> None:
    """Objects are equal where the standard ones are, and read the same."""
    left, right = [ours(*one) for one in values], [standard(*one) for one in values]
    assert [[a == b for b in left] for a in left] == [[a == b for b in right] for a in right]
    assert [str(one) for one in left] == [str(one) for one in right]
    assert [repr(one).rpartition(".")[2] for one in left] == [repr(one).rpartition(".")[2] for one in right]
    assert left[0] != right[0]
    assert left[0] != values[0]


@pytest.mark.parametrize(("ours", "standard", "values"), _pairs())
def test_classes_tell_of_their_fields_as_the_standard_ones(ours: Any, standard: Any, values: list[tuple[Any, ...]]) -> None:
    """Fields, slots and what `match` takes are those of the standard decorator."""
    assert [(one.name, one.default, one.compare) for one in dataclasses.fields(ours)] == [
        (one.name, one.default, one.compare) for one in dataclasses.fields(standard)
    ]
    assert (ours.__slots__, ours.__match_args__) == (standard.__slots__, standard.__match_args__)
    assert not hasattr(ours(*values[0]), "__dict__")


@pytest.mark.parametrize(("ours", "standard", "values"), _pairs())
def test_nothing_can_be_changed(ours: Any, standard: Any, values: list[tuple[Any, ...]]) -> None:
    """Setting and deleting are refused in the standard words."""
    for name in [field.name for field in dataclasses.fields(standard)]:
        with pytest.raises(dataclasses.FrozenInstanceError) as expected:
            setattr(standard(*values[0]), name, 1)
        with pytest.raises(dataclasses.FrozenInstanceError, match=str(expected.value)):
            setattr(ours(*values[0]), name, 1)
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete"):
            delattr(ours(*values[0]), name)


def test_equal_objects_have_one_hash_and_what_is_not_compared_is_not_hashed() -> None:
    """A set holds equal objects once."""
    made = _one(frozen.dataclass)
    assert len({made("x"), made("x"), made("y")}) == 2
    location = frozen.dataclass(frozen=True, slots=True)(_hinted())
    assert hash(location("a", "one")) == hash(location("a", "two"))
    with pytest.raises(TypeError, match="unhashable"):
        hash(made([]))


def _hinted() -> type:
    class Hinted:
        """A field that does not count."""

        name: str
        hint: str = dataclasses.field(default="", compare=False)

    return Hinted


def test_without_eq_objects_are_equal_to_themselves_only() -> None:
    """`eq=False` leaves identity."""
    made = frozen.dataclass(frozen=True, slots=True, eq=False)(_hinted())
    one = made("a")
    assert one == one  # noqa: PLR0124 - that is what is asked
    assert one != made("a")
    assert len({one, made("a")}) == 2


def test_replace_makes_a_changed_copy_and_each_object_its_own_list() -> None:
    """`dataclasses.replace` and default factories work as ever."""
    made = _many(frozen.dataclass)
    one, other = made("a"), made("a")
    assert one.third is not other.third
    assert dataclasses.replace(one, second=5) == made("a", 5)
    assert one.twice == "aa"


@frozen.dataclass(frozen=True, slots=True)
class Kept:
    """A class that pickle can find."""

    name: str
    values: tuple[str, ...] = ()


def test_copies_are_equal() -> None:
    """Objects can be copied and sent to another process."""
    one = Kept("a", ("b",))
    assert copy.copy(one) == copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - its own


def test_the_check_after_making_runs() -> None:
    """`__post_init__` is called."""
    with pytest.raises(ValueError, match="-1"):
        _checked(frozen.dataclass)(-1)


def test_arguments_are_checked_as_those_of_any_function() -> None:
    """Too few, too many and unknown arguments are errors."""
    made = _one(frozen.dataclass)
    for arguments, named in (((), {}), ((1, 2), {}), ((1,), {"other": 2})):
        with pytest.raises(TypeError):
            made(*arguments, **named)
    assert made(value=1) == made(1)


@pytest.mark.parametrize("options", [{"kw_only": True}, {"init": False, "default": 1}, {"hash": True}])
def test_options_that_are_not_known_are_refused(options: dict[str, Any]) -> None:
    """A field with an option that would be lost is an error where the class is defined."""

    class Odd:
        """A field with an option."""

        value: int = dataclasses.field(**options)

    with pytest.raises(TypeError, match="Odd"):
        frozen.dataclass(frozen=True, slots=True)(Odd)


def test_other_kinds_are_refused() -> None:
    """A class that is not frozen, or has no slots, is none for this decorator."""
    for options in ({"frozen": False, "slots": True}, {"frozen": True, "slots": False}):
        with pytest.raises(TypeError, match="has no slots"):
            frozen.dataclass(**options)
