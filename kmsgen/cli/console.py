"""Printing: data on stdout, talk on stderr."""

from __future__ import annotations

import json
import sys

from kmsgen.errors import KmsgenError


def say(text: str) -> None:
    """Print talk: to stderr."""
    sys.stderr.write(f"{text}\n")


def answer(text: str) -> None:
    """Print data: to stdout."""
    sys.stdout.write(f"{text}\n")


def answer_json(data: object) -> None:
    """Print data as JSON, two spaces deep."""
    answer(json.dumps(data, indent=2, ensure_ascii=False))


def complain(error: KmsgenError) -> None:
    """Print every diagnostic of an error."""
    for diagnostic in error.diagnostics:
        say(str(diagnostic))
