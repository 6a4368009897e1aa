"""What `kmsgen diff` compares, and how it prints what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmsgen.cli.console import answer, answer_json, say
from kmsgen.cli.proving import shortly, told_group
from kmsgen.cli.subjects import Subject, load
from kmsgen.errors import KmsgenError
from kmsgen.prover.proof import Budget, Differences, Group
from kmsgen.prover.prove import differences
from kmsgen.sources.bare_policy import Beside

_NOTHING = Beside()


def compare(old: str, new: str, beside: Beside, *, seconds: float, described_only: bool) -> Differences:
    """Compare two files. Raises KmsgenError with every problem of both."""
    subjects: list[Subject] = []
    failures: list[KmsgenError] = []
    for path in (old, new):
        try:
            subjects.append(_load(path, beside))
        except KmsgenError as error:
            failures.append(error)
    if failures:
        worst = max(failures, key=lambda error: error.exit_code)
        raise type(worst)(diagnostic for error in failures for diagnostic in error.diagnostics)
    before, after = subjects
    for subject in subjects:
        for note in subject.notes:
            say(f"note: {subject.path}: {note}")
    only = described_only or not (before.governed and after.governed)
    return differences(before.bundle, after.bundle, Budget(seconds=seconds), described_only=only)


def _load(path: str, beside: Beside) -> Subject:
    """Read a file; what stands beside bare policies is nothing to one that holds everything itself."""
    try:
        return load(path, beside)
    except KmsgenError as error:
        if any(diagnostic.code == "not-a-policy" for diagnostic in error.diagnostics):
            return load(path, _NOTHING)
        raise


def show(found: Differences, output: str, fail_on: str | None) -> int:
    """Print the differences; return the exit code."""
    if output == "json":
        gained, lost = ([told_group(one) for one in side] for side in (found.gained, found.lost))
        answer_json({"gained": gained, "lost": lost, "reason": found.reason})
    else:
        for line in _markdown(found) if output == "markdown" else _text(found):
            answer(line)
    if found.reason:
        say(f"the comparison is not complete: {found.reason}")
    failing = {"gained": bool(found.gained), "lost": bool(found.lost), "any": bool(found.gained or found.lost)}
    return 1 if found.reason or (fail_on and failing[fail_on]) else 0


def _text(found: Differences) -> Iterator[str]:
    for sign, groups in (("+", found.gained), ("-", found.lost)):
        for one in groups:
            yield f"{sign} {one}"
            yield f"    such as {shortly(one)}"


def _markdown(found: Differences) -> Iterator[str]:
    for title, groups in (("Access gained", found.gained), ("Access lost", found.lost)):
        if groups:
            yield from _table(title, groups)


def _table(title: str, groups: Sequence[Group]) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield "| Who | What | When | Such as |"
    yield "|---|---|---|---|"
    for one in groups:
        cells = (one.principals, one.actions, one.conditions or ("always",), (shortly(one),))
        yield "| " + " | ".join("<br>".join(map(_cell, cell)) for cell in cells) + " |"
    yield ""


def _cell(text: str) -> str:
    """Keep a text from ending its cell or becoming markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ").replace("\r", " ")
    return "".join(f"\\{character}" if character in "*_`[]" else character for character in escaped)
