"""What `kmsgen render` does, from paths to files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kmsgen.cli.held_answers import HeldAnswers
from kmsgen.cli.jobs.intent_sources import IntentSource, intent_sources
from kmsgen.cli.jobs.many import LEAST, Attempt, Failure, results
from kmsgen.cli.jobs.option_values import named_values
from kmsgen.cli.output_folder import Changes, File, changes_in, intent_folder
from kmsgen.cli.reports import renderings as report
from kmsgen.cli.reports.progress import tracked
from kmsgen.cli.reports.renderings import Rendered
from kmsgen.cli.staging import Staging
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, input_error, together
from kmsgen.intent.files.find import same_names

if TYPE_CHECKING:
    from kmsgen.cli.jobs.rendering import Made

Compare = Callable[..., Changes]
"""Compares a folder with its files: `changes_in`, or what keeps those that differ besides."""


class Job(NamedTuple):
    """What was asked for: paths or a preset, formats, where to, and how."""

    paths: tuple[str, ...]
    preset: str | None
    settings: tuple[str, ...]
    formats: tuple[str, ...]
    out: Path
    check: bool = False
    lint: bool = True
    force: bool = False
    replace_key: bool = False
    jobs: int = 1
    fail_fast: bool = False


def run(job: Job, output: str) -> int:
    """Do the job; return the exit code. Raises KmsgenError with the diagnostics of every intent that cannot be rendered."""
    sources, problems = _sources(job)
    if problems and (job.fail_fast or not sources):
        raise InputError(problems)
    if job.check:
        with HeldAnswers() as held:
            return report.show_differences(_render_all(sources, problems, job, _holding(held)), held, output)
    with Staging(job.out) as staging:
        done = _render_all(sources, problems, job, staging.put)
        staging.commit()
    report.show(done, job.out, output)
    return 0


def _holding(held: HeldAnswers) -> Compare:
    """Return what compares a folder and holds what differs, to be printed."""

    def compare(folder: Path, files: Iterable[File], *, force: bool) -> Changes:
        made = changes_in(folder, files, force=force)
        report.hold_difference(made, held)
        return made

    return compare


# --- from paths to intents ----------------------------------------------------------------------------------------------


def _sources(job: Job) -> tuple[list[IntentSource], list[Diagnostic]]:
    """Find what was asked for, with every diagnostic of what cannot be read. Raises InputError for wrong usage."""
    if job.preset is not None and job.paths:
        raise input_error(Location("--preset"), "usage", "a preset and files cannot be rendered together")
    if job.preset is not None:
        from kmsgen.intent.presets import load_preset  # noqa: PLC0415 - only what is asked for is loaded

        intent = load_preset(job.preset, dict(named_values(job.settings, "--set")))
        return [IntentSource(intent.path, (), lambda: intent)], []
    if job.settings:
        raise input_error(Location("--set"), "usage", "`--set` gives a preset its parameters", "name the preset with `--preset`")
    if not job.paths:
        raise input_error(Location("-"), "usage", "no intent to render", "name a file, a folder, or a preset with `--preset`")
    return intent_sources(job.paths)


# --- from intents to renderings -----------------------------------------------------------------------------------------


def _render_all(sources: Sequence[IntentSource], problems: Sequence[Diagnostic], job: Job, compare: Compare) -> list[Rendered]:
    """Render every intent. Raises KmsgenError with every diagnostic, or with `fail_fast` with those of the first that fails."""
    done: list[Rendered] = []
    failures: list[KmsgenError] = [InputError(problems)] if problems else []
    with _made(sources, job) as made, tracked(zip(sources, made, strict=True), len(sources), "rendering") as pairs:
        for source, one in pairs:
            outcome = one if isinstance(one, Failure) else Attempt(partial(_compared, source.path, job, compare))(one)
            if not isinstance(outcome, Failure):
                done.append(outcome)
            elif job.fail_fast:
                raise outcome.error()
            else:
                failures.append(outcome.error())
    failures.extend(InputError([problem]) for problem in same_names((one.name, one.path) for one in done))
    if failures:
        raise together(failures)
    return done


@contextmanager
def _made(sources: Sequence[IntentSource], job: Job) -> Iterator[Iterator[Made | Failure]]:
    """Give what each intent is rendered to, or why it cannot be."""
    from kmsgen.cli.jobs.rendering import Wanted, rendered_source, warm_up  # noqa: PLC0415 - not where all is known

    wanted = Wanted(job.formats, job.out, lint=job.lint, replace_key=job.replace_key)
    if job.jobs > 1 and len(sources) > LEAST:
        warm_up(wanted)
    with results(partial(rendered_source, wanted=wanted), sources, job.jobs, lambda one: one.load is None) as outcomes:
        yield outcomes


def _compared(path: str, job: Job, compare: Compare, made: Made) -> Rendered:
    folder = intent_folder(job.out, made.name)
    changes = compare(folder, made.files, force=job.force or job.check)
    changed = tuple(file.path for file in changes.changed)
    return Rendered(made.name, path, folder, tuple(file.path for file in made.files), made.notes, changed, changes.stale)
