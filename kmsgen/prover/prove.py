"""Answer a question about a bundle: proved, refuted with groups of witnesses, or unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kmsgen.arn import is_service_principal, parse_arn
from kmsgen.authorizer.language.principal import Caller
from kmsgen.catalogue.actions import ACTIONS, expand
from kmsgen.catalogue.condition_keys import RESOURCE_TAG
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.letter_case import folded
from kmsgen.prover.answer import in_both_readings, left_open
from kmsgen.prover.grouping import group, speaker_of
from kmsgen.prover.problem import Budget, BudgetError, Meter, OutsideError, Values
from kmsgen.prover.question import (
    Beyond,
    Never,
    NeverInside,
    NoCrossAccount,
    NoEscalation,
    NoLockout,
    NoPublic,
    Only,
    Proof,
    Question,
    Result,
)
from kmsgen.prover.requests.named.principals import SPECIAL_ROLES
from kmsgen.prover.requests.named.sessions import sessions_of
from kmsgen.prover.requests.parts.aliases import OF_KEY
from kmsgen.prover.requests.parts.caller import StandIn
from kmsgen.prover.search.assumptions import from_now_on, tells_time, without_users
from kmsgen.prover.search.counterexamples import Hit, access, hunt
from kmsgen.prover.search.scope import Scope
from kmsgen.prover.search.universe import Universe

PUT_POLICY = "PutKeyPolicy"
_OWNED_BY_SERVICES = ("arn:*:iam::*:role/aws-service-role/*",)
_EVERY_ACTION = ("*", "kms:*")


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
    scope = _scope(questions, described_only=described_only)
    universe: Universe | None = None
    proofs = []
    for question in questions:
        meter = Meter(budget)
        try:
            universe = universe or Universe([bundle], scope, meter)
            proofs.append(_answer(universe.metered(meter), question, meter))
        except (OutsideError, BudgetError) as error:
            proofs.append(Proof(str(question), Result.UNKNOWN, reason=str(error)))
    return [proof._replace(groups=proof.groups[: budget.groups]) for proof in proofs]


def _answer(universe: Universe, question: Question, meter: Meter) -> Proof:
    if isinstance(question, NoLockout):
        return _lockout(universe, question, meter)
    if _is_vacuous(universe, question, meter):
        return Proof(str(question), Result.VACUOUS, reason="the pattern fits no principal there could be")
    hits, reason = _ask(universe, question, meter)
    groups = tuple(group(hits, speaker_of(universe, patterns_of(question)), meter.groups))
    result = Result.REFUTED if groups else Result.UNKNOWN if reason else Result.PROVED
    return Proof(str(question), result, groups, reason)


def _ask(universe: Universe, question: Question, meter: Meter) -> tuple[list[Hit], str]:
    if isinstance(question, NoEscalation):
        return _ask_of_steps(universe, question, meter)
    covered = isinstance(question, Beyond | NeverInside)
    universe = _universe_of(universe, question)
    asked = _asked_principals(universe, question, meter)
    requests = universe.requests(asked, list(_asked_actions(question)), covered=covered, keyless=_keyless(question))
    hits, reason = in_both_readings(universe, requests, lambda one: access(one.sides[0], covered=covered), meter)
    people = [hit for hit in hits if not is_service_principal(hit.witness.principal)]
    return (people or hits) if isinstance(question, NoPublic) else hits, reason


def _ask_of_steps(universe: Universe, question: NoEscalation, meter: Meter) -> tuple[list[Hit], str]:
    universe = _universe_of(universe, question)
    from kmsgen.prover.escalation import escalations  # noqa: PLC0415 - asked by one question alone

    found = escalations(universe, question, meter)
    if found.hits or found.reason or not found.doubtful:
        return list(found.hits), found.reason
    other = universe.reread()
    again = escalations(other, question, meter)
    return [], left_open(universe, again.hits[0]) if again.hits else again.reason


# --- whom and what is asked about ---------------------------------------------------------------------------------------


def _scope(questions: Sequence[Question], *, described_only: bool) -> Scope:
    asked = tuple(dict.fromkeys(pattern for question in questions for pattern in patterns_of(question)))
    stranger = any(isinstance(question, NoPublic) for question in questions)
    beyond = [question for question in questions if isinstance(question, Beyond)]
    if len(beyond) > 1 or (stranger and len(questions) > 1):
        raise ValueError("these questions are about different worlds")
    statements, grants = beyond[0] if beyond else Beyond()
    named = tuple(one for question in questions if isinstance(question, NeverInside) for one in question.outsiders)
    return Scope(statements, named, asked, grants=grants, described_only=described_only, stranger=stranger)


def patterns_of(question: Question) -> Values:
    """Return the patterns of principals that a question holds."""
    if isinstance(question, Never):
        return (question.principal,)
    if isinstance(question, Only):
        return question.principals
    return question.exceptions if isinstance(question, NoCrossAccount | NoEscalation) else ()


def _universe_of(universe: Universe, question: Question) -> Universe:
    """Return the universe with the sessions that a question asks about, of roles and of users.

    Federated sessions are of the user who is asked about, or of none who is spared (P7).
    """
    if isinstance(question, NeverInside):
        return universe.asking(universe.scope._replace(statements=question.outsiders, grants=()))
    patterns = patterns_of(question)
    if any(map(sessions_of, patterns)):
        asked = tuple((pattern, isinstance(question, Never)) for pattern in patterns)
        universe = universe.asking(universe.scope._replace(sessions=asked))
    if not any(":user/" in pattern for pattern in patterns):
        return universe
    if isinstance(question, Never) and any(question.principal in bundle.principals for bundle in universe.bundles):
        universe = universe.asking(universe.scope._replace(user=question.principal))
    others = isinstance(question, Never)
    return universe.changed([without_users(bundle, patterns, others=others) for bundle in universe.bundles])


def _asked_actions(question: Question) -> Iterator[Action]:
    if not isinstance(question, Never | NeverInside | Only):
        yield from ACTIONS.values()
        return
    names = _expanded(question.actions)
    yield from (action for action in ACTIONS.values() if action.iam_name in names or "*" in question.actions)


def _expanded(patterns: Iterable[str]) -> frozenset[str]:
    return frozenset(name for pattern in patterns for name in expand(pattern if ":" in pattern else f"kms:{pattern}"))


def _keyless(question: Question) -> frozenset[str]:
    """Return the actions that a question names by more than `*`: those without a key are then asked of everybody."""
    if not isinstance(question, Never | NeverInside | Only):
        return frozenset()
    return _expanded(action for action in question.actions if action not in _EVERY_ACTION)


def _asked_principals(universe: Universe, question: Question, meter: Meter) -> Sequence[StandIn | str]:
    if isinstance(question, Never):
        return universe.whom.named((question.principal,), meter)
    if isinstance(question, Only):
        return universe.whom.named(question.principals, meter, truth=False)
    everyone = universe.everyone
    if isinstance(question, NoPublic):
        return universe.whom.all_of(one for one in everyone if _is_stranger(one, universe))
    if isinstance(question, NoCrossAccount):
        spared = universe.whom.named(question.exceptions, meter, truth=False)
        return [one for one in spared if _is_foreign(one if isinstance(one, str) else one.arn, universe)]
    return universe.whom.all_of(everyone)


def _is_vacuous(universe: Universe, question: Question, meter: Meter) -> bool:
    """Whether the pattern of a `Never` fits no principal there can be; False where only described principals exist by choice."""
    if not isinstance(question, Never) or universe.scope.described_only:
        return False
    return not universe.whom.named((question.principal,), meter)


def _is_of(account: str, caller: Caller) -> bool:
    return caller.account == account and not caller.service_linked and caller.name not in SPECIAL_ROLES


def _is_stranger(principal: str, universe: Universe) -> bool:
    """Return whether a principal is of an account that no policy names, or a service that none names: for whomever it acts."""
    if is_service_principal(principal):
        return principal not in universe.words.services
    arn = parse_arn(principal)
    return arn is not None and arn.account not in universe.words.accounts


def _is_foreign(principal: str, universe: Universe) -> bool:
    arn = parse_arn(principal)
    return not is_service_principal(principal) and arn is not None and arn.account != universe.account


def _lockout(universe: Universe, question: NoLockout, meter: Meter) -> Proof:
    """Look for somebody of the account who can still put the policy himself: no role of a service, through none, now or later."""
    universe = universe.asking(universe.scope._replace(directly=True))
    if tells_time(universe.words.by_key):
        universe = universe.changed([from_now_on(bundle, f"kms:{PUT_POLICY}") for bundle in universe.bundles])
    others = universe.whom.named(_OWNED_BY_SERVICES, meter, truth=False)
    own = [one for one in others if _is_of(universe.account, universe.whom.caller(one if isinstance(one, str) else one.arn))]
    requests = universe.requests(own, [ACTIONS[PUT_POLICY]])
    found = hunt(universe, access(universe.sides[0]), requests, meter)
    sure = [hit for hit in found.hits if not _rests_on(hit)]
    if found.hits and not sure:
        untold = " or ".join(dict.fromkeys(what for hit in found.hits for what in _rests_on(hit)))
        reason = f"whether anybody can change the key policy hangs on {untold}, which nothing tells"
        return Proof(str(question), Result.UNKNOWN, reason=reason)
    if sure:
        groups = group(sure, speaker_of(universe))
        who = ", ".join(dict.fromkeys(name for one in groups for name in one.principals))
        return Proof(str(question), Result.PROVED, reason=f"kms:PutKeyPolicy is allowed to {who}")
    if found.reason:
        return Proof(str(question), Result.UNKNOWN, reason=found.reason)
    return Proof(str(question), Result.REFUTED, reason="nobody can change the key policy again; only AWS Support could")


def _rests_on(hit: Hit) -> list[str]:
    """Return what an access rests on that no caller chooses: the request holds it since nothing else tells it."""
    return [what for name, what in _NOT_CHOSEN.items() if any(folded(key).startswith(name) for key in hit.witness.context)]


_NOT_CHOSEN = {
    RESOURCE_TAG: "a tag of the key",
    OF_KEY: "the aliases of the key",
    "aws:principalorg": "the organization of the account",
    "aws:resourceorg": "the organization of the account",
    "aws:userid": "the unique id of a principal, which may be gone",
}
"""Condition keys, by what their names begin with, whose values are what they are, whoever asks. Nobody gets the id of another."""
