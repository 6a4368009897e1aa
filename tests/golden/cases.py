"""What is rendered into golden files: every preset with its examples, the examples, and intents that presets do not cover."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kmsgen.compiler.compile import compile_intent
from kmsgen.intent.intent import Intent
from kmsgen.intent.load import load_intent
from kmsgen.intent.presets import load_preset, preset_names
from kmsgen.render.deployment import Deployment, deployment_of
from tests.preset_examples import examples_of

ROOT = Path(__file__).parents[2]
INTENTS = Path(__file__).parent / "intents"


@dataclass(frozen=True)
class GoldenCase:
    """One intent with the name of its folder of golden files."""

    name: str
    intent: Intent
    deployment: Deployment


def golden_names() -> tuple[str, ...]:
    """Return the names of all cases, sorted; nothing is loaded, so that one bad intent fails its own tests only."""
    examples = (path.parent.name for path in (ROOT / "examples").glob("*/intent.yaml"))
    return tuple(sorted((*preset_names(), *examples, *(path.stem for path in INTENTS.glob("*.yaml")))))


@cache
def golden_case(name: str) -> GoldenCase:
    """Load and compile one case."""
    intent = _intent(name)
    return GoldenCase(name, intent, deployment_of(intent, compile_intent(intent).bundle))


def golden_cases() -> tuple[GoldenCase, ...]:
    """Return every case, by name."""
    return tuple(map(golden_case, golden_names()))


def _intent(name: str) -> Intent:
    if name in preset_names():
        return load_preset(name, examples_of(name))
    example = ROOT / "examples" / name / "intent.yaml"
    return load_intent(example if example.is_file() else INTENTS / f"{name}.yaml")
