"""What `kmsgen matrix` asks."""

from __future__ import annotations

from kmsgen.checks.matrix import matrix, of_readings
from kmsgen.cli.console import say_note
from kmsgen.cli.reports import access_table
from kmsgen.sources.beside import Beside
from kmsgen.sources.subject import read_subject


def run(path: str, beside: Beside, output: str) -> None:
    """Print who can do what with the keys of a file. Raises KmsgenError."""
    subject = read_subject(path, beside)
    organization = subject.intent.scope.organization if subject.intent else None
    rows = matrix(subject.bundle, organization, subject.account)
    if subject.described.narrow:
        rows = of_readings(rows, matrix(subject.described.least, organization, subject.account))
    for note in subject.described.notes:
        say_note(note)
    for one in subject.described.unknown:
        say_note(one.diagnostic)
    access_table.show(rows, output, subject.described)
