"""What `kmsgen prove` asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmsgen.cli.console import say_note
from kmsgen.cli.jobs.inputs.questions import AskedQuestions, Asker
from kmsgen.cli.reports import proofs as report
from kmsgen.cli.reports.unknown import named
from kmsgen.errors import InputError, Location, input_error
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import Bundle, Key
from kmsgen.prover.bearing import alone_with
from kmsgen.prover.grouping import of_forms
from kmsgen.prover.key_forms import as_condition, forms_of, said
from kmsgen.prover.problem import Budget
from kmsgen.prover.prove import prove
from kmsgen.prover.question import Beyond, NoEscalation, NoLockout, NoPublic, Proof, Question, Result
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import Open
from kmsgen.sources.subject import Subject, read_subject

_WORSE = (Result.PROVED, Result.UNKNOWN, Result.REFUTED, Result.VACUOUS)
_CHANGE_POLICY = "kms:PutKeyPolicy"


def run(path: str, beside: Beside, asked: AskedQuestions, output: str, *, described_only: bool, budget: Budget) -> int:
    """Print the answers; return the exit code. Raises KmsgenError."""
    subject = read_subject(path, beside)
    questions = _questions(subject, asked)
    for note in subject.described.notes:
        say_note(note)
    only = described_only or not subject.governed
    proofs = answers(subject, questions, budget, described_only=only)
    report.show(proofs, output)
    return 0 if all(proof.result is Result.PROVED for proof in proofs) else 1


def answers(subject: Subject, questions: Sequence[Question], budget: Budget, *, described_only: bool) -> list[Proof]:
    """Answer every question about every key. Raises InputError where there is none."""
    subject = subject.opened
    keys = [access.key for access in subject.bundle.keys]
    if not keys:
        raise input_error(
            Location(subject.path), "no-key", "the file is about no key", "give it a key, or name one with --key-arn"
        )
    found = []
    for number, key in enumerate(keys):
        for question in questions or [_beyond(subject, subject.about(number), key)]:
            proof = _answer_about(subject, number, question, budget, described_only=described_only)
            if proof.result is Result.VACUOUS:
                raise about_nobody(proof, Location(subject.path))
            about = f"{proof.question} on {subject.described.name_of(key.arn)}"
            found.append(proof._replace(question=about) if len(keys) > 1 else proof)
    return found


def about_nobody(proof: Proof, place: Location) -> InputError:
    """Build the error on a question that would be proved whatever the policies say."""
    hint = "look for a typing error: a role is `role/name`, a user `user/name`, a service `name.amazonaws.com`"
    return input_error(place, "vacuous-question", f"`{proof.question}` is about nobody: {proof.reason}", hint)


def answer_about(subject: Subject, number: int, question: Question, budget: Budget, *, described_only: bool) -> Proof:
    """Answer a question about the key of a number, whatever the file leaves unknown."""
    return _answer_about(subject.opened, number, question, budget, described_only=described_only)


def _answer_about(subject: Subject, number: int, question: Question, budget: Budget, *, described_only: bool) -> Proof:
    if isinstance(question, NoPublic) and not described_only and len(subject.bundle.keys) > 1:
        alone = _ask(subject, alone_with(subject.about(number)), question, budget, described_only=False)
        if alone.result is Result.PROVED:
            return alone
    bundle = subject.about(number)
    proof = _ask(subject, bundle, question, budget, described_only=described_only)
    unknown = subject.unknown_of(bundle.keys[0].key.arn)
    if proof.result is Result.VACUOUS or not unknown or _settled(proof, question):
        return proof
    other = _ask(subject, subject.least.about(number), question, budget, described_only=described_only)
    proof = _of_readings(proof, other, question, unknown)
    return _of_strangers(proof, subject, number, question, budget, described_only=described_only)


def _ask(subject: Subject, bundle: Bundle, question: Question, budget: Budget, *, described_only: bool) -> Proof:
    """Answer a question about the first key of a bundle as whatever it may exist."""
    forms = forms_of(bundle)
    asked = forms.bundles(bundle)
    of_each = [_beyond(subject, bundle, key) if isinstance(question, Beyond) else question for key in forms.keys]
    proofs = [prove(one, about, budget, described_only=described_only) for one, about in zip(asked, of_each, strict=True)]
    found = _together(proofs, asked)
    missing = forms.unasked if found.result is Result.PROVED else ""
    return Proof(found.question, Result.UNKNOWN, reason=missing) if missing else found


def _of_strangers(
    proof: Proof, subject: Subject, number: int, question: Question, budget: Budget, *, described_only: bool
) -> Proof:
    """Return what is proved of strangers, to whom it is the same which account a policy names."""
    named = subject.of_named if isinstance(question, NoPublic) and proof.result is Result.UNKNOWN else None
    if named is None:
        return proof
    other = _ask(named, named.about(number), question, budget, described_only=described_only)
    return other if other.result is Result.PROVED else proof


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


def _questions(subject: Subject, asked: AskedQuestions) -> list[Question]:
    asker = Asker(subject.account, subject.partition)
    cross = asker.no_cross_account(asked.excepted)
    given: list[Question | None] = [*map(asker.never, asked.never), *map(asker.only, asked.only)]
    asker.finish()
    if asked.no_public:
        given.append(NoPublic())
    if asked.no_cross_account:
        given.append(cross)
    if asked.no_escalation:
        given.append(NoEscalation((*cross.exceptions, *_rulers(subject.intent))))
    if asked.no_lockout:
        given.append(NoLockout())
    questions = [question for question in given if question is not None]
    if not questions and subject.intent is None:
        hint = "such as --never 'role/x kms:Decrypt', --only, --no-public, --no-cross-account, --no-escalation, --no-lockout"
        raise input_error(Location(subject.path), "no-question", "only an intent says by itself what must be impossible", hint)
    return questions


def _rulers(intent: Intent | None) -> Iterator[str]:
    """Yield whom the intent lets change the key policy: that they can give themselves everything is what it says."""
    if intent is None:
        return
    for access in (*intent.admins, *intent.users):
        if _CHANGE_POLICY in access.actions:
            yield access.principal
    if intent.scope.deployer:
        yield intent.scope.deployer


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
