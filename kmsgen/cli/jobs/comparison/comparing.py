"""Two subjects brought side by side and compared: which of their keys are one, and what nothing tells of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kmsgen.cli.jobs.proving import Bounds
from kmsgen.cli.jobs.rendering.last_render import last_render
from kmsgen.cli.reports.unknown import named
from kmsgen.errors import Diagnostic, Location
from kmsgen.policy.bundle import KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Document, Effect
from kmsgen.prover.difference import Assumptions, differences
from kmsgen.prover.question import Differences
from kmsgen.render.deployment import deployment_of
from kmsgen.render.edits.lost_keys import replacements
from kmsgen.render.edits.steps import steps
from kmsgen.render.edits.transition import former_of
from kmsgen.render.history import UNKNOWN, History
from kmsgen.render.terraform.addresses import history_after
from kmsgen.sources.described import GRANTS, NOT_MADE_HERE, Described, Further, Open
from kmsgen.sources.subject import FOLDER, PLAN, TEMPLATE, Subject
from kmsgen.sources.unknown.unread import held_by


def told_of_edit(before: Subject, after: Subject) -> tuple[Diagnostic, ...]:
    """Return what `render` will say of the edit of an intent: what is lost with a key, then what takes several steps."""
    if after.intent is None:
        return ()
    history, place = _history(before), after.intent.keys_location
    deployment = deployment_of(after.intent, after.bundle, history, former_of(after.intent, history))
    return (*replacements(deployment, place), *steps(deployment, place))


def _history(before: Subject) -> History:
    """Return what an intent, or a folder that was rendered, tells of its keys; of other files nothing is known to be rendered."""
    if before.intent is not None:
        return history_after(deployment_of(before.intent, before.bundle))
    path = Path(before.path)
    return last_render(path if path.is_dir() else path.parent) if before.form is FOLDER else UNKNOWN


def with_grants(before: Subject, after: Subject) -> tuple[Subject, Subject]:
    """Return both with the same grants on the keys of one whose form has no room for grants, and a note that says so."""
    lacking = [GRANTS in subject.described.lacks for subject in (before, after)]
    if lacking == [True, False]:
        return _granted(before, after), after
    return (before, _granted(after, before)) if lacking == [False, True] else (before, after)


def _granted(subject: Subject, other: Subject) -> Subject:
    described, keys = subject.described, subject.bundle.keys
    held = [access.grants for access in other.bundle.keys[: len(keys)]]
    if not any(held):
        return subject

    def filled(one: Described) -> Described:
        own = [access._replace(grants=grants) for access, grants in zip(one.bundle.keys, held, strict=False)]
        return one._replace(bundle=one.bundle._replace(keys=(*own, *one.bundle.keys[len(held) :])))

    message = f"{subject.form.name} holds no grants: they are taken to be those of {other.path}"
    note = Diagnostic(Location(subject.path), "as-compared", message)
    return subject._replace(described=described.changed(filled)._replace(notes=(*described.notes, note)))


def compare(before: Subject, after: Subject, bounds: Bounds) -> Differences:
    """Compare what two files describe."""
    only = bounds.described_only or not (before.governed and after.governed)
    before, after, further = _without_same(before.opened, after.opened)
    assumptions = Assumptions(only, (before.intent is not None, after.intent is not None), further)

    def of(old: Subject, new: Subject) -> Differences:
        return differences(old.bundle, new.bundle, bounds.budget, assumptions)

    unknown = (*before.described.unknown, *after.described.unknown)
    if unknown:
        found = _of_readings(of(before, after.least), of(before.least, after), f"not known: {named(unknown)}")
    else:
        found = of(before, after)
    apart = _given_unnamed(before, after)
    return found._replace(reason="; ".join(filter(None, (f"not known: {named(apart)}" if apart else "", found.reason))))


def _given_unnamed(before: Subject, after: Subject) -> list[Open]:
    """Return what only one of two plans gives to, or takes from, principals whom neither names."""
    if before.form is not PLAN or after.form is not PLAN:
        return []
    sides = before.described.unnamed, after.described.unnamed
    return [one for mine, other in (sides, sides[::-1]) for what, one in mine.items() if what not in other]


def _without_same(before: Subject, after: Subject) -> tuple[Subject, Subject, Mapping[str, bool]]:
    """Return both without the unknown policies that are the same on both sides, and who has them: whether a boundary, too."""
    old, new = before.described.further, after.described.further
    same = {name: old[name].bounded or new[name].bounded for name in old if name in new and old[name].which == new[name].which}

    def of(subject: Subject) -> Subject:
        return subject._replace(described=subject.described.changed(lambda one: one.without_further(same)))

    return of(before), of(after), same


def _of_readings(narrower: Differences, wider: Differences, unknown: str) -> Differences:
    """Return what is gained and lost whatever the unknown values are; where more may be, the reason says what is not known.

    `narrower` goes from the most access there may have been to the least there may be, `wider` the other way round.
    """
    more = any(
        [one._replace(reason=()) for one in first] != [one._replace(reason=()) for one in second]
        for first, second in ((wider.gained, narrower.gained), (wider.lost, narrower.lost))
    )
    reason = "; ".join(filter(None, (unknown if more else "", narrower.reason or wider.reason)))
    return Differences(narrower.gained, wider.lost, reason)


def aligned(before: Subject, after: Subject) -> tuple[Subject, Subject]:
    """Return two plans or states with their keys in one order, by address; a key that one lacks gives nothing there.

    Of two templates too whoever only one makes has nothing in the other, and to whom only one gives policies, made by neither,
    has the same others on both sides.
    """
    if before.form is TEMPLATE and after.form is TEMPLATE:
        sides = _with_absent(before, after), _with_absent(after, before)
        return _with_others(sides[0], after), _with_others(sides[1], before)
    if before.form is not PLAN or after.form is not PLAN:
        return before, after
    addresses = list(dict.fromkeys(name for one in (before, after) for name in one.described.names.values()))

    def ordered(subject: Subject, other: Subject) -> Subject:
        return subject._replace(described=subject.described.changed(lambda one: _in_order(one, other.described, addresses)))

    return _with_others(ordered(before, after), after), _with_others(ordered(after, before), before)


def _in_order(described: Described, other: Described, addresses: Sequence[str]) -> Described:
    """Return a reading with a key for each address; a key, and a principal made there, that only the other has gets nothing."""
    own, there = _by_address(described), _by_address(other)
    empty = {name: access._replace(policy=Document(()), grants=()) for name, access in there.items()}
    keys = tuple(own.get(address) or empty[address] for address in addresses)
    return _having_absent(described._replace(bundle=described.bundle._replace(keys=keys)), other)


def _having_absent(described: Described, other: Described) -> Described:
    """Return a reading in which principals that only the other file makes have nothing."""
    absent = {name: PrincipalPolicies() for name in sorted(other.made - described.bundle.principals.keys())}
    return described._replace(bundle=described.bundle._replace(principals={**described.bundle.principals, **absent}))


def _with_absent(subject: Subject, other: Subject) -> Subject:
    return subject._replace(described=subject.described.changed(lambda one: _having_absent(one, other.described)))


def _with_others(subject: Subject, other: Subject) -> Subject:
    """Return a plan with the principals made in neither that only the other gives policies: here they may have any others."""
    described, made = subject.described, other.described.made
    names = sorted(other.described.untold - made - described.bundle.principals.keys())
    if not names:
        return subject
    opens = {name: Open(f"{name} may have any IAM policy: {NOT_MADE_HERE}", Location(subject.path), name) for name in names}
    further = {name: Further(frozenset({NOT_MADE_HERE}), PrincipalPolicies(), one, bounded=True) for name, one in opens.items()}

    def of(one: Described, effect: Effect) -> Described:
        return one._replace(
            bundle=held_by(one.bundle, names, effect),
            untold=one.untold | set(names),
            further={**one.further, **further},
            unknown=(*one.unknown, *opens.values()),
        )

    named = of(described.named, Effect.ALLOW) if described.named else None
    narrow = of(described.narrow or described, Effect.DENY)
    return subject._replace(described=of(described, Effect.ALLOW)._replace(narrow=narrow, named=named))


def _by_address(described: Described) -> dict[str, KeyAccess]:
    held = {access.key.arn: access for access in described.bundle.keys}
    return {name: held[arn] for arn, name in described.names.items() if arn in held}
