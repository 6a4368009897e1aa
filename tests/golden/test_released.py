"""What kmsgen 0.1.0 rendered, byte for byte, and today's render over it: an upgrade is an edit too."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from kmsgen.cli.jobs.last_render import last_render
from kmsgen.compiler.compile import compile_intent
from kmsgen.intent.load import load_intent
from kmsgen.render.deployment import deployment_of
from kmsgen.render.lost_keys import replacements
from kmsgen.render.terraform.modules import render

RELEASED = Path(__file__).parent / "released/0.1.0"
RESOURCE = re.compile(r'^resource "(aws_\w+)" "(\w+)" \{$', re.MULTILINE)
CARRIED = re.compile(r"^  from = ([\w.]+)$", re.MULTILINE)
# What forces Terraform to take another resource in the place of one.
FIXED = re.compile(
    r"^  (key_usage|customer_master_key_spec|multi_region|name|key_id|grantee_principal|role|user|primary_key_arn) += (.*)$",
    re.MULTILINE,
)


def resources(text: str) -> dict[str, dict[str, str]]:
    """Return what is fixed of each resource of a module, by address."""
    parts = re.split(r"^(?=resource )", text, flags=re.MULTILINE)
    found = ((RESOURCE.match(part), part.split("\n}\n")[0]) for part in parts)
    return {f"{head[1]}.{head[2]}": dict(FIXED.findall(body)) for head, body in found if head}


@pytest.mark.parametrize("name", sorted(path.name for path in RELEASED.iterdir()))
def test_what_the_released_version_made_stays(name: str, tmp_path: Path) -> None:
    """Each resource stays as it is, is moved, or is let go; what an IAM policy was called goes once the new one stands."""
    folder = tmp_path / name
    shutil.copytree(RELEASED / name, folder)
    intent = load_intent(folder / "intent.yaml")
    deployment = deployment_of(intent, compile_intent(intent).bundle, last_render(folder))
    assert replacements(deployment, intent.keys_location) == ()
    now = {artifact.path: artifact.text for artifact in render(deployment).artifacts if artifact.path.endswith("main.tf")}
    for module in folder.rglob("main.tf"):
        text = now[module.relative_to(folder).as_posix()]
        made, before = resources(text), resources(module.read_text(encoding="utf-8"))
        kept = {address: fixed for address, fixed in before.items() if address not in CARRIED.findall(text)}
        assert {address: made.get(address) for address in kept} == kept
        moved = dict(re.findall(r"^moved \{\n  from = ([\w.]+)\n  to   = ([\w.]+)$", text, re.MULTILINE))
        for address, home in moved.items():
            assert made[home] == before[address] or "create_before_destroy" in text.split(f'"{home.split(".")[1]}" {{')[1]
