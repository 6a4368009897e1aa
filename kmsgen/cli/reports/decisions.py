"""Decisions on a screen and as data, a line each, for `simulate`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from kmsgen.authorizer.decision import Decision, Outcome
from kmsgen.authorizer.explain.silences import describe
from kmsgen.cli import console
from kmsgen.sources.question import Question, Scenario

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {
    Outcome.ALLOWED: "bold green",
    Outcome.EXPLICIT_DENY: "bold red",
    Outcome.IMPLICIT_DENY: "yellow",
    Outcome.ERROR: "magenta",
}


class Decided(NamedTuple):
    """One question of a scenario with its answer; `number` counts the scenario's requests from 1.

    `open` names what is not known where the answer depends on it: then the decision is that with the most access there may be.
    """

    scenario: Scenario
    number: int
    question: Question
    decision: Decision
    open: str = ""

    @property
    def ok(self) -> bool:
        """Whether what was expected came true; so it does where nothing was expected, unless the answer is open."""
        return not self.open and self.question.expectation.met_by(self.decision)


def outcome_of(decision: Decision) -> str:
    """Return an outcome in a word; an error with KMS's exception name."""
    return f"{decision.outcome}:{decision.error}" if decision.error else str(decision.outcome)


def resources_of(one: Decided) -> list[str]:
    """Return the resources of a request; the scenario's key where it names none."""
    return list(one.question.request.resources) or [one.scenario.bundle.keys[0].key.arn]


def row(one: Decided) -> dict[str, Any]:
    """Return an answer as `simulate --output json` prints it."""
    request, decision = one.question.request, one.decision
    resources = resources_of(one)
    return {
        "scenario": one.scenario.note or one.scenario.place,
        "request": one.number,
        "principal": request.principal,
        "action": request.action,
        "resource": resources[0] if len(resources) == 1 else resources,
        "outcome": "unknown" if one.open else str(decision.outcome),
        "because": list(decision.reason),
        "error": decision.error,
        "expect": one.question.expectation.outcome,
        "ok": one.ok,
        "notes": [_told_note(note) for note in decision.notes],
        **({"open": one.open} if one.open else {}),
    }


def _told_note(note: str) -> dict[str, Any]:
    text = describe(note)
    return {"id": None if text == note else note.partition(":")[0], "text": text}


def describe_note(note: str) -> str:
    """Return a note with its number, if it has one."""
    text = describe(note)
    return text if text == note else f"{note.partition(':')[0]}: {text}"


def line(one: Decided) -> str:
    """Return an answer on a line: as expected or not, the outcome, what settled it."""
    request, decision = one.question.request, one.decision
    expected = one.question.expectation
    mark = "ok  " if one.ok else "FAIL"
    text = f"{mark}  {outcome_of(decision):13}  {request.principal}  {request.action}  {', '.join(decision.reason)}"
    if one.open:
        return f"open  unknown        {request.principal}  {request.action}  (at most {decision.outcome}; not known: {one.open})"
    if not one.ok:
        wanted = [f"expected {expected.outcome}"] if expected.outcome else []
        wanted += [f"because {expected.because}"] if expected.because else []
        text += f"  ({', '.join(wanted)})"
    return text


def json_element(one: Decided, *, first: bool) -> str:
    """Return an answer as it is printed in a list of JSON, on a line of its own; `list_end` closes the list."""
    return ("[\n  " if first else ",\n  ") + console.printable_json_line(row(one))


def list_end(*, empty: bool) -> str:
    """Return the end of a list of JSON."""
    return "[]\n" if empty else "\n]\n"


def plain_lines(one: Decided) -> str:
    """Return an answer as it is printed, with what it rests on that is open, a line each."""
    return "".join([f"{console.line(text)}\n" for text in (line(one), *_noted(one))])


def coloured_lines(one: Decided, terminal: Console) -> str:
    """Return the same with the colours of a terminal."""
    from rich.text import Text  # noqa: PLC0415 - only a terminal pays for it

    text = Text(console.line(line(one)))
    text.stylize("green" if one.ok else "bold red", 0, 4)
    text.stylize(STYLES[one.decision.outcome], 6, 6 + len(outcome_of(one.decision)))
    with terminal.capture() as printed:
        terminal.print(text)
        for noted in _noted(one):
            terminal.print(Text(console.line(noted), "dim"))
    return printed.get()


def _noted(one: Decided) -> Iterator[str]:
    return (f"      {describe_note(note)}" for note in one.decision.notes)
