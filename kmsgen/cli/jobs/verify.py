"""What `kmsgen verify` does: it goes over intents, and what it finds of them is loaded only where something is to be found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmsgen.cli.jobs.findings.verdicts import Memory, verdicts
from kmsgen.cli.jobs.inputs.intent_sources import IntentSource, intent_sources, is_read_again
from kmsgen.cli.jobs.parallel.many import Course, collected, end_at_first
from kmsgen.cli.jobs.rests_on import key_of
from kmsgen.cli.reports.answers import Shown, show_many, show_one
from kmsgen.cli.reports.progress import tracked
from kmsgen.cli.spool import Spool
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, input_error, together

if TYPE_CHECKING:
    from kmsgen.sources.beside import Beside


def run(
    paths: Sequence[str],
    against: str | None,
    beside: Beside,
    output: str,
    course: Course,
    *,
    since: str | None,
    iam: str | None,
    merge_iam: bool = False,
) -> int:
    """Print the answers; return the exit code. Raises KmsgenError, when those about the other intents are printed.

    `iam` is who attaches IAM policies where an intent does not say; `merge_iam`: they are merged with those of other intents,
    which counts for policies that exist alone.
    """
    if not paths:
        raise _usage("-", "no intent to verify", "name a file or a folder; or write `intents = [...]` into kmsgen.toml")
    if against is None and beside.given:
        from kmsgen.sources.described import OPTIONS  # noqa: PLC0415 - as below

        message = f"{OPTIONS} stand beside the policies that --against names"
        raise input_error(Location(paths[0]), "not-a-policy", message, "an intent holds these itself")
    several = len(paths) > 1 or since is not None or (paths[0] != "-" and Path(paths[0]).is_dir())
    if several and against is not None:
        raise _usage("--against", "policies are compared with one intent", "name one file")
    if against is not None:
        from kmsgen.cli.jobs.findings.verifying import shown  # noqa: PLC0415 - as below

        return show_one(shown(IntentSource(paths[0]), iam, against, beside, merged=merge_iam), output)
    found, failures = _of_many(paths, course, since, iam)
    if several:
        show_many(found, output)
    elif found:
        show_one(next(iter(found)), output)
    if failures:
        raise together(failures)
    return 0 if all(one.is_yes for one in found) else 1


def _usage(place: str, message: str, hint: str) -> InputError:
    from kmsgen.cli.jobs.inputs.option_values import wrong_usage  # noqa: PLC0415 - as below

    return wrong_usage(place, message, hint)


def _of_many(paths: Sequence[str], course: Course, since: str | None, iam: str | None) -> tuple[Spool[Shown], list[KmsgenError]]:
    sources, problems = intent_sources(paths, since)
    end_at_first(problems, course)
    work, memory = partial(_work, iam), Memory(partial(_key, iam=iam), _plain, _again)
    with verdicts(work, sources, course, is_read_again, memory) as made, tracked(made, len(sources), "verifying") as outcomes:
        found, failures = collected(outcomes, fail_fast=course.fail_fast, is_no=lambda one: not one.is_yes)
    return found, [*([InputError(problems)] if problems else []), *failures]


def _work(iam: str | None) -> Callable[[IntentSource], Shown]:
    from kmsgen.cli.jobs.findings.verifying import shown  # noqa: PLC0415 - not where all is remembered

    return partial(shown, iam=iam)


def _key(source: IntentSource, iam: str | None) -> str | None:
    return key_of(source.files, ("verify", iam))


def _plain(one: Shown) -> Any:  # noqa: ANN401 - plain data
    """Return answers as plain data; none that hold a no, which a proof out of time may be."""
    return (one.data, one.lines, one.notes) if one.is_yes else None


def _again(plain: Any) -> Shown:  # noqa: ANN401 - plain data
    data, lines, notes = plain
    return Shown(data, tuple(lines), tuple(Diagnostic(Location(*place), *said) for place, *said in notes), is_yes=True)
