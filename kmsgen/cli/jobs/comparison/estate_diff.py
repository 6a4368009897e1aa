"""What `kmsgen diff` compares of many intents: those of two revisions, or of two folders."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kmsgen.cli.jobs.comparison.comparing import compare, told_of_edit
from kmsgen.cli.jobs.comparison.estates import Estates
from kmsgen.cli.jobs.comparison.pairing import IntentPair, IntentSide, differing, pairs_of, sides_of
from kmsgen.cli.jobs.parallel.many import Course, collected, end_at_first, results
from kmsgen.cli.jobs.proving import Bounds
from kmsgen.cli.jobs.revisions.revision import Revision
from kmsgen.cli.reports.accesses import ChangedAccess, Compared, DiffReport, access_of
from kmsgen.cli.reports.progress import tracked
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, each, input_error
from kmsgen.policy.document import Document
from kmsgen.prover.question import Group
from kmsgen.sources.intent_file import describe_intent
from kmsgen.sources.subject import INTENT, Subject


def compared(estates: Estates, bounds: Bounds, course: Course) -> tuple[DiffReport, list[KmsgenError]]:
    """Compare two sides; return what differs, with the errors on what could not be read or compared."""
    old, new, problems = _both_sides(estates)
    end_at_first(problems, course)
    pairs = list(pairs_of(old, new))
    touched = [one for one in differing(pairs) if not (problems and _is_unread(one, estates))]
    same = sum(1 for one in pairs if one.old and one.new) - sum(1 for one in touched if one.old and one.new)
    work, packed = partial(_compared, bounds=bounds), _packed(estates)
    with results(work, touched, course, packed=packed) as made, tracked(made, len(touched), "comparing") as outcomes:
        found, failed = collected(outcomes, fail_fast=course.fail_fast)
    failures = [*([InputError(problems)] if problems else []), *failed]
    subs = [f"`{one}` is a submodule, another repository, and differs" for one in estates.submodules]
    errors = [str(one) for failure in failures for one in failure.diagnostics]
    return DiffReport(found, *estates.names, same, "; ".join(subs), tuple(errors)), failures


def _is_unread(pair: IntentPair, estates: Estates) -> bool:
    """Return whether an intent that only one side has is a file of the other too: one that cannot be read there."""
    if pair.old and pair.new:
        return False
    mine, other = (estates.old, estates.new) if pair.old else (estates.new, estates.old)
    return other.has_twin(pair.only.path, mine)


def _both_sides(estates: Estates) -> tuple[list[IntentSide], list[IntentSide], list[Diagnostic]]:
    """Find the intents of both sides; one of the two may hold none. Raises InputError where neither holds any."""
    if not (estates.old.there or estates.new.there):
        raise input_error(Location(estates.new.paths[0]), "no-such-file", "neither side has this file or folder")
    problems: list[Diagnostic] = []
    empty: list[Diagnostic] = []
    old, new = (sides_of(one.store, one.there, problems, empty) for one in estates[:2])
    if not (old or new or problems):
        raise InputError(empty)
    return old, new, problems


def _packed(estates: Estates) -> Callable[[IntentPair], IntentPair]:
    """Return what makes of a pair one that a process can be handed: of a revision the few files that it is made of."""
    known = {one.store.label: one.store.known() for one in estates[:2] if isinstance(one.store, Revision)}

    def packed(side: IntentSide | None) -> IntentSide | None:
        if side is None or not isinstance(side.store, Revision):
            return side
        return side._replace(store=side.store.part(side.files, known[side.store.label]))

    return lambda pair: IntentPair(packed(pair.old), packed(pair.new))


def _compared(pair: IntentPair, bounds: Bounds) -> Compared:
    """Compare an intent with what it was. Raises KmsgenError."""
    before, after = _subjects(pair)
    notes = told_of_edit(before, after) if pair.old and pair.new else _of_existing(after)
    found = compare(before, after, bounds)
    gained = [_access(one, after, pair.new or pair.only, gained=True) for one in found.gained]
    lost = [_access(one, before, pair.old or pair.only, gained=False) for one in found.lost]
    was = pair.old.name if pair.old and pair.change == "renamed" else ""
    about = pair.only
    return Compared(about.name, about.shown, (*gained, *lost), found.reason, pair.change, was, pair.bases, notes)


def _of_existing(subject: Subject) -> tuple[str, ...]:
    """Return the note on an intent that is new, or gone, about keys that are neither: what else gives access is not known."""
    if subject.intent is None or subject.intent.key is not None:
        return ()
    return (f"{subject.path}: it is about keys that exist: beside the intent they are taken to have no access",)


def _access(one: Group, subject: Subject, side: IntentSide, *, gained: bool) -> ChangedAccess:
    origins = subject.described.places.origins()
    places = [[side.plain(place) for place in origins.get(label, ())] for label in one.reason]
    return access_of(one, places, Location(side.shown), gained=gained)


def _subjects(pair: IntentPair) -> tuple[Subject, Subject]:
    """Return what an intent was and is; where there is none the same keys and principals, with nothing that the intent gives."""
    sides = [side for side in pair if side is not None]
    found = each(sides, _subject)
    if pair.old is None:
        return _without_access(found[0]), found[0]
    return (found[0], _without_access(found[0])) if pair.new is None else (found[0], found[1])


def _subject(side: IntentSide) -> Subject:
    from kmsgen.intent.load import load_intent  # noqa: PLC0415 - pydantic is loaded only where an intent is

    return Subject(side.path, INTENT, describe_intent(load_intent(side.path, side.store)))


def _without_access(subject: Subject) -> Subject:
    """Return the subject of an intent as it is before the intent is, or when it is gone: a key policy that stays, stays."""
    bundle = subject.bundle
    keys = tuple(
        one._replace(policy=Document(()), grants=()) if subject.governed else one._replace(grants=()) for one in bundle.keys
    )
    principals = {arn: one._replace(identity_policies=()) for arn, one in bundle.principals.items()}
    described = subject.described._replace(bundle=bundle._replace(keys=keys, principals=principals))
    return subject._replace(described=described)
