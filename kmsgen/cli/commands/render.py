"""`kmsgen render`: confirm an intent, then write the artifacts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kmsgen.cli.commands.many_options import Since, remembering_course
from kmsgen.cli.commands.output_options import Output, OutputForm
from kmsgen.cli.commands.preset_options import PresetName, Settings
from kmsgen.cli.commands.sharing import sharing
from kmsgen.resources import Format

if TYPE_CHECKING:
    from kmsgen.cli.jobs.parallel.many import Course

app = typer.Typer(add_completion=False)


@app.command(
    epilog="Example: kmsgen render intent.yaml --format terraform --out policies; kmsgen render intents/ --out policies --check"
)
@sharing(course=remembering_course)
def render(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE|DIR...", help="Intents; of a folder, every .yaml and .yml file in it but those named _*."),
    ] = None,
    formats: Annotated[
        list[Format] | None, typer.Option("--format", help="What to write; every format unless given. Can be repeated.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write to: one folder an intent.", show_default="out")
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 and show the difference if what is on disk differs.")
    ] = False,
    preset: PresetName = None,
    settings: Settings = None,
    no_lint: Annotated[bool, typer.Option("--no-lint", help="Do not run cfn-lint on CloudFormation templates.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite files that kmsgen did not write or that were changed.")
    ] = False,
    replace_key: Annotated[
        bool, typer.Option("--replace-key", help="Render though a key of the last render would be replaced or end.")
    ] = False,
    applied: Annotated[
        bool,
        typer.Option("--applied", help="What the last render wrote is deployed: end what it held of the one before."),
    ] = False,
    course: "Course",
    since: Since = None,
    output: OutputForm = Output.TEXT,
) -> None:
    """Confirm each intent with the three questions, then write it as policies, templates and grant calls.

    Without arguments it does what `kmsgen.toml` says; options win over it.
    Nothing is written unless every intent given is sound and every answer is yes. Prints the files, one a line.
    Exit codes: 0 written (or, with --check, nothing differs), 1 an answer is no, 2 bad input.
    """
    from kmsgen.cli.jobs.render import run  # noqa: PLC0415 - `--help` must not pay for what only a render needs
    from kmsgen.cli.jobs.rendering.job import Job  # noqa: PLC0415 - as above
    from kmsgen.compiler.identity_policy import MANAGED_POLICIES  # noqa: PLC0415 - as above
    from kmsgen.intent.settings import find_settings  # noqa: PLC0415 - as below

    repository = find_settings()
    given = tuple(paths or (() if preset or settings else repository.intents))
    wanted = tuple(str(one) for one in formats or repository.formats or Format)
    job = Job(
        given, preset, tuple(settings or ()), wanted, out or Path(repository.out or "out"), check=check, lint=not no_lint,
        force=force, replace_key=replace_key, course=course, since=since, iam=repository.iam,
        merge_iam=repository.merge_iam, names_all=bool(repository.intents), named=bool(paths),
        applied=applied, quota=repository.managed_policies or MANAGED_POLICIES,
    )  # fmt: skip
    raise typer.Exit(run(job, output))
