"""Answer a question about a bundle: proved, refuted with groups of witnesses, or unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from kmsgen.arn import is_service_principal, parse_arn
from kmsgen.authorizer import Request
from kmsgen.authorizer.explain.silences import describe
from kmsgen.catalogue.actions import ACTIONS, expand
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Bundle, KeyAccess
from kmsgen.policy.document import Document
from kmsgen.prover.escalation import escalations
from kmsgen.prover.grouping import Hit, Speaker, group
from kmsgen.prover.proof import Budget, Differences, Group, Proof, Result
from kmsgen.prover.question import Beyond, Never, NoCrossAccount, NoEscalation, NoLockout, NoPublic, Only, Question
from kmsgen.prover.search.bad import access, gained
from kmsgen.prover.search.counterexamples import Hunt
from kmsgen.prover.search.universe import Scope, World
from kmsgen.prover.values.partition import PatternBudgetError

Values = tuple[str, ...]
PUT_POLICY = "PutKeyPolicy"
_TOO_MANY_PATTERNS = "the patterns of principals tell more of them apart than the budget allows"


def prove(bundle: Bundle, question: Question, budget: Budget | None = None, *, described_only: bool = False) -> Proof:
    """Prove that what the question names is impossible for every request there could be, or show requests where it is not.

    The question is about the bundle's first key. With `described_only` no principals exist but those that the bundle describes,
    and AWS services.
    """
    return prove_each(bundle, [question], budget, described_only=described_only)[0]


def prove_each(
    bundle: Bundle, questions: Sequence[Question], budget: Budget | None = None, *, described_only: bool = False
) -> list[Proof]:
    """Answer each question as `prove` does, reading the bundle once. One of them at most is `Beyond`; `NoPublic` is asked alone.

    The budget is that of each question.
    """
    budget = budget or Budget()
    try:
        world = World([bundle], _scope(questions, described_only=described_only))
    except PatternBudgetError:
        if len(questions) > 1:
            return [prove(bundle, question, budget, described_only=described_only) for question in questions]
        return [Proof(str(question), Result.UNKNOWN, reason=_TOO_MANY_PATTERNS) for question in questions]
    return [_answer(world, question, budget) for question in questions]


def _answer(world: World, question: Question, budget: Budget) -> Proof:
    if isinstance(question, NoLockout):
        return _lockout(world, question, budget)
    hits, reason = _ask(world, question, budget)
    groups = tuple(group(hits, speaker_of(world, question)))[: budget.groups]
    result = Result.REFUTED if groups else Result.UNKNOWN if reason else Result.PROVED
    return Proof(str(question), result, groups, reason)


def _ask(world: World, question: Question, budget: Budget) -> tuple[list[Hit], str]:
    if isinstance(question, NoEscalation):
        return _ask_of_steps(world, question, budget)
    covered = isinstance(question, Beyond)
    requests = world.requests(_asked_principals(world, question), list(_asked_actions(question)), covered=covered)
    return _in_both_readings(world, requests, lambda one: Hunt(one, access(one.sides[0], covered=covered), budget))


def _ask_of_steps(world: World, question: NoEscalation, budget: Budget) -> tuple[list[Hit], str]:
    hits, reason, doubtful = escalations(world, question.exceptions, budget)
    if hits or reason or not doubtful:
        return hits, reason
    other = world.reread()
    more, reason, _ = escalations(other, question.exceptions, budget)
    return [], _left_open(world, more[0].witness) if more else reason


def _in_both_readings(world: World, requests: Iterable[Request], hunt_in: Callable[[World], Hunt]) -> tuple[list[Hit], str]:
    """Return what is found; where nothing is, and AWS leaves open how its policies are read, what speaks against that."""
    hunt = hunt_in(world)
    hits = hunt.run(requests)
    if hits or hunt.reason or not hunt.doubtful:
        return hits, hunt.reason
    again = hunt_in(world.reread())
    more = again.run(hunt.doubtful)
    return [], _left_open(world, more[0].witness) if more else again.reason


def _left_open(world: World, witness: Request) -> str:
    notes = world.sides[0].decide(witness).notes
    why = "; ".join(f"{note.partition(':')[0]}: {describe(note)}" for note in notes)
    return f"AWS leaves open whether {witness.principal} may call {witness.action} ({why or 'see its documented silences'})"


def differences(old: Bundle, new: Bundle, budget: Budget | None = None, *, described_only: bool = False) -> Differences:
    """Return the access that `new` gives and `old` does not, and the other way round; nothing where both mean the same.

    The bundles are compared key by key, in their order, whatever the keys are called; a key that one of them lacks gives
    nothing there.
    """
    budget = budget or Budget()
    found = Differences()
    for number in range(max(len(old.keys), len(new.keys), 1)):
        before, after = _about(old, number, new), _about(new, number, old)
        gained_here, gained_reason = _gain(before, after, budget, described_only=described_only)
        lost_here, lost_reason = _gain(after, before, budget, described_only=described_only)
        reason = found.reason or gained_reason or lost_reason
        found = Differences((*found.gained, *gained_here), (*found.lost, *lost_here), reason)
    return found


def _about(bundle: Bundle, number: int, other: Bundle) -> Bundle:
    """Put the key of a number first; where the bundle has none, the other's key without any policy."""
    if number < len(bundle.keys):
        first = bundle.keys[number]
        return bundle._replace(keys=(first, *(access for access in bundle.keys if access is not first)))
    missing = [KeyAccess(access.key, Document(())) for access in other.keys[number : number + 1]]
    return bundle._replace(keys=(*missing, *bundle.keys))


