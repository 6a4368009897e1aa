"""The intent that `kmsgen init` writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kmsgen.cli.commands.init import app
from kmsgen.errors import InputError
from kmsgen.intent.load import load_intent


def test_init_writes_an_intent_that_loads(tmp_path: Path) -> None:
    """`init` writes a commented intent that loads as it is; whoever takes a comment sign away has a field that exists."""
    path = tmp_path / "new.yaml"
    assert CliRunner().invoke(app, [str(path)]).exit_code == 0
    written = load_intent(path)
    assert written.name == "my-key"
    assert written.scope.deployer == "arn:aws:iam::111122223333:role/platform-ci"
    assert path.read_text().startswith("# yaml-language-server: $schema=")
    lines = path.read_text().splitlines()[2:]
    path.write_text("\n".join(re.sub(r"^( *)# ", r"\1", line) for line in lines))
    found = load_intent(path)
    assert found.services
    assert found.grants
    assert found.never


@pytest.mark.parametrize("name", ["there.yaml", "folder", "no/such/folder.yaml"])
def test_init_overwrites_nothing(name: str, tmp_path: Path) -> None:
    """`init` refuses a file that exists and a path that cannot be written, and changes nothing."""
    (tmp_path / "there.yaml").write_text("mine")
    (tmp_path / "folder").mkdir()
    result = CliRunner().invoke(app, [str(tmp_path / name)])
    assert isinstance(result.exception, InputError)
    assert result.exception.exit_code == 2
    assert (tmp_path / "there.yaml").read_text() == "mine"
