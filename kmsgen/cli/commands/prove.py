"""`kmsgen prove`: a proof, or a request that shows otherwise."""

from typing import TYPE_CHECKING

import typer

from kmsgen.cli.commands.output_options import Output, OutputForm
from kmsgen.cli.commands.question_options import DescribedOnly, asked, budget
from kmsgen.cli.commands.reading_options import File, beside
from kmsgen.cli.commands.sharing import sharing

if TYPE_CHECKING:
    from kmsgen.cli.jobs.inputs.questions import AskedQuestions
    from kmsgen.prover.problem import Budget
    from kmsgen.sources.beside import Beside

app = typer.Typer(add_completion=False)


@app.command(
    epilog="Example: kmsgen prove intent.yaml; kmsgen prove policy.json --never 'role/contractor-* kms:Decrypt' --no-public"
)
@sharing(asked=asked, beside=beside, budget=budget)
def prove(
    *,
    file: File,
    asked: "AskedQuestions",
    beside: "Beside",
    described_only: DescribedOnly = False,
    budget: "Budget",
    output: OutputForm = Output.TEXT,
) -> None:
    """Prove what must be impossible, for every principal, action and situation there could be, or show a request.

    Without a question an intent is asked for access that it does not name. A principal that FILE does not describe is taken to
    have every IAM policy it could have. JSON: [{question, result: proved|refuted|unknown, reason, groups: [{principals,
    actions, conditions, reason, witness}]}]; a witness is a scenario of one request, as `simulate -` takes it.
    Exit codes: 0 all proved, 1 one is refuted or unknown, 2 bad input.
    """
    from kmsgen.cli.jobs.prove import run  # noqa: PLC0415 - `--help` must not pay for what only a proof needs

    raise typer.Exit(run(file, beside, asked, output, described_only=described_only, budget=budget))
