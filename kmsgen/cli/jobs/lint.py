"""What `kmsgen lint` looks at, and how it prints what it finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kmsgen.checks.finding import SEVERITIES, Finding
from kmsgen.checks.lint.dead_parts import OF_MINIMALITY
from kmsgen.checks.lint.lint import lint
from kmsgen.checks.lint.makes import other_makes
from kmsgen.checks.lint.written import KEY_POLICY, Written, as_iam_policy
from kmsgen.cli.console import answer, answer_json
from kmsgen.cli.jobs.subjects import load
from kmsgen.cli.reports.plain_request import format_request
from kmsgen.cli.reports.sarif import sarif
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location
from kmsgen.policy.json_form import parse_document
from kmsgen.reading import Source, Steps, read_file
from kmsgen.sources.key_kinds import every_kind
from kmsgen.sources.key_policy import Beside, is_policy, read_policy


def findings_of(paths: Sequence[str], key_arn: str | None) -> list[Finding]:
    """Return the findings on every file. Raises InputError with every problem of every file that cannot be read."""
    problems: list[Diagnostic] = []
    found: list[Finding] = []
    for path in dict.fromkeys(paths):
        try:
            found += _of_file(path, key_arn)
        except KmsgenError as error:
            problems += error.diagnostics
    if problems:
        raise InputError(problems)
    return found


def _of_file(path: str, key_arn: str | None) -> list[Finding]:
    source = read_file(path)
    if is_policy(source.data):
        return _of_policy(source, key_arn)
    subject = load(path, Beside())

    def where(_steps: Steps) -> Location:
        return Location(path)

    keys = subject.bundle.keys
    names = [access.key.arn if len(keys) > 1 else "" for access in keys]
    written = [Written(access.policy, KEY_POLICY, where, key=name) for access, name in zip(keys, names, strict=True)]
    documents = dict.fromkeys(document for beside in subject.bundle.principals.values() for document in beside.identity_policies)
    return lint([*written, *(as_iam_policy(document, where) for document in documents)], subject.bundle)


def _of_policy(source: Source, key_arn: str | None) -> list[Finding]:
    document = parse_document(source.data, source.where)
    if any(statement.principals is None for statement in document.statements):
        parse_document(source.data, source.where, "forbidden")
        return lint([as_iam_policy(document, source.where)], None)
    if key_arn is None and not _infers(source):
        return lint([Written(document, KEY_POLICY, source.where)], None)
    bundle = read_policy(source, Beside(key_arn))
    written = [Written(bundle.keys[0].policy, KEY_POLICY, source.where)]
    return _of_every_kind([lint(written, one) for one in (*every_kind(bundle), *other_makes(bundle))])


def _of_every_kind(found: Sequence[Sequence[Finding]]) -> list[Finding]:
    """Return what holds whatever kind of key the policy is for, the likely kind first.

    What may go from a statement is what may go there for the likely kind, if for each other kind something may go too.
    """
    likely, *others = found
    everywhere = set.intersection(*({(one.code, one.statements) for one in findings} for findings in found))
    kept = [one for one in likely if not _may_go(one) or (one.code, one.statements) in everywhere]
    further = {_identity(one): one for findings in others for one in findings if not _may_go(one)}
    kept += [one for identity, one in further.items() if identity not in set(map(_identity, kept))]
    return sorted(kept, key=lambda one: (one.location, SEVERITIES.index(one.severity), one.code, one.message))


def _may_go(one: Finding) -> bool:
    return one.code.startswith(OF_MINIMALITY)


def _identity(one: Finding) -> tuple[str, Location, str]:
    return one.code, one.location, one.message


def _infers(source: Source) -> bool:
    """Return whether the policy tells whose key it is; without that only its statements can be looked at one by one."""
    try:
        read_policy(source, Beside())
    except InputError as error:
        if all(diagnostic.code == "unknown-key" for diagnostic in error.diagnostics):
            return False
        raise
    return True


def show(found: Sequence[Finding], output: str, fail_on: str) -> int:
    """Print findings; return the exit code."""
    if output == "json":
        answer_json([told(one) for one in found])
    elif output == "sarif":
        answer_json(sarif(found))
    else:
        for one in found:
            answer(f"{one.location}: {one.severity}: {one.code}: {one.message}{_which(one)}")
            answer(f"  fix: {one.hint}") if one.hint else None
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return 1 if any(one.severity in failing for one in found) else 0


def _which(one: Finding) -> str:
    """Return in brackets what the place does not tell: which statements without a line, which key of several."""
    labels = ", ".join(f"`{label}`" for label in one.statements) if not one.location.line else ""
    said = ", ".join(filter(None, (labels, f"key `{one.key}`" if one.key else "")))
    return f" ({said})" if said else ""


def told(one: Finding) -> dict[str, Any]:
    """Return a finding as plain data."""
    return {
        "code": one.code,
        "severity": one.severity,
        "message": one.message,
        "fix": one.hint,
        "location": {"path": one.location.path, "line": one.location.line, "column": one.location.column},
        "statements": list(one.statements),
        "key": one.key or None,
        "witness": format_request(one.witness) if one.witness is not None else None,
    }
