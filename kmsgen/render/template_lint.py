"""cfn-lint on CloudFormation templates, in process, its rules loaded once."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from kmsgen.errors import Location, input_error

# Where an intent has no Region (IAM only), any Region will do: IAM's resources are the same in all.
ANY_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class LintFinding:
    """What cfn-lint says about one place of a template; line and column from 1."""

    code: str
    message: str
    line: int
    column: int


def findings(template: str, region: str | None) -> list[LintFinding]:
    """Return what cfn-lint finds in the text of a template, in its order; errors, warnings and informations alike."""
    matches = _module("cfnlint.api").lint(template, rules=_rules(), regions=[region or ANY_REGION])
    return [
        LintFinding(match.rule.id, match.message.rstrip(".").lower(), match.linenumber, match.columnnumber) for match in matches
    ]


@cache
def _rules() -> Any:  # noqa: ANN401 - cfn-lint's collection of rules
    return _module("cfnlint.core").get_rules([], [], [])


def _module(name: str) -> Any:  # noqa: ANN401 - a module without types
    """Load a part of cfn-lint, which takes more than a second. Raises InputError where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise input_error(Location("cfn-lint"), "cannot-lint", "cfn-lint cannot be loaded", "skip it with `--no-lint`") from error
