"""Where something is, what is wrong with it, and the exceptions that carry that.

KmsgenError
├── InputError      the input cannot be used (exit code 2)
└── RefusedError    the input is sound, but its answer is no (exit code 1)
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")

# Printable by their category, and yet nothing is seen of them: Unicode's Default_Ignorable_Code_Point, and the Braille blank.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
# `##vso[`, `##[` and `##teamcity[` command a CI server wherever in a line they stand.
_COMMAND = re.compile(r"#(?=#\w*\[)")


def visible(text: str) -> str:
    r"""Spell out, as JSON does (`\u001b`), what a terminal, a reader or a CI log would take for something else than text.

    Control characters and line ends, marks that turn the direction of writing, blank characters, half surrogate pairs, commands
    of CI servers. What is plain text stays as it is.
    """
    if "##" in text:
        text = _COMMAND.sub(_spelled, text)
    if text.isascii() and text.isprintable():
        return text
    return _BLANK.sub(_spelled, "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text))


def _spelled(found: re.Match[str]) -> str:
    char = found[0]
    return f"\\u{ord(char):04x}" if char.isascii() else json.dumps(char)[1:-1]


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
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """Yield what there is to print, a line each: place, code and message, then the hint if there is one."""
        yield f"{self.location}: {self.code}: {visible(self.message)}"
        if self.hint:
            yield f"  hint: {visible(self.hint)}"


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


def together(failures: Sequence[KmsgenError]) -> KmsgenError:
    """Build one error of several: input that cannot be used weighs more than an answer that is no."""
    worst = max(failures, key=lambda error: error.exit_code)
    return type(worst)(diagnostic for error in failures for diagnostic in error.diagnostics)


def each(items: Iterable[Item], work: Callable[[Item], Done]) -> list[Done]:
    """Do the work on every item. Raises KmsgenError with the diagnostics of every item that it fails on."""
    done: list[Done] = []
    failures: list[KmsgenError] = []
    for item in items:
        try:
            done.append(work(item))
        except KmsgenError as error:
            failures.append(error)
    if failures:
        raise together(failures)
    return done
