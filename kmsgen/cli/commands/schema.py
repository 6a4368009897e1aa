"""`kmsgen schema`: the JSON Schema of an intent."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: kmsgen schema > intent.schema.json, then `# yaml-language-server: $schema=intent.schema.json`")
def schema(
    *, base: Annotated[bool, typer.Option("--base", help="Of a file that others extend: it has no name.")] = False
) -> None:
    """Print the JSON Schema of an intent, for editors: every field with its description, every word it can hold.

    The loader checks more than a schema can: accounts, ARNs, contradictions.
    """
    from kmsgen.cli.jobs.schema import run  # noqa: PLC0415 - the schema is built only where it is asked for

    run(base=base)
