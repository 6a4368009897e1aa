"""What `kmsgen render` does, from paths to files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kmsgen.cli.cache import Cache, Remembered, cache_folder
from kmsgen.cli.held_answers import HeldAnswers
from kmsgen.cli.jobs.inputs.intent_sources import IntentSource, intent_sources, is_read_again
from kmsgen.cli.jobs.parallel.many import LEAST, Attempt, Failure, collected, end_at_first, results
from kmsgen.cli.jobs.rendering.gone import gone, source_of
from kmsgen.cli.jobs.rendering.job import Job
from kmsgen.cli.jobs.rendering.last_render import last_manifest
from kmsgen.cli.jobs.rendering.merged import (
    is_merged,
    left_as_they_are,
    names_of_intents,
    no_more_merged,
    of_all,
)
from kmsgen.cli.jobs.rendering.remembered import Made, body_of, made_again, summary_of, told_again
from kmsgen.cli.jobs.rests_on import key_of
from kmsgen.cli.output_folder import Changes, File, changes_in, holds, intent_folder
from kmsgen.cli.reports import renderings as report
from kmsgen.cli.reports.progress import tracked
from kmsgen.cli.reports.renderings import Rendered
from kmsgen.cli.spool import Spool
from kmsgen.cli.staging import Staging
from kmsgen.errors import Diagnostic, InputError, Location, input_error, together
from kmsgen.intent.files.find import same_names
from kmsgen.render.claims import CrowdedError, Intents, claimed_twice, too_many_to_attach

if TYPE_CHECKING:
    from kmsgen.cli.jobs.rendering.rendering import WantedFiles

Compare = Callable[..., Changes]
"""Compares a folder with its files: `changes_in`, or what keeps those that differ besides."""


class PartialError(Exception):
    """A run is of some intents only."""


def run(job: Job, output: str) -> int:
    """Do the job; return the exit code. Raises KmsgenError with the diagnostics of every intent that cannot be rendered.

    That policies have to be merged is found at the first intent that is one too many: what all have is not rendered twice.
    """
    try:
        return _run(job, output)
    except CrowdedError:
        if job.merge_iam is not None:
            raise
    try:
        return _run(job._replace(merge_iam=True, only_whole=True), output)
    except PartialError:
        return _run(job._replace(merge_iam=False), output)  # which tells of whom there are how many


def _run(job: Job, output: str) -> int:
    if job.check:
        with HeldAnswers() as held:
            return report.show_differences(_settled(job, _holding(held)), held, output)
    staging = Staging(job.out)
    with staging.told_if_stopped():
        with staging:
            done = _settled(job, staging.put)
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
        from kmsgen.cli.jobs.inputs.option_values import named_values  # noqa: PLC0415 - only what is asked for is loaded
        from kmsgen.intent.presets import load_preset  # noqa: PLC0415 - as above

        intent = load_preset(job.preset, dict(named_values(job.settings, "--set")))
        return [IntentSource(intent.path, (), lambda: intent)], []
    if job.settings:
        raise input_error(Location("--set"), "usage", "`--set` gives a preset its parameters", "name the preset with `--preset`")
    if not job.paths:
        raise input_error(
            Location("-"),
            "usage",
            "no intent to render",
            "name a file, a folder, or a preset with `--preset`; or write `intents = [...]` into kmsgen.toml",
        )
    return intent_sources(job.paths, job.since)


# --- from intents to renderings -----------------------------------------------------------------------------------------


def _settled(job: Job, compare: Compare) -> Collection[Rendered]:
    """Render every intent, and let go of output whose intent is gone, where all that there are were looked at."""
    sources, problems = _sources(job)
    end_at_first(problems, job.course)
    if problems and not sources:
        raise InputError(problems)
    done = _render_all(sources, problems, job, compare)
    compared = partial(compare, force=job.force or job.check)
    names = {one.name.lower() for one in done}
    went = [*gone(done, names, job.paths, job.out, compared, whole=job.since is None)]
    if went and (claimed := tuple(claimed_twice(_claims_of(done, went)))):
        raise InputError(claimed)
    names.update(one.name.lower() for one in went)
    settled = _with_merged(done, job, compared, names) if job.merges or is_merged(job.out) else done
    settled.extend(went)
    return settled


def _with_merged(done: Spool[Rendered], job: Job, compare: Compare, names: AbstractSet[str]) -> Spool[Rendered]:
    """Return what was rendered with the merged IAM policies, or without those of an earlier run. Raises PartialError."""
    whole = _is_whole(job, names)
    if not job.merges:
        done.extend(no_more_merged(done, job.out, compare, job.quota) if whole else ())
        return done
    if whole:
        answers = cache_folder() if job.course.cache else None
        done.extend(of_all(done, job.out, job.formats, compare, lint=job.lint, answers=answers, quota=job.quota))
        return done
    if job.only_whole:
        raise PartialError
    left = tuple(left_as_they_are(job.out))
    numbered = enumerate(done, 1)
    return Spool(one._replace(notes=(*one.notes, *left)) if number == len(done) else one for number, one in numbered)


def _is_whole(job: Job, names: AbstractSet[str]) -> bool:
    """Return whether a run is about all intents: all that kmsgen.toml names, or all that the output folder has output of."""
    if job.since is not None or job.preset is not None:
        return False
    return not job.named if job.names_all else all(name in names for name in names_of_intents(job.out))


def _render_all(sources: Sequence[IntentSource], problems: Sequence[Diagnostic], job: Job, compare: Compare) -> Spool[Rendered]:
    """Render every intent. Raises KmsgenError with every diagnostic, or with `fail_fast` with those of the first that fails."""
    with _outcomes(sources, job, compare) as outcomes, tracked(outcomes, len(sources), "rendering") as shown:
        counted = _until_crowded(shown, job.quota) if job.merge_iam is None and not job.merges else shown
        done, failures = collected(counted, fail_fast=job.course.fail_fast)
    if failures and job.course.fail_fast:
        raise failures[0]
    if problems:
        failures.append(InputError(problems))
    failures.extend(InputError([problem]) for problem in same_names((one.name, one.path) for one in done))
    if failures:
        raise together(failures)
    if claimed := tuple(claimed_twice(_claims_of(done))):
        raise InputError(claimed)
    if not job.merges and (crowded := tuple(too_many_to_attach(_claims_of(done), job.quota))):
        raise CrowdedError(crowded)
    return done


def _claims_of(*rendered: Collection[Rendered]) -> Intents:
    return lambda: (one.claims for some in rendered for one in some)


def _until_crowded(outcomes: Iterable[Rendered | Failure], quota: int) -> Iterator[Rendered | Failure]:
    """Yield outcomes. Raises CrowdedError at the first with which somebody gets more policies than are attached."""
    policies: Counter[str] = Counter()
    for one in outcomes:
        if isinstance(one, Rendered):
            holders = [claim.holder for claim in one.claims if claim.holder]
            policies.update(holders)
            if any(policies[holder] > quota for holder in holders):
                raise CrowdedError(too_many_to_attach(_claims_of([one]), quota))
        yield one


@contextmanager
def _outcomes(sources: Sequence[IntentSource], job: Job, compare: Compare) -> Iterator[Iterator[Rendered | Failure]]:
    """Give what came of each intent, in order: as it is remembered, or rendered anew."""
    with Cache(cache_folder() if job.course.cache else None) as cache:
        keys = [_key(source, job) if job.course.cache and not job.applied else None for source in sources]
        known = [key is not None and _is_usable(cache.find(key), job.out) for key in keys]
        with _made([source for source, hit in zip(sources, known, strict=True) if not hit], job, cache.folder) as made:
            attempt = Attempt(Writer(job, compare, cache).rendered)
            # of what is made each is taken outside the attempt: that a process died is nothing that is wrong with one intent
            turns = zip(sources, keys, known, strict=True)
            yield (attempt((source, key, None if hit else next(made))) for source, key, hit in turns)


def _key(source: IntentSource, job: Job) -> str | None:
    """Return the key of what an intent is rendered to, which holds the way from its folder to its file."""
    asked = ("render", job.formats, job.lint, job.iam, job.merges, source_of(source.path, intent_folder(job.out, "-")))
    return key_of(source.files, asked)


def _is_usable(found: Remembered | None, out: Path) -> bool:
    """Return whether what is remembered is what would be rendered now: over the same last render, or over itself."""
    if found is None:
        return False
    summary = found.summary
    return last_manifest(intent_folder(out, summary["name"])) in (summary["last"], _manifest(summary))


def _manifest(summary: dict[str, Any]) -> str:
    return str(summary["files"][-1][1])


@contextmanager
def _made(sources: Sequence[IntentSource], job: Job, answers: Path | None) -> Iterator[Iterator[Made | Failure]]:
    """Give what intents are rendered to, or why they cannot be."""
    if not sources:
        yield iter(())
        return
    from kmsgen.cli.jobs.rendering.rendering import rendered_source, warm_up  # noqa: PLC0415 - not where all is known

    wanted = _wanted(job)._replace(answers=answers if job.course.scheduler is None else None)
    if job.course.jobs > 1 and len(sources) > LEAST and job.course.scheduler is None:
        warm_up(wanted)
    with results(partial(rendered_source, wanted=wanted), sources, job.course, is_read_again) as outcomes:
        yield outcomes


def _anew(source: IntentSource, job: Job) -> Made:
    """Render an intent in this process. Raises KmsgenError."""
    from kmsgen.cli.jobs.rendering.rendering import rendered_source  # noqa: PLC0415 - as above

    return rendered_source(source, _wanted(job))


def _wanted(job: Job) -> WantedFiles:
    from kmsgen.cli.jobs.rendering.rendering import WantedFiles  # noqa: PLC0415 - as above

    wanted = WantedFiles(job.formats, job.out, lint=job.lint, replace_key=job.replace_key, iam=job.iam, merge_iam=job.merges)
    return wanted._replace(applied=job.applied)


class Writer(NamedTuple):
    """Compares what intents are rendered to with what is on disk, and remembers it."""

    job: Job
    compare: Compare
    cache: Cache

    def rendered(self, one: tuple[IntentSource, str | None, Made | Failure | None]) -> Rendered:
        """Return what came of an intent: its source, the key of what it rests on, what was made of it where that is not known.

        Raises KmsgenError.
        """
        source, key, made = one
        found = self.cache.find(key) if made is None and key is not None else None
        if found is None:
            return self._compared(source.path, self._new(source, key, made))
        folder = intent_folder(self.job.out, found.summary["name"])
        if holds(folder, found.summary["files"]):
            return told_again(found.summary, source.path, folder)
        return self._compared(source.path, made_again(found))

    def _new(self, source: IntentSource, key: str | None, made: Made | Failure | None) -> Made:
        if isinstance(made, Failure):
            raise made.error()
        made = made or _anew(source, self.job)  # what was remembered may be damaged
        last = last_manifest(intent_folder(self.job.out, made.name))
        if made.last != last:  # another run has written meanwhile, or whoever rendered it does not see what is here
            made = _anew(source, self.job)
        summary = {**summary_of(made), "last": last}
        settled = made.lasting and last in (None, _manifest(summary))  # over another render there is more to say, and once only
        if settled and key is not None and key == _key(source, self.job):  # else the file was changed since
            self.cache.remember(key, summary, body_of(made))
        return made

    def _compared(self, path: str, made: Made) -> Rendered:
        folder = intent_folder(self.job.out, made.name)
        changes = self.compare(folder, made.files, force=self.job.force or self.job.check)
        changed = tuple(file.path for file in changes.changed)
        paths = tuple(file.path for file in made.files)
        told = (made.notes, changed, changes.stale, made.claims, made.halves, made.before)
        return Rendered(made.name, path, folder, paths, *told)
