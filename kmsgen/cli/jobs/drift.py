"""What `kmsgen drift` compares: what intents compile to with what there is in a live account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from kmsgen.cli.console import say, say_note
from kmsgen.cli.jobs.inputs.intent_sources import IntentSource, intent_sources, is_read_again
from kmsgen.cli.jobs.live import changes, sides
from kmsgen.cli.jobs.parallel.many import Course, Failure, collected, end_at_first, results
from kmsgen.cli.reports import drift as report
from kmsgen.cli.reports.drift import Drift, ShownDrift
from kmsgen.cli.reports.progress import tracked
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, input_error, together
from kmsgen.intent import load_intent
from kmsgen.intent.files.find import same_names
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import KeyAccess
from kmsgen.prover.difference import Assumptions, differences
from kmsgen.prover.problem import Budget
from kmsgen.sources.live.failures import OF_ONE_KEY, AwsError
from kmsgen.sources.live.session import Session, SignIn


class Ended(NamedTuple):
    """Why no intent can be compared any more: a session that expired, no connection."""

    diagnostics: tuple[Diagnostic, ...]


def run(paths: tuple[str, ...], sign_in: SignIn, output: str, budget: Budget, course: Course) -> int:
    """Print what differs for each intent; return the exit code. Raises KmsgenError with every one that cannot be compared."""
    if not paths:
        raise input_error(Location("-"), "usage", "no intent to compare", "name a file or a folder")
    sources, problems = intent_sources(paths)
    end_at_first(problems, course)
    work = partial(_shown, session=Session(sign_in), budget=budget, output=output)
    with results(work, sources, course, is_read_again) as made, tracked(made, len(sources), "comparing") as outcomes:
        found, failures = collected(_until_ended(outcomes), fail_fast=course.fail_fast, is_no=lambda one: bool(one.errors))
    problems += same_names((one.intent, one.path) for one in found)
    failures += [InputError(one.errors) for one in found if one.errors]
    failures += [InputError(problems)] if problems else []
    if found or not failures:
        report.show(found, output)
    for one in found:
        for name in one.gone:
            say_note(f"{one.path}: {name} does not exist")
    if failures:
        raise together(failures)
    drifting = sum(one.drifts for one in found)
    if len(found) > 1 and output != "json":
        say(f"{len(found)} intents, {drifting or 'none'} of them with drift")
    return 1 if drifting else 0


def _until_ended(outcomes: Iterable[ShownDrift | Ended | Failure]) -> Iterator[ShownDrift | Failure]:
    """Yield outcomes. Raises InputError where one ends the run."""
    for one in outcomes:
        if isinstance(one, Ended):
            raise InputError(one.diagnostics)
        yield one


def _shown(source: IntentSource, session: Session, budget: Budget, output: str) -> ShownDrift | Ended:
    intent = source.load() if source.load else load_intent(source.path)
    try:
        found = _compared(intent, session, budget)
    except KmsgenError as error:
        if isinstance(error, AwsError) and error.kind not in OF_ONE_KEY:
            return Ended(error.diagnostics)
        found = Drift(intent.name, intent.path, errors=tuple(_placed(one, intent) for one in error.diagnostics))
    return report.shown(found, output)


def _placed(problem: Diagnostic, intent: Intent) -> Diagnostic:
    return problem if problem.location.path == intent.path else problem._replace(location=Location(intent.path))


def _opened(access: KeyAccess, intent: Intent) -> KeyAccess:
    return access._replace(key=access.key._replace(untold=intent.untold))


def _compared(intent: Intent, session: Session, budget: Budget) -> Drift:
    both = sides(intent, session)
    wanted = both.wanted._replace(keys=tuple(_opened(access, intent) for access in both.wanted.keys))
    compared = differences(wanted, both.live, budget, Assumptions(described_only=not intent.governed))
    keys = tuple(access.key.arn for access in both.live.keys)
    return Drift(intent.name, intent.path, keys, compared, tuple(changes(both)), both.gone)
