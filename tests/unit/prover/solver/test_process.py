"""Work in a process of its own: its result, its errors, and its end."""

from __future__ import annotations

import time

import pytest

from kmsgen.prover.problem import BudgetError, DefectError, OutsideError
from kmsgen.prover.solver.process import within


def test_what_the_work_returns_comes_back() -> None:
    """The result of the work is that of the call, None too."""
    assert within(20.0, lambda: ("x" * 200_000, None)) == ("x" * 200_000, None)
    assert within(20.0, lambda: None) is None


def test_work_ends_when_its_time_is_over() -> None:
    """Work that never looks at the clock is ended from outside."""
    started = time.monotonic()
    with pytest.raises(OutsideError, match="gives up"):
        within(0.3, lambda: time.sleep(60))
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("error", [OutsideError("a"), BudgetError("b"), DefectError("c")])
def test_what_the_work_raises_is_raised(error: Exception) -> None:
    """What the prover knows as an end without an answer comes through as it is."""

    def work() -> None:
        raise error

    with pytest.raises(type(error), match=str(error)):
        within(20.0, work)


def test_a_mistake_in_asking_is_a_defect() -> None:
    """Whatever else goes wrong is told as a defect, not as a traceback."""
    with pytest.raises(DefectError, match="asked wrongly: ZeroDivisionError"):
        within(20.0, lambda: 1 // 0)
