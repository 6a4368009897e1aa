"""What `kmsgen schema` prints."""

from __future__ import annotations

from kmsgen.cli.console import answer_json
from kmsgen.intent.form.schema import intent_schema


def run() -> None:
    """Print the JSON Schema of an intent."""
    answer_json(intent_schema())
