"""What `kmsgen gate` asks of files before they are deployed: lint, the questions of `kmsgen.toml`, the difference of a plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from kmsgen.catalogue.actions import expand
from kmsgen.cli.console import answer_held, say, say_note
from kmsgen.cli.jobs.comparison.comparing import aligned, compare, with_grants
from kmsgen.cli.jobs.comparison.placing import Placing
from kmsgen.cli.jobs.diff import of_subjects
from kmsgen.cli.jobs.findings.linting import findings_of
from kmsgen.cli.jobs.inputs.option_values import wrong_usage
from kmsgen.cli.jobs.inputs.policy_files import PolicyFile, files_read, is_ordinary, policy_files
from kmsgen.cli.jobs.inputs.questions import Asker
from kmsgen.cli.jobs.parallel.many import Course, collected, end_at_first, results
from kmsgen.cli.jobs.prove import about_nobody
from kmsgen.cli.jobs.proving import Bounds, Questioned
from kmsgen.cli.jobs.reporting import WantedReports
from kmsgen.cli.reports.accesses import Compared
from kmsgen.cli.reports.gates import PROVED, Answered, Gate, Gated, found_of, rendered
from kmsgen.cli.reports.progress import tracked
from kmsgen.errors import Diagnostic, InputError, KmsgenError, together
from kmsgen.intent.settings import AskedOfAll
from kmsgen.policy.document import Document, Effect
from kmsgen.prover.question import Proof, Result
from kmsgen.sources.beside import Beside
from kmsgen.sources.subject import PLAN, Identified, Subject, identify
from kmsgen.sources.terraform.plan import has_both_sides, is_about_access

_SOME_ACCOUNT = "123456789012"


class Rules(NamedTuple):
    """What the gate asks, and when it does not open."""

    questions: tuple[AskedOfAll, ...]
    fail_on_lint: str
    fail_on_diff: str | None


class GateOptions(NamedTuple):
    """What was asked for: the files, since which revision, what stands beside, the rules, and how it is printed."""

    paths: tuple[str, ...]
    since: str | None
    beside: Beside
    rules: Rules
    wanted: WantedReports


def run(asked: GateOptions, bounds: Bounds, course: Course) -> int:
    """Print the report; return the exit code. Raises InputError for files that cannot be looked at, when it is printed."""
    if not asked.paths:
        raise wrong_usage(
            "-", "nothing to look at", "name a plan, an intent or a folder; or write `intents = [...]` into kmsgen.toml"
        )
    _check(asked.rules.questions)
    asked.wanted.refuse_inputs(lambda: files_read(asked.paths, asked.beside.files))
    files, failures = policy_files(asked.paths, asked.since, asked.beside.files)
    end_at_first([one for failure in failures for one in failure.diagnostics], course)
    work = partial(_gated, beside=asked.beside.plain, rules=asked.rules, bounds=bounds)
    with results(work, files, course, is_ordinary) as made, tracked(made, len(files), "looking at files") as outcomes:
        gate = Gate((), asked.rules.fail_on_lint, asked.rules.fail_on_diff)
        found, failed = collected(outcomes, fail_fast=course.fail_fast, is_no=lambda one: bool(gate.why(one)))
    return _reported(found, [*failures, *failed], asked.rules, asked.wanted)


def _reported(found: Collection[Gated], failures: Sequence[KmsgenError], rules: Rules, wanted: WantedReports) -> int:
    errors = tuple(str(one) for failure in failures for one in failure.diagnostics)
    gate = Gate(found, rules.fail_on_lint, rules.fail_on_diff, errors)
    for one in found:
        for note in one.notes:
            say_note(note)
    wanted.give(lambda form: rendered(gate, form), answer_held)
    no = sum(bool(gate.why(one)) for one in found)
    say(f"{len(found)} file{'s' * (len(found) != 1)}, {no or 'none'} of them with a no")
    if failures:
        raise InputError(together(failures).diagnostics)
    return 0 if gate.passes else 1


def _check(questions: Sequence[AskedOfAll]) -> None:
    """Refuse questions that can be asked of nothing, before anything is read. Raises InputError with all of them."""
    asker = Asker(_SOME_ACCOUNT, "aws")
    for one in questions:
        asker.of_all(one)
    asker.finish()


# --- one file -----------------------------------------------------------------------------------------------------------


def _gated(one: PolicyFile, beside: Beside, rules: Rules, bounds: Bounds) -> Gated:
    """Look at a file. Raises KmsgenError."""
    path = one.path
    file = identify(path)
    if file.form is PLAN and not is_about_access(file.source):
        return Gated(path, notes=(f"{path}: nothing here is about KMS",))
    subject = file.read(beside)
    difference = _difference(file, beside, bounds) if file.form is PLAN and has_both_sides(file.source) else None
    notes: list[Diagnostic | str] = [*subject.described.notes]
    if not subject.bundle.keys and not _speaks_of_kms(subject):
        notes.append(f"{path}: nothing here is about KMS")
        return Gated(path, difference=difference, notes=tuple(notes))
    findings = tuple(map(found_of, findings_of(subject).all))
    questioned = Questioned(subject)
    answers = tuple(one for asked in rules.questions for one in _answers(questioned, asked, bounds))
    return Gated(path, findings, answers, difference, tuple(notes))


def _difference(file: Identified, beside: Beside, bounds: Bounds) -> Compared:
    before, after = with_grants(*aligned(*file.sides(beside)))
    found = compare(before, after, bounds)
    return of_subjects(before, after, found)


def _speaks_of_kms(subject: Subject) -> bool:
    """Return whether IAM policies of a file without keys allow, or may allow, an action of KMS on keys that it does not tell."""
    most = subject.described
    open_ = bool(most.unknown or most.untold)
    return open_ or any(_allows_kms(one.document) for one in most.places.policies)


def _allows_kms(document: Document) -> bool:
    return any(one.effect is Effect.ALLOW and (one.not_action or any(map(expand, one.actions))) for one in document.statements)


def _answers(questioned: Questioned, asked: AskedOfAll, bounds: Bounds) -> Iterator[Answered]:
    """Yield the answer about each key; of a file that tells none it is open whom IAM policies let use which."""
    subject = questioned.subject
    keys = subject.bundle.keys
    if not keys:
        said = f"{asked.name.partition('.')[0]} {','.join(asked.principals)} {','.join(asked.actions)}"
        yield Answered(asked.name, said, str(Result.UNKNOWN), "the file tells no key, and IAM policies that speak of KMS")
    bounds = bounds._replace(described_only=bounds.described_only or not subject.governed)
    placing = Placing(subject)
    for number, access in enumerate(keys):
        key = access.key.arn
        asker = Asker(key.split(":")[4], key.split(":")[1])
        question = asker.of_all(asked)
        asker.finish()
        if question is None:
            raise ValueError("a question that is wrong was told")
        proof = questioned.answer(number, question, bounds)
        name = f" on {subject.described.name_of(key)}" if len(keys) > 1 else ""
        told = _of_nobody(proof, asked, described_only=bounds.described_only)
        yield _answered(placing, asked.name, told, name)


def _of_nobody(proof: Proof, asked: AskedOfAll, *, described_only: bool) -> Proof:
    """Return the answer about a principal that is none of those there are: where all are described the file gives it nothing."""
    if proof.result is not Result.VACUOUS:
        return proof
    if not described_only:
        raise about_nobody(proof, asked.place)
    return proof._replace(result=Result.PROVED, reason="nobody here is such a principal")


def _answered(placing: Placing, asked: str, proof: Proof, name: str) -> Answered:
    result = PROVED if proof.result is Result.PROVED else str(proof.result)
    accesses = tuple(placing.accesses(proof.groups, gained=True))
    return Answered(asked, f"{proof.question}{name}", result, proof.reason, accesses)
