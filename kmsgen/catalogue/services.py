"""How AWS services use a key: the statements that their documentation asks for, made exact.

A row gives the words of the documentation; its `source` names the pages. See `ServiceCondition` and
`ServiceStatement` for how a line of an intent fills it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from kmsgen.catalogue import _services
from kmsgen.catalogue.key_specs import KEY_SPECS
from kmsgen.catalogue.model import Service, ServiceCondition, ServiceGrants, ServiceStatement
from kmsgen.catalogue.service_names import without_domain
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded

SCOPE_PLACEHOLDERS = frozenset({"partition", "region", "account", "source_region", "key_account", "caller_account"})
"""Placeholders that need no variable. `account` and `source_region` are those of the resource, else the key's."""
PLACEHOLDER = re.compile(r"\$\{([a-z0-9_]+)\}")
"""A placeholder. `${aws:ResourceAccount}`, with a colon, is a policy variable and stays."""
RECOMMENDED = "recommended"
THROUGH = "via/"
"""What stands before a prefix of kms:ViaService in the id of a service that is no row: whoever calls through it."""
BY_NAME = "principal/"
"""What stands before the name of a service principal in the id of a service that is no row."""
CALLER = "caller"
_DOMAIN = ".amazonaws.com"
_REGION = re.compile(r"\.[a-z]{2,}(?:-[a-z]+)+-\d+\.")
_MOST = 4  # ids that a message names


def _condition(row: list[Any]) -> ServiceCondition:
    operator, key, values, *rest = row
    return ServiceCondition(Condition(operator, key, tuple(values)), *map(_frozen, rest))


def _frozen(value: Any) -> Any:  # noqa: ANN401 - what JSON holds
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _statement(row: dict[str, Any]) -> ServiceStatement:
    conditions = tuple(map(_condition, row.get("conditions", ())))
    rest = {name: _frozen(value) for name, value in row.items() if name != "conditions"}
    return ServiceStatement(**{"principal": "", **rest, "conditions": conditions})


def _service(name: str, row: dict[str, Any]) -> Service:
    statements = tuple(map(_statement, row.pop("statements")))
    grants = ServiceGrants(**{field: _frozen(value) for field, value in row.pop("grants", {}).items()})
    return Service(name, statements=statements, grants=grants, **{field: _frozen(value) for field, value in row.items()})


class _Services(Mapping[str, Service]):
    """The services by id. Each is put together when it is asked for: a run needs one or two of hundreds."""

    def __getitem__(self, name: str) -> Service:
        return _service(name, json.loads(_services.ROWS[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(_services.ROWS)

    def __len__(self) -> int:
        return len(_services.ROWS)


SERVICES = _Services()
SHORT_NAMES: dict[str, str] = _services.SHORT_NAMES
"""The names that users write (`logs`, `s3`), each with the id of the service it stands for."""
BY_VIA: dict[str, tuple[str, ...]] = _services.BY_VIA
"""The ids of the services that a prefix of kms:ViaService stands for."""


@lru_cache(maxsize=64)
def find(name: str) -> Service | None:
    """Return the service of that id, short name or service principal (`s3.amazonaws.com`); None if there is none.

    `via/NAME` is whoever calls through the service of that prefix of kms:ViaService, `principal/NAME` a service principal:
    both without actions, which the line gives.
    """
    if name.startswith(THROUGH):
        return _through(name.removeprefix(THROUGH))
    if name.startswith(BY_NAME):
        return _by_name(name.removeprefix(BY_NAME))
    stem = without_domain(name)
    return SERVICES.get(SHORT_NAMES.get(stem, stem))


def _through(prefix: str) -> Service:
    pin = Condition("StringEquals", "kms:ViaService", (f"{prefix}.${{region}}{_DOMAIN}",))
    statement = ServiceStatement("AWS", "", (), (ServiceCondition(pin, "documented"),), (CALLER,))
    who = ((CALLER, f"who calls through {prefix}"),)
    row = Service(THROUGH + prefix, f"kms:ViaService {prefix}", "via-service", (), "", (statement,), who, (prefix,))
    return row._replace(key_specs=tuple(KEY_SPECS), key_usage="")


def _by_name(principal: str) -> Service:
    rows = _of_principal(_REGION.sub(".", principal))
    known = f"what its pages print stands in the catalogue as {', '.join(rows[:_MOST])}" if rows else "no page of it was read"
    gap = f"{known}, and nothing here holds it to the accounts for which it may act"
    statement = ServiceStatement("Service", principal, (), source_account="undocumented", gap=gap)
    row = Service(BY_NAME + principal, principal, "service-principal", (), "", (statement,))
    return row._replace(key_specs=tuple(KEY_SPECS), key_usage="")


def _of_principal(name: str) -> tuple[str, ...]:
    """Return the ids of the services in whose statements a service principal stands, named without its Region."""
    rows = SERVICES.values()
    return tuple(row.id for row in rows if any(_without_region(each.principal) == name for each in row.statements))


def alternatives(name: str) -> tuple[str, ...]:
    """Return the ids of the services that a prefix of kms:ViaService or a service principal may mean."""
    stem = without_domain(name)
    if stem in BY_VIA:
        return BY_VIA[stem]
    return () if stem == name else _of_principal(name)


def _without_region(principal: str) -> str:
    return principal.replace(".${region}", "")


def apart(service: Service) -> tuple[str, ...]:
    """Return the service's words where they differ in what they may do; none where one list of principals says all."""
    words = [] if service.one_list else [word for word, _ in service.who]
    given = {word: tuple(each for each in service.statements if word in each.who) for word in words}
    return tuple(words) if len(set(given.values())) > 1 else ()


def for_callers(service: Service) -> Service:
    """Return the row without the statements that are about the service itself, which no IAM policy can hold."""
    return service._replace(statements=tuple(each for each in service.statements if each.caller))


def breaks(service: Service, statement: ServiceStatement, key: str) -> bool:
    """Return whether a condition on this key breaks the statement for the service.

    `kms:EncryptionContext:*` stands for every such key but those that the statement has itself.
    """
    own = {folded(row.condition.key) for row in statement.conditions}
    for name in (*service.unsupported, *statement.unsupported):
        lower = folded(name)
        if folded(key) == lower or (lower.endswith("*") and folded(key).startswith(lower[:-1]) and folded(key) not in own):
            return True
    return False


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
