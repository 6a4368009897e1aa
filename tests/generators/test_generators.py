"""The generators leave nothing of the language out, make the same of the same seed, and what they make can be read."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from random import Random
from typing import Any

import pytest

from kmsgen.reading import parse
from kmsgen.sources.scenario.scenario import read_scenarios
from tests.generators import names as n
from tests.generators import vocabulary as v
from tests.generators.callers import kind_of
from tests.generators.conditions import FAMILIES
from tests.generators.coverage import Coverage
from tests.generators.policies import RESOURCES
from tests.generators.requests import Requests
from tests.generators.scenarios import KEYS, scenario
from tests.generators.shrink import shrink
from tests.generators.spoken import spoken_of

BUNDLES = 1_500
OFTEN, SELDOM = 30, 3
PREFIXES, ENDINGS = ("", "ForAllValues:", "ForAnyValue:"), ("", "IfExists")
FORMS = ("alone", "before", "after", "within", "two", "escape")
LAYERS = ("boundary", "session policies", "scps", "rcps", "an endpoint policy")
CONSTRAINTS = ("none", "subset", "equals", "both maps, one empty", "an empty map", "source and subset", "source")
PRODUCTIONS = (
    *(f"principal: {kind}" for kind in n.PRINCIPALS),
    *(f"{element}: {kind}" for element in ("Resource",) for kind in RESOURCES),
    *(f"key: {kind}" for kind in KEYS),
    *(f"a variable: {form}" for form in FORMS),
    *(f"layer: {layer}" for layer in LAYERS),
    *(f"grant constraint: {kind}" for kind in CONSTRAINTS),
    "NotPrincipal", "Action", "NotAction", "NotResource: everything", "NotResource: the key", "NotResource: keys by pattern",
    "NotResource: a variable",
    "version 2012-10-17", "version 2008-10-17", "a statement for the account", "a variable with a default",
    "a variable in an ARN", "a variable of several values", "keys tied by 1 variables and more",
    "keys tied by 2 variables and more", "keys tied in a circle", "a key compared with itself", "SCP levels",
    "resource: a form left open", "an operator on a key of another type", "ForAllValues on a key of several values",
    "ForAnyValue on a key of several values", "ForAllValues on a key of one value", "ForAnyValue on a key of one value",
    "no set operator on a key of several values", "further key: of another account", "further key: of another type",
    "further key: a related multi-Region key", "grant: to a service", "grant: with a retiring principal",
    "grant: usable with its token only", "a statement without Action or Resource",
    *(f"a malformed value: {family}" for family in ("Numeric", "Date", "Ip", "Bool", "Binary", "Null")),
)  # fmt: skip


@cache
def covered() -> Coverage:
    """Count what many scenarios are made of."""
    coverage = Coverage()
    for seed in range(BUNDLES):
        scenario(seed, coverage=coverage)
    return coverage


@cache
def drawn() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Draw some requests for each of many scenarios."""
    found = []
    for seed in range(400):
        data = scenario(seed)
        requests = Requests(data, Random(seed))  # noqa: S311 - a seed makes requests
        found += [(data, requests.draw()) for _ in range(5)]
    return found


@pytest.mark.parametrize("production", PRODUCTIONS)
def test_every_production_is_made(production: str) -> None:
    """Each form of the language occurs often, forms that the documentation leaves open now and then."""
    assert covered().productions[production] >= SELDOM


def test_nothing_is_made_uncounted() -> None:
    """Every production that the generators count is among those that are looked for."""
    operators = {name for name in covered().productions if name.startswith("operator ")}
    more = {name for name in covered().productions if name.startswith("NotResource: ")}
    assert set(covered().productions) - operators - more <= set(PRODUCTIONS)


@pytest.mark.parametrize("key_type", v.TYPES)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_operator_meets_every_type_of_key(family: str, key_type: str) -> None:
    """Each pair of an operator family and a type of key occurs, those that go together often."""
    assert covered().pairs[family, key_type] >= 1


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("ending", ENDINGS)
def test_every_operator_is_made_in_every_form(prefix: str, ending: str) -> None:
    """Each operator occurs with and without IfExists, with each set operator and without."""
    operators = {name for family, names in FAMILIES.items() if family != "Null" for name in names}
    missing = [f"{prefix}{name}{ending}" for name in operators if not covered().productions[f"operator {prefix}{name}{ending}"]]
    assert not missing


def test_every_condition_key_is_spoken_of() -> None:
    """Each condition key of the vocabulary occurs in some policy, in each of its spellings."""
    assert not {name for key in v.KEYS for name in key.names} - set(covered().keys)


def test_every_kind_of_caller_asks() -> None:
    """Requests come from every kind of caller, described and not, by every route, and for keys, aliases and nothing."""
    kinds = Counter(kind_of(request["principal"]) for _data, request in drawn())
    assert min(kinds[kind] for kind in n.CALLERS) >= OFTEN
    described = Counter(request["principal"] in data["principals"] for data, request in drawn())
    assert min(described[True], described[False]) >= OFTEN
    told = Counter(name for _data, request in drawn() for name in request["context"])
    assert min(told[name] for name in ("kms:ViaService", "aws:SourceVpce", "aws:SourceIp", "aws:CalledVia")) >= OFTEN


def test_requests_say_what_no_policy_names() -> None:
    """Of the values that requests tell of keys that policies speak of, many are named by none, and many are."""
    named, unnamed = 0, 0
    for data, request in drawn():
        spoken = spoken_of(data).values
        for key, value in request["context"].items():
            if isinstance(value, str) and spoken.get(key.lower()):
                named, unnamed = (named + 1, unnamed) if value in spoken[key.lower()] else (named, unnamed + 1)
    assert named >= 100
    assert unnamed >= 100


def test_the_same_seed_makes_the_same() -> None:
    """A seed is enough to have a scenario and its requests again."""
    first, second = (_made(7) for _ in range(2))
    assert first == second
    assert first != _made(8)


def _made(seed: int) -> str:
    data = scenario(seed)
    requests = Requests(data, Random(seed))  # noqa: S311 - a seed makes requests
    return json.dumps([data, [requests.draw() for _ in range(5)]])


@pytest.mark.parametrize("shard", range(4))
def test_scenarios_can_be_read(shard: int) -> None:
    """What is made has the shape of a scenario."""
    for seed in range(shard * 100, shard * 100 + 100):
        read_scenarios(parse(json.dumps(scenario(seed)), "scenario.json"))


def test_shrinking_leaves_what_is_needed() -> None:
    """What a finding does not need goes, what it needs stays."""
    data = {**scenario(3), "requests": [{"principal": n.APP, "action": "kms:Decrypt", "context": {"aws:UserAgent": "x"}}]}
    data["policy"]["Statement"].append({"Sid": "Here", "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"})

    def still(tried: dict[str, Any]) -> bool:
        return any(statement.get("Sid") == "Here" for statement in tried["policy"]["Statement"])

    smallest = shrink(data, still)
    assert [statement["Sid"] for statement in smallest["policy"]["Statement"]] == ["Here"]
    assert not smallest.get("principals")
    assert not smallest["requests"][0].get("context")
