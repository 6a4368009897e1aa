"""What `kmsgen schema` prints."""

from __future__ import annotations

from kmsgen.cli.console import answer_json
from kmsgen.intent.form.schema import base_schema, intent_schema


def run(*, base: bool) -> None:
    """Print the JSON Schema of an intent, or of a base that intents extend."""
    answer_json(base_schema() if base else intent_schema())
