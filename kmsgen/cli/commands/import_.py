"""`kmsgen import`: what exists as an intent."""

from typing import TYPE_CHECKING, Annotated

import typer

from kmsgen.cli.commands.aws_options import sign_in
from kmsgen.cli.commands.output_options import Output, OutputForm
from kmsgen.cli.commands.question_options import budget
from kmsgen.cli.commands.reading_options import FORMS, beside
from kmsgen.cli.commands.sharing import sharing

if TYPE_CHECKING:
    from kmsgen.prover.problem import Budget
    from kmsgen.sources.beside import Beside
    from kmsgen.sources.live.session import SignIn

app = typer.Typer(add_completion=False)


@app.command("import", epilog="Example: kmsgen import key-policy.json --out intents/payments.yaml")
@sharing(beside=beside, sign_in=sign_in, budget=budget)
def import_(
    *,
    file: Annotated[str | None, typer.Argument(metavar="FILE", help=f"What is asked about: {FORMS}.")] = None,
    key_id: Annotated[
        str | None,
        typer.Option("--key-id", metavar="KEY", help="A live key by id, ARN or alias in place of FILE, read as by `snapshot`."),
    ] = None,
    beside: "Beside",
    sign_in: "SignIn",
    key: Annotated[
        str | None, typer.Option("--key", metavar="NAME|ARN", help="The key that is meant, where FILE describes several.")
    ] = None,
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="Write the intent here, not to stdout.")] = None,
    budget: "Budget",
    output: OutputForm = Output.TEXT,
) -> None:
    """Write an intent that gives the access which FILE gives, and prove that it is the same: nothing gained, nothing lost.

    Capabilities, services and guard rails are recognised. What the language of intents cannot say is named with its statement and
    why; then, and where access differs or the proof is not complete, the exit code is 1 and nothing is claimed.
    JSON: {intent, same, unsaid: [{place, sid, what, why}], gained, lost, reason}.
    Exit codes: 0 the same access, 1 not, or not proved, 2 bad input.
    """
    from kmsgen.cli.jobs.import_ import ImportSource, run  # noqa: PLC0415 - `--help` must not pay for what only an import needs

    raise typer.Exit(run(ImportSource(file, beside, key, key_id, sign_in), out, output, budget=budget))
