"""What `kmsgen simulate` and `kmsgen explain` decide: requests of scenarios, or one put by options to what holds policies."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.authorizer import Authorizer
from kmsgen.authorizer.decision import Decision, Outcome
from kmsgen.catalogue.actions import find
from kmsgen.cli.console import answer_held, coloured, say
from kmsgen.cli.held_answers import HeldAnswers
from kmsgen.cli.jobs.inputs.put_request import PutRequest, requests_of
from kmsgen.cli.jobs.inputs.questions import spelled_out
from kmsgen.cli.jobs.placeholders import as_placeholder, placeholders
from kmsgen.cli.reports import decisions as report
from kmsgen.cli.reports.decisions import Decided
from kmsgen.cli.reports.unknown import named
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, input_error
from kmsgen.reading import Lines
from kmsgen.sources.aws_output.answers import folder_of_answers
from kmsgen.sources.beside import NOTHING, Beside
from kmsgen.sources.described import GRANTS
from kmsgen.sources.folders import is_rendered_folder
from kmsgen.sources.question import Question, Scenario
from kmsgen.sources.scenario.lines import scenarios_of_lines
from kmsgen.sources.subject import (
    ANSWER,
    ANSWERS,
    KEY_POLICY,
    SCENARIO,
    Identified,
    identify_or_stream,
    nothing_beside,
)
from kmsgen.sources.unknown.unread import as_they_may_be, why_key_unread, why_unread

if TYPE_CHECKING:
    from kmsgen.cli.reports.junit import JUnitCase

_LET_THROUGH = (Outcome.ALLOWED, Outcome.ERROR)
MAX_AUTHORIZERS = 16
MAX_REMEMBERED = 8192
"""After so many requests the authorizers, which remember every caller, are made anew."""
MAX_PROBLEMS = 10_000
"""After so many nothing more is read: a file of lines may go on for ever."""
ENDINGS = (".yaml", ".yml", ".json", ".jsonl")


class Given(NamedTuple):
    """What the command line gives: files and folders, a key policy, what stands beside policies, a request."""

    paths: tuple[str, ...] = ()
    key_policy: str | None = None
    beside: Beside = NOTHING
    request: PutRequest = PutRequest()


class _AnsweredRequests(NamedTuple):
    """How many requests were answered, and how many not as expected."""

    requests: int
    failed: int


def run(given: Given, output: str, junit: str | None) -> int:
    """Print the answer to every request; return the exit code. Raises InputError, and then no answer is printed."""
    if junit is not None:
        from kmsgen.cli.jobs.inputs.policy_files import files_read  # noqa: PLC0415 - only where it is asked for
        from kmsgen.cli.output_file import refuse_inputs, write_all  # noqa: PLC0415 - as above

        policies = filter(None, [given.key_policy])
        refuse_inputs([junit], lambda: files_read((*policies, *_files(given.paths)), given.beside.files))
    with HeldAnswers() as held:
        decided = decide(scenarios_of(given))
        if junit is None:
            answered = _answer(decided, held, output)
        else:
            from kmsgen.cli.reports.junit import case_of, junit_of  # noqa: PLC0415 - as above
            from kmsgen.cli.spool import Spool  # noqa: PLC0415 - as above

            cases: Spool[tuple[str, JUnitCase]] = Spool()  # of all, since the report begins with their count
            answered = _answer(_each(decided, lambda one: cases.append(case_of(one))), held, output)
            write_all([(junit, junit_of(cases))])
        answer_held(held.texts())
    count = f"{answered.requests} request{'' if answered.requests == 1 else 's'}"
    say(f"{count}, {answered.failed} not as expected" if answered.failed else count)
    return 1 if answered.failed else 0


def _each(decided: Iterable[Decided], do: Callable[[Decided], None]) -> Iterator[Decided]:
    """Yield answers, each once something was done with it."""
    for one in decided:
        do(one)
        yield one


def _answer(decided: Iterable[Decided], held: HeldAnswers, output: str) -> _AnsweredRequests:
    """Hold every answer to be printed, one at a time."""
    count = failed = 0
    shown = _lines() if output != "json" else None
    for one in decided:
        held.hold(shown(one) if shown else report.json_element(one, first=not count))
        count += 1
        failed += not one.ok
    held.hold("" if shown else report.list_end(empty=not count))
    return _AnsweredRequests(count, failed)


def _lines() -> Callable[[Decided], str]:
    """Return what shows an answer: in colours on a terminal."""
    if not coloured():
        return report.plain_lines
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it

    terminal = Console(highlight=False, soft_wrap=True)
    return lambda one: report.coloured_lines(one, terminal)


def decide(scenarios: Iterable[Scenario], *, trace: bool = False) -> Iterator[Decided]:
    """Decide every request, in the order given; scenarios that share a bundle are decided by one authorizer."""
    authorizers: dict[int, Authorizer] = {}
    remembered = 0
    for scenario in scenarios:
        key = id(scenario.bundle)  # which the authorizer keeps alive
        authorizer = authorizers[key] = authorizers.pop(key) if key in authorizers else Authorizer(scenario.bundle)
        other = Authorizer(scenario.narrow) if scenario.narrow else None
        if len(authorizers) > MAX_AUTHORIZERS:
            del authorizers[next(iter(authorizers))]
        for number, question in enumerate(scenario.questions, 1):
            decision = authorizer.decide(question.request, trace=trace, whole=question.whole_call)
            decision = decision._replace(notes=(*decision.notes, *authorizer.passed_over(question.request)))
            same = other is None or _alike(decision, other.decide(question.request, whole=question.whole_call))
            settled = _by_any_name(Decided(scenario, number, question, decision, "" if same else scenario.unknown), authorizer)
            yield settled if settled.open else _of_unread(settled, trace=trace)
        remembered += len(scenario.questions)
        if remembered >= MAX_REMEMBERED:
            del authorizer
            authorizers.clear()
            gc.collect()  # what they remember refers to them, and is too old for the next collection
            remembered = 0


def _by_any_name(decided: Decided, authorizer: Authorizer) -> Decided:
    """Leave a request open that is answered otherwise if its principal is one whose name, or account, the file does not tell."""
    request, question = decided.question.request, decided.question
    names = {request.principal: ""}
    for one in decided.scenario.placeholders if not decided.open else ():
        names |= {own: one.what for name in names if (own := as_placeholder(one, name)) and own not in names}
    for name, what in [*names.items()][1:]:
        other = authorizer.decide(request._replace(principal=name), whole=question.whole_call)
        if not _alike(decided.decision, other):
            return decided._replace(decision=max(decided.decision, other, key=_lets_through), open=what)
    return decided


def _lets_through(one: Decision) -> bool:
    return one.outcome in _LET_THROUGH


def _of_unread(decided: Decided, *, trace: bool) -> Decided:
    """Leave a request open where it depends on IAM policies that nobody could read whether it is allowed."""
    scenario, question = decided.scenario, decided.question
    if why := why_key_unread(scenario.unread, question.request, scenario.bundle):
        return decided._replace(open=why)
    why = why_unread(scenario.unread, question.request.principal, scenario.bundle)
    if not why:
        return decided
    allowing, denying = (
        Authorizer(one).decide(question.request, trace=trace, whole=question.whole_call)
        for one in as_they_may_be(scenario.bundle, question.request.principal)
    )
    if _alike(allowing, denying) and _alike(allowing, decided.decision):
        return decided
    most = allowing if allowing.outcome in _LET_THROUGH else decided.decision
    return decided._replace(decision=most, open=why)


def _alike(most: Decision, least: Decision) -> bool:
    """Return whether the answers with the most access and with the least agree on whether authorization lets a request through.

    An error is KMS's answer to one that it lets through.
    """
    return _lets_through(most) is _lets_through(least)


def scenarios_of(given: Given) -> Iterator[Scenario]:
    """Yield the scenarios of everything that is given, each when it is read.

    Raises InputError after the last one with every problem of every file: what was made of those before it counts for nothing.
    """
    paths = [*([given.key_policy] if given.key_policy else []), *_files(given.paths)]
    if not paths:
        raise input_error(Location("-"), "usage", "nothing to decide", "name a scenario, or a key policy with --key-policy")
    questions: tuple[Question, ...] = ()
    problems: list[Diagnostic] = []
    try:
        questions = tuple(Question(request) for request in requests_of(given.request))
    except KmsgenError as error:
        problems += error.diagnostics
    for found in chain.from_iterable(_read(path, given) for path in paths):
        if isinstance(found, KmsgenError):
            problems += found.diagnostics
        elif not problems:
            asked = tuple([_asked(question, found) for question in questions]) if given.request.given else found.questions
            yield found._replace(questions=asked)
        if len(problems) > MAX_PROBLEMS:
            place = problems[-1].location
            problems.append(Diagnostic(place, "too-many-problems", "nothing was read from here on", "mend those before it first"))
            break
    if problems:
        raise InputError(problems)


def _read(path: str, given: Given) -> Iterator[Scenario | KmsgenError]:
    """Yield the scenarios of a file and what is wrong with it."""
    try:
        file = identify_or_stream(path, otherwise=SCENARIO)
        if isinstance(file, Lines):
            yield from _lines_of(file, given)
        else:
            yield from _whole(file, given)
    except KmsgenError as error:
        yield error


def _lines_of(file: Lines, given: Given) -> Iterator[Scenario | KmsgenError]:
    """Yield the scenarios of the lines of a file and what is wrong with them."""
    if file.path == given.key_policy:
        raise input_error(Location(file.path), "not-a-policy", f"expected a key policy, found {SCENARIO.name}")
    if given.beside.given:
        raise nothing_beside(file.path, SCENARIO)
    return scenarios_of_lines(file)


def _whole(file: Identified, given: Given) -> tuple[Scenario, ...]:
    """Read the scenarios of a file, or make one of a file of another form: what the request that is put is put to."""
    if file.path == given.key_policy and file.form is not KEY_POLICY:
        raise input_error(file.source.where(), "not-a-policy", f"expected a key policy, found {file.form.name}")
    scenarios = file.read(given.beside).described.scenarios if file.form is SCENARIO else ()
    if not given.request.given and not any(one.questions for one in scenarios):
        hint = "put a request with options: --principal ARN --action kms:Decrypt"
        what = "it has no requests, and so" if scenarios else file.form.name
        raise input_error(Location(file.path), "no-request", f"{what} asks nothing", hint)
    if scenarios:
        return scenarios
    described = file.read(given.beside).about_keys().described
    narrow = described.narrow.bundle if described.narrow else None
    tells_grants = bool(given.beside.grants) or (file.form in (ANSWER, ANSWERS) and GRANTS not in described.lacks)
    unknown, others = named(described.unknown), placeholders(described)
    return (Scenario("", described.bundle, (), file.path, 0, narrow, unknown, tells_grants=tells_grants, placeholders=others),)


def _asked(question: Question, scenario: Scenario) -> Question:
    """Spell the principal out, and leave the grant to revoke out where the ids of grants are not told: then it is open."""
    arn = parse_arn(scenario.bundle.keys[0].key.arn)
    principal = spelled_out(question.request.principal, arn.account, arn.partition) if arn else question.request.principal
    question = question._replace(request=question.request._replace(principal=principal))
    request, action = question.request, find(question.request.action)
    if scenario.tells_grants or action is None or action.name != "RevokeGrant":
        return question
    parameters = {name: value for name, value in request.parameters.items() if name != "GrantId"}
    return question._replace(request=request._replace(grant_id=None, parameters=parameters))


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
    paths = (Path(root, name) for root, _folders, names in walked for name in names if name.lower().endswith(ENDINGS))
    found = sorted(
        str(path) for path in paths if path.is_file() or not path.exists()
    )  # no pipe or socket, whose reader would wait
    if not found:
        raise input_error(Location(folder), "no-scenarios", "the folder holds no scenario", f"files end in {', '.join(ENDINGS)}")
    return found
