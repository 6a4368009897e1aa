"""The intent that `kmsgen init` writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kmsgen.cli.commands.init import app
from kmsgen.errors import InputError
from kmsgen.intent.load import load_intent
from kmsgen.intent.presets import load_preset, preset_names
from tests.preset_examples import examples_of


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


@pytest.mark.parametrize("name", preset_names())
def test_init_turns_a_preset_into_a_file(name: str, tmp_path: Path) -> None:
    """The file that `init --preset` writes means what the preset with these settings means."""
    settings = examples_of(name)
    path = tmp_path / "new.yaml"
    words = [word for pair in settings.items() for word in ("--set", "=".join(pair))]
    result = CliRunner().invoke(app, [str(path), "--preset", name, *words])
    assert result.exit_code == 0, result.output
    assert path.read_text().startswith("# yaml-language-server: $schema=")
    both = (load_intent(path), load_preset(name, settings))
    written, meant = (re.sub(r"Location\([^)]*\)", "", str(one._replace(path=""))) for one in both)
    assert written == meant


@pytest.mark.parametrize("value", ["no", "true", "null", "1e3", "0x1f", "2026-01-01", "1.5"])
def test_what_is_set_stays_the_text_it_is(value: str, tmp_path: Path) -> None:
    """A value enters the file as a text, whatever YAML would make of it."""
    path = tmp_path / "new.yaml"
    settings = {**examples_of("s3-bucket"), "name": value}
    words = [word for pair in settings.items() for word in ("--set", "=".join(pair))]
    assert CliRunner().invoke(app, [str(path), "--preset", "s3-bucket", *words]).exit_code == 0
    assert load_intent(path).name == value


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--preset", "no-such"), "unknown-preset"),
        (("--preset", "rds"), "missing-parameter"),
        (("--preset", "rds", "--set", "account"), "usage"),
        (("--set", "account=111122223333"), "usage"),
    ],
)
def test_init_writes_no_preset_that_is_no_intent(words: tuple[str, ...], code: str, tmp_path: Path) -> None:
    """What is wrong with the settings is told, and no file is written."""
    result = CliRunner().invoke(app, [str(tmp_path / "new.yaml"), *words])
    assert isinstance(result.exception, InputError)
    assert code in {found.code for found in result.exception.diagnostics}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["there.yaml", "folder", "no/such/folder.yaml"])
def test_init_overwrites_nothing(name: str, tmp_path: Path) -> None:
    """`init` refuses a file that exists and a path that cannot be written, and changes nothing."""
    (tmp_path / "there.yaml").write_text("mine")
    (tmp_path / "folder").mkdir()
    result = CliRunner().invoke(app, [str(tmp_path / name)])
    assert isinstance(result.exception, InputError)
    assert result.exception.exit_code == 2
    assert (tmp_path / "there.yaml").read_text() == "mine"
