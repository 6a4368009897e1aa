"""A file that is too large for every reader is refused by its size, whichever command it is given to."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from tests.unit.cli.running import Runner

SIZE = 6 * 1024**3
COMMANDS = {
    "lint": ("lint", "{}"),
    "lint of many": ("lint", "{}", "{other}"),
    "lint of a folder": ("lint", "."),
    "lint beside": ("lint", "{small}", "--identity-policy", "arn:aws:iam::111122223333:role/a={}"),
    "lint with grants": ("lint", "{small}", "--grants", "{}"),
    "matrix": ("matrix", "{}"),
    "matrix of a folder": ("matrix", "."),
    "prove": ("prove", "--no-public", "{}"),
    "prove an intent": ("prove", "{}"),
    "diff": ("diff", "{}", "{other}"),
    "diff of sides": ("diff", "{}"),
    "verify": ("verify", "{}"),
    "verify against": ("verify", "{intent}", "--against", "{}"),
    "verify of a base": ("verify", "{extending}"),
    "render": ("render", "{}", "--out", "out"),
    "render of a base": ("render", "{extending}", "--out", "out"),
    "gate": ("gate", "{}"),
    "import": ("import", "{}"),
    "simulate": ("simulate", "{}"),
    "explain": ("explain", "{}"),
    "drift": ("drift", "{}"),
}
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]}
INTENT = """kmsgen: 1
name: small
scope: {account: "111122223333", regions: [us-west-2], deployer: role/ci}
key: {alias: small}
admins: [role/admin]
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands with a cache, that holds digests of what was read."""
    monkeypatch.delenv("KMSGEN_NO_CACHE")
    monkeypatch.setenv("KMSGEN_CACHE", str(tmp_path / ".cache"))
    return Runner(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("ending", ["json", "yaml"])
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_huge_file_is_refused_unread(run: Runner, words: tuple[str, ...], ending: str) -> None:
    """A sparse file of 6 GiB is refused at once, in little memory, as too large."""
    huge = run.path / f"huge.{ending}"
    huge.touch()
    os.truncate(huge, SIZE)
    other = run.path / f"other.{ending}"
    other.touch()
    os.truncate(other, SIZE)
    names = {
        "small": run.write("sub/small.json", POLICY),
        "intent": run.write("sub/small.yaml", INTENT),
        "extending": run.write("sub/extending.yaml", f"extends: ../{huge.name}\n{INTENT}"),
        "other": str(other),
    }
    before = resource.getrusage(resource.RUSAGE_SELF)
    ran = run(*(word.format(str(huge), **names) for word in words))
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert (ran.code, "too-large" in ran.err) == (2, True), ran.err
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2
    assert after.ru_maxrss - before.ru_maxrss < 512 * 1024
