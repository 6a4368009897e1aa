"""What `kmsgen diff` compares, and how it prints what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmsgen.cli.console import answer, answer_json, say
from kmsgen.cli.jobs.prove import shortly, told_group
from kmsgen.cli.jobs.subjects import Subject, load
from kmsgen.errors import KmsgenError
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.proof import Budget, Differences, Group
from kmsgen.prover.prove import differences
from kmsgen.sources.key_policy import Beside

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
            say(f"note: {note}" if note.startswith(subject.path) else f"note: {subject.path}: {note}")
    only = described_only or not (before.governed and after.governed)
    pairs = _of_one_kind(before, after)
    return _together([differences(*pair, Budget(seconds=seconds), described_only=only) for pair in pairs])


def _of_one_kind(before: Subject, after: Subject) -> Iterator[tuple[Bundle, Bundle]]:
    """Yield the bundles with a first key of the same kind where one of them is a bare policy, which does not tell its kind."""
    if not before.bundle.keys or not after.bundle.keys or (before.tells_kind and after.tells_kind):
        yield before.bundle, after.bundle
        return
    known = [subject.bundle.keys[0].key for subject in (before, after) if subject.tells_kind]
    possible = [one.keys[0].key for subject in (before, after) for one in subject.by_kind(subject.bundle)]
    for spec, usage in dict.fromkeys((key.spec, key.usage) for key in known or possible):
        yield _as(before.bundle, spec, usage), _as(after.bundle, spec, usage)


def _as(bundle: Bundle, spec: str, usage: str) -> Bundle:
    first = bundle.keys[0]
    return bundle._replace(keys=(first._replace(key=first.key._replace(spec=spec, usage=usage)), *bundle.keys[1:]))


def _together(found: Sequence[Differences]) -> Differences:
    """Return the differences on keys of every kind, those of a later kind only where they are about further actions."""
    gained: list[Group] = []
    lost: list[Group] = []
    for one in found:
        for groups, further in ((gained, one.gained), (lost, one.lost)):
            shown = {action for group in groups for action in group.actions}
            groups += [group for group in further if not shown.issuperset(group.actions)]
    return Differences(tuple(gained), tuple(lost), next((one.reason for one in found if one.reason), ""))


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
