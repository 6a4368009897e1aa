"""`kmsgen simulate`: decide each request of a scenario."""

from typing import TYPE_CHECKING, Annotated

import typer

from kmsgen.cli.commands.output_options import Output, OutputForm
from kmsgen.cli.commands.reading_options import beside
from kmsgen.cli.commands.request_options import Files, KeyPolicy, put_request
from kmsgen.cli.commands.sharing import sharing

if TYPE_CHECKING:
    from kmsgen.cli.jobs.inputs.put_request import PutRequest
    from kmsgen.sources.beside import Beside

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: kmsgen simulate tests/policies/ --junit report.xml")
@sharing(beside=beside, request=put_request)
def simulate(
    *,
    files: Files = None,
    key_policy: KeyPolicy = None,
    beside: "Beside",
    request: "PutRequest",
    output: OutputForm = Output.TEXT,
    junit: Annotated[str | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit report as well.")] = None,
) -> None:
    """Decide each request of scenarios as AWS KMS would, and say what settled it.

    Exit code 1 where an `expect` or a `because` does not hold.

    JSON: one list, an element a request: `{scenario, request, principal, action, resource, outcome,
    because: [...], error, expect, ok, notes: [{id, text}]}`; the notes say where an answer
    rests on what nothing tells, or on what AWS leaves open.
    """
    from kmsgen.cli.jobs.simulate import Given, run  # noqa: PLC0415 - loads the authorizer

    raise typer.Exit(run(Given(tuple(files or ()), key_policy, beside, request), output, junit))
