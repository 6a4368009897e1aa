"""Questions to answers: each scenario's requests, decided by one authorizer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kmsgen.authorizer import Authorizer
from kmsgen.cli.jobs.questions import Given, scenarios_of
from kmsgen.cli.reports.decisions import Answer
from kmsgen.errors import Location, input_error
from kmsgen.sources.question import Expectation, Question, Scenario

PUT_KEY_POLICY = "kms:PutKeyPolicy"


def answers_of(scenarios: Iterable[Scenario], *, trace: bool = False) -> Iterator[Answer]:
    """Decide every request, in the order given."""
    for scenario in scenarios:
        authorizer = Authorizer(scenario.bundle)
        for number, question in enumerate(scenario.questions, 1):
            yield Answer(scenario, number, question, authorizer.decide(question.request, trace=trace))


def chosen(answers: list[Answer], number: int | None) -> list[Answer]:
    """Return the answers to the requests of one number, from 1; all of them where none is named."""
    found = [answer for answer in answers if number is None or answer.number == number]
    if not found:
        message = "there is no request to explain" if number is None else f"there is no request {number}"
        raise input_error(
            Location("--request" if number else "-"), "no-request", message, "put one with --principal and --action"
        )
    return found


def lockout_questions(given: Given) -> list[Scenario]:
    """Ask of each key policy whether the principals could put it again. Raises InputError."""
    if not given.asked.principals:
        raise input_error(Location("--lockout"), "usage", "the lockout check needs --principal")
    if given.asked.actions:
        raise input_error(Location("--lockout"), "usage", f"the lockout check is about {PUT_KEY_POLICY}", "leave out --action")
    scenarios = scenarios_of(given._replace(asked=given.asked._replace(actions=(PUT_KEY_POLICY,), parameters=())))
    return [item._replace(questions=tuple(_may_put(question) for question in item.questions)) for item in scenarios]


def _may_put(question: Question) -> Question:
    return question._replace(expectation=Expectation("allowed"))
