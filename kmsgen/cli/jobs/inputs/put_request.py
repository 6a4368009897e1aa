"""A request put by options, read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kmsgen.arn import is_principal
from kmsgen.authorizer.request import Request
from kmsgen.cli.jobs.inputs.option_values import named_values
from kmsgen.cli.jobs.inputs.questions import spelled_out
from kmsgen.errors import Diagnostic, InputError, Location, input_error
from kmsgen.policy.grant import Grant
from kmsgen.policy.grant_form import parse_create_grant
from kmsgen.reading import read_file
from kmsgen.sources.scenario.request_check import faults, takes_encryption_context

_OPTIONS = {
    "action": "--action", "resource": "--resource", "context": "--context", "parameters": "--parameter",
    "grant_tokens": "--grant-token", "grant_id": "--grant-id", "create_grant": "--create-grant",
    "principal": "--principal", "encryption_context": "--encryption-context",
}  # fmt: skip


class PutRequest(NamedTuple):
    """A request put by options; empty where none is put."""

    principals: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    encryption_context: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    grant_tokens: tuple[str, ...] = ()
    grant_id: str | None = None
    create_grant: str | None = None
    parameters: tuple[str, ...] = ()

    @property
    def given(self) -> bool:
        """Whether a request is put."""
        return bool(self.principals or self.actions)


def requests_of(asked: PutRequest) -> Iterator[Request]:
    """Yield a request a principal and action. Raises InputError."""
    if not asked.given:
        return
    for name, values in (("--principal", asked.principals), ("--action", asked.actions)):
        if not values:
            raise input_error(Location(name), "usage", f"a request needs {name}")
    for principal in asked.principals:
        _check_principal(principal)
    encryption_context = dict(named_values(asked.encryption_context, "--encryption-context"))
    context: dict[str, tuple[str, ...]] = {}
    for key, value in named_values(asked.context, "--context"):
        context[key] = (*context.get(key, ()), value)
    create_grant = None if asked.create_grant is None else _grant(asked.create_grant)
    parameters = dict(named_values(asked.parameters, "--parameter"))
    taking = frozenset(filter(takes_encryption_context, asked.actions))  # of several actions those have it that can
    for principal in asked.principals:
        for action in asked.actions:
            pairs = encryption_context if action in taking or not taking else {}
            yield _possible(Request(
                principal, action, asked.resources, pairs, context, asked.grant_tokens, create_grant, asked.grant_id, parameters,
            ))  # fmt: skip


def _possible(request: Request) -> Request:
    """Return a request that somebody could make. Raises InputError for what asks nothing."""
    problems = [Diagnostic(Location(_OPTIONS[str(one.steps[0])]), one.code, one.message, one.hint) for one in faults(request)]
    if problems:
        raise InputError(problems)
    return request


def _check_principal(text: str) -> None:
    if not is_principal(spelled_out(text, "0" * 12, "aws")):
        hint = "an ARN, role/NAME or user/NAME of the key's account, the name of a service, or *"
        raise input_error(Location("--principal"), "not-a-principal", f"`{text}` is not a principal", hint)


def _grant(path: str) -> Grant:
    source = read_file(path)
    return parse_create_grant(source.data, source.where)
