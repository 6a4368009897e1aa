"""What `kmsgen matrix` asks."""

from __future__ import annotations

from kmsgen.checks.intent.example_calls import forms
from kmsgen.checks.matrix import matrix, of_readings
from kmsgen.cli.console import say_note
from kmsgen.cli.reports import access_table
from kmsgen.policy.bundle import Bundle
from kmsgen.sources.beside import Beside
from kmsgen.sources.subject import Subject, read_subject


def run(path: str, beside: Beside, output: str) -> None:
    """Print who can do what with the keys of a file. Raises KmsgenError."""
    subject = read_subject(path, beside)
    organization = subject.intent.scope.organization if subject.intent else None
    rows = matrix(_with_aliases(subject), organization, subject.account)
    if subject.described.narrow:
        rows = of_readings(rows, matrix(subject.described.least, organization, subject.account))
    for note in subject.described.notes:
        say_note(note)
    for one in subject.described.unknown:
        say_note(one.diagnostic)
    access_table.show(rows, output, subject.described)


def _with_aliases(subject: Subject) -> Bundle:
    """Return the bundle; the keys of an intent with every alias that it names, since they may get those."""
    bundle, intent = subject.bundle, subject.intent
    if intent is None:
        return bundle
    last = [forms(access.key, intent, bundle, by_key=True)[-1] for access in bundle.keys]
    keys = (access._replace(key=access.key._replace(aliases=key.aliases)) for access, key in zip(bundle.keys, last, strict=True))
    return bundle._replace(keys=tuple(keys))
