"""An intent over its last render: what is held meanwhile, and keys that another tool made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.running import Ran, run_in

INTENT = """kmsgen: 1
name: app
scope: {account: "111122223333", regions: [us-west-2], deployer: role/DEPLOYER}
admins: [role/Admin]
key: {alias: app}
"""
Render = Callable[..., Ran]


@pytest.fixture
def render(tmp_path: Path) -> Render:
    """Return a function that renders an intent into a folder, over what is there."""

    def rendered(text: str, *options: str) -> Ran:
        (tmp_path / "intent.yaml").write_text(text)
        return run_in(tmp_path, "render", "intent.yaml", "--no-lint", *options)

    return rendered


def test_what_only_the_last_render_gives_is_named_where_it_is_refused(render: Render) -> None:
    """A `never` of who deployed until now holds of the file alone: the way is the edit first, and the line once it is applied."""
    held, now = INTENT.replace("DEPLOYER", "old-ci"), INTENT.replace("DEPLOYER", "ci")
    never = f"{now}never: [{{principal: role/old-*, actions: [kms:PutKeyPolicy]}}]\n"
    assert render(held, "--format=json").code == 0
    refused = render(never, "--format=json")
    assert refused.code == 1
    assert "held until `--applied`: `arn:aws:iam::111122223333:role/old-ci`" in " ".join(refused.err.split())
    assert render(now, "--format=json").code == 0
    assert render(never, "--format=json", "--applied").code == 0


def test_what_the_file_itself_gives_is_refused_without_a_word_of_the_last_render(render: Render) -> None:
    """What is held does not matter there."""
    held, now = INTENT.replace("DEPLOYER", "old-ci"), INTENT.replace("DEPLOYER", "ci")
    assert render(held, "--format=json").code == 0
    for name in ("old-ci", "ci"):
        text = INTENT.replace("DEPLOYER", name)
        refused = render(f"{text}never: [{{principal: role/{name}, actions: [kms:PutKeyPolicy]}}]\n", "--format=json")
        assert (refused.code, "--applied" in refused.err) == (1, False)
    assert render(now, "--format=json").code == 0


@pytest.mark.parametrize(("before", "now"), [("terraform", "cloudformation"), ("cloudformation", "terraform")])
def test_a_key_that_another_tool_made_is_not_made_again(render: Render, before: str, now: str) -> None:
    """A stack knows nothing of a module's key, nor the other way round, whatever was rendered besides in between."""
    text = INTENT.replace("DEPLOYER", "ci")
    assert render(text, f"--format={before}").code == 0
    assert render(text, "--format=json").code == 0
    refused = render(text, f"--format={now}")
    assert refused.code == 1
    assert f"key-would-be-replaced: `{now}` takes another key: what the last render created by `{before}`" in refused.err
    assert render(text, f"--format={now}", f"--format={before}").code == 0
    assert render(text, f"--format={now}").code == 0


def test_a_key_that_no_tool_makes_is_no_other_one_for_another_tool(render: Render) -> None:
    """It is created by a call, and each tool is told its ARN."""
    text = INTENT.replace("DEPLOYER", "ci").replace("alias: app", "alias: app, spec: ML_KEM_768")
    assert render(text, "--format=terraform").code == 0
    assert render(text, "--format=cloudformation").code == 0
