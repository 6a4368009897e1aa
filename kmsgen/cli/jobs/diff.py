"""What `kmsgen diff` compares: two files, a plan with what there is before it, two folders of intents, or two revisions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kmsgen.cli.console import answer_held, say, say_note
from kmsgen.cli.jobs.comparison.comparing import aligned, compare, told_of_edit, with_grants
from kmsgen.cli.jobs.comparison.estate_diff import compared
from kmsgen.cli.jobs.comparison.estates import Estates, of_folders, of_revisions
from kmsgen.cli.jobs.comparison.placing import Placing
from kmsgen.cli.jobs.inputs.policy_files import files_read
from kmsgen.cli.jobs.parallel.many import Course, cores
from kmsgen.cli.jobs.proving import Bounds
from kmsgen.cli.jobs.reporting import WantedReports
from kmsgen.cli.jobs.revisions.git import range_of
from kmsgen.cli.reports.accesses import Compared, DiffReport
from kmsgen.cli.reports.differences import rendered
from kmsgen.errors import InputError, Location, each, input_error, together
from kmsgen.intent.settings import find_settings
from kmsgen.prover.question import Differences
from kmsgen.sources.beside import NOTHING, Beside
from kmsgen.sources.described import OPTIONS
from kmsgen.sources.subject import INTENT, Subject, identify, is_folder_of_intents, nothing_beside


class DiffOptions(NamedTuple):
    """What was asked for: the arguments, what stands beside, which differences fail, how it goes over many, how it is printed."""

    old: str
    new: str | None
    beside: Beside
    fail_on: str | None
    jobs: int | None
    fail_fast: bool
    wanted: WantedReports


def run(asked: DiffOptions, bounds: Bounds) -> int:
    """Print what differs; return the exit code. Raises KmsgenError with every problem of both sides."""
    revisions = range_of(asked.old)
    asked.wanted.refuse_inputs(lambda: _files_read(asked, of_revisions=revisions is not None))
    if revisions is not None:
        with of_revisions(revisions, asked.new) as estates:
            return _of_estates(asked, bounds, estates)
    if asked.new is not None and is_folder_of_intents(asked.old) and is_folder_of_intents(asked.new):
        return _of_estates(asked, bounds, of_folders(asked.old, asked.new))
    return _of_files(asked, bounds)


def _files_read(asked: DiffOptions, *, of_revisions: bool) -> Iterator[str | Path]:
    """Yield the files that are compared; of revisions those that stand at their paths in the working tree."""
    named = () if of_revisions else (asked.old,)
    paths = (*named, *filter(None, [asked.new])) or find_settings().intents
    return files_read(paths, asked.beside.files)


def _of_estates(asked: DiffOptions, bounds: Bounds, estates: Estates) -> int:
    if asked.beside.given:
        raise nothing_beside(asked.old, INTENT)
    found, failures = compared(estates, bounds, Course(asked.jobs or estates.jobs or cores(), asked.fail_fast))
    for one in found.compared:
        for note in one.notes:
            say_note(note)
        if one.reason:
            say(f"the comparison of {one.name} is not complete: {one.reason}")
    if found.reason:
        say(f"the comparison is not complete: {found.reason}")
    fail_on = asked.fail_on or estates.fail_on
    asked.wanted.give(lambda form: rendered(found, form, fail_on), answer_held)
    say(found.summary)
    if failures:
        raise InputError(together(failures).diagnostics)
    return 1 if found.fails(fail_on) else 0


# --- two files ----------------------------------------------------------------------------------------------------------


def _of_files(asked: DiffOptions, bounds: Bounds) -> int:
    """Compare two files; one alone is a Terraform plan: what there is before it is compared with what there is after it."""
    fail_on = asked.fail_on or find_settings().fail_on_diff
    before, after = _both(asked)
    for loss in told_of_edit(before, after):
        say_note(loss)
    before, after = with_grants(*aligned(before, after))
    for subject in (before, after):
        for note in subject.described.notes:
            say_note(note)
    found = of_subjects(before, after, compare(before, after, bounds))
    asked.wanted.give(lambda form: rendered(DiffReport((found,)), form, fail_on), answer_held)
    if found.reason:
        say(f"the comparison is not complete: {found.reason}")
    return 1 if found.fails(fail_on) else 0


def of_subjects(before: Subject, after: Subject, found: Differences) -> Compared:
    """Return what differs between two files as plain values, with the places of the statements that it comes from."""
    gained = Placing(after).accesses(found.gained, gained=True, names_keys=True)
    lost = Placing(before).accesses(found.lost, gained=False, names_keys=True)
    assumed = tuple(dict.fromkeys(f"{one.what} ({one.place})" for side in (before, after) for one in side.described.assumed))
    return Compared(after.path, after.path, (*gained, *lost), found.reason, assumed=assumed)


def _both(asked: DiffOptions) -> tuple[Subject, Subject]:
    """Read both files; what stands beside policies is nothing to one that holds everything itself."""
    if asked.new is None:
        return identify(asked.old).sides(asked.beside)

    def read(path: str) -> Subject:
        file = identify(path)
        return file.read(NOTHING if file.form.holds_everything else asked.beside).about_keys()

    before, after = each((asked.old, asked.new), read)
    if asked.beside.given and before.form.holds_everything and after.form.holds_everything:
        message = f"{OPTIONS} stand beside policies, and neither file holds those alone"
        raise input_error(Location(asked.old), "not-a-policy", message, f"{before.form.name} holds these itself")
    return before, after
