"""What `kmsgen matrix` asks."""

from __future__ import annotations

from kmsgen.checks.matrix import matrix
from kmsgen.cli.reports import access_table
from kmsgen.sources.beside import Beside
from kmsgen.sources.subject import read_subject


def run(path: str, beside: Beside, output: str) -> None:
    """Print who can do what with the keys of a file. Raises KmsgenError."""
    subject = read_subject(path, beside)
    organization = subject.intent.scope.organization if subject.intent else None
    access_table.show(matrix(subject.bundle, organization, subject.account), output)
