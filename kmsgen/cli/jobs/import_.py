"""What `kmsgen import` writes, and how it is proved."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kmsgen.authorizer.language.statement import Layer
from kmsgen.catalogue.guardrails import DENY
from kmsgen.cli.console import say_note
from kmsgen.cli.jobs.comparison.comparing import compare
from kmsgen.cli.jobs.inputs.policy_files import files_read
from kmsgen.cli.jobs.proving import Bounds
from kmsgen.cli.jobs.snapshot import told
from kmsgen.cli.output_file import refuse_inputs, write
from kmsgen.cli.reports import imports as report
from kmsgen.cli.reports.imports import UnsaidPart
from kmsgen.cli.reports.unknown import named
from kmsgen.errors import Diagnostic, InputError, Location, input_error
from kmsgen.importer.allowed import Origin, is_void
from kmsgen.importer.head import is_new
from kmsgen.importer.importer import Imported, import_key
from kmsgen.importer.unsaid import Unsaid
from kmsgen.policy.bundle import KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Document
from kmsgen.prover.problem import Budget
from kmsgen.prover.question import Differences
from kmsgen.reading import parse
from kmsgen.sources import intent_file
from kmsgen.sources.beside import NOTHING, Beside
from kmsgen.sources.described import IDENTITY_POLICIES, KEY_KIND, KEY_MAKE, KEY_REGION, Described
from kmsgen.sources.gathering import UNTOLD
from kmsgen.sources.live.session import Session, SignIn
from kmsgen.sources.live.snapshot import take
from kmsgen.sources.subject import INTENT, SCENARIO, Subject, identify_text, nothing_beside, read_subject

_NEEDLESS = "the access is the same without it, proved"
_SAME = "whatever more its IAM policies say is taken to be the same before and after"


class Proved(NamedTuple):
    """An imported intent with its places, and what differs between it and what was imported.

    `by_absence` is what the intent leaves out and the access is the same without.
    """

    imported: Imported
    unsaid: tuple[UnsaidPart, ...]
    found: Differences
    by_absence: tuple[UnsaidPart, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether the intent is proved to give the same access, and says everything."""
        return not (self.unsaid or self.found.gained or self.found.lost or self.found.reason)


class ImportSource(NamedTuple):
    """What is to be imported: a file with what stands beside it, of several keys the one named, or a live key by its `key_id`."""

    path: str | None
    beside: Beside
    key: str | None
    key_id: str | None
    sign_in: SignIn

    def read(self) -> Subject:
        """Read the file, or the account. Raises KmsgenError."""
        if self.path is not None and self.key_id is None:
            return read_subject(self.path, self.beside)
        if self.key_id is None or self.path is not None:
            raise input_error(Location("--key-id"), "usage", "name a file, or a live key with --key-id")
        if self.beside.given:
            raise nothing_beside(self.key_id, SCENARIO)
        snapshot = take(Session(self.sign_in), (self.key_id,))
        return identify_text(self.key_id, json.dumps(told(snapshot))).read(NOTHING).about_keys()


def run(source: ImportSource, out: str | None, output: str, *, budget: Budget) -> int:
    """Print or write the intent of a key; return the exit code. Raises KmsgenError."""
    refuse_inputs(filter(None, [out]), lambda: files_read(filter(None, [source.path]), source.beside.files))
    subject = as_told(_about_one_key(source.read(), source.key))
    for note in (*subject.described.notes, *_assumed(subject)):
        say_note(note)
    done = import_subject(subject, budget)
    if KEY_MAKE in subject.described.lacks and "\norigin: " in done.imported.text:
        say_note("the key material is taken to be made by KMS (`origin: AWS_KMS`), which the file does not tell")
    if done.imported.spelled_out:
        say_note(report.later(done.imported.spelled_out))
    for placed in done.by_absence:
        say_note(f"{placed}")
    for arn in done.imported.alias_halves:
        say_note(f"`{arn}` gets an IAM policy with the half of its actions that no key policy gives, such as the one on aliases")
    if out is not None:
        write(out, report.text_of(done.imported, done.unsaid, done.found))
    report.show(done.imported, done.unsaid, done.found, output, written=out is not None)
    return 0 if done.is_same else 1


