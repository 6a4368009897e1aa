"""What is rendered for each service beside what its page prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from kmsgen.catalogue.actions import ACTIONS, works_in_key_policy
from kmsgen.catalogue.services import PLACEHOLDER, SERVICES
from kmsgen.compiler import compile_intent
from kmsgen.policy.document import Statement
from tests.unit.compiler.service_lines import ACCOUNT, ORGANIZATION, REGION, example, intent_of, statements, use_of

PAGES = Path(__file__).parents[3] / "cases/services/printed.yaml"
FILLED = {"partition": "aws", "region": REGION, "account": ACCOUNT}
Held = tuple[str, str, frozenset[str]]  # operator without its way of comparing, key in lower case, values


class Access(NamedTuple):
    """One action of one principal (a service by its name, else AWS) under conditions."""

    principal: str
    action: str
    conditions: frozenset[Held]


@cache
def pages() -> dict[str, dict[str, Any]]:
    """Return the table of pages."""
    table: dict[str, dict[str, Any]] = yaml.safe_load(PAGES.read_text(encoding="utf-8"))
    return table


@pytest.mark.parametrize("name", [name for name, service in SERVICES.items() if service.statements])
def test_what_is_rendered_is_what_the_page_prints(name: str) -> None:
    """Each row of the table says whether it is, or in which direction it differs, and why."""
    row = pages()[name]
    on_page, written = set(printed(name)), set(rendered(name))
    narrower = any(not within(access, written) for access in on_page)
    wider = any(not within(access, on_page) for access in written)
    assert row["same"] == {(0, 0): "yes", (1, 0): "narrower", (0, 1): "wider", (1, 1): "both"}[narrower, wider], name
    assert bool(row.get("why")) == (row["same"] != "yes")


def test_the_table_has_every_service_that_is_rendered() -> None:
    """No row of the catalogue goes without its page, and no page without a row."""
    assert set(pages()) == {name for name, service in SERVICES.items() if service.statements}


# Conditions of one of a page's two examples, asked for by a resource; a condition that key policies cannot have.
WIDER = {"chime-voice-profile-domain", "ses-mailmanager-s3-action"}


def test_nothing_is_rendered_wider_than_documented() -> None:
    """Beyond a page goes only what the catalogue marks as printed nowhere, and that has every condition that is known."""
    for name, row in pages().items():
        if row["same"] in {"wider", "both"} and name not in WIDER:
            on_page = set(printed(name))
            beyond = {access.action for access in rendered(name) if not within(access, on_page)}
            generic = [each for each in SERVICES[name].statements if each.generic]
            assert beyond <= {action.removeprefix("kms:") for each in generic for action in each.actions}, name


def test_most_pages_print_what_is_rendered() -> None:
    """How many of them: a change of the catalogue that moves a number is seen here."""
    kinds = [row["same"] for row in pages().values()]
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {"narrower": 34, "wider": 34, "yes": 191}


BY_IAM_ALONE = [name for name, service in SERVICES.items() if any(each.iam_only for each in service.statements)]


@pytest.mark.parametrize("name", BY_IAM_ALONE)
def test_what_iam_policies_alone_give_has_the_conditions_of_the_page(name: str) -> None:
    """No key policy can give kms:RetireGrant: IAM policies give it as the page prints it beside the other actions."""
    on_page = set(printed(name, dead=True))
    found = compile_intent(intent_of(use_of(SERVICES[name]))).bundle.principals.values()
    written = [each for one in found for policy in one.identity_policies for each in policy.statements]
    access = set(_accesses(each for each in written if "kms:RetireGrant" in each.actions))
    assert access
    assert all(within(each, on_page) for each in access), name


# --- accesses -----------------------------------------------------------------------------------------------------------


def printed(name: str, *, dead: bool = False) -> Iterator[Access]:
    """Yield what a page's statements allow: wildcards spelled out, without actions that have no effect there but on request."""
    for statement in pages()[name].get("printed", ()):
        conditions = [(operator, filled(key), [filled(value) for value in values]) for operator, key, values in _rows(statement)]
        services = statement.get("Service", "AWS")
        for action in (each for pattern in statement["actions"] for each in ACTIONS if fnmatchcase(each, pattern)):
            needed = [key for operator, key, _ in conditions if _needs_key(operator)]
            if (dead or _works(name, action)) and all(_carries(action, key) for key in needed):
                own = frozenset(_held(*condition) for condition in conditions if _carries(action, condition[1]))
                for service in services if isinstance(services, list) else [services]:
                    yield Access(filled(service), action, own)


def _rows(statement: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    return [(operator, key, values) for operator, key, values in statement.get("conditions", ())]


def rendered(name: str) -> Iterator[Access]:
    """Yield what the statements of the key policy allow that are compiled for a service."""
    return _accesses(statements(compile_intent(intent_of(use_of(SERVICES[name])))))


def _accesses(found: Iterable[Statement]) -> Iterator[Access]:
    for statement in found:
        own = frozenset(_held(each.operator, each.key, each.values) for each in statement.conditions)
        names = {each.value if each.kind == "Service" else "AWS" for each in statement.principals or ()} or {"AWS"}
        yield from (Access(name, action.removeprefix("kms:"), own) for name in names for action in statement.actions)


def within(access: Access, others: Iterable[Access]) -> bool:
    """Return whether one of the others allows the access, under the same conditions or fewer."""
    same = (other for other in others if other[:2] == access[:2])
    return any(all(any(_implies(own, asked) for own in access.conditions) for asked in other.conditions) for other in same)


def _implies(own: Held, asked: Held) -> bool:
    return own[:2] == asked[:2] and all(any(fnmatchcase(value, pattern) for pattern in asked[2]) for value in own[2])


def _held(operator: str, key: str, values: Iterable[str]) -> Held:
    plain = operator.replace("Like", "Equals").replace("Arn", "String").replace("ForAnyValue:", "")
    return plain, key.lower(), frozenset(values)


def filled(text: str) -> str:
    """Fill a text of the page as the line of the test fills the catalogue's."""
    text = text.replace("${aws:ResourceAccount}", ACCOUNT).replace("${aws:ResourceOrgID}", ORGANIZATION)
    return PLACEHOLDER.sub(lambda hole: FILLED.get(hole[1]) or example(hole[1]), text)


def _works(name: str, action: str) -> bool:
    kind = "asymmetric-sign" if SERVICES[name].key_usage == "SIGN_VERIFY" else "symmetric"
    row = ACTIONS[action]
    return works_in_key_policy(row) and (row.key_types is None or kind in row.key_types)


def _carries(action: str, key: str) -> bool:
    lower = key.lower()
    own = ACTIONS[action].condition_keys
    return not lower.startswith("kms:") or any(lower == each or (each.endswith(":") and lower.startswith(each)) for each in own)


def _needs_key(operator: str) -> bool:
    return not operator.startswith("ForAllValues") and not operator.endswith("IfExists")
