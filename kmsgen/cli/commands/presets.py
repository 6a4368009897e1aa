"""`kmsgen presets`: what is shipped to start from."""

import typer

from kmsgen.cli.commands.output_options import Output, OutputForm
from kmsgen.cli.commands.preset_options import ShownPreset

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="List and show complete intents to start from.",
    epilog="Example: kmsgen presets show s3-bucket",
)


@app.command(
    "list",
    epilog="Example: kmsgen presets list. Render one: kmsgen render --preset console-read-only --set account=111122223333 ...",
)
def list_presets(output: OutputForm = Output.TEXT) -> None:
    """List the presets, one a line with what it is for.

    JSON: a list of `{name, summary, about, source, parameters: [{name, description, required, list, default, example}]}`.
    """
    from kmsgen.cli.jobs.presets import list_all  # noqa: PLC0415 - read only where it is asked for

    list_all(output)


@app.command(epilog="Example: kmsgen presets show s3-bucket")
def show(
    name: ShownPreset,
    output: OutputForm = Output.TEXT,
) -> None:
    """Print the YAML of a preset, its parameters first.

    JSON: what `list` prints of it, and `yaml`.
    """
    from kmsgen.cli.jobs.presets import show as print_preset  # noqa: PLC0415 - read only where it is asked for

    print_preset(name, output)
