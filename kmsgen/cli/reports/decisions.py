"""Decisions on a screen and as data, a line each, for `simulate`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from kmsgen.authorizer.decision import Decision, Outcome
from kmsgen.authorizer.explain.silences import describe
from kmsgen.cli import console
from kmsgen.sources.question import Question, Scenario

STYLES = {
    Outcome.ALLOWED: "bold green",
    Outcome.EXPLICIT_DENY: "bold red",
    Outcome.IMPLICIT_DENY: "yellow",
    Outcome.ERROR: "magenta",
}


class Decided(NamedTuple):
    """One question of a scenario with its answer; `number` counts the scenario's requests from 1."""

    scenario: Scenario
    number: int
    question: Question
    decision: Decision

    @property
    def ok(self) -> bool:
        """Whether what was expected came true; so it does where nothing was expected."""
        return self.question.expectation.met_by(self.decision)


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
        "outcome": str(decision.outcome),
        "because": list(decision.reason),
        "error": decision.error,
        "expect": one.question.expectation.outcome,
        "ok": one.ok,
        "notes": [_told_note(note) for note in decision.notes],
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
    if not one.ok:
        wanted = [f"expected {expected.outcome}"] if expected.outcome else []
        wanted += [f"because {expected.because}"] if expected.because else []
        text += f"  ({', '.join(wanted)})"
    return text


def doubtful(decided: Iterable[Decided]) -> Iterator[str]:
    """Yield, each once, what requests name that no call to KMS can: a denial of that says nothing of a policy."""
    requests = [one.question.request for one in decided]
    for principal in dict.fromkeys(request.principal for request in requests):
        if principal != "*" and set("*?") & set(principal):
            yield f"`{principal}` is taken as it stands: a request has one caller, not a pattern of them"
        elif ":group/" in principal:
            yield f"`{principal}` is a group, which calls nothing: name a user"


def show_lines(decided: Iterable[Decided]) -> None:
    """Print answers, a line each; coloured on a terminal."""
    if not console.coloured():
        console.answer(*(text for one in decided for text in (line(one), *_noted(one))))
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.text import Text  # noqa: PLC0415 - only a terminal pays for it

    terminal = Console(highlight=False, soft_wrap=True)
    for one in decided:
        text = Text(console.line(line(one)))
        text.stylize("green" if one.ok else "bold red", 0, 4)
        text.stylize(STYLES[one.decision.outcome], 6, 6 + len(outcome_of(one.decision)))
        terminal.print(text)
        for noted in _noted(one):
            terminal.print(Text(console.line(noted), "dim"))


def _noted(one: Decided) -> Iterator[str]:
    """Yield what an answer rests on that is open, a line each."""
    yield from (f"      {describe_note(note)}" for note in one.decision.notes)
