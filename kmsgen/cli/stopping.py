"""SIGINT and SIGTERM: either ends a run by an exception that nothing takes for a mistake, and that writing holds back."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SOON = 0.01
"""Seconds until what could not be raised where a signal came is raised elsewhere."""


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
    sys.unraisablehook = _stop_later


def _stop_later(ignored: sys.UnraisableHookArgs) -> None:
    """Let a signal come again that came where Python ignores exceptions: while it forks, or frees an object."""
    stopped = ignored.exc_value
    if not isinstance(stopped, Stopped):
        sys.__unraisablehook__(ignored)
        return
    signal.signal(stopped.signal, _stop)
    threading.Timer(_SOON, os.kill, (os.getpid(), stopped.signal)).start()


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
