"""Answers that wait until all input is known to be sound: then they are printed, else nobody sees any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Self

MAX_HELD = 1024 * 1024


class HeldAnswers:
    """Texts to print, in memory up to MAX_HELD characters, above that in a temporary file that has no name."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._size = 0
        self._file: IO[str] | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    def hold(self, text: str) -> None:
        """Hold a text."""
        self._texts.append(text)
        self._size += len(text)
        if self._size > MAX_HELD:
            self._put_down()

    def _put_down(self) -> None:
        if self._file is None:
            from tempfile import TemporaryFile  # noqa: PLC0415 - only many answers pay for it

            self._file = TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115 - open as long as this is
            self._open.enter_context(self._file)
        self._file.write("".join(self._texts))
        self._texts.clear()
        self._size = 0

    def texts(self) -> Iterator[str]:
        """Yield everything that was held, in pieces of any length."""
        if self._file is not None:
            self._file.seek(0)
            while text := self._file.read(MAX_HELD):
                yield text
        yield from self._texts
