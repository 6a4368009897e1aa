"""`kmsgen diff`: access gained and lost between two bundles."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kmsgen.cli.commands.many_options import FailFast, Jobs
from kmsgen.cli.commands.output_options import Report, ReportForm, Writes
from kmsgen.cli.commands.question_options import bounds
from kmsgen.cli.commands.reading_options import FORMS, beside
from kmsgen.cli.commands.sharing import sharing

if TYPE_CHECKING:
    from kmsgen.cli.jobs.proving import Bounds
    from kmsgen.sources.beside import Beside

app = typer.Typer(add_completion=False)


class DiffFailsOn(StrEnum):
    """Which differences make the exit code 1."""

    GAINED = "gained"
    LOST = "lost"
    ANY = "any"


@app.command(
    epilog="Example: kmsgen diff deployed.json key-policy.json --fail-on gained; kmsgen diff main..HEAD --output markdown"
)
@sharing(beside=beside, bounds=bounds)
def diff(
    *,
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD|REV..REV", help=f"What there was: {FORMS}, a folder of intents; or two git revisions, `A..B`, `A...B`."
        ),
    ],
    new: Annotated[
        str | None,
        typer.Argument(
            metavar="[NEW]",
            help="What takes its place; without it OLD is a plan: before and after. Of revisions: a file or folder of theirs, "
            "unless kmsgen.toml says which.",
        ),
    ] = None,
    beside: "Beside",
    fail_on: Annotated[
        DiffFailsOn | None, typer.Option("--fail-on", help="Exit 1 where access is gained, lost, or either.")
    ] = None,
    bounds: "Bounds",
    jobs: Jobs = None,
    fail_fast: FailFast = False,
    output: ReportForm = Report.TEXT,
    writes: Writes = None,
) -> None:
    """Show which access NEW gives that OLD does not, and the other way round, each kind with a request that shows it.

    Files that mean the same print nothing, however different their text. Keys are compared in their order, those of Terraform by
    their addresses. A Terraform plan alone is compared with what there is before it: `kmsgen diff plan.json --fail-on gained`.
    Where something is not known, what is shown holds for every value, and the reason names what more may depend on.

    Two folders of intents, or two revisions of the git repository that the command runs in, are compared intent by intent: those
    of one name, or else of one alias, are about one key. `A...B` compares with where B left A. Nothing is checked out, nothing of
    the repository runs. A path that looks like two revisions is written with `./` before it.

    JSON: {gained: [group], lost: [group], reason}; a group is {principals, actions, conditions, reason, witness}; of intents
    {old, new, intents: [{name, file, change, was, bases, gained, lost, reason, notes}], same, reason, errors}.
    Exit codes: 0 no difference that --fail-on names, 1 there is one or the comparison could not be finished, 2 bad input.
    """
    from kmsgen.cli.jobs.diff import DiffOptions, run  # noqa: PLC0415 - `--help` must not pay for what only a comparison needs
    from kmsgen.cli.jobs.reporting import wanted  # noqa: PLC0415 - as above

    asked = DiffOptions(old, new, beside, fail_on, jobs, fail_fast, wanted(output, writes or (), Report))
    raise typer.Exit(run(asked, bounds))