def import_subject(subject: Subject, budget: Budget) -> Proved:
    """Return the intent of the only key of a subject, proved or not. Raises KmsgenError."""
    subject = _without_void(subject)
    least = subject.least.bundle
    access = least.keys[0]
    if KEY_MAKE in subject.described.lacks and not is_new(access.key):
        access = access._replace(key=access.key._replace(origin=""))
    imported = _plainest(access, least.principals, subject.path)
    beside = (*_beside(subject), *_not_told(subject))
    unsaid = (*(one for one in _placed(imported.unsaid, subject, access) if one.sid != UNTOLD), *beside)
    absent = tuple(_placed(imported.by_absence, subject, access))
    try:
        described = intent_file.read_intent(parse(imported.text, "imported.yaml"), NOTHING)
    except InputError as error:
        unknown = subject.described.unknown
        why = (f"not known: {named(unknown)}" if unknown else "", f"the intent cannot be used: {error.diagnostics[0].message}")
        return Proved(imported, unsaid, Differences(reason="; ".join(filter(None, why))))
    after = Subject("imported.yaml", INTENT, described.changed(lambda one: _same_grants(one, access)))
    found = compare(subject, after, Bounds(budget))
    if found.gained or found.lost or found.reason:
        return Proved(imported, unsaid, found, absent)
    adds_nothing = tuple(one._replace(why=f"{one.why}; {_NEEDLESS}") for one in unsaid if one not in beside)
    return Proved(imported, beside, found, (*absent, *adds_nothing))


def _without_void(subject: Subject) -> Subject:
    """Return the subject with every Allow that provides no permissions about no action: it stays where it stands."""

    def of(access: KeyAccess) -> KeyAccess:
        stated = tuple(one._replace(actions=(), not_action=False) if is_void(one) else one for one in access.policy.statements)
        return access._replace(policy=access.policy._replace(statements=stated))

    described = subject.described.changed(
        lambda one: one._replace(bundle=one.bundle._replace(keys=tuple(map(of, one.bundle.keys))))
    )
    return subject._replace(described=described)


def _plainest(access: KeyAccess, principals: Mapping[str, PrincipalPolicies], path: str) -> Imported:
    """Return the intent of a key; one whose origin is not told is taken to be of AWS_KMS only where that says more.

    The intent then says so: `origin: AWS_KMS`.
    """
    imported = import_key(access, principals, path)
    if access.key.origin or not any(_left(imported)):
        return imported
    other = import_key(access._replace(key=access.key._replace(origin="AWS_KMS")), principals, path)
    return other if not other.unsaid and _left(other) < _left(imported) else imported


def _left(imported: Imported) -> tuple[int, int]:
    """Return how much of a policy has no words: what no line says, and guard rails that say it as it stands."""
    return len(imported.unsaid), imported.text.count(f"\n  - {DENY}:")


def as_told(subject: Subject) -> Subject:
    """Return the subject with whoever may have more IAM policies than the file tells having these, before and after."""
    described = subject.described
    left = tuple(one for one in described.unknown if one.holder not in described.untold)
    if not described.untold or not all(one in left for one in described.unknown if "may have any IAM policy" not in one.what):
        return subject

    def told(one: Described) -> Described:
        principals = {
            name: held._replace(identity_policies=tuple(filter(_is_told, held.identity_policies)))
            for name, held in one.bundle.principals.items()
        }
        return one._replace(bundle=one.bundle._replace(principals=principals), unknown=left)

    found = described.changed(told)
    notes = (Diagnostic(Location(subject.path), "as-told", f"{name}: {_SAME}") for name in sorted(described.untold))
    found = found._replace(notes=(*found.notes, *notes), narrow=found.narrow if left else None)
    return subject._replace(described=found)


def _is_told(document: Document) -> bool:
    return not any(statement.sid == UNTOLD for statement in document.statements)


