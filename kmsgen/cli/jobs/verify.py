"""What `kmsgen verify` does: the three questions on what an intent compiles to, or on policies that exist."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from kmsgen.checks.intent.verification import Answer, ask
from kmsgen.cli.console import answer, answer_json, say, say_note
from kmsgen.cli.jobs.existing import existing
from kmsgen.cli.jobs.intent_sources import IntentSource, intent_sources, is_read_again
from kmsgen.cli.jobs.many import Course, collected
from kmsgen.cli.jobs.option_values import wrong_usage
from kmsgen.cli.jobs.rests_on import key_of
from kmsgen.cli.jobs.verdicts import Memory, verdicts
from kmsgen.cli.reports.findings import answer_lines, told_answer
from kmsgen.cli.reports.progress import tracked
from kmsgen.compiler import compile_intent
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, input_error, together
from kmsgen.intent import load_intent
from kmsgen.intent.intent import Intent
from kmsgen.sources.beside import NOTHING, Beside
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


class Shown(NamedTuple):
    """The answers about one intent as they are printed: as plain data, as lines, with what to know beside them."""

    data: dict[str, Any]
    lines: tuple[str, ...]
    notes: tuple[Diagnostic, ...]
    is_yes: bool


def run(
    paths: Sequence[str], against: str | None, beside: Beside, output: str, course: Course, *, since: str | None, iam: str | None
) -> int:
    """Print the answers; return the exit code. Raises KmsgenError, when those about the other intents are printed."""
    if not paths:
        raise wrong_usage("-", "no intent to verify", "name a file or a folder")
    if against is None and beside.given:
        message = f"{OPTIONS} stand beside the policies that --against names"
        raise input_error(Location(paths[0]), "not-a-policy", message, "an intent holds these itself")
    several = len(paths) > 1 or since is not None or (paths[0] != "-" and Path(paths[0]).is_dir())
    if several and against is not None:
        raise wrong_usage("--against", "policies are compared with one intent", "name one file")
    if against is not None:
        return _show_one(_shown(IntentSource(paths[0]), iam, against, beside), output)
    found, failures = _of_many(paths, course, since, iam)
    if several:
        _show_many(found, output)
    elif found:
        _show_one(found[0], output)
    if failures:
        raise together(failures)
    return 0 if all(one.is_yes for one in found) else 1


def _of_many(paths: Sequence[str], course: Course, since: str | None, iam: str | None) -> tuple[list[Shown], list[KmsgenError]]:
    sources, problems = intent_sources(paths, since)
    if problems and course.fail_fast:
        raise InputError(problems)
    work, memory = partial(_shown, iam=iam), Memory(partial(_key, iam=iam), _plain, _again)
    with verdicts(work, sources, course, is_read_again, memory) as made, tracked(made, len(sources), "verifying") as outcomes:
        found, failures = collected(outcomes, fail_fast=course.fail_fast, is_no=lambda one: not one.is_yes)
    return found, [*([InputError(problems)] if problems else []), *failures]


def _shown(source: IntentSource, iam: str | None, against: str | None = None, beside: Beside = NOTHING) -> Shown:
    intent = source.load() if source.load else load_intent(source.path)
    verified = verify_intent(intent.with_default(iam=iam), against, beside)
    return Shown(told(verified), tuple(answer_lines(verified.answers)), verified.notes, verified.is_yes)


def _key(source: IntentSource, iam: str | None) -> str | None:
    return key_of(source.files, ("verify", iam))


def _plain(one: Shown) -> Any:  # noqa: ANN401 - plain data
    """Return answers as plain data; none that hold a no, which a proof out of time may be."""
    return (one.data, one.lines, one.notes) if one.is_yes else None


def _again(plain: Any) -> Shown:  # noqa: ANN401 - plain data
    data, lines, notes = plain
    return Shown(data, tuple(lines), tuple(Diagnostic(Location(*place), *said) for place, *said in notes), is_yes=True)


def _show_one(one: Shown, output: str) -> int:
    if output == "json":
        answer_json(one.data)
    else:
        answer(*one.lines)
        for note in one.notes:
            say_note(note)
    return 0 if one.is_yes else 1


def _show_many(found: Sequence[Shown], output: str) -> None:
    """Print a line an intent, and below a no the answers; what to know beside them is told of one intent alone."""
    if output == "json":
        answer_json([one.data for one in found])
        return
    for one in found:
        answer(f"{'yes' if one.is_yes else 'no '}  {one.data['file']}")
        if not one.is_yes:
            answer(*(f"     {text}" for text in one.lines))
    failed = sum(not one.is_yes for one in found)
    say(f"{len(found)} intents, {failed or 'none'} of them with a no")


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
