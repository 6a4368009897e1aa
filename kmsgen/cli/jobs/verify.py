"""What `kmsgen verify` does: the three questions on what an intent compiles to, or on policies that exist."""

from __future__ import annotations

from typing import Any, NamedTuple

from kmsgen.checks.intent.verification import Answer, ask
from kmsgen.cli.console import answer, answer_json, say_note
from kmsgen.cli.jobs.existing import existing
from kmsgen.cli.reports.findings import answer_lines, told_answer
from kmsgen.compiler import compile_intent
from kmsgen.errors import Diagnostic, Location, input_error
from kmsgen.intent import load_intent
from kmsgen.intent.intent import Intent
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import OPTIONS


class Verified(NamedTuple):
    """The answers about one intent, and what to know beside them."""

    intent: Intent
    against: str | None
    answers: tuple[Answer, ...]
    notes: tuple[Diagnostic, ...]

    @property
    def is_yes(self) -> bool:
        """Whether every answer is yes."""
        return all(answer.is_yes for answer in self.answers)


def run(path: str, against: str | None, beside: Beside, output: str) -> int:
    """Print the answers; return the exit code. Raises KmsgenError."""
    if against is None and beside.given:
        message = f"{OPTIONS} stand beside the policies that --against names"
        raise input_error(Location(path), "not-a-policy", message, "an intent holds these itself")
    verified = verify_intent(load_intent(path), against, beside)
    if output == "json":
        answer_json(told(verified))
    else:
        answer(*answer_lines(verified.answers))
        for note in verified.notes:
            say_note(note)
    return 0 if verified.is_yes else 1


def verify_intent(intent: Intent, against: str | None, beside: Beside) -> Verified:
    """Answer the three questions, on existing policies where `against` says which. Raises KmsgenError for bad input.

    Where something is not known, what must be allowed is asked of the least access, what must not of the most.
    """
    compiled = compile_intent(intent)
    if against is None:
        answers = ask(intent, compiled.bundle, compiled.origins, thorough=True)
        return Verified(intent, None, answers, compiled.notes)
    found = existing(against, beside, intent, compiled.bundle)
    answers = ask(intent, found.bundle, found.places.origins(), thorough=True)
    notes = (*found.notes, *(one.diagnostic for one in found.unknown))
    if found.narrow is not None:
        intended, _, lockout = ask(intent, found.narrow.bundle, found.narrow.places.origins(), thorough=True)
        answers = (intended, answers[1], lockout)
    return Verified(intent, against, answers, notes)


def told(verified: Verified) -> dict[str, Any]:
    """Return the answers as plain data.

    `{intent, file, against, answers: [{question, answer: yes | no, findings: [{code, severity, message, hint, location: {path,
    line, column}, statements, origins: [location], witness: request or null}]}], notes: [text]}`.
    """
    return {
        "intent": verified.intent.name,
        "file": verified.intent.path,
        "against": verified.against,
        "answers": [told_answer(one) for one in verified.answers],
        "notes": [str(note) for note in verified.notes],
    }
