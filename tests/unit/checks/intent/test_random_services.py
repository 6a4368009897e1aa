"""Random lines of `services`, over the whole catalogue: what the compiler takes passes the three questions."""

from __future__ import annotations

import os
import random

import pytest

from kmsgen.catalogue.model import Service
from kmsgen.catalogue.services import PLACEHOLDER, SERVICES
from kmsgen.checks.intent.verification import ask
from kmsgen.compiler import compile_intent
from kmsgen.errors import KmsgenError
from kmsgen.intent.intent import Intent, ServiceUse, When
from kmsgen.policy.document import Condition
from tests.unit.compiler.service_lines import ACCOUNT, HERE, REGION, ROLE, example, intent_of, placeholders

LONG = (pytest.mark.long, pytest.mark.skipif(not os.environ.get("KMSGEN_LONG"), reason="opt-in: KMSGEN_LONG=1"))
SEEDS = [number if number < 4 else pytest.param(number, marks=LONG) for number in range(60)]
INTENTS_PER_SEED = 8

OTHER = "444455556666"
USABLE = sorted(name for name, service in SERVICES.items() if service.statements)
ACTIONS = {
    "ENCRYPT_DECRYPT": ("Decrypt", "Encrypt", "GenerateDataKey", "DescribeKey", "CreateGrant", "ReEncryptFrom", "ListGrants"),
    "SIGN_VERIFY": ("Sign", "GetPublicKey", "DescribeKey", "CreateGrant"),
    "KEY_AGREEMENT": ("GetPublicKey", "DescribeKey"),
}
WHEN = (
    When(),
    When(),
    When(),
    When(mfa=True),
    When(via=("s3",)),
    When(encryption_context=(("k", ("v",)),)),
    When(until="2090-01-01T00:00:00Z"),
    When(conditions=(Condition("Bool", "kms:GrantIsForAWSResource", ("true",)),)),
    When(conditions=(Condition("StringEquals", "aws:SourceOrgID", ("o-exampleorgid",)),)),
)


def resource(template: str, chance: random.Random) -> str:
    """Return an ARN that a template of the catalogue has the shape of, of this account or another."""
    told = {
        "partition": "aws",
        "region": chance.choice((REGION, REGION, "us-west-2")),
        "account": chance.choice((ACCOUNT, OTHER)),
    }
    told["source_region"] = told["region"]

    def fill(name: str) -> str:
        return told.get(name) or (example(name) if name.endswith("arn") else chance.choice(("x", "y*")))

    return PLACEHOLDER.sub(lambda hole: fill(hole[1]), template)


def resources(service: Service, chance: random.Random) -> tuple[str, ...]:
    """Return some ARNs that the service's statements are about."""
    rows = [row for statement in service.statements for row in statement.conditions if row.resources]
    found = [resource(chance.choice(row.condition.values), chance) for row in rows if chance.random() < 0.5]
    return tuple(dict.fromkeys(found[: chance.randint(0, 3)]))


def line(chance: random.Random) -> ServiceUse:
    """Return a line on some row: with some of its words, variables, resources, accounts, actions and conditions."""
    service = SERVICES[chance.choice(USABLE)]
    words = [word for word, _ in service.who]
    names = placeholders(service, recommended=True)
    actions = ACTIONS.get(service.key_usage, ())
    return ServiceUse(
        HERE,
        service.id,
        resources(service, chance),
        tuple(chance.sample((ACCOUNT, OTHER), chance.choice((0, 0, 1, 1, 2)))),
        tuple((word, ROLE + chance.choice("abc")) for word in chance.sample(words, chance.randint(0, len(words)))),
        tuple((name, example(name)) for name in names if chance.random() < 0.7),
        tuple(f"kms:{name}" for name in chance.sample(actions, 2)) if actions and chance.random() < 0.4 else (),
        chance.choice([when for when in WHEN if service.key_usage in ("", "ENCRYPT_DECRYPT") or not when.encryption_context]),
    )


def intent(chance: random.Random) -> Intent:
    """Return the intent of one key with a random line."""
    replicas = ("us-west-2",) if chance.random() < 0.2 else ()
    delegation = chance.choice(("key-policy", "key-policy", "iam", "both"))
    region = chance.choice((REGION, REGION, "me-south-1"))
    return intent_of(line(chance), replicas=replicas, delegation=delegation, region=region)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_compiles_of_the_catalogue_passes(seed: int) -> None:
    """The compiler and the checks read the catalogue independently of each other, and must agree on every line."""
    chance = random.Random(seed)  # noqa: S311 - the same lines in every run
    passed = 0
    while passed < INTENTS_PER_SEED:
        wanted = intent(chance)
        try:
            found = compile_intent(wanted)
        except KmsgenError:
            continue  # what is refused, with reasons, is another test's business
        answers = ask(wanted, found.bundle, found.origins)
        assert [str(finding.diagnostic) for answer in answers for finding in answer.findings] == [], wanted.services
        passed += 1
