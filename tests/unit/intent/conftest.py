"""What the tests of intents share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kmsgen.errors import Diagnostic, InputError
from kmsgen.intent.intent import Intent
from kmsgen.intent.load import load_intent

HEAD = 'kmsgen: 1\nname: test\nscope: {account: "111122223333", regions: [us-west-2]}\n'
NEW_KEY = f"{HEAD}key: {{alias: test}}\nadmins: [role/KmsAdmin]\n"

Load = Callable[[str], Intent]
Refused = Callable[[str], tuple[Diagnostic, ...]]


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def intent(name: str, extends: str = "") -> str:
    """Return a small intent of that name."""
    return NEW_KEY.replace("name: test", f"name: {name}") + (f"extends: {extends}\n" if extends else "")


def codes_of(caught: pytest.ExceptionInfo[InputError]) -> list[str]:
    """Return the codes of what was raised."""
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load an intent from its text."""

    def load_text(text: str) -> Intent:
        path = tmp_path / "intent.yaml"
        path.write_text(text, encoding="utf-8")
        return load_intent(path)

    return load_text


@pytest.fixture
def refused(load: Load) -> Refused:
    """Load an intent from its text and return the diagnostics it is refused with."""

    def refuse_text(text: str) -> tuple[Diagnostic, ...]:
        with pytest.raises(InputError) as caught:
            load(text)
        return caught.value.diagnostics

    return refuse_text
