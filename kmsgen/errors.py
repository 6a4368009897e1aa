"""Where something is, what is wrong with it, and the exceptions that carry that.

KmsgenError
├── InputError      the input cannot be used (exit code 2)
└── RefusedError    the input is sound, but its answer is no (exit code 1)
"""

from collections.abc import Iterable
from typing import NamedTuple


def visible(text: str, keep: str = "") -> str:
    """Return a text that is safe to print on a terminal: characters that cannot be seen are spelled out, but for `keep`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else f"\\u{ord(c):04x}" for c in text)


class Location(NamedTuple):
    """A place in a text: line and column count from 1, in code points; line 0 means the file as a whole."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        path = visible(self.path)
        return f"{path}:{self.line}:{self.column}" if self.line else path


NOWHERE = Location("-")


class Diagnostic(NamedTuple):
    """One thing that is wrong, where it is, and what to do about it."""

    location: Location
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        message, hint = visible(self.message, "\n"), visible(self.hint, "\n")
        text = f"{self.location}: {self.code}: {message}"
        return f"{text}\n  hint: {hint}" if hint else text


class KmsgenError(Exception):
    """Base class. Carries every diagnostic found, in source order; of those that differ in their hint alone the first."""

    exit_code = 2

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        found = {diagnostic._replace(hint=""): diagnostic for diagnostic in reversed(tuple(diagnostics))}
        self.diagnostics = tuple(sorted(found.values()))
        super().__init__("\n".join(map(str, self.diagnostics)))


class InputError(KmsgenError):
    """The input cannot be used: unreadable, malformed, or asking for what KMS does not have."""

    exit_code = 2


class RefusedError(KmsgenError):
    """The input is sound, but its answer is no: a contradiction, a lockout, a failed proof."""

    exit_code = 1


def input_error(location: Location, code: str, message: str, hint: str = "") -> InputError:
    """Build an `InputError` of one diagnostic."""
    return InputError([Diagnostic(location, code, message, hint)])
