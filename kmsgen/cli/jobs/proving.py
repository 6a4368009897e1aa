"""The answer about one key of a file, whatever the file leaves unknown: asked with those principals who matter to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kmsgen.cli.jobs.untold_names import UntoldNames
from kmsgen.cli.reports.unknown import named
from kmsgen.policy.bundle import Bundle, Key
from kmsgen.prover.bearing import alone_with
from kmsgen.prover.grouping import of_forms
from kmsgen.prover.key_forms import as_condition, forms_of, said
from kmsgen.prover.problem import Budget
from kmsgen.prover.prove import patterns_of, prove
from kmsgen.prover.question import Beyond, NoEscalation, NoLockout, NoPublic, Proof, Question, Result
from kmsgen.prover.representatives import Representatives
from kmsgen.sources.described import Open
from kmsgen.sources.subject import Subject

_WORSE = (Result.PROVED, Result.UNKNOWN, Result.REFUTED, Result.VACUOUS)
_SETTLED = (Result.PROVED, Result.REFUTED)


class Bounds(NamedTuple):
    """Within which bounds a question is asked: how long it may take, and whom there is beside those described."""

    budget: Budget
    described_only: bool = False


class Questioned:
    """The keys of a file that questions are about; one that is asked about with few principals is asked again if need be."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject.opened
        self._most, self._least = _SubjectReading(self.subject), _SubjectReading(self.subject.least)
        self._named = _SubjectReading(self.subject.of_named) if self.subject.of_named else None

    def answer(self, number: int, question: Question | None, bounds: Bounds) -> Proof:
        """Answer a question about the key of a number; None is whether anything is possible beyond the intent.

        The reason of a proof says what it takes for granted and the file does not tell.
        """
        names = UntoldNames(
            self.subject.described.called, self.subject.described.account, lambda other: self._answer(number, other, bounds)
        )
        proof = names.whatever_they_are(self._answer(number, question, bounds), question)
        if proof.result is not Result.PROVED:
            return proof
        assumed = (*self.subject.described.assumed, *names.assumed(question))
        assuming = f"assuming: {named(assumed)}" if assumed else ""
        return proof._replace(reason="; ".join(filter(None, (proof.reason, assuming))))

    def _answer(self, number: int, question: Question | None, bounds: Bounds) -> Proof:
        question = question or _beyond(self.subject, self.subject.about(number), self.subject.bundle.keys[number].key)
        proof = self._most.ask(number, question, bounds)
        unknown = self.subject.unknown_of(self.subject.bundle.keys[number].key.arn)
        if proof.result is Result.VACUOUS or not unknown or _settled(proof, question):
            return proof
        other = self._least.ask(number, question, bounds)
        proof = _of_readings(proof, other, question, unknown)
        if self._named is None or not isinstance(question, NoPublic) or proof.result is not Result.UNKNOWN:
            return proof
        # of strangers it is the same which account a policy names
        other = self._named.ask(number, question, bounds)
        return other if other.result is Result.PROVED else proof


