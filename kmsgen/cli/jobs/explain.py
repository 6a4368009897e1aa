"""What `kmsgen explain` decides and shows."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from kmsgen.authorizer.advice.explanation import explain
from kmsgen.cli.console import answer_json, say
from kmsgen.cli.jobs.simulate import Given, decide, scenarios_of
from kmsgen.cli.reports import trace
from kmsgen.cli.reports.decisions import Decided
from kmsgen.errors import Location, input_error
from kmsgen.sources.question import Expectation, Question, Scenario

MAX_EXPLAINED = 50_000
"""So many traces are held at once: a file of lines may go on for ever."""
PUT_KEY_POLICY = "kms:PutKeyPolicy"


def run(given: Given, output: str, number: int | None, *, lockout: bool) -> int:
    """Print the answers with all that led to them; return the exit code. Raises InputError."""
    scenarios = lockout_questions(given) if lockout else scenarios_of(given)
    decided = chosen(decide(scenarios, trace=True), number)
    explained = [(one, explain(one.question.request, one.decision, one.scenario.bundle)) for one in decided]
    if output == "json":
        answer_json([trace.explained_row(*one) for one in explained])
    else:
        trace.show(trace.tree(*one) for one in explained)
    for open_answer in dict.fromkeys(one.open for one in decided if one.open):
        say(f"warning: this is the answer with the most access there may be; not known: {open_answer}")
    return 0 if all(one.ok for one in decided) else 1


def chosen(decided: Iterable[Decided], number: int | None) -> list[Decided]:
    """Return the answers to the requests of one number, from 1; all of them where none is named. Raises InputError."""
    found = list(islice((one for one in decided if number is None or one.number == number), MAX_EXPLAINED + 1))
    if len(found) > MAX_EXPLAINED:
        message = f"there are more than {MAX_EXPLAINED:,} requests to explain"
        raise input_error(Location("-"), "too-many-requests", message, "`simulate` decides any number of them")
    if not found:
        message = "there is no request to explain" if number is None else f"there is no request {number}"
        place = Location("--request" if number else "-")
        raise input_error(place, "no-request", message, "put one with --principal and --action")
    return found


def lockout_questions(given: Given) -> list[Scenario]:
    """Ask of each key policy whether the principals could put it again. Raises InputError."""
    if not given.request.principals:
        raise input_error(Location("--lockout"), "usage", "the lockout check needs --principal")
    if given.request.actions:
        raise input_error(Location("--lockout"), "usage", f"the lockout check is about {PUT_KEY_POLICY}", "leave out --action")
    request = given.request._replace(actions=(PUT_KEY_POLICY,), parameters=())
    scenarios = scenarios_of(given._replace(request=request))
    return [item._replace(questions=tuple(map(_may_put, item.questions))) for item in scenarios]


def _may_put(question: Question) -> Question:
    return question._replace(expectation=Expectation("allowed"))
