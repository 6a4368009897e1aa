"""The requests of a scenario: what is asked of its bundle, and what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.request import Request
from kmsgen.policy.json_form import parse_create_grant
from kmsgen.reading import Steps
from kmsgen.sources.question import Expectation, Question
from kmsgen.sources.request_check import faults
from kmsgen.sources.scenario_fields import FieldReader

_REQUEST = dict.fromkeys((
    "principal", "action", "resource", "encryption_context", "context", "grant_tokens", "create_grant", "grant_id", "parameters",
    "whole_call", "expect", "because",
))  # fmt: skip
OUTCOMES = (Outcome.ALLOWED, Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY)


class RequestReader(FieldReader):
    """Reads the requests of a scenario."""

    def questions(self, data: object) -> tuple[Question, ...]:
        """Read the list of requests that stands at `requests`."""
        return tuple(self._question(item, ("requests", i)) for i, item in enumerate(self.list_of(data, ("requests",))))

    def _question(self, data: object, steps: Steps) -> Question:
        item = self.fields(data, steps, _REQUEST, "a request")
        principal, action = (self._needed(item, name, steps) for name in ("principal", "action"))
        if principal:
            self.check_principal(principal, (*steps, "principal"))
        grant, parameters = item.get("create_grant"), self.mapping_of(item.get("parameters"), (*steps, "parameters"))
        request = Request(
            principal=principal,
            action=action,
            resources=self.texts_of(item.get("resource"), (*steps, "resource")),
            encryption_context=dict(self.pairs_of(item.get("encryption_context"), (*steps, "encryption_context"))),
            context=self._context(item.get("context"), (*steps, "context")),
            grant_tokens=self.texts_of(item.get("grant_tokens"), (*steps, "grant_tokens")),
            create_grant=None if grant is None else self.parsed(parse_create_grant, grant, (*steps, "create_grant")),
            grant_id=self.text(item.get("grant_id"), (*steps, "grant_id"), "`grant_id`"),
            parameters=parameters,
        )
        for fault in faults(request) if principal and action else ():
            self.refuse((*steps, *_placed(fault.steps, item)), fault.code, fault.message, fault.hint)
        whole_call = self.flag_of(item.get("whole_call", True), (*steps, "whole_call"))
        return Question(request, self._expectation(item, steps), whole_call)

    def _needed(self, item: Mapping[str, Any], name: str, steps: Steps) -> str:
        text = self.text(item.get(name), (*steps, name), f"`{name}`")
        if not text and item.get(name) is None:
            self.refuse(steps, f"no-{name}", f"a request must have `{name}`")
        return text or ""

    def _context(self, data: object, steps: Steps) -> dict[str, tuple[str, ...]]:
        return {name: self.values(value, (*steps, name)) for name, value in self.mapping_of(data, steps).items()}

    def _expectation(self, item: Mapping[str, Any], steps: Steps) -> Expectation:
        expect = self.text(item.get("expect"), (*steps, "expect"), "`expect`")
        kind, _, error = (expect or "").partition(":")
        if expect is not None and expect not in OUTCOMES and (kind != Outcome.ERROR or (not error and expect != Outcome.ERROR)):
            hint = "allowed, explicitDeny, implicitDeny, error, or error: and KMS's exception name"
            self.refuse((*steps, "expect"), "unknown-value", f"no outcome `{expect}`", hint)
        return Expectation(expect, self.text(item.get("because"), (*steps, "because"), "`because`"))


def _placed(steps: Steps, item: Mapping[str, Any]) -> Steps:
    """Return where a fault stands in a request as written: a single resource is no list."""
    return steps if steps[0] != "resource" or isinstance(item.get("resource"), list) else ("resource",)
