"""The generated shape is that of the models, and loading a file needs the shape only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from kmsgen.errors import InputError
from kmsgen.intent.files.problems import Problems
from kmsgen.intent.form import model
from kmsgen.intent.form._shape import SHAPES
from kmsgen.intent.form.validate import build
from kmsgen.reading import parse, read_file
from scripts.refresh_intent_shape import KINDS, TARGET, shape_text

CASES = Path(__file__).parents[3] / "cases" / "intent"
FILES = [path for path in sorted(CASES.glob("*/*.yaml")) if not path.name.startswith("_")]
LINES: dict[str, type[BaseModel]] = {
    "admins": model.AdminFile, "users": model.UserFile, "services": model.ServiceFile, "grants": model.GrantFile,
    "guardrails": model.GuardRailFile, "never": model.NeverFile,
}  # fmt: skip


def test_shape_is_fresh() -> None:
    """The generated module is what the script makes from the models today."""
    assert TARGET.read_text(encoding="utf-8") == shape_text()
    assert set(SHAPES) == {kind.__name__ for kind in KINDS}


def parts_of(data: Any) -> list[tuple[type[BaseModel], Any]]:
    """Return the parts of an intent with their models."""
    if not isinstance(data, dict):
        return [(model.ScopeFile, data)]
    parts: list[tuple[type[BaseModel], Any]] = [(model.ScopeFile, data.get("scope")), (model.KeyFile, data.get("key"))]
    lists = [(kind, data[name]) for name, kind in LINES.items() if isinstance(data.get(name), list)]
    return [*parts, *((kind, line) for kind, lines in lists for line in lines)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shape_and_models_find_the_same(path: Path) -> None:
    """Each part of each case, good or bad, is refused by the shape where its model refuses it, and only there."""
    try:
        data = read_file(path).data
    except InputError:
        return
    for kind, part in parts_of(data):
        try:
            kind.model_validate(part)
            wanted = 0
        except ValidationError as error:
            wanted = len(error.errors())
        problems = Problems(parse("{}", "x.yaml"))
        build(kind.__name__, part, (), problems)
        assert len(problems.found) == wanted


def test_loading_builds_no_models() -> None:
    """Loading an intent imports neither the models nor what pydantic builds models with."""
    example = Path(__file__).parents[4] / "examples" / "payments" / "intent.yaml"
    code = f"""
import sys
from kmsgen.intent.load import load_intent
load_intent({str(example)!r})
sys.exit(any(name in sys.modules for name in ("kmsgen.intent.form.model", "pydantic.main", "pydantic.json_schema")))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
