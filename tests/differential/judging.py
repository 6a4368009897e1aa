"""The authorizer beside the reference: one scenario decided twice, and how the answers differ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from kmsgen.authorizer import Authorizer, Decision
from kmsgen.errors import InputError
from kmsgen.reading import parse
from kmsgen.sources.scenario.scenario import read_scenarios
from tests.reference.decide import Verdict, decide

Data = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """How an answer of the authorizer differs from the verdict of the reference, worst first in `kind`."""

    kind: str
    request: Data
    verdict: Verdict
    answer: str

    def __str__(self) -> str:
        return f"{self.kind}: reference {self.verdict}, authorizer {self.answer}\n{json.dumps(self.request)}"


def differences(data: Data) -> list[Difference]:
    """Decide every request of a scenario twice; a scenario that is refused as bad input differs as a whole."""
    try:
        (scenario,) = read_scenarios(parse(json.dumps(data), "scenario.json"))
    except InputError as error:
        return [Difference("bad input", data["requests"][0], decide(data, data["requests"][0]), str(error))]
    authorizer = Authorizer(scenario.bundle)
    found = []
    for request, question in zip(data["requests"], scenario.questions, strict=True):
        verdict, decision = decide(data, request), authorizer.decide(question.request)
        kind = _difference(verdict, decision, request)
        if kind:
            said = f"{decision.outcome} {decision.error or ''} {decision.reason} {decision.notes}"
            found.append(Difference(kind, request, verdict, said))
    return found


def _difference(verdict: Verdict, decision: Decision, request: Data) -> str | None:
    if decision.outcome != verdict.outcome:
        return _of_outcomes(verdict, str(decision.outcome), request)
    if verdict.outcome == "explicitDeny" and not set(decision.reason) <= set(verdict.reasons):
        return "other statements deny"
    names = {name for refusal in verdict.refusals for name in refusal.exceptions}
    anything = any(not refusal.exceptions for refusal in verdict.refusals)
    if verdict.outcome == "error" and not anything and decision.error not in names:
        return "another exception"
    return None


def _of_outcomes(verdict: Verdict, outcome: str, request: Data) -> str | None:
    if outcome == "allowed":
        return f"allowed, and must be {verdict.outcome}"
    if verdict.incomplete or request["principal"] == "*":
        return None  # of a call that is not told whole, or is not signed, the kind of refusal is open
    return f"{outcome}, and must be {verdict.outcome}"
