"""`kmsgen diff` on an edit that takes another key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.running import Runner

HEAD = 'kmsgen: 1\nname: app\nscope: {account: "111122223333", regions: [us-west-2]}\nadmins: [role/Admin]\n'
BEFORE, AFTER = HEAD + "key: {alias: app}\n", HEAD + "key: {alias: app, multi_region: true}\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return an empty folder to run in, with the intent before and after the edit, and the first one rendered."""
    runner = Runner(tmp_path, monkeypatch, capsys)
    runner.write("before.yaml", BEFORE)
    runner.write("after.yaml", AFTER)
    assert runner("render", "before.yaml", "--no-lint").code == 0
    return runner


@pytest.mark.parametrize("before", ["before.yaml", "out/app", "out/app/manifest.json"])
def test_that_a_key_is_replaced_is_said_first_of_all(run: Runner, before: str) -> None:
    """Against the intent before the edit, and against what was rendered of it."""
    told = run("diff", before, "after.yaml").err
    assert told.startswith("note: after.yaml:5:6: key-would-be-replaced: `key.multi_region` changes from `false` to `true`")


@pytest.mark.parametrize(("before", "after"), [("before.yaml", "before.yaml"), ("out/app/json/key-policy.json", "after.yaml")])
def test_a_key_that_stays_or_that_no_file_tells_of_is_not_replaced(run: Runner, before: str, after: str) -> None:
    """A policy alone does not tell what its key was made as."""
    assert "key-would-be-replaced" not in run("diff", before, after).err


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (("alias: app", "alias: other"), "alias-renamed"),
        (("admins:", "delegation: iam\nadmins:"), "delegation-changed"),
        (("grants: [{name: g, grantee: role/x, operations: [Decrypt]}]\n", ""), "grants-ended"),
        (("[Decrypt]}]", "[DescribeKey]}]"), "grants-changed"),
    ],
)
def test_what_takes_several_steps_is_said(run: Runner, edit: tuple[str, str], code: str) -> None:
    """Access by a grant is lost once somebody has revoked it, and what moves is out there in steps: `render` will say so too."""
    before = BEFORE + "grants: [{name: g, grantee: role/x, operations: [Decrypt]}]\n"
    run.write("before.yaml", before)
    run.write("after.yaml", before.replace(*edit))
    assert (
        f"note: after.yaml:{'5:6:' if code == 'alias-renamed' else ''} {code}: ".replace(":  ", ": ")
        in run("diff", "before.yaml", "after.yaml").err
    )
