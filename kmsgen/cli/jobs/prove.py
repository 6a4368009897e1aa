"""What `kmsgen prove` asks, and how it prints the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from kmsgen.cli.commands.question_options import Asker
from kmsgen.cli.console import answer, answer_json, say
from kmsgen.cli.jobs.subjects import Subject, load
from kmsgen.cli.reports.plain_request import format_request
from kmsgen.errors import Location, input_error
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.proof import Budget, Group, Proof, Result
from kmsgen.prover.prove import prove
from kmsgen.prover.question import Beyond, NoEscalation, NoLockout, NoPublic, Question
from kmsgen.sources.key_policy import Beside

_SHOWN = 20
_WORSE = (Result.PROVED, Result.UNKNOWN, Result.REFUTED)
_CHANGE_POLICY = "kms:PutKeyPolicy"


class Asked(NamedTuple):
    """The questions of the command line."""

    never: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    no_public: bool = False
    no_cross_account: bool = False
    no_escalation: bool = False
    no_lockout: bool = False
    described_only: bool = False
    seconds: float = 30.0


def answers(path: str, beside: Beside, asked: Asked) -> list[Proof]:
    """Answer every question about every key of a file. Raises InputError."""
    subject = load(path, beside)
    questions = _questions(subject, asked)
    budget = Budget(seconds=asked.seconds)
    described_only = asked.described_only or not subject.governed
    for note in subject.notes:
        say(f"note: {note}")
    bundles = subject.by_key()
    if not bundles:
        raise input_error(Location(path), "no-key", "the file is about no key", "give it a key, or name one with --key-arn")
    found = []
    for bundle in bundles:
        for question in questions or [_beyond(subject, bundle)]:
            kinds = subject.by_kind(bundle)
            proof = _together([prove(one, question, budget, described_only=described_only) for one in kinds], kinds)
            found.append(_named(proof, bundle) if len(bundles) > 1 else proof)
    return found


def _together(proofs: Sequence[Proof], bundles: Sequence[Bundle]) -> Proof:
    """Return one answer for every kind of key that there may be: the worst, with the groups of each that are not the same."""
    worst = max((proof.result for proof in proofs), key=_WORSE.index)
    number, first = next((number, proof) for number, proof in enumerate(proofs) if proof.result is worst)
    groups: list[Group] = []
    for proof in proofs:
        shown = {action for one in groups for action in one.actions}
        groups += [one for one in proof.groups if not shown.issuperset(one.actions)]
    key = bundles[number].keys[0].key
    kind = f"if the key is {key.spec} for {key.usage}" if number else ""
    return Proof(first.question, worst, tuple(groups), "; ".join(filter(None, (kind, first.reason))))


def _named(proof: Proof, bundle: Bundle) -> Proof:
    return Proof(f"{proof.question} on {bundle.keys[0].key.arn}", proof.result, proof.groups, proof.reason)


def _questions(subject: Subject, asked: Asked) -> list[Question]:
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


def _beyond(subject: Subject, bundle: Bundle) -> Beyond:
    from kmsgen.checks.intent.specification import specify  # noqa: PLC0415 - only an intent is asked this

    intent = subject.intent
    if intent is None:
        raise ValueError("only an intent says what is intended")
    specification = specify(intent, [access.key for access in bundle.keys])
    access = bundle.keys[0]
    return Beyond(specification.about(access.key.arn), specification.grants if intent.governed else access.grants)


# --- printing -----------------------------------------------------------------------------------------------------------


def show(proofs: Sequence[Proof], *, as_json: bool) -> int:
    """Print the answers; return the exit code."""
    if as_json:
        answer_json([told(proof) for proof in proofs])
    else:
        for proof in proofs:
            for line in lines(proof):
                answer(line)
    return 0 if all(proof.result is Result.PROVED for proof in proofs) else 1


def told(proof: Proof) -> dict[str, Any]:
    """Return a proof as plain data."""
    groups = [told_group(one) for one in proof.groups]
    return {"question": proof.question, "result": str(proof.result), "reason": proof.reason, "groups": groups}


def told_group(one: Group) -> dict[str, Any]:
    """Return a group as plain data: `{principals, actions, conditions, reason, witness}`."""
    return {
        "principals": list(one.principals),
        "actions": list(one.actions),
        "conditions": list(one.conditions),
        "reason": list(one.reason),
        "witness": format_request(one.witness),
    }


def lines(proof: Proof) -> Iterator[str]:
    """Yield a proof as lines for a reader."""
    yield f"{proof.result}: {proof.question}{f' ({proof.reason})' if proof.reason else ''}"
    for one in proof.groups[:_SHOWN]:
        yield f"  {one}"
        yield f"    such as {shortly(one)}"
        if one.reason:
            yield f"    allowed by {', '.join(one.reason)}"
    if len(proof.groups) > _SHOWN:
        yield f"  and {len(proof.groups) - _SHOWN} more groups"


def shortly(one: Group) -> str:
    """Return the witness of a group in one line."""
    request = one.witness
    pairs = [f"{key}={','.join(values)}" for key, values in request.context.items()]
    pairs += [f"{{{name}: {value}}}" for name, value in request.encryption_context.items()]
    if request.create_grant is not None:
        pairs.append(f"a grant of {', '.join(request.create_grant.operations)} to {request.create_grant.grantee}")
    return f"{request.principal} calling {request.action}{' with ' if pairs else ''}{', '.join(pairs)}"
