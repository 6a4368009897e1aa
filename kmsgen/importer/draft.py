"""Draft of an imported intent: its head, the lines found so far, and trial compilations of further lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from kmsgen.compiler import EmptyKeyPolicyError, compile_intent
from kmsgen.errors import Diagnostic, KmsgenError
from kmsgen.importer.allowed import Allowed, allowed_in
from kmsgen.importer.delegated import iam_allowed
from kmsgen.intent import intent_of
from kmsgen.policy.bundle import Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Statement
from kmsgen.reading import parse
from kmsgen.render.text.yaml_text import dump

Data = dict[str, Any]
PATH = "imported.yaml"


class DraftLine(NamedTuple):
    """A line of an intent: the list that it belongs to (`field`), and its content."""

    field: str
    content: Any


class Trial(NamedTuple):
    """The outcome of compiling lines: the key and IAM policies, or why it failed; `gives_nothing`: for want of a key policy."""

    access: KeyAccess | None = None
    principals: Mapping[str, PrincipalPolicies] = MappingProxyType({})
    refusals: tuple[Diagnostic, ...] = ()
    gives_nothing: bool = False

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of the compiled key policy."""
        return self.access.policy.statements if self.access else ()

    @property
    def why(self) -> str:
        """The first reason why compiling failed; else empty."""
        return self.refusals[0].message if self.refusals else ""


class Draft:
    """The head of an intent about `key`, and its lines in the order in which they were found."""

    def __init__(self, head: Data, key: Key) -> None:
        self.head = head
        self.key = key
        self.lines: list[DraftLine] = []

    def trial(self, *lines: DraftLine) -> Trial:
        """Compile an intent of these lines alone."""
        try:
            intent = intent_of(parse(dump(self._data(lines)), PATH))
            bundle = compile_intent(intent).bundle
        except KmsgenError as error:
            return Trial(refusals=error.diagnostics, gives_nothing=isinstance(error, EmptyKeyPolicyError))
        return Trial(bundle.keys[0], bundle.principals)

    def allowed_by(self, trial: Trial) -> frozenset[Allowed]:
        """Return the permissions that the policies of a trial give on the key."""
        key = self.key._replace(arn=trial.access.key.arn) if trial.access else self.key
        return allowed_in(trial.statements, key) | iam_allowed(trial.principals, key)

    def text(self) -> str:
        """Return the intent as YAML, its lines sorted by content."""
        return dump(self._data(tuple(sorted(self.lines, key=_place)))) + "\n"

    def _data(self, lines: tuple[DraftLine, ...]) -> Data:
        lists: dict[str, list[Any]] = {}
        for line in lines:
            lists.setdefault(line.field, []).append(line.content)
        return {
            **self.head,
            **{name: lists[name] for name in ("admins", "users", "services", "grants", "guardrails") if name in lists},
        }


def _place(line: DraftLine) -> tuple[bool, str, bool, str]:
    """Return the sort key of a line: accounts first, then by principal, lines without `when` first."""
    said = line.content if isinstance(line.content, dict) else {"principal": line.content}
    names = json.dumps(said.get("principal", ""))
    return not names.lstrip('["').startswith("account"), names, "when" in said, json.dumps(said)
