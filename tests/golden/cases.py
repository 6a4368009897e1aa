"""What is rendered into golden files: every preset with its examples, the examples, and intents that presets do not cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kmsgen.compiler.compile import compile_intent
from kmsgen.intent.intent import Intent
from kmsgen.intent.load import load_intent
from kmsgen.intent.presets import find_preset, load_preset, preset_names
from kmsgen.render.subject import Subject, subject_of

ROOT = Path(__file__).parents[2]
INTENTS = Path(__file__).parent / "intents"


@dataclass(frozen=True)
class GoldenCase:
    """One intent with the name of its folder of golden files."""

    name: str
    intent: Intent
    subject: Subject


@cache
def golden_cases() -> tuple[GoldenCase, ...]:
    """Return every case, by name."""
    return tuple(_case(name, intent) for name, intent in sorted(_intents(), key=lambda row: row[0]))


def _case(name: str, intent: Intent) -> GoldenCase:
    return GoldenCase(name, intent, subject_of(intent, compile_intent(intent).bundle))


def _intents() -> Iterator[tuple[str, Intent]]:
    for name in preset_names():
        yield name, load_preset(name, find_preset(name).examples())
    for path in (*(ROOT / "examples").glob("*/intent.yaml"), *INTENTS.glob("*.yaml")):
        name = path.parent.name if path.stem == "intent" else path.stem
        yield name, load_intent(path.relative_to(ROOT) if Path.cwd() == ROOT else path)
