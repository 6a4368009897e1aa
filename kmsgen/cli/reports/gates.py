"""What a gate found, as one report: findings of lint, answers to questions, and the differences of plans."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from kmsgen.checks.finding import SEVERITIES, Finding
from kmsgen.cli.console import line
from kmsgen.cli.long_json import ELEMENTS, json_pieces
from kmsgen.cli.reports import findings as lint_report
from kmsgen.cli.reports import sarif as log
from kmsgen.cli.reports.accesses import ChangedAccess, Compared, DiffReport, Texts
from kmsgen.cli.reports.differences import access_lines, differing_access, results, told_sides
from kmsgen.cli.reports.junit import JUnitCase, junit
from kmsgen.cli.reports.markdown import MOST_SECTIONS, bounded, cell, code, folded, item, table
from kmsgen.errors import Diagnostic, Location

PROVED = "proved"
_ROWS = 20


class GateFinding(NamedTuple):
    """A finding of lint as plain values, in every form that it is printed in."""

    severity: str
    message: str
    place: str
    lines: Texts
    told: Mapping[str, Any]
    result: Mapping[str, Any]


class Answered(NamedTuple):
    """The answer to a question of `kmsgen.toml` about a key; `accesses` are what speaks against it."""

    name: str
    question: str
    result: str
    reason: str
    accesses: tuple[ChangedAccess, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it is proved: what is unknown is no pass."""
        return self.result == PROVED


class Gated(NamedTuple):
    """What was found of a file. `difference` is that of a plan; `notes` are what to know beside it."""

    path: str
    findings: tuple[GateFinding, ...] = ()
    answers: tuple[Answered, ...] = ()
    difference: Compared | None = None
    notes: tuple[Diagnostic | str, ...] = ()


class Gate(NamedTuple):
    """All files, when findings and differences fail, and what is wrong with files that could not be looked at."""

    files: Collection[Gated]
    fail_on_lint: str
    fail_on_diff: str | None
    errors: Texts = ()

    def grave(self, one: Gated) -> tuple[GateFinding, ...]:
        """Return the findings that fail."""
        failing = SEVERITIES[: SEVERITIES.index(self.fail_on_lint) + 1]
        return tuple(found for found in one.findings if found.severity in failing)

    def why(self, one: Gated) -> Texts:
        """Return why a file does not pass, in words; nothing where it does."""
        grave, no = self.grave(one), [answer for answer in one.answers if not answer.ok]
        differs = one.difference is not None and one.difference.fails(self.fail_on_diff)
        said = [f"lint ({len(grave)} from {self.fail_on_lint} on)" if grave else "", *(answer.name for answer in no)]
        return tuple(dict.fromkeys(filter(None, (*said, "diff" if differs else ""))))

    @property
    def passes(self) -> bool:
        """Whether every file does."""
        return not self.errors and not any(self.why(one) for one in self.files)


def found_of(one: Finding) -> GateFinding:
    """Return a finding as plain values."""
    place = str(one.location)
    return GateFinding(one.severity, one.message, place, tuple(lint_report.lines(one)), lint_report.told(one), log.result(one))


def rendered(gate: Gate, form: str) -> Iterable[str]:
    """Return the report in a form, in pieces, with the end of the last line."""
    if form == "json":
        return _json(gate)
    if form == "markdown":
        return [_markdown(gate)]
    if form == "sarif":
        return json_pieces(_results(gate), log.sarif(ELEMENTS, log.ANSWER_RULES))
    if form == "junit":
        return junit("kmsgen gate", lambda: _suites(gate))
    return (f"{line(text)}\n" for one in gate.files for text in _lines(gate, one))


def _lines(gate: Gate, one: Gated) -> Iterator[str]:
    why = ", ".join(gate.why(one))
    yield f"no   {one.path}: {why}" if why else f"yes  {one.path}"
    for found in one.findings:
        yield from (f"     {text}" for text in found.lines)
    for answer in one.answers:
        yield f"     {answer.name}: {answer.result}: {answer.question}{f' ({answer.reason})' if answer.reason else ''}"
        yield from (f"       {text[2:]}" for text in access_lines(answer.accesses[:_ROWS]))
    if one.difference is not None:
        yield from (f"     {text}" for text in access_lines(one.difference.accesses))
        if one.difference.reason:
            yield f"     the comparison is not complete: {one.difference.reason}"


# --- data ---------------------------------------------------------------------------------------------------------------


def _json(gate: Gate) -> Iterator[str]:
    files = (_told_file(gate, one) for one in gate.files)
    return json_pieces(files, {"passes": gate.passes, "files": ELEMENTS, "errors": list(gate.errors)})


