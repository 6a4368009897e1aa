"""What `kmsgen render` does, from paths to files."""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from kmsgen.checks import confirm
from kmsgen.cli.jobs.last_render import last_render
from kmsgen.cli.jobs.option_values import named_values
from kmsgen.cli.output_folder import Changes, changes_in, files_of, intent_folder
from kmsgen.cli.reports import renderings as report
from kmsgen.cli.reports.renderings import Rendered
from kmsgen.cli.staging import Staging
from kmsgen.compiler.compile import compile_intent
from kmsgen.errors import Diagnostic, Location, RefusedError, each, input_error
from kmsgen.intent.intent import Intent
from kmsgen.intent.load import load_intents
from kmsgen.render.deployment import deployment_of
from kmsgen.render.lost_keys import replacements
from kmsgen.render.render import render
from kmsgen.render.steps import steps

MANY = 10
Compare = Callable[..., Changes]
"""Compares a folder with its files: `changes_in`, or what keeps those that differ besides."""


class Job(NamedTuple):
    """What was asked for: paths or a preset, formats, where to."""

    paths: tuple[str, ...]
    preset: str | None
    settings: tuple[str, ...]
    formats: tuple[str, ...]
    out: Path
    check: bool = False
    lint: bool = True
    force: bool = False
    replace_key: bool = False


def run(job: Job, output: str) -> int:
    """Do the job; return the exit code. Raises KmsgenError with the diagnostics of every intent that cannot be rendered."""
    if job.check:
        return report.show_differences(_rendered(job, changes_in), output)
    with Staging(job.out) as staging:
        done = _rendered(job, staging.put)
        staging.commit()
    report.show(done, job.out, output)
    return 0


def _rendered(job: Job, compare: Compare) -> list[Rendered]:
    done = _render_all(job, compare)
    if job.lint and "cloudformation" in job.formats:
        _lint(done)
    return done


# --- from paths to renderings -------------------------------------------------------------------------------------------


def _render_all(job: Job, compare: Compare) -> list[Rendered]:
    return each(_with_progress(_intents(job)), lambda intent: _render_one(intent, job, compare))


def _intents(job: Job) -> tuple[Intent, ...]:
    """Load what was asked for. Raises InputError with every diagnostic of all of it."""
    if job.preset is not None and job.paths:
        raise input_error(Location("--preset"), "usage", "a preset and files cannot be rendered together")
    if job.preset is not None:
        from kmsgen.intent.presets import load_preset  # noqa: PLC0415 - only what is asked for is loaded

        return (load_preset(job.preset, dict(named_values(job.settings, "--set"))),)
    if job.settings:
        raise input_error(Location("--set"), "usage", "`--set` gives a preset its parameters", "name the preset with `--preset`")
    if not job.paths:
        raise input_error(Location("-"), "usage", "no intent to render", "name a file, a folder, or a preset with `--preset`")
    return load_intents(dict.fromkeys(job.paths))


def _render_one(intent: Intent, job: Job, compare: Compare) -> Rendered:
    compiled = compile_intent(intent)
    confirm(intent, compiled)
    folder = intent_folder(job.out, intent.name)
    deployment = deployment_of(intent, compiled.bundle, last_render(folder))
    lost = replacements(deployment, intent.keys_location)
    if lost and not job.replace_key:
        raise RefusedError(lost)
    rendering = render(deployment, job.formats)
    files = list(files_of(intent.name, rendering))
    made = compare(folder, files, force=job.force or job.check)
    paths = tuple(file.path for file in files)
    notes: tuple[Diagnostic | str, ...] = (
        *lost,
        *steps(deployment, intent.keys_location),
        *compiled.notes,
        *(f"{intent.name}: {note}" for note in rendering.notes),
    )
    templates = tuple(artifact for artifact in rendering.artifacts if artifact.kind == "template") if job.lint else ()
    return Rendered(intent.name, intent.path, paths, notes, templates, made)


def _lint(done: Iterable[Rendered]) -> None:
    from kmsgen.render.cfn_lint import findings  # noqa: PLC0415 - cfn-lint takes seconds to load

    problems = [
        Diagnostic(Location(f"{one.changes.folder}/{artifact.path}", finding.line, finding.column), finding.code, finding.message)
        for one in done
        for artifact in one.templates
        for finding in findings(artifact.text, artifact.region)
    ]
    if problems:
        raise RefusedError(problems)


def _with_progress(intents: Sequence[Intent]) -> Iterator[Intent]:
    """Yield the intents; where there are many, free what each leaves behind, and show how far the run is on a terminal."""
    if len(intents) < MANY:
        yield from intents
        return
    for intent in _tracked(intents) if sys.stderr.isatty() else intents:
        yield intent
        gc.collect()  # a proof ends in cycles
        gc.freeze()  # what is kept stays to the end: the next collection need not go through it


def _tracked(intents: Sequence[Intent]) -> Iterable[Intent]:
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.progress import track  # noqa: PLC0415

    return track(intents, "rendering", console=Console(stderr=True), transient=True)
