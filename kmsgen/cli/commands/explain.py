"""`kmsgen explain`: decide a request and show why, layer by layer."""

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


@app.command(
    epilog="Example: kmsgen explain --key-policy policy.json --principal arn:aws:iam::111122223333:role/app --action kms:Decrypt"
)
@sharing(beside=beside, request=put_request)
def explain(
    *,
    files: Files = None,
    key_policy: KeyPolicy = None,
    beside: "Beside",
    request: "PutRequest",
    number: Annotated[int | None, typer.Option("--request", metavar="N", help="Only the request of this number.")] = None,
    lockout: Annotated[
        bool, typer.Option("--lockout", help="Ask whether --principal could change the key policy again: the lockout check.")
    ] = False,
    output: OutputForm = Output.TEXT,
) -> None:
    """Decide requests and show the whole trace: each layer, each statement, which element failed to match and on what value.

    Of an access that is not given: what came nearest, and what would change the answer. Exit code 1 where an `expect` or a
    `because` does not hold, or, with --lockout, where the check fails.

    JSON: one list, an element a request: what `simulate` prints, and `why`, `nearest`, `change`, `notes: [{id, text}]`,
    `trace: [{source, layer, effect, matched, elements: [{element, matched, because}]}]`.
    """
    from kmsgen.cli.jobs.explain import run  # noqa: PLC0415 - loads the authorizer
    from kmsgen.cli.jobs.simulate import Given  # noqa: PLC0415 - as above

    raise typer.Exit(run(Given(tuple(files or ()), key_policy, beside, request), output, number, lockout=lockout))
