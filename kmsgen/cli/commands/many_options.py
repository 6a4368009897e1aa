"""How a run goes over many files: the options of every command that takes folders of them."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kmsgen.cli.jobs.parallel.many import Course

_PANEL = "Many files"

Jobs = Annotated[
    int | None,
    typer.Option("--jobs", min=1, help="Processes at a time; as many as there are cores unless given.", rich_help_panel=_PANEL),
]
FailFast = Annotated[
    bool,
    typer.Option("--fail-fast", help="End at the first file that fails, with what is wrong with it.", rich_help_panel=_PANEL),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="tcp://HOST:PORT",
        help="The scheduler of a Dask cluster that works instead of processes of this machine; needs the extra `kmsgen[dask]`.",
        rich_help_panel=_PANEL,
    ),
]
NoCache = Annotated[
    bool,
    typer.Option(
        "--no-cache", envvar="KMSGEN_NO_CACHE", help="Do everything anew, also what was done before.", rich_help_panel=_PANEL
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--changed-since",
        metavar="REV",
        help="Only intents that differ from a git revision, they or what they extend.",
        rich_help_panel=_PANEL,
    ),
]


def local_course(*, jobs: Jobs = None, fail_fast: FailFast = False) -> "Course":
    """Return the processes to work in, and whether the first failure ends the run; no cluster.

    They are as many as `--jobs` says, else `kmsgen.toml`, else one a core.
    """
    from kmsgen.cli.jobs.parallel.many import Course, cores  # noqa: PLC0415 - `--help` does not pay for it
    from kmsgen.intent.settings import find_settings  # noqa: PLC0415 - as above

    return Course(jobs or find_settings().jobs or cores(), fail_fast)


def course(*, jobs: Jobs = None, fail_fast: FailFast = False, scheduler: Scheduler = None) -> "Course":
    """Return the processes or the Dask cluster to work in, and whether the first failure ends the run."""
    return local_course(jobs=jobs, fail_fast=fail_fast)._replace(scheduler=scheduler)


def remembering_course(
    *, jobs: Jobs = None, fail_fast: FailFast = False, scheduler: Scheduler = None, no_cache: NoCache = False
) -> "Course":
    """Return the processes or the Dask cluster to work in, and whether answers are remembered."""
    return course(jobs=jobs, fail_fast=fail_fast, scheduler=scheduler)._replace(cache=not no_cache)
