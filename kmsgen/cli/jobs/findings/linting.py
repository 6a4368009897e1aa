"""The findings on a file that holds policies, as they are printed: loaded only where something is not remembered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kmsgen.arn import account_of
from kmsgen.authorizer.language.statement import Layer
from kmsgen.checks.finding import SEVERITIES, Concern, Finding
from kmsgen.checks.lint.lint import lint
from kmsgen.checks.lint.makes import other_makes
from kmsgen.checks.lint.rule import Violation
from kmsgen.checks.lint.table import OF_READINGS
from kmsgen.checks.lint.unknown import ReadTwice
from kmsgen.checks.lint.written import KEY_POLICY, Written, as_iam_policy
from kmsgen.cli.jobs.findings.lasting import lasts
from kmsgen.cli.jobs.inputs.policy_files import PolicyFile
from kmsgen.cli.reports.findings import shown
from kmsgen.cli.reports.linted import Linted
from kmsgen.cli.reports.unknown import named
from kmsgen.errors import InputError, KmsgenError, Location
from kmsgen.policy.bundle import MULTI_REGION, ORIGIN, Bundle
from kmsgen.prover.key_forms import forms_of, with_key
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import Open
from kmsgen.sources.subject import Subject, identify


def linted(file: PolicyFile, beside: Beside, output: str) -> Linted:
    """Return the findings on a file. Raises InputError where it cannot be read."""
    try:
        identified = identify(file.path)
        subject = identified.read(beside)
        found = findings_of(subject)
    except KmsgenError as error:
        raise InputError(error.diagnostics) from None
    lasting = found.finished and lasts(file, identified, subject)
    return Linted(shown(found.all, output), frozenset(one.severity for one in found.all), lasting)


class Findings(NamedTuple):
    """The findings on a file, and whether every proof that they rest on was finished."""

    all: list[Finding]
    finished: bool


def findings_of(subject: Subject) -> Findings:
    """Return the findings on a file that hold whatever its unknown values are, and what is open because of these."""
    subject = subject.opened
    most = _of_reading(subject)
    least = _least(subject) if subject.described.narrow else most
    of_named = subject.of_named if any(one.concern is Concern.PUBLIC for one in most) else None
    strangers = tuple(_of_reading(of_named)) if of_named else None
    set_twice, assumed = map(_violations, (subject.described.set_twice, subject.described.assumed))
    read = ReadTwice(tuple(most), tuple(least), _unknown(subject), strangers, set_twice, assumed)
    kept = [*read.sure(), *_as_written(subject)] if subject.described.narrow else most
    found = [*kept, *(finding for rule in OF_READINGS for finding in rule.findings(read))]
    unique = {(one.code, one.location, one.message, one.key): one for one in reversed(found)}.values()
    in_order = sorted(unique, key=lambda one: (one.location, SEVERITIES.index(one.severity), one.code, one.message))
    return Findings(in_order, finished=not any(one.concern is Concern.UNFINISHED for one in (*most, *least, *(strangers or ()))))


def _least(subject: Subject) -> list[Finding]:
    """Return the findings on the reading with the least access; those on lockout as if further policies denied nobody."""
    least = _of_reading(subject.least)
    if not (subject.described.further and any(one.concern is Concern.LOCKOUT for one in least)):
        return least
    lockouts = [one for one in _of_reading(subject.least_undenied) if one.concern is Concern.LOCKOUT]
    return [*(one for one in least if one.concern is not Concern.LOCKOUT), *lockouts]


def _violations(told: Iterable[Open]) -> tuple[Violation, ...]:
    return tuple(Violation(one.place, one.what) for one in told)


def _unknown(subject: Subject) -> dict[str, str]:
    """Return what is not known of each key in words, by what findings call it."""
    arns = [access.key.arn for access in subject.bundle.keys]
    several = len(arns) > 1
    return {subject.described.name_of(arn) if several else "": named(subject.unknown_of(arn)) for arn in arns}


def _as_written(subject: Subject) -> list[Finding]:
    """Return the findings on each policy by itself of which the whole text is known."""
    several = len(subject.bundle.keys) > 1
    written = [
        Written(
            one.document, KEY_POLICY, one.where,
            key=subject.described.name_of(one.holder) if several else "", account=account_of(one.holder) or "",
        )
        for one in subject.described.as_written
        if one.layer is Layer.KEY_POLICY
    ]  # fmt: skip
    iam = [as_iam_policy(one.document, one.where) for one in subject.described.as_written if one.layer is Layer.IDENTITY]
    return lint([*written, *iam], None)


def _of_reading(subject: Subject) -> list[Finding]:
    """Return the findings on the policies of a file, its keys together; on each policy by itself where it tells no key."""
    written = list(_written(subject))
    if subject.bundle.keys:
        found = [lint(written, one) for one in _kinds(subject)]
        may_go = any(map(_may_go, found[0]))
        return _of_every_kind(found, [lint(written, one) for one in _forms(subject)] if may_go else [])
    if not written:
        subject.about_keys()
    return [finding for policy in written for finding in lint([policy], None)]


def _written(subject: Subject) -> Iterator[Written]:
    """Yield the key policies in the order of the keys, named by these where there are several, then the IAM policies."""
    places, several = subject.described.places, len(subject.bundle.keys) > 1
    for one in places.of_layer(Layer.KEY_POLICY):
        yield Written(one.document, KEY_POLICY, one.where, key=subject.described.name_of(one.holder) if several else "")
    for one in places.of_layer(Layer.IDENTITY):
        yield as_iam_policy(one.document, one.where)


def _kinds(subject: Subject) -> Iterator[Bundle]:
    """Yield the bundle as it is, and once for each other kind and make that one of its keys could be of."""
    yield subject.bundle
    for number, first in enumerate(() if subject.tells_kind else subject.by_key()):
        key = first.keys[0].key
        open_ = with_key(first, key._replace(untold=key.untold - {ORIGIN, MULTI_REGION}))
        elsewhere = (with_key(first, one) for one in forms_of(open_).keys[1:])
        yield from (_in_place(one, number) for one in (*elsewhere, *other_makes(first)))


def _in_place(bundle: Bundle, number: int) -> Bundle:
    """Return the bundle with its first key where it stands in the file."""
    keys = list(bundle.keys[1:])
    keys.insert(number, bundle.keys[0])
    return bundle._replace(keys=tuple(keys))


def _forms(subject: Subject) -> Iterator[Bundle]:
    """Yield the bundle once for each form of a key in which some request may meet what none meets in the likely one."""
    for number, first in enumerate(subject.by_key()):
        yield from (_in_place(with_key(first, one), number) for one in forms_of(first).keys[1:])


def _of_every_kind(found: Sequence[Sequence[Finding]], forms: Sequence[Sequence[Finding]]) -> list[Finding]:
    """Return what holds whatever kind of key the policies are for, the likely kind first.

    What may go from a statement is what may go there for the likely kind, if for each other kind, and in each of the `forms`
    that the key may have, something may go too.
    """
    likely, *others = found
    everywhere = set.intersection(*(set(map(_part, findings)) for findings in (*found, *forms)))
    kept = [one for one in likely if not _may_go(one) or _part(one) in everywhere]
    further = {_identity(one): one for findings in others for one in findings if not _may_go(one)}
    kept += [one for identity, one in further.items() if identity not in set(map(_identity, kept))]
    return sorted(kept, key=lambda one: (one.location, SEVERITIES.index(one.severity), one.code, one.message))


def _may_go(one: Finding) -> bool:
    return one.concern in (Concern.UNMET, Concern.REMOVABLE)


def _part(one: Finding) -> tuple[str, Location, tuple[str, ...], str]:
    return one.code, one.location, one.statements, one.key


def _identity(one: Finding) -> tuple[str, Location, str, str]:
    return one.code, one.location, one.message, one.key
