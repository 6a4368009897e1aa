"""What `kmsgen simulate` and `kmsgen explain` decide: requests of scenarios, or one put by options to what holds policies."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from kmsgen.authorizer import Authorizer
from kmsgen.authorizer.decision import Decision, Outcome
from kmsgen.cli.console import answer_json, say
from kmsgen.cli.jobs.put_request import PutRequest, requests_of
from kmsgen.cli.reports import decisions as report
from kmsgen.cli.reports.decisions import Decided
from kmsgen.cli.reports.unknown import named
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, input_error
from kmsgen.sources.aws_output import folder_of_answers
from kmsgen.sources.beside import NOTHING, Beside
from kmsgen.sources.question import Question, Scenario
from kmsgen.sources.subject import KEY_POLICY, SCENARIO, identify, is_rendered_folder
from kmsgen.sources.unread import as_they_may_be, why_unread

ENDINGS = (".yaml", ".yml", ".json", ".jsonl")


class Given(NamedTuple):
    """What the command line gives: files and folders, a key policy, what stands beside policies, a request."""

    paths: tuple[str, ...] = ()
    key_policy: str | None = None
    beside: Beside = NOTHING
    request: PutRequest = PutRequest()


def run(given: Given, output: str, junit: str | None) -> int:
    """Print the answer to every request; return the exit code. Raises InputError."""
    decided = list(decide(scenarios_of(given)))
    if junit is not None:
        from kmsgen.cli.output_file import write  # noqa: PLC0415 - only where it is asked for
        from kmsgen.cli.reports.junit import junit_of  # noqa: PLC0415 - as above

        write(junit, junit_of(decided))
    if output == "json":
        answer_json([report.row(one) for one in decided])
    else:
        report.show_lines(decided)
    for doubt in report.doubtful(decided):
        say(f"warning: {doubt}")
    failed = sum(not one.ok for one in decided)
    count = f"{len(decided)} request{'' if len(decided) == 1 else 's'}"
    say(f"{count}, {failed} not as expected" if failed else count)
    return 1 if failed else 0


def decide(scenarios: Iterable[Scenario], *, trace: bool = False) -> Iterator[Decided]:
    """Decide every request, in the order given, those of a scenario by one authorizer."""
    for scenario in scenarios:
        authorizer = Authorizer(scenario.bundle)
        other = Authorizer(scenario.narrow) if scenario.narrow else None
        for number, question in enumerate(scenario.questions, 1):
            decision = authorizer.decide(question.request, trace=trace, whole=question.whole_call)
            same = other is None or _alike(decision, other.decide(question.request, whole=question.whole_call))
            settled = Decided(scenario, number, question, decision, "" if same else scenario.unknown)
            yield settled if settled.open else _of_unread(settled, trace=trace)


def _of_unread(decided: Decided, *, trace: bool) -> Decided:
    """Leave a request open where it depends on IAM policies that nobody could read whether it is allowed."""
    scenario, question = decided.scenario, decided.question
    why = why_unread(scenario.unread, question.request.principal, scenario.bundle)
    if not why:
        return decided
    allowing, denying = (
        Authorizer(one).decide(question.request, trace=trace, whole=question.whole_call)
        for one in as_they_may_be(scenario.bundle, question.request.principal)
    )
    if _alike(allowing, denying) and _alike(allowing, decided.decision):
        return decided
    most = allowing if allowing.outcome is Outcome.ALLOWED else decided.decision
    return decided._replace(decision=most, open=why)


def _alike(most: Decision, least: Decision) -> bool:
    """Return whether the answers to a request with the most access and with the least agree on whether it is allowed."""
    return (most.outcome is Outcome.ALLOWED) is (least.outcome is Outcome.ALLOWED)


def scenarios_of(given: Given) -> list[Scenario]:
    """Read everything that is given. Raises InputError with every problem of every file."""
    found: list[Scenario] = []
    problems: list[Diagnostic] = []
    paths = [*([given.key_policy] if given.key_policy else []), *_files(given.paths)]
    if not paths:
        raise input_error(Location("-"), "usage", "nothing to decide", "name a scenario, or a key policy with --key-policy")
    for path in paths:
        try:
            found += _read(path, given)
        except KmsgenError as error:
            problems += error.diagnostics
    try:
        questions = tuple(Question(request) for request in requests_of(given.request))
    except KmsgenError as error:
        problems += error.diagnostics
    if problems:
        raise InputError(problems)
    return [scenario._replace(questions=questions) for scenario in found] if given.request.given else found


def _read(path: str, given: Given) -> tuple[Scenario, ...]:
    """Read the scenarios of a file, or make one of a file of another form: what the request that is put is put to."""
    file = identify(path, otherwise=SCENARIO)
    if path == given.key_policy and file.form is not KEY_POLICY:
        raise input_error(file.source.where(), "not-a-policy", f"expected a key policy, found {file.form.name}")
    if file.form is SCENARIO:
        return file.read(given.beside).described.scenarios
    if not given.request.given:
        hint = "put a request with options: --principal ARN --action kms:Decrypt"
        raise input_error(Location(path), "no-request", f"{file.form.name} asks nothing", hint)
    described = file.read(given.beside).about_keys().described
    narrow = described.narrow.bundle if described.narrow else None
    return (Scenario("", described.bundle, path=path, narrow=narrow, unknown=named(described.unknown)),)


def _files(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        if path != "-" and Path(path).is_dir() and not is_rendered_folder(path) and not folder_of_answers(path):
            yield from _below(path)
        else:
            yield path


def _below(folder: str) -> list[str]:
    """Return the scenario files below a folder, in the order of their names; links to folders are not followed.

    Raises InputError for a folder that cannot be listed: tests in it must not be left out in silence.
    """

    def refuse(error: OSError) -> None:
        reason = (error.strerror or "unknown reason").lower()
        raise input_error(Location(str(error.filename)), "unreadable", f"the folder cannot be read: {reason}")

    walked = os.walk(folder, onerror=refuse)
    found = sorted(str(Path(root) / name) for root, _folders, names in walked for name in names if name.lower().endswith(ENDINGS))
    if not found:
        raise input_error(Location(folder), "no-scenarios", "the folder holds no scenario", f"files end in {', '.join(ENDINGS)}")
    return found
