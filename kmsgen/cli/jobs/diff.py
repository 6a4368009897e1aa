"""What `kmsgen diff` compares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmsgen.cli.console import say, say_note
from kmsgen.cli.reports import differences as report
from kmsgen.errors import Diagnostic, Location, each, input_error
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.difference import differences
from kmsgen.prover.grouping import merged
from kmsgen.prover.problem import Budget
from kmsgen.prover.question import Differences
from kmsgen.sources.beside import NOTHING, Beside
from kmsgen.sources.described import GRANTS
from kmsgen.sources.subject import Subject, identify


def run(paths: tuple[str, str], beside: Beside, output: str, fail_on: str | None, *, described_only: bool, budget: Budget) -> int:
    """Print what differs; return the exit code. Raises KmsgenError with every problem of both files."""
    before, after = _with_grants(*_read(paths, beside))
    for subject in (before, after):
        for note in subject.described.notes:
            say_note(note)
    found = compare(before, after, described_only=described_only, budget=budget)
    report.show(found, output)
    if found.reason:
        say(f"the comparison is not complete: {found.reason}")
    failing = {"gained": bool(found.gained), "lost": bool(found.lost), "any": bool(found.gained or found.lost)}
    return 1 if found.reason or (fail_on and failing[fail_on]) else 0


def _read(paths: tuple[str, str], beside: Beside) -> list[Subject]:
    """Read both files; what stands beside policies is nothing to one that holds everything itself."""

    def read(path: str) -> Subject:
        file = identify(path)
        return file.read(NOTHING if file.form.holds_everything else beside).about_keys()

    subjects = each(paths, read)
    if beside.given and all(subject.form.holds_everything for subject in subjects):
        message = "--key-arn, --identity-policy and --grants stand beside policies, and neither file holds those alone"
        raise input_error(Location(paths[0]), "not-a-policy", message, f"{subjects[0].form.name} holds these itself")
    return subjects


def _with_grants(before: Subject, after: Subject) -> tuple[Subject, Subject]:
    """Return both with the same grants on the keys of one whose form has no room for grants, and a note that says so."""
    lacking = [GRANTS in subject.described.lacks for subject in (before, after)]
    if lacking == [True, False]:
        return _granted(before, after), after
    return (before, _granted(after, before)) if lacking == [False, True] else (before, after)


def _granted(subject: Subject, other: Subject) -> Subject:
    described, keys = subject.described, subject.bundle.keys
    held = [access.grants for access in other.bundle.keys[: len(keys)]]
    if not any(held):
        return subject
    filled = [access._replace(grants=grants) for access, grants in zip(keys, held, strict=False)]
    bundle = described.bundle._replace(keys=(*filled, *keys[len(held) :]))
    message = f"{subject.form.name} holds no grants: they are taken to be those of {other.path}"
    note = Diagnostic(Location(subject.path), "as-compared", message)
    return subject._replace(described=described._replace(bundle=bundle, notes=(*described.notes, note)))


def compare(before: Subject, after: Subject, *, described_only: bool, budget: Budget) -> Differences:
    """Compare what two files describe."""
    only = described_only or not (before.governed and after.governed)
    pairs = _of_one_kind(before, after)
    whole = (before.intent is not None, after.intent is not None)
    return _together([differences(*pair, budget, described_only=only, whole=whole) for pair in pairs])


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
    """Return the differences on keys of every kind as one."""
    gained = merged(group for one in found for group in one.gained)
    lost = merged(group for one in found for group in one.lost)
    return Differences(gained, lost, next((one.reason for one in found if one.reason), ""))
