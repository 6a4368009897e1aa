"""What `kmsgen lint` does: it goes over files, and what it finds in them is loaded only where something is to be found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from kmsgen.cli.jobs.findings.verdicts import Memory, verdicts
from kmsgen.cli.jobs.inputs.policy_files import PolicyFile, is_ordinary, policy_files
from kmsgen.cli.jobs.parallel.many import Course, collected, end_at_first
from kmsgen.cli.jobs.rests_on import contents, key_of
from kmsgen.cli.reports.linted import Linted, show
from kmsgen.cli.reports.progress import tracked
from kmsgen.errors import InputError, Location, input_error, together

if TYPE_CHECKING:
    from kmsgen.sources.beside import Beside


def run(paths: Sequence[str], beside: Beside, output: str, fail_on: str, course: Course, *, since: str | None = None) -> int:
    """Print the findings on every file; return the exit code. Raises InputError, when those on the other files are printed."""
    if not paths:
        raise input_error(
            Location("-"), "usage", "nothing to look at", "name a file or a folder; or write `intents = [...]` into kmsgen.toml"
        )
    files, failures = policy_files(paths, since, beside.files, extended=True)
    end_at_first([one for failure in failures for one in failure.diagnostics], course)
    memory: Memory[PolicyFile, Linted] = Memory(partial(_key, asked=_asked(beside, output)), _plain, _again)
    with (
        verdicts(partial(_work, beside, output), files, course, is_ordinary, memory) as made,
        tracked(made, len(files), "looking at files") as outcomes,
    ):
        found, failed = collected(outcomes, fail_fast=course.fail_fast)
    failures += failed
    if found or not failures:
        show((text for one in found for text in one.printed), output)
    if failures:
        raise InputError(together(failures).diagnostics)
    return 1 if any(one.severities and one.is_as_grave_as(fail_on) for one in found) else 0


def _work(beside: Beside, output: str) -> Callable[[PolicyFile], Linted]:
    from kmsgen.cli.jobs.findings.linting import linted  # noqa: PLC0415 - not where all is remembered

    return partial(linted, beside=beside.plain, output=output)


# --- what is remembered -------------------------------------------------------------------------------------------------


def _asked(beside: Beside, output: str) -> object:
    """Return what was asked as plain data; None where that cannot be told, for a file that stands beside is a pipe."""
    held = contents(beside.files)
    return None if held is None else ("lint", output, beside.plain, held)


def _key(file: PolicyFile, asked: object) -> str | None:
    return None if asked is None else key_of(file.files, asked)


def _plain(one: Linted) -> Any:  # noqa: ANN401 - plain data
    return (one.printed, sorted(one.severities)) if one.lasting else None


def _again(plain: Any) -> Linted:  # noqa: ANN401 - plain data
    printed, severities = plain
    return Linted(printed, frozenset(severities), lasting=True)
