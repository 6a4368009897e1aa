"""What `kmsgen matrix` asks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from kmsgen.checks.matrix import Row, matrix, of_readings
from kmsgen.cli.console import say_note
from kmsgen.cli.jobs.inputs.option_values import wrong_usage
from kmsgen.cli.jobs.inputs.policy_files import PolicyFile, is_one, is_ordinary, policy_files
from kmsgen.cli.jobs.parallel.many import Course, collected, end_at_first, results
from kmsgen.cli.reports import access_table as report
from kmsgen.cli.reports.access_table import FileRows, NamedRow
from kmsgen.cli.reports.progress import tracked
from kmsgen.errors import Diagnostic, together
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import Described, Open
from kmsgen.sources.subject import Subject, read_subject


def run(paths: Sequence[str], beside: Beside, output: str, course: Course) -> None:
    """Print who can do what with the keys of files. Raises KmsgenError, when what the other files tell is printed."""
    if not paths:
        raise wrong_usage("-", "nothing to look at", "name a file or a folder; or write `intents = [...]` into kmsgen.toml")
    files, failures = policy_files(paths)
    end_at_first([one for failure in failures for one in failure.diagnostics], course)
    work = partial(_rows, beside=beside.plain)
    with results(work, files, course, is_ordinary) as made, tracked(made, len(files), "looking at files") as outcomes:
        found, failed = collected(outcomes, fail_fast=course.fail_fast)
    failures += failed
    for note in (note for one in found for note in one.notes):
        say_note(note)
    if found or not failures:
        report.show(found, output, by_file=len(paths) > 1 or not is_one(paths[0]))
    if failures:
        raise together(failures)


def _rows(file: PolicyFile, beside: Beside) -> FileRows:
    subject = _opened(read_subject(file.path, beside))
    organization = subject.intent.scope.organization if subject.intent else None
    rows = matrix(subject.bundle, organization, subject.account)
    if subject.described.narrow:
        rows = of_readings(rows, matrix(subject.described.least, organization, subject.account))
    described = subject.described
    principals = {row.principal for row in rows}
    called = {one.open.holder: one.open for one in described.called if one.open.holder in principals}
    notes = (*described.notes, *(one.diagnostic for one in described.unknown), *map(_assumed, called.values()))
    return FileRows(file.path, tuple(_named(row, described, called.get(row.principal)) for row in rows), notes)


def _assumed(one: Open) -> Diagnostic:
    return Diagnostic(one.place, "assumed", one.what)


def _named(row: Row, described: Described, called: Open | None) -> NamedRow:
    """Return a row with the names of its file, and what it takes for granted, of its principal too."""
    assumed = (*described.assumed, *filter(None, [called]))
    told = tuple(f"{one.what} ({one.place})" for one in assumed)
    return NamedRow(row, described.names.get(row.key), described.name_of(row.key), told)


def _opened(subject: Subject) -> Subject:
    """Return the subject; of the keys of an intent what it does not tell may be whatever lets somebody in."""
    return subject.opened if subject.intent is not None else subject
