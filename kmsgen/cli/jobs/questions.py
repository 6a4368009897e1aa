"""The questions of `simulate` and `explain`: from scenario files, or from a key policy and options."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from kmsgen.arn import ACCOUNT_ID, is_service_principal, parse_arn
from kmsgen.authorizer.request import Request
from kmsgen.cli.jobs.subjects import load
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, input_error
from kmsgen.policy.grant import Grant
from kmsgen.policy.json_form import parse_grant
from kmsgen.reading import Source, read_file
from kmsgen.sources.key_policy import Beside, is_policy
from kmsgen.sources.question import Question, Scenario
from kmsgen.sources.scenario import is_scenario, read_scenarios

ENDINGS = (".yaml", ".yml", ".json", ".jsonl")


class Asked(NamedTuple):
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


class Given(NamedTuple):
    """What the command line gives: files and folders, a key policy with what stands beside it, a request."""

    paths: tuple[str, ...] = ()
    key_policy: str | None = None
    beside: Beside = Beside()
    asked: Asked = Asked()


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
    requests: list[Request] = []
    try:
        requests = list(_requests(given.asked))
    except KmsgenError as error:
        problems += error.diagnostics
    if problems:
        raise InputError(problems)
    if not given.asked.given:
        return found
    return [scenario._replace(questions=tuple(Question(request) for request in requests)) for scenario in found]


def _files(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        if path != "-" and Path(path).is_dir():
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


def _read(path: str, given: Given) -> tuple[Scenario, ...]:
    source = read_file(path)
    policy = is_policy(source.data)
    if given.key_policy == path and not policy:
        raise input_error(source.where(), "not-a-policy", "expected a key policy: it has no Statement")
    if policy or (given.asked.given and not _asks(source)):
        if not given.asked.given:
            hint = "put a request with options: --principal ARN --action kms:Decrypt"
            raise input_error(Location(path), "no-request", "a policy alone asks nothing", hint)
        return (Scenario("", load(path, given.beside).bundle, path=path),)
    if given.beside.given:
        raise input_error(source.where(), "not-a-policy", "policies can stand beside a key policy only")
    if isinstance(source.data, dict) and "kmsgen" in source.data:
        hint = "put a request with options, or see `kmsgen verify` and `kmsgen matrix`"
        raise input_error(Location(path), "no-request", "an intent asks nothing", hint)
    return read_scenarios(source)


def _asks(source: Source) -> bool:
    """Return whether a file is read as scenarios: it is one, or JSON Lines of them."""
    return is_scenario(source.data) or isinstance(source.data, list)


def _requests(asked: Asked) -> Iterator[Request]:
    if not asked.given:
        return
    for name, values in (("--principal", asked.principals), ("--action", asked.actions)):
        if not values:
            raise input_error(Location(name), "usage", f"a request needs {name}")
    for principal in asked.principals:
        _check_principal(principal)
    encryption_context = _pairs(asked.encryption_context, "--encryption-context")
    context: dict[str, tuple[str, ...]] = {}
    for key, value in _pairs_listed(asked.context, "--context"):
        context[key] = (*context.get(key, ()), value)
    create_grant = None if asked.create_grant is None else _grant(asked.create_grant)
    parameters = _pairs(asked.parameters, "--parameter")
    for principal in asked.principals:
        for action in asked.actions:
            yield Request(
                principal, action, asked.resources, encryption_context, context, asked.grant_tokens, create_grant, asked.grant_id,
                parameters,
            )  # fmt: skip


def _check_principal(text: str) -> None:
    arn = parse_arn(text)
    if not (text == "*" or is_service_principal(text) or ACCOUNT_ID.match(text) or (arn and ACCOUNT_ID.match(arn.account))):
        hint = "an ARN, the name of a service, or *"
        raise input_error(Location("--principal"), "not-a-principal", f"`{text}` is not a principal", hint)


def _grant(path: str) -> Grant:
    source = read_file(path)
    return parse_grant(source.data, source.where)


def _pairs(texts: Iterable[str], option: str) -> Mapping[str, str]:
    return dict(_pairs_listed(texts, option))


def _pairs_listed(texts: Iterable[str], option: str) -> list[tuple[str, str]]:
    found = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise input_error(Location(option), "usage", f"`{text}` is not NAME=VALUE")
        found.append((name, value))
    return found


def beside_of(key_arn: str | None, identity_policies: Iterable[str], grants: str | None) -> Beside:
    """Read `--key-arn`, `--identity-policy ARN=FILE` (each as often as wanted) and `--grants`."""
    files: dict[str, tuple[str, ...]] = {}
    for principal, path in _pairs_listed(identity_policies, "--identity-policy"):
        files[principal] = (*files.get(principal, ()), path)
    return Beside(key_arn, files, grants)
