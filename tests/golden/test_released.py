"""What kmsgen 0.1.0 rendered, byte for byte, and today's render over it: an upgrade is an edit too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kmsgen.cli.jobs.rendering.last_render import last_render
from kmsgen.compiler.compile import compile_intent
from kmsgen.intent.load import load_intent
from kmsgen.render.deployment import deployment_of
from kmsgen.render.edits.lost_keys import replacements
from kmsgen.render.terraform.modules import render
from tests.golden.edits import destroyed, moved, resources

RELEASED = Path(__file__).parent / "released/0.1.0"


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
        text, released = now[module.relative_to(folder).as_posix()], module.read_text(encoding="utf-8")
        made, before = resources(text), resources(released)
        assert destroyed(released, text, {address.partition(".")[0] for address in before}) == []
        for address, home in moved(text).items():
            stays = made[home] == before[address]
            assert stays or "create_before_destroy" in text.split(f'"{home.partition(".")[2]}" {{')[1].split("\n}\n")[0]