def _gain(old: Bundle, new: Bundle, budget: Budget, *, described_only: bool) -> tuple[tuple[Group, ...], str]:
    try:
        world = World([new, old], Scope(described_only=described_only))
    except PatternBudgetError:
        return (), _TOO_MANY_PATTERNS

    requests = world.requests(world.everyone, ACTIONS.values())
    hits, reason = _in_both_readings(world, requests, lambda one: Hunt(one, gained(one.sides), budget))
    return tuple(group(hits, speaker_of(world)))[: budget.groups], reason


# --- whom and what is asked about ---------------------------------------------------------------------------------------


def _scope(questions: Sequence[Question], *, described_only: bool) -> Scope:
    asked = tuple(dict.fromkeys(pattern for question in questions for pattern in _patterns_of(question)))
    stranger = any(isinstance(question, NoPublic) for question in questions)
    beyond = [question for question in questions if isinstance(question, Beyond)]
    if len(beyond) > 1 or (stranger and len(questions) > 1):
        raise ValueError("these questions are about different worlds")
    statements, grants = beyond[0] if beyond else Beyond()
    return Scope(statements, asked, grants=grants, described_only=described_only, stranger=stranger)


def _patterns_of(question: Question) -> Values:
    """Return the patterns of principals that a question holds."""
    if isinstance(question, Never):
        return (question.principal,)
    if isinstance(question, Only):
        return question.principals
    return question.exceptions if isinstance(question, NoCrossAccount | NoEscalation) else ()


def _asked_actions(question: Question) -> Iterator[Action]:
    if not isinstance(question, Never | Only):
        yield from ACTIONS.values()
        return
    names = {name for pattern in question.actions for name in expand(pattern if ":" in pattern else f"kms:{pattern}")}
    yield from (action for action in ACTIONS.values() if action.iam_name in names or "*" in question.actions)


def _asked_principals(world: World, question: Question) -> Iterator[str]:
    yield from (principal for principal in world.everyone if _is_asked(question, principal, world))


def _is_asked(question: Question, principal: str, world: World) -> bool:
    if isinstance(question, Never):
        return world.named(question.principal, principal)
    if isinstance(question, Only):
        return not any(world.named(pattern, principal) for pattern in question.principals)
    if isinstance(question, NoPublic):
        return _is_stranger(principal, world)
    return not isinstance(question, NoCrossAccount) or _is_foreign(principal, question.exceptions, world)


def _is_stranger(principal: str, world: World) -> bool:
    """Anonymous, or of an account that no policy names; services are not people."""
    if is_service_principal(principal):
        return False
    arn = parse_arn(principal)
    return arn is None or arn.account not in world.words.accounts


def _is_foreign(principal: str, exceptions: Iterable[str], world: World) -> bool:
    arn = parse_arn(principal)
    if is_service_principal(principal) or (arn is not None and arn.account == world.account):
        return False
    return not any(world.named(pattern, principal) for pattern in exceptions)


def _lockout(world: World, question: NoLockout, budget: Budget) -> Proof:
    own = [one for one in world.everyone if (arn := parse_arn(one)) is not None and arn.account == world.account]
    hunt = Hunt(world, access(world.sides[0]), budget)
    hits: list[Hit] = hunt.run(world.requests(own, [ACTIONS[PUT_POLICY]]))
    if hits:
        groups = group(hits, speaker_of(world, question))
        who = ", ".join(dict.fromkeys(name for one in groups for name in one.principals))
        return Proof(str(question), Result.PROVED, reason=f"kms:PutKeyPolicy is allowed to {who}")
    if hunt.reason:
        return Proof(str(question), Result.UNKNOWN, reason=hunt.reason)
    return Proof(str(question), Result.REFUTED, reason="nobody can change the key policy again; only AWS Support could")


def speaker_of(world: World, question: Question | None = None) -> Speaker:
    """Return what says who a witness of a question stands for."""
    return Speaker(world.account, world.words, _patterns_of(question) if question else ())
