"""HCL values as Terraform itself reads and formats them, all in one batch."""

from __future__ import annotations

import base64
import json
import random
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from kmsgen.render.terraform.hcl import Expression, Interpolated, value
from kmsgen.render.terraform.modules import FILES
from kmsgen.render.terraform.templates import TEMPLATES
from tests.real.servers import Moto
from tests.real.terraform_cli import terraform
from tests.unit.render.hostile import HOSTILE, modules
from tests.unit.render.texts import NASTY

pytestmark = pytest.mark.real
SEED = 20260101
KEY = Expression('"key"')
# No combining marks (no policy has any): Terraform composes the `e` of jsonencode's `\u003e` with one that follows.
ALPHABET = "ab ${}%\"'\\`\n\t#/*:,=<>&~é日\u200b\U0001f511\x01"


def random_text(chance: random.Random) -> str:
    """Return a text that is likely to trip a reader of HCL."""
    return chance.choice(NASTY) if chance.random() < 0.3 else "".join(chance.choices(ALPHABET, k=chance.randint(0, 12)))


def random_value(chance: random.Random, depth: int = 0) -> Any:
    """Return plain data, nested a few levels."""
    kind = chance.random() + depth * 0.15
    if kind < 0.2:
        return [random_value(chance, depth + 1) for _ in range(chance.randint(0, 4))]
    if kind < 0.5:
        return {random_text(chance): random_value(chance, depth + 1) for _ in range(chance.randint(0, 4))}
    return chance.choice([random_text(chance), random_text(chance), True, False, None, chance.randint(-(10**6), 10**6)])


def composed(data: Any) -> Any:
    """Return data with every text in NFC, as Terraform has it."""
    return json.loads(unicodedata.normalize("NFC", json.dumps(data, ensure_ascii=False)))


def unambiguous(data: Any) -> bool:
    """Return whether no two names of a mapping are the same in NFC."""
    if isinstance(data, dict):
        return len({unicodedata.normalize("NFC", name) for name in data}) == len(data) and all(map(unambiguous, data.values()))
    return all(map(unambiguous, data)) if isinstance(data, list) else True


def test_terraform_formats_every_module_as_it_was_written(moto: Moto, tmp_path: Path) -> None:
    """Every resource that there is, each nasty text in every field: sound HCL, in `terraform fmt`'s own form."""
    for number, text in enumerate(HOSTILE):
        for module in modules(text):
            folder = tmp_path / f"{number}-{module.key_type}"
            folder.mkdir()
            for name in FILES:
                (folder / name).write_bytes(TEMPLATES.get_template(f"{name}.j2").render(module=module).encode())
    terraform(moto.environment(), tmp_path).run(tmp_path, "fmt", "-check", "-diff", "-recursive")


def test_terraform_reads_and_formats_every_value_as_it_was_written(moto: Moto, tmp_path: Path) -> None:
    """1,000 nested values, nasty texts, expressions between them: as `terraform fmt` has them, and the same data to `console`."""
    chance = random.Random(SEED)  # noqa: S311 - test data
    values = [*NASTY, *filter(unambiguous, (random_value(chance) for _ in range(1000)))]
    values = [one for one in values if "\\u0000" not in json.dumps(one)]
    texts = [one for one in values if isinstance(one, str)]
    written = [*values, *(Interpolated((one, KEY, one)) for one in texts)]
    program = terraform(moto.environment(), tmp_path)
    (tmp_path / "main.tf").write_bytes(f"locals {{\n  written = {value(written, 1)}\n}}\n".encode())
    program.run(tmp_path, "fmt", "-check", "-diff")
    printed = program.run(tmp_path, "console", text="base64encode(jsonencode(local.written))\n")
    text = base64.b64decode(printed.strip().strip('"')).decode()
    assert json.loads(text) == [composed(one) for one in (*values, *(f"{one}key{one}" for one in texts))]
