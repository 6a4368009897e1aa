"""`kmsgen schema`: the JSON Schema of an intent."""

import typer

from kmsgen.cli.console import answer_json

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: kmsgen schema > intent.schema.json, then `# yaml-language-server: $schema=intent.schema.json`")
def schema() -> None:
    """Print the JSON Schema of an intent, for editors: every field with its description, every word it can hold.

    The loader checks more than a schema can: accounts, ARNs, contradictions.
    """
    from kmsgen.intent.form.schema import intent_schema  # noqa: PLC0415 - the schema is built only where it is asked for

    answer_json(intent_schema())