def _told_file(gate: Gate, one: Gated) -> dict[str, Any]:
    why = gate.why(one)
    return {
        "file": one.path,
        "passes": not why,
        "why": list(why),
        "findings": [dict(found.told) for found in one.findings],
        "questions": [_told_answer(answer) for answer in one.answers],
        "diff": told_sides(one.difference) if one.difference else None,
        "notes": list(map(str, one.notes)),
    }


def _told_answer(one: Answered) -> dict[str, Any]:
    groups = [access.told() for access in one.accesses]
    return {"name": one.name, "question": one.question, "result": one.result, "reason": one.reason, "groups": groups}


# --- Markdown -----------------------------------------------------------------------------------------------------------


def _markdown(gate: Gate) -> str:
    """Return a comment: what does not pass first, then what does by its name alone."""
    failing = list(islice((one for one in gate.files if gate.why(one)), MOST_SECTIONS))
    passing = list(islice((one for one in gate.files if not gate.why(one)), MOST_SECTIONS))
    no = sum(bool(gate.why(one)) for one in gate.files)
    verdict = "passes" if gate.passes else "does not pass"
    head = [f"## kmsgen gate: {verdict}", f"{no} of {len(gate.files)} files do not pass, {len(gate.errors)} errors."]
    head += ["\n".join(map(item, gate.errors[:_ROWS]))] if gate.errors else []
    parts = [partial(_section, gate, one) for one in (*failing, *passing)]
    return bounded("\n\n".join(head), parts, "files are", len(gate.files) - len(parts))


def _section(gate: Gate, one: Gated, short: bool) -> str:
    why = ", ".join(map(code, gate.why(one)))
    title = f"### {code(one.path)}: {f'no: {why}' if why else 'yes'}"
    if short:
        return title
    rows = [(f"**{found.severity}**", code(found.message), code(found.place)) for found in one.findings[:_ROWS]]
    parts = [title, *([table(("Severity", "Finding", "Where"), rows)] if rows else [])]
    parts += [f"and {len(one.findings) - _ROWS} more findings"] if len(one.findings) > _ROWS else []
    if one.answers:
        asked = [
            (code(answer.name), f"**{answer.result}**", code(answer.question), _reason(answer)) for answer in one.answers[:_ROWS]
        ]
        parts += [table(("Question", "Result", "", ""), asked), *_against(one.answers)]
    parts += [f"and {len(one.answers) - _ROWS} more questions"] if len(one.answers) > _ROWS else []
    parts += [differing_access(one.difference)] if one.difference and (one.difference.accesses or one.difference.reason) else []
    return "\n\n".join(parts)


def _reason(one: Answered) -> str:
    return cell((one.reason,) if one.reason else ())


def _against(answers: Sequence[Answered]) -> list[str]:
    calls = [f"- {code(one.name)}: {code(access.such_as)}" for one in answers for access in one.accesses[:_ROWS]]
    return [folded("What speaks against it", "\n".join(calls[:_ROWS]))] if calls else []


# --- SARIF and JUnit ----------------------------------------------------------------------------------------------------


def _results(gate: Gate) -> Iterator[dict[str, Any]]:
    for one in gate.files:
        yield from (dict(found.result) for found in one.findings)
        for answer in one.answers:
            if not answer.ok:
                yield from _results_of(answer, Location(one.path))
        if one.difference is not None:
            yield from results(DiffReport((one.difference,)), gate.fail_on_diff)


def _results_of(one: Answered, whole: Location) -> Iterator[dict[str, Any]]:
    said = f"{one.name}: {one.result}: {one.question}"
    for access in one.accesses[:_ROWS]:
        yield log.answer_result("not-proved", "error", f"{said}; such as {access.such_as}", access.place)
    if not one.accesses:
        yield log.answer_result("not-proved", "error", f"{said} ({one.reason})" if one.reason else said, whole)


def _cases(gate: Gate, one: Gated) -> Iterator[JUnitCase]:
    grave = gate.grave(one)
    text = "\n".join(text for found in grave for text in found.lines)
    yield JUnitCase("lint", f"{len(grave)} findings from {gate.fail_on_lint} on" if grave else "", text)
    for answer in one.answers:
        failure = "" if answer.ok else f"{answer.result} {answer.reason}".strip()
        yield JUnitCase(f"{answer.name}: {answer.question}", failure, "\n".join(access_lines(answer.accesses[:_ROWS])))
    if one.difference is not None:
        differs = one.difference.fails(gate.fail_on_diff)
        counts = one.difference.reason or f"{len(one.difference.gained)} gained, {len(one.difference.lost)} lost"
        yield JUnitCase("diff", counts if differs else "", "\n".join(access_lines(one.difference.accesses)) if differs else "")


def _suites(gate: Gate) -> Iterator[tuple[str, list[JUnitCase]]]:
    yield from ((one.path, list(_cases(gate, one))) for one in gate.files)
    if gate.errors:
        yield "errors", [JUnitCase(f"error {number}", text, error=True) for number, text in enumerate(gate.errors, 1)]
