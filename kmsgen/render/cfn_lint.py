"""cfn-lint on CloudFormation templates, in process, its rules loaded once."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from kmsgen.catalogue.actions import find
from kmsgen.errors import Location, input_error

# Where an intent has no Region (IAM only), any will do: IAM is the same in all. So where cfn-lint has not heard of it.
ANY_REGION = "us-east-1"
# What cfn-lint 1.58 takes for no ARN, and one that is like it.
NEW_PARTITION = ("arn:aws-eusc:", "arn:aws:")
UNKNOWN_ACTION = "W3037"
PRINCIPAL_FORM = "E3512"
_KMS_ACTION = re.compile(r"kms:[A-Za-z]+\b")
_FEDERATED_USER = re.compile(r"arn:aws[a-z-]*:sts::\d{12}:federated-user/")


class LintFinding(NamedTuple):
    """What cfn-lint says about one place of a template; line and column from 1."""

    code: str
    message: str
    line: int
    column: int


Say = Callable[[str, str], list[LintFinding]]
Remembered = Callable[[str, str, Say], list[LintFinding]]
"""What cfn-lint says of a template in a Region, as it is remembered or as it is said now."""


def findings(template: str, region: str | None, remembered: Remembered | None = None) -> list[LintFinding]:
    """Return what cfn-lint finds in the text of a template, in its order; errors, warnings and informations alike.

    What it has said of the same text before may be `remembered`.
    """
    template = template.replace(*NEW_PARTITION)
    there = region or ANY_REGION
    found = said(template, there) if remembered is None else remembered(template, there, said)
    lines = template.splitlines()
    return [finding for finding in found if not _outdated(finding, lines[finding.line - 1])]


def said(template: str, region: str) -> list[LintFinding]:
    """Return what cfn-lint itself says of the text of a template, right or not."""
    decoded, broken = _module("cfnlint.decode").decode_str(template)
    there = region if region in _module("cfnlint.helpers").REGIONS else ANY_REGION
    matches = broken or _module("cfnlint.runner").run_template_by_data(decoded, _options(there), _rules())
    return [LintFinding(match.rule.id, match.message.rstrip("."), match.linenumber, match.columnnumber) for match in matches]


def _outdated(finding: LintFinding, line: str) -> bool:
    """Return whether cfn-lint misses what KMS has: an action newer than its list, or a federated user as a principal.

    Source of the latter: IAM User Guide, reference_policies_elements_principal.
    """
    if finding.code == PRINCIPAL_FORM and _FEDERATED_USER.search(line):
        return True
    named = _KMS_ACTION.search(line)
    return finding.code == UNKNOWN_ACTION and named is not None and find(named.group()) is not None


def _options(region: str) -> Any:  # noqa: ANN401 - cfn-lint's own
    """Return cfn-lint's options, from an empty file: else it reads what `.cfnlintrc` of the folder and of the user say."""
    return _module("cfnlint.config").ConfigMixIn(["--config-file", os.devnull], regions=[region])


@cache
def _rules() -> Any:  # noqa: ANN401 - cfn-lint's collection of rules
    return _module("cfnlint.core").get_rules([], [], [])


def _module(name: str) -> Any:  # noqa: ANN401 - a module without types
    """Load a part of cfn-lint, which takes more than a second. Raises InputError where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise input_error(Location("cfn-lint"), "cannot-lint", "cfn-lint cannot be loaded", "skip it with `--no-lint`") from error
