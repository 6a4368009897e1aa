"""What `kmsgen prove` asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmsgen.arn import parse_arn
from kmsgen.cli.console import say_note
from kmsgen.cli.jobs.inputs.questions import AskedQuestions, Asker
from kmsgen.cli.jobs.proving import Bounds, Questioned
from kmsgen.cli.reports import proofs as report
from kmsgen.errors import Diagnostic, InputError, Location, input_error
from kmsgen.intent.intent import Intent
from kmsgen.prover.problem import Budget
from kmsgen.prover.question import NoEscalation, NoLockout, NoPublic, Proof, Question, Result
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import GRANTS
from kmsgen.sources.subject import Subject, read_subject

_CHANGE_POLICY = "kms:PutKeyPolicy"


def run(path: str, beside: Beside, asked: AskedQuestions, output: str, *, described_only: bool, budget: Budget) -> int:
    """Print the answers; return the exit code. Raises KmsgenError."""
    subject = read_subject(path, beside)
    questions = _questions(subject, asked)
    for note in subject.described.notes:
        say_note(note)
    only = described_only or not subject.governed
    proofs = answers(subject, questions, Bounds(budget, only))
    if GRANTS in subject.described.lacks and any(_is_about_grants(proof) for proof in proofs):
        hint = "tell all that there are, as `aws kms list-grants` prints them: --grants FILE"
        say_note(Diagnostic(Location(path), "no-grants", "what is proved is of policies: the file tells no grants", hint))
    report.show(proofs, output)
    return 0 if all(proof.result is Result.PROVED for proof in proofs) else 1


def _is_about_grants(proof: Proof) -> bool:
    """Return whether a grant could make another answer of a proof: none lets anybody change a key policy."""
    return proof.result is Result.PROVED and not proof.question.startswith(str(NoLockout()))


def answers(subject: Subject, questions: Sequence[Question], bounds: Bounds) -> list[Proof]:
    """Answer every question about every key. Raises InputError where there is none."""
    keys, questioned = [access.key for access in subject.bundle.keys], Questioned(subject)
    if not keys:
        raise input_error(
            Location(subject.path), "no-key", "the file is about no key", "give it a key, or name one with --key-arn"
        )
    found = []
    for number, key in enumerate(keys):
        for question in questions or (None,):
            proof = questioned.answer(number, question, bounds)
            if proof.result is Result.VACUOUS:
                raise about_nobody(proof, Location(subject.path))
            about = f"{proof.question} on {subject.described.name_of(key.arn)}"
            found.append(proof._replace(question=about) if len(keys) > 1 else proof)
    return found


def about_nobody(proof: Proof, place: Location) -> InputError:
    """Build the error on a question that would be proved whatever the policies say."""
    hint = "look for a typing error: a role is `role/name`, a user `user/name`, a service `name.amazonaws.com`"
    return input_error(place, "vacuous-question", f"`{proof.question}` is about nobody: {proof.reason}", hint)


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
        rulers = list(_rulers(subject.intent))
        accounts = tuple(one for one in rulers if (arn := parse_arn(one)) and arn.kind == "root")
        given.append(NoEscalation((*cross.exceptions, *(one for one in rulers if one not in accounts)), accounts))
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
