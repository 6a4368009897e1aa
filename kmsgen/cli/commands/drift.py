"""`kmsgen drift`: a live account against intents."""

from typing import TYPE_CHECKING, Annotated

import typer

from kmsgen.cli.commands.aws_options import sign_in
from kmsgen.cli.commands.many_options import local_course
from kmsgen.cli.commands.output_options import Output, OutputForm
from kmsgen.cli.commands.question_options import budget
from kmsgen.cli.commands.sharing import sharing

if TYPE_CHECKING:
    from kmsgen.cli.jobs.parallel.many import Course
    from kmsgen.prover.problem import Budget
    from kmsgen.sources.live.session import SignIn

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: kmsgen drift intents/ --profile audit --output json")
@sharing(sign_in=sign_in, course=local_course, budget=budget)
def drift(
    *,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE|DIR...",
            help="Intents; of a folder, every .yaml and .yml file in it but those named _*. Without any those of kmsgen.toml.",
        ),
    ] = None,
    sign_in: "SignIn",
    course: "Course",
    budget: "Budget",
    output: OutputForm = Output.TEXT,
) -> None:
    """Read the live keys of each intent; show what access there is beyond it and what is lacking, each with a request as witness.

    Keys to create are found by their alias. Nothing is written. Needs the extra `kmsgen[aws]`, and the permissions that
    `kmsgen snapshot --help` lists.
    JSON: [{intent, file, keys, drift, gained: [group], lost: [group], reason, changes, missing_principals, errors}].
    Exit codes: 0 no drift, 1 drift, 2 a key or a principal cannot be read, whatever else drifts: the code is missing-in-aws for a
    key that is not there, missing-permission, expired-session, no-credentials and more.
    """
    from kmsgen.cli.jobs.drift import run  # noqa: PLC0415 - `--help` must not pay for what only a comparison needs
    from kmsgen.intent.settings import find_settings  # noqa: PLC0415 - as above

    raise typer.Exit(run(tuple(paths or find_settings().intents), sign_in, output, budget, course))
