"""The three questions on what an intent compiles to, or on policies that exist, and the answers as they are printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.denies import denies_lost
from kmsgen.checks.intent.narrowing import narrowed
from kmsgen.checks.intent.verification import Answer, ask
from kmsgen.cli.jobs.findings.existing import existing
from kmsgen.cli.jobs.inputs.intent_sources import IntentSource
from kmsgen.cli.reports.answers import Shown
from kmsgen.cli.reports.findings import answer_lines, told_answer
from kmsgen.compiler import compile_intent
from kmsgen.errors import Diagnostic, Location
from kmsgen.intent import load_intent
from kmsgen.intent.intent import Intent
from kmsgen.sources.beside import NOTHING, Beside


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


def shown(
    source: IntentSource, iam: str | None, against: str | None = None, beside: Beside = NOTHING, *, merged: bool = False
) -> Shown:
    """Answer the three questions about an intent that is still to be read. Raises KmsgenError.

    `iam` is who attaches IAM policies where the intent does not say; `merged`: existing ones stand with those of other intents.
    """
    intent = source.load() if source.load else load_intent(source.path)
    verified = verify_intent(intent.with_default(iam=iam), against, beside, merged=merged)
    return Shown(told(verified), tuple(answer_lines(verified.answers)), verified.notes, verified.is_yes)


def verify_intent(intent: Intent, against: str | None, beside: Beside, *, merged: bool = False) -> Verified:
    """Answer the three questions, on existing policies where `against` says which. Raises KmsgenError for bad input.

    Where something is not known, what must be allowed is asked of the least access, what must not of the most.
    """
    compiled = compile_intent(intent)
    if against is None:
        answers = ask(intent, compiled.bundle, compiled.origins, thorough=True)
        return Verified(intent, None, answers, compiled.notes)
    found = existing(against, beside, intent, compiled.bundle, merged=merged)
    answers = ask(intent, found.bundle, found.places.origins(), thorough=True)
    notes = (*found.notes, *(one.diagnostic for one in found.unknown))
    if found.narrow is not None:
        intended, _, lockout = ask(intent, found.narrow.bundle, found.narrow.places.origins(), thorough=True)
        answers = (intended, answers[1], lockout)
    if answers[0].is_yes:
        held = found.narrow.bundle if found.narrow is not None else found.bundle
        answers = (_with(answers[0], narrowed(intent, compiled.bundle, held, compiled.origins)), *answers[1:])
    if intent.governed:
        lost = denies_lost(compiled.bundle, found.bundle, Location(intent.path))
        answers = (answers[0], _with(answers[1], lost), answers[2])
    return Verified(intent, against, answers, notes)


def _with(answer: Answer, more: Iterable[Finding]) -> Answer:
    return answer._replace(findings=(*answer.findings, *more))


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
