"""`kmsgen gate`: lint, the questions of kmsgen.toml, and the difference of a plan, with one exit code."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kmsgen.cli.commands.many_options import Since, local_course
from kmsgen.cli.commands.output_options import Report, ReportForm, Writes
from kmsgen.cli.commands.question_options import bounds
from kmsgen.cli.commands.reading_options import FORMS, beside
from kmsgen.cli.commands.sharing import sharing

if TYPE_CHECKING:
    from kmsgen.cli.jobs.parallel.many import Course
    from kmsgen.cli.jobs.proving import Bounds
    from kmsgen.sources.beside import Beside

app = typer.Typer(add_completion=False)


class GateFailsOn(StrEnum):
    """What makes the exit code 1: a severity of lint, a kind of difference."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    GAINED = "gained"
    LOST = "lost"
    ANY = "any"


@app.command(
    epilog="Example: terraform show -json plan.out > plan.json; kmsgen gate plan.json --fail-on gained; "
    "kmsgen gate intents/ --output markdown --write sarif=kmsgen.sarif"
)
@sharing(beside=beside, bounds=bounds, course=local_course)
def gate(
    *,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE|DIR...", help=f"What is looked at, each: {FORMS}, or of intents."),
    ] = None,
    beside: "Beside",
    fail_on: Annotated[
        list[GateFailsOn] | None,
        typer.Option(
            "--fail-on",
            help="Exit 1 from this severity of lint on, or where a plan's access is gained, lost, or either. Can be repeated.",
            show_default="warning",
        ),
    ] = None,
    bounds: "Bounds",
    course: "Course",
    since: Since = None,
    output: ReportForm = Report.TEXT,
    writes: Writes = None,
) -> None:
    """Decide whether files may be deployed: lint, what kmsgen.toml says must be impossible, and the access that a plan changes.

    `[never.NAME]` (principal, actions) and `[only.NAME]` (principals, actions) of kmsgen.toml are asked of every key, for every
    principal and request there could be; a question that is not proved fails, unknown ones too. A plan is compared with what
    there is before it. Without arguments the intents are looked at that kmsgen.toml names.

    JSON: {passes, files: [{file, passes, why, findings, questions: [{name, question, result, reason, groups}], diff, notes}],
    errors}; findings as `lint` has them, diff as `diff` has it.
    Exit codes: 0 everything passes, 1 something does not, 2 bad input.
    """
    from kmsgen.cli.jobs.gate import GateOptions, Rules, run  # noqa: PLC0415 - `--help` must not pay for what only a gate needs
    from kmsgen.cli.jobs.reporting import wanted  # noqa: PLC0415 - as above
    from kmsgen.intent.settings import find_settings  # noqa: PLC0415 - as above

    repository = find_settings()
    severities = [one for one in fail_on or () if one in (GateFailsOn.ERROR, GateFailsOn.WARNING, GateFailsOn.NOTE)]
    differences = [one for one in fail_on or () if one not in severities]
    lint = severities[-1] if severities else repository.fail_on_lint or GateFailsOn.WARNING
    diff = (differences[0] if len(set(differences)) == 1 else GateFailsOn.ANY) if differences else repository.fail_on_diff
    rules = Rules((*repository.never, *repository.only), lint, diff)
    asked = GateOptions(tuple(files or repository.intents), since, beside, rules, wanted(output, writes or (), Report))
    raise typer.Exit(run(asked, bounds, course))
