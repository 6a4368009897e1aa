"""What cfn-lint says of templates, remembered by their text: two thirds of a render, and the same whatever version kmsgen has."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from functools import cache, partial
from importlib.metadata import requires
from pathlib import Path

from kmsgen.cli.cache import Cache
from kmsgen.cli.jobs.rests_on import contents, version_of
from kmsgen.errors import Diagnostic, Location, RefusedError
from kmsgen.render import cfn_lint
from kmsgen.render.artifact import Artifact
from kmsgen.render.cfn_lint import LintFinding, Remembered, Say
from kmsgen.resources import PACKAGE

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def refuse_findings(folder: Path, artifacts: tuple[Artifact, ...], answers: Path | None) -> None:
    """Raise RefusedError with what cfn-lint finds in templates; `answers` is the folder of the cache, where there is one."""
    problems = [problem for one in artifacts if one.kind == "template" for problem in _findings(folder, one, answers)]
    if problems:
        raise RefusedError(problems)


def _findings(folder: Path, template: Artifact, answers: Path | None) -> Iterator[Diagnostic]:
    for one in cfn_lint.findings(template.text, template.region, remembered(answers)):
        yield Diagnostic(Location(f"{folder}/{template.path}", one.line, one.column), one.code, one.message)


def load_linter() -> None:
    """Load cfn-lint with its rules and schemas."""
    cfn_lint.findings("Resources: {Key: {Type: AWS::KMS::Key, Properties: {Description: x}}}", None)


def remembered(folder: Path | None) -> Remembered | None:
    """Return what remembers in the cache of a folder; of no folder nothing does."""
    return None if folder is None else partial(_remembered, _cache(folder))


@cache
def _cache(folder: Path) -> Cache:
    """Return the cache of this process, which is open to its end: each answer is written when it is found."""
    return Cache(folder).__enter__()


def _remembered(answers: Cache, template: str, region: str, say: Say) -> list[LintFinding]:
    key = hashlib.sha256(json.dumps(["cfn-lint", _linter(), region, template]).encode()).hexdigest()
    found = answers.find(key)
    if found is not None:
        return [LintFinding(*one) for one in found.summary]
    answers.remember(key, said := say(template, region), None)
    return said


@cache
def _linter() -> list[str]:
    """Return what a verdict of cfn-lint rests on: its version and those of what it stands on, Python's, and how it is asked."""
    names = sorted(_NAME.match(one)[0] for one in requires("cfn-lint") or () if "extra ==" not in one)  # type: ignore[index]
    asked = contents([PACKAGE / "render" / "cfn_lint.py"]) or []
    return [sys.version, *(f"{name} {version_of(name)}" for name in ("cfn-lint", *names)), *(digest for _, digest in asked)]
