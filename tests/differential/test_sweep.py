"""Nobody is allowed by what a request tells of a condition key where the reference denies: each key, operator and caller.

Random scenarios hardly ever hold what a caller cannot have and a request tells all the same. Here every pair occurs: one scenario
of sixty in each run, all 590,000 requests with KMSGEN_LONG=1.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

import pytest

from tests.differential.judging import differences
from tests.generators import names as n
from tests.generators import vocabulary as v
from tests.generators.callers import EVERYBODY
from tests.generators.conditions import FAMILIES, NATURAL
from tests.generators.contexts import carries
from tests.generators.neighbours import FRESH, instance, well_formed

LONG = os.environ.get("KMSGEN_LONG") == "1"
SHARDS = 8
ONE_OF = 1 if LONG else 60
ACTIONS = ("Decrypt", "DisableKey")
FORMS = ("{0}", "{0}IfExists", "ForAnyValue:{0}", "ForAllValues:{0}")
Data = dict[str, Any]


def operators(key: v.Key) -> tuple[str, ...]:
    """Return the operators for the type of a key: each alone, with IfExists and with the prefixes for sets; and Null."""
    plain = dict.fromkeys(operator for family in NATURAL[key.type] for operator in FAMILIES[family])
    return (*(form.format(operator) for operator in plain for form in FORMS), "Null")


def statement(effect: str, condition: Data) -> Data:
    """Return a statement for everybody."""
    everybody = {"AWS": "*", "Service": list(n.CALLERS["service"])}
    return {"Sid": effect, "Effect": effect, "Principal": everybody, "Action": "kms:*", "Resource": "*", "Condition": condition}


def told(key: v.Key, value: str, rng: Random) -> Iterator[Data]:
    """Yield what requests tell of a key: nothing, a text that the policy's value fits, other texts."""
    yield {}
    texts = [
        text for text in (instance(value, rng), instance(key.values[-1], rng), FRESH) if well_formed(text, key.type, key.name)
    ]
    if key.told == "pairs":
        name = key.name.partition(":EncryptionContext:")[2]
        yield from ({"encryption_context": {name: text}} for text in texts if name)
        return
    yield from ({"context": {key.name: [text] if key.type == v.MULTI else text}} for text in texts)


def scenarios() -> Iterator[Data]:
    """Yield scenarios of one condition, with the requests of every caller."""
    keys = [key for key in v.KEYS if key.told != "tags"]
    for key, effect in product(keys, ("Allow", "Deny")):
        action = next((action for action in ACTIONS if carries(action, key.name)), None)
        for operator, value in product(operators(key), key.values[:2]) if action else ():
            condition = {operator: {key.name: "true" if operator == "Null" else value}}
            others = [] if effect == "Allow" else [statement("Allow", {})]
            asked = told(key, value, Random(value))  # noqa: S311 - a test
            requests = [{"principal": who, "action": f"kms:{action}", **one} for one in asked for who in EVERYBODY]
            yield {
                "key": {"arn": n.KEY},
                "policy": {"Version": "2012-10-17", "Statement": [*others, statement(effect, condition)]},
                "principals": {},
                "requests": requests,
            }


@pytest.mark.parametrize("shard", range(SHARDS))
def test_nothing_that_is_told_gives_access(shard: int) -> None:
    """What any caller tells or does not tell of any condition key gives no access that another reading of the pages denies."""
    step = SHARDS * ONE_OF
    chosen = (data for index, data in enumerate(scenarios()) if index % step == shard * ONE_OF % step)
    found = [(data, one) for data in chosen for one in differences(data) if not one.kind.startswith(("implicit", "explicit"))]
    shown = {one.kind: f"{json.dumps(data['policy']['Statement'][-1]['Condition'])}: {one}" for data, one in found}
    assert not found, f"{dict(Counter(one.kind for _data, one in found))}\n\n" + "\n\n".join(shown.values())
