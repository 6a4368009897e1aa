"""`kmsgen diff`: access gained and lost between two bundles."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kmsgen.cli.commands.question_options import SECONDS, DescribedOnly, SecondOpinion, Seconds
from kmsgen.cli.commands.reading_options import FORMS, beside
from kmsgen.cli.commands.sharing import sharing

if TYPE_CHECKING:
    from kmsgen.sources.beside import Beside

app = typer.Typer(add_completion=False)


class Output(StrEnum):
    """How the differences are printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class FailOn(StrEnum):
    """Which differences make the exit code 1."""

    GAINED = "gained"
    LOST = "lost"
    ANY = "any"


@app.command(epilog="Example: kmsgen diff deployed.json key-policy.json --fail-on gained --output markdown")
@sharing(beside=beside)
def diff(
    *,
    old: Annotated[str, typer.Argument(metavar="OLD", help=f"What there was: {FORMS}.")],
    new: Annotated[
        str | None,
        typer.Argument(metavar="[NEW]", help="What takes its place; without it OLD is a plan: before and after."),
    ] = None,
    beside: "Beside",
    fail_on: Annotated[FailOn | None, typer.Option("--fail-on", help="Exit 1 where access is gained, lost, or either.")] = None,
    described_only: DescribedOnly = False,
    seconds: Seconds = SECONDS,
    second_opinion: SecondOpinion = False,
    output: Annotated[Output, typer.Option("--output", help="How to print.")] = Output.TEXT,
) -> None:
    """Show which access NEW gives that OLD does not, and the other way round, each kind with a request that shows it.

    Files that mean the same print nothing, however different their text. Keys are compared in their order, those of Terraform by
    their addresses. A Terraform plan alone is compared with what there is before it: `kmsgen diff plan.json --fail-on gained`.
    Where something is not known, what is shown holds for every value, and the reason names what more may depend on.
    JSON: {gained: [group], lost: [group], reason}; a group is {principals, actions, conditions, reason, witness}.
    Exit codes: 0 no difference that --fail-on names, 1 there is one or the comparison could not be finished, 2 bad input.
    """
    from kmsgen.cli.jobs.diff import run  # noqa: PLC0415 - `--help` must not pay for what only a comparison needs
    from kmsgen.intent.settings import find_settings  # noqa: PLC0415 - as above
    from kmsgen.prover.problem import Budget  # noqa: PLC0415

    fails = fail_on or find_settings().fail_on_diff
    budget = Budget(seconds=seconds, second_opinion=second_opinion)
    raise typer.Exit(run((old, new), beside, output, fails, described_only=described_only, budget=budget))