class _SubjectReading:
    """One reading of a subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._standing: Representatives | None = None

    def ask(self, number: int, question: Question, bounds: Bounds) -> Proof:
        """Answer a question about the key of a number."""
        proof = self._of_few(number, question, bounds)
        return proof or _ask(self.subject, self.subject.about(number), question, bounds)

    def _of_few(self, number: int, question: Question, bounds: Bounds) -> Proof | None:
        """Return the answer with few principals described; None where it does not hold with all of them, or might not."""
        several = len(self.subject.bundle.keys) > 1
        if not several or isinstance(question, Beyond):
            return None
        if isinstance(question, NoPublic):
            alone = None if bounds.described_only else alone_with(self.subject.about(number))
            proof = _ask(self.subject, alone, question, bounds) if alone else None
            return proof if proof and proof.result is Result.PROVED else None
        self._standing = self._standing or Representatives(self.subject.bundle)
        about = self._standing.about(self.subject.bundle.keys[number], patterns_of(question))
        if about is None:
            return None
        proof = _ask(self.subject, about.bundle, question, bounds)
        return proof if proof.result in _SETTLED and about.settles(proof) else None


def _ask(subject: Subject, bundle: Bundle, question: Question, bounds: Bounds) -> Proof:
    """Answer a question about the first key of a bundle as whatever it may exist."""
    forms = forms_of(bundle)
    asked = forms.bundles(bundle)
    of_each = [_beyond(subject, bundle, key) if isinstance(question, Beyond) else question for key in forms.keys]
    proofs = [
        prove(one, about, bounds.budget, described_only=bounds.described_only) for one, about in zip(asked, of_each, strict=True)
    ]
    found = _together(proofs, asked)
    missing = forms.unasked if found.result is Result.PROVED else ""
    return Proof(found.question, Result.UNKNOWN, reason=missing) if missing else found


def _settled(most: Proof, question: Question) -> bool:
    """Return whether the reading with the most access settles a question: nothing that cannot happen there can ever happen."""
    if isinstance(question, NoLockout):
        return most.result is Result.REFUTED
    return most.result is Result.PROVED and not isinstance(question, NoEscalation)


def _of_readings(most: Proof, least: Proof, question: Question, unknown: Sequence[Open]) -> Proof:
    """Return the answer that holds whatever the unknown values are, of the readings with the most and the least access.

    Whoever has everything already cannot escalate: for that question neither reading proves anything of what is in between.
    """
    sure = Result.PROVED if isinstance(question, NoLockout) else Result.REFUTED
    if least.result is sure and (most.result is sure or not isinstance(question, NoEscalation)):
        return least
    open_result = Result.REFUTED if isinstance(question, NoLockout) else Result.PROVED
    if most.result is Result.UNKNOWN and least.result is open_result:
        return most
    return Proof(most.question, Result.UNKNOWN, most.groups, f"not known: {named(unknown)}")


def _together(proofs: Sequence[Proof], bundles: Sequence[Bundle]) -> Proof:
    """Return one answer for every kind of key that there may be: the worst, with the groups of all."""
    worst = max((proof.result for proof in proofs), key=_WORSE.index)
    number, first = next((number, proof) for number, proof in enumerate(proofs) if proof.result is worst)
    key, likely = bundles[number].keys[0].key, bundles[0].keys[0].key
    words = [said(one.keys[0].key, likely) for one in bundles]
    groups = of_forms(zip(words, (proof.groups for proof in proofs), strict=True))
    ways = (as_condition(words[number]), _of_witnesses(first, key), first.reason)
    return Proof(first.question, worst, groups, "; ".join(filter(None, ways)))


def _of_witnesses(proof: Proof, key: Key) -> str:
    """Return in words what the key must have, beside what is told of it, for any of what was found; nothing if for some not."""
    keys = [group.witness.bundle.keys[0].key for group in proof.groups]
    needed = [(set(one.aliases) - set(key.aliases), set(one.tags) - set(key.tags)) for one in keys]
    if not all(aliases or tags for aliases, tags in needed) or not needed:
        return ""
    aliases, tags = needed[0]
    said_ = [f"the alias {', '.join(sorted(aliases))} too"] if aliases else []
    said_ += [f"the tag {name} = `{value}`" for name, value in sorted(tags)]
    return f"if the key has {' and '.join(said_)}"


def _beyond(subject: Subject, bundle: Bundle, form: Key) -> Beyond:
    """Return the question whether anything is allowed beyond the intent on the first key, in one form of it."""
    from kmsgen.checks.intent.specification import about_form, specify  # noqa: PLC0415 - only an intent is asked this

    intent = subject.intent
    if intent is None:
        raise ValueError("only an intent says what is intended")
    specification = specify(intent, [access.key for access in bundle.keys])
    access = bundle.keys[0]
    meant = about_form(intent, specification, access.key, form)
    return Beyond(meant, specification.grants if intent.governed else access.grants)
