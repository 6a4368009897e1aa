"""What cfn-lint said of a template, remembered by its text: two thirds of a render, and the same for many a version of kmsgen."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from functools import cache, partial
from importlib.metadata import requires
from pathlib import Path
from typing import TYPE_CHECKING

from kmsgen.cli.cache import Cache
from kmsgen.cli.jobs.rests_on import contents, version_of
from kmsgen.resources import PACKAGE

if TYPE_CHECKING:
    from kmsgen.render.cfn_lint import LintFinding, Remembered, Say

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def remembered(folder: Path | None) -> Remembered | None:
    """Return what remembers in the cache of a folder; of no folder nothing does."""
    return None if folder is None else partial(_remembered, _cache(folder))


@cache
def _cache(folder: Path) -> Cache:
    """Return the cache of this process, which is open to its end: each answer is written when it is found."""
    return Cache(folder).__enter__()


def _remembered(answers: Cache, template: str, region: str, say: Say) -> list[LintFinding]:
    from kmsgen.render.cfn_lint import LintFinding  # noqa: PLC0415 - not where templates are not looked at

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
