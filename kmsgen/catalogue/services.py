"""How AWS services use a key: the statements that their documentation asks for, made exact.

A row gives the words of the documentation; its `source` names the pages. See `ServiceCondition` and
`ServiceStatement` for how a line of an intent fills it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from kmsgen.catalogue import _services
from kmsgen.catalogue.model import Service, ServiceCondition, ServiceStatement
from kmsgen.policy.document import Condition

SCOPE_PLACEHOLDERS = frozenset({"partition", "region", "account"})
"""Placeholders that the intent's scope fills."""
PLACEHOLDER = re.compile(r"\$\{([a-z0-9_]+)\}")
"""A placeholder. `${aws:ResourceAccount}`, with a colon, is a policy variable and stays."""


_Row = tuple[Any, ...]
_ROWS: dict[str, _Row] = {row[0]: row for row in _services.ROWS}


def _condition(row: _Row) -> ServiceCondition:
    operator, key, values, *rest = row
    return ServiceCondition(Condition(operator, key, values), *rest)


def _statement(row: _Row) -> ServiceStatement:
    kind, principal, actions, conditions, *rest = row
    return ServiceStatement(kind, principal, actions, tuple(map(_condition, conditions)), *rest)


def _service(row: _Row) -> Service:
    name, title, mechanism, via, statements, *rest = row
    return Service(name, title, mechanism, via, tuple(map(_statement, statements)), *rest)


class _Services(Mapping[str, Service]):
    """The services by id. Each is put together when it is asked for: a run needs one or two of a hundred."""

    def __getitem__(self, name: str) -> Service:
        return _service(_ROWS[name])

    def __iter__(self) -> Iterator[str]:
        return iter(_ROWS)

    def __len__(self) -> int:
        return len(_ROWS)


SERVICES = _Services()
_SHORT = Service._fields.index("short")
SHORT_NAMES: dict[str, str] = {short: name for name, row in _ROWS.items() for short in row[_SHORT]}
"""The names that users write (`logs`, `s3`), each with the id of the service it stands for."""


def find(name: str) -> Service | None:
    """Return the service of that id or short name; None if there is none."""
    return SERVICES.get(SHORT_NAMES.get(name, name))


@lru_cache(maxsize=256)
def _shape(value: str) -> re.Pattern[str]:
    parts = re.split(r"(\$\{[a-z0-9_]+\}|\*)", value)
    return re.compile("".join(map(_part, parts)), re.DOTALL)


def _part(text: str) -> str:
    if text == "*" or text.endswith("_arn}"):
        return ".*"
    return "[^:]*" if text.startswith("${") else re.escape(text)


def fits(condition: ServiceCondition, resource: str) -> bool:
    """Return whether a resource of the intent has the shape of the ARNs that the condition is about.

    A placeholder stands for a name without colons, or for a whole ARN where its name says so. The `:*` that CloudFormation
    and Terraform print after a log group's ARN does not fit: the encryption context does not have it.
    """
    return any(_shape(value).fullmatch(resource) for value in condition.condition.values)
