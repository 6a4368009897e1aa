"""Files of every form, changed at random: read, or refused with a diagnostic, through the commands that anyone calls.

`KMSGEN_LONG=1` asks 5,000 of them.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kmsgen.errors import KmsgenError
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.subject import identify
from tests.unit.sources.aws_output import test_answers as answers
from tests.unit.sources.mutations import damaged, mutated
from tests.unit.sources.terraform.test_state_file import STATE

HERE = Path(__file__).parent
CASES = HERE.parents[1] / "cases"
SEEDS = range(100 if os.environ.get("KMSGEN_LONG") else 6)
EACH = 50
POLICY = {"Version": "2012-10-17", "Statement": [answers.ROOT, answers.PUBLIC]}
SCENARIO = {
    "key": {"arn": answers.ARN, "tags": {"a": "b"}, "aliases": ["alias/a"]}, "policy": POLICY, "grants": [answers.GRANT],
    "principals": {f"{answers.HOME}:role/app": {"identity_policies": [answers.KMS], "boundary": answers.KMS, "scps": [[]]}},
    "requests": [{"principal": f"{answers.HOME}:role/app", "action": "kms:Decrypt", "encryption_context": {"a": "b"}}],
    "unknown": {"policy": "it could not be read"},
}  # fmt: skip


def originals() -> Iterator[tuple[str, Any]]:
    """Yield the name and the data of a file of every form."""
    yield "policy.json", POLICY
    yield "iam.json", answers.KMS
    yield "scenario.json", SCENARIO
    yield "terraform.tfstate", STATE
    yield "plan.json", json.loads((HERE / "terraform" / "plan.json").read_text())
    for name in ("METADATA", "ACCOUNT"):
        yield f"{name}.json", getattr(answers, name)
    yield "grants.json", {"Grants": [answers.GRANT]}
    yield "get-key-policy.json", answers.policy(answers.ROOT, answers.PUBLIC)


DATA = tuple(originals())
TEXTS = tuple(
    (path.name, path.read_bytes())
    for folder in (HERE / "cloudformation" / "templates", CASES / "intent" / "valid", CASES / "import")
    for path in sorted(folder.iterdir())
    if path.is_file()
)


def read(path: Path) -> None:
    """Read a file as every command does; nothing but a diagnostic may come of it."""
    with suppress(KmsgenError):
        described = identify(str(path)).read(NOTHING).described
        for placed in described.places.policies:
            placed.where(("Statement", 0))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_file_of_changed_parts_is_read_or_refused(seed: int, tmp_path: Path) -> None:
    """Whatever stands in the place of whatever."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    for number in range(EACH // 2):
        name, data = chance.choice(DATA)
        path = tmp_path / f"{number}{name}"
        path.write_text(json.dumps(mutated(data, chance)))
        read(path)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_file_of_a_damaged_text_is_read_or_refused(seed: int, tmp_path: Path) -> None:
    """Whatever is cut off, put in, or in no encoding."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    texts = (*TEXTS, *((name, json.dumps(data, indent=1).encode()) for name, data in DATA))
    for number in range(EACH // 2):
        name, text = chance.choice(texts)
        path = tmp_path / f"{number}{name}"
        path.write_bytes(damaged(text, chance))
        read(path)
