"""SIGINT and SIGTERM: either ends a run by an exception that nothing takes for a mistake, and that writing holds back."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """A run is to end at once, having written nothing. `signal` is the signal's number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.signal = number

    @property
    def exit_code(self) -> int:
        """The exit code that a shell gives a process that a signal ended."""
        return 128 + self.signal


def stop_on_signals() -> None:
    """Raise Stopped at the first signal; a second one ends the process. Signals that the caller has ignored stay ignored."""
    for number in SIGNALS:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _stop)


def _stop(number: int, _frame: FrameType | None) -> None:
    for one in SIGNALS:
        if signal.getsignal(one) is _stop:
            signal.signal(one, signal.SIG_DFL)
    raise Stopped(number)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold signals back until the block is done, then let the first one do what it would have done."""
    held: list[int] = []
    before = {number: signal.signal(number, lambda got, _frame: held.append(got)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if held:
            signal.raise_signal(held[0])