def _same_grants(described: Described, access: KeyAccess) -> Described:
    """Return what an intent describes with its grants called as those are that were imported: KMS gives the ids."""
    first, *others = described.bundle.keys
    ids = {grant.name or grant.id: grant.id for grant in access.grants}
    grants = tuple(grant._replace(id=ids.get(grant.name or "", grant.id)) for grant in first.grants)
    return described._replace(bundle=described.bundle._replace(keys=(first._replace(grants=grants), *others)))


def _about_one_key(subject: Subject, key: str | None) -> Subject:
    """Return the subject with the key that is meant alone. Raises InputError where that is not told."""
    names = {access.key.arn: subject.described.names.get(access.key.arn, "") for access in subject.bundle.keys}
    chosen = [arn for arn, name in names.items() if key in (None, arn, name)]
    if len(chosen) != 1:
        shown = ", ".join(f"`{name or arn}`" for arn, name in names.items())
        message = f"the file describes {len(names)} keys: {shown}" if key is None else f"`{key}` is none of the keys: {shown}"
        raise input_error(Location(subject.path), "several-keys", message, "name one with --key")

    def only(access: KeyAccess) -> bool:
        return access.key.arn == chosen[0]

    described = subject.described.changed(
        lambda one: one._replace(bundle=one.bundle._replace(keys=tuple(filter(only, one.bundle.keys))))
    )
    return subject._replace(described=described)


def _assumed(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what is taken for granted of the key where the file does not tell it."""
    key, lacks = subject.bundle.keys[0].key, subject.described.lacks
    if KEY_KIND in lacks:
        message = f"the key is taken to be one of {key.spec} ({key.usage}), which the file does not tell"
        yield Diagnostic(Location(subject.path), "key-kind", message, "--key-spec tells another")
    if KEY_REGION in lacks:
        message = f"the Region is taken to be {key.arn.split(':')[3]}, which the file does not tell"
        yield Diagnostic(Location(subject.path), "key-region", message, "--key-arn tells the key")
    if is_new(key):
        yield Diagnostic(
            Location(subject.path), "new-key", "the intent creates a key: the file does not tell its id", "--key-arn"
        )


def _placed(found: Iterable[Unsaid], subject: Subject, access: KeyAccess) -> Iterator[UnsaidPart]:
    for one in found:
        where = _where(one.origin, subject, access) if one.origin is not None else Location(subject.path)
        yield UnsaidPart(where, one.sid or "", str(one), one.why)


def _where(origin: Origin, subject: Subject, access: KeyAccess) -> Location:
    layer, holder = (Layer.IDENTITY, origin.holder) if origin.holder else (Layer.KEY_POLICY, access.key.arn)
    policies = list(subject.described.places.of_layer(layer, holder))
    known = origin.policy < len(policies)
    return policies[origin.policy].where(("Statement", origin.number)) if known else Location(subject.path)


def _not_told(subject: Subject) -> Iterator[UnsaidPart]:
    """Yield the statements of the key policy that allow more, or deny less, by what is not known: the intent has the least."""
    most, least = subject.bundle.keys[0], subject.least.bundle.keys[0]
    (policy,) = subject.described.places.of_layer(Layer.KEY_POLICY, most.key.arn)
    told = set(least.policy.statements)
    for number, one in enumerate(most.policy.statements):
        if one not in told and one.sid != UNTOLD:
            place = policy.where(("Statement", number))
            yield UnsaidPart(place, one.sid or "", f"an {one.effect}", "it hangs on what the file does not tell")


def _beside(subject: Subject) -> Iterator[UnsaidPart]:
    """Yield what bears on the access and stands in no intent."""
    if IDENTITY_POLICIES in subject.described.lacks:
        return
    for place in subject.described.places.policies:
        if place.layer is not Layer.KEY_POLICY and place.layer is not Layer.IDENTITY:
            yield UnsaidPart(
                place.where(()), "", f"a policy of {place.holder or 'the organization'}", "an intent holds no such policies"
            )
