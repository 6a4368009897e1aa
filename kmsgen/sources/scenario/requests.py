"""Requests of a scenario, and their expected answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.request import Request
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.grant import Grant
from kmsgen.policy.grant_form import parse_create_grant
from kmsgen.reading import Steps
from kmsgen.sources.grant_keys import check_asked_key
from kmsgen.sources.question import Expectation, Question
from kmsgen.sources.scenario.fields import FieldReader
from kmsgen.sources.scenario.request_check import faults

REQUEST_FIELDS = dict.fromkeys((
    "principal", "action", "resource", "encryption_context", "context", "grant_tokens", "create_grant", "grant_id", "parameters",
    "whole_call", "expect", "because",
))  # fmt: skip
NOTHING_EXPECTED = Expectation()
OUTCOMES = (Outcome.ALLOWED, Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY)


class RequestReader(FieldReader):
    """Reads the requests of a scenario."""

    def questions(self, data: object, bundle: Bundle) -> tuple[Question, ...]:
        """Read the list in `requests`; a request without a resource is about the first key."""
        first = bundle.keys[0].key.arn if bundle.keys else ""
        return tuple([self._question(item, ("requests", i), first) for i, item in enumerate(self.list_of(data, ("requests",)))])

    def _question(self, data: object, steps: Steps, first_key: str) -> Question:
        item = self.fields(data, steps, REQUEST_FIELDS, "a request")
        principal, action = self._needed(item, "principal", steps), self._needed(item, "action", steps)
        parts = {}
        for name, value in item.items():
            if value is not None and name in _PARTS:
                part = _PARTS[name]
                parts[part.name] = part.read(self, value, (*steps, name))
        request = Request(principal, action, **parts)
        if request.create_grant is not None:
            check = partial(check_asked_key, (*request.resources, first_key)[0])
            self.parsed(check, item["create_grant"], (*steps, "create_grant"))
        if principal:
            self.check_principal(principal, (*steps, "principal"))
        for fault in faults(request) if principal and action else ():
            self.refuse((*steps, *_placed(fault.steps, item)), fault.code, fault.message, fault.hint)
        whole_call = "whole_call" not in item or self.flag_of(item["whole_call"], (*steps, "whole_call"))
        return Question(request, self._expectation(item, steps), whole_call)

    def _needed(self, item: Mapping[str, Any], name: str, steps: Steps) -> str:
        data = item.get(name)
        if data and isinstance(data, str):
            return data
        if data is None or data == "":
            self.refuse(steps, f"no-{name}", f"a request must have `{name}`")
        return self.text(data, (*steps, name), f"`{name}`") or ""

    def encryption_context(self, data: object, steps: Steps) -> dict[str, str]:
        """Read the pairs of an encryption context."""
        what = f"`{steps[-1]}`"
        return {name: self.text(value, (*steps, name), what) or "" for name, value in self.mapping(data, steps, what).items()}

    def context(self, data: object, steps: Steps) -> dict[str, tuple[str, ...]]:
        """Read condition keys with their values."""
        return {name: self.values(value, (*steps, name)) for name, value in self.mapping_of(data, steps).items()}

    def create_grant(self, data: object, steps: Steps) -> Grant | None:
        """Read the parameters of CreateGrant."""
        found: Grant | None = self.parsed(parse_create_grant, data, steps)
        return found

    def name_of(self, data: object, steps: Steps) -> str | None:
        """Read a text."""
        return self.text(data, steps, f"`{steps[-1]}`")

    def _expectation(self, item: Mapping[str, Any], steps: Steps) -> Expectation:
        expect, because = item.get("expect"), item.get("because")
        if expect is None and because is None:
            return NOTHING_EXPECTED
        expect = self.text(expect, (*steps, "expect"), "`expect`")
        kind, _, error = (expect or "").partition(":")
        if expect is not None and expect not in OUTCOMES and (kind != Outcome.ERROR or (not error and expect != Outcome.ERROR)):
            hint = "allowed, explicitDeny, implicitDeny, error, or error: and KMS's exception name"
            self.refuse((*steps, "expect"), "unknown-value", f"no outcome `{expect}`", hint)
        return Expectation(expect, self.text(because, (*steps, "because"), "`because`"))


class _RequestPart(NamedTuple):
    """A field of a request: its name in `Request`, and how it is read."""

    name: str
    read: Callable[[RequestReader, Any, Steps], Any]


_PARTS = {
    "resource": _RequestPart("resources", RequestReader.texts_of),
    "encryption_context": _RequestPart("encryption_context", RequestReader.encryption_context),
    "context": _RequestPart("context", RequestReader.context),
    "grant_tokens": _RequestPart("grant_tokens", RequestReader.texts_of),
    "create_grant": _RequestPart("create_grant", RequestReader.create_grant),
    "grant_id": _RequestPart("grant_id", RequestReader.name_of),
    "parameters": _RequestPart("parameters", RequestReader.mapping_of),
}


def _placed(steps: Steps, item: Mapping[str, Any]) -> Steps:
    """Return the steps of a fault in the request as written, where a single resource is no list."""
    return steps if steps[0] != "resource" or isinstance(item.get("resource"), list) else ("resource",)
