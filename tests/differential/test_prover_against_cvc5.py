"""The prover against an SMT solver on random pairs of policies, opt-in: KMSGEN_LONG=1 and `pip install kmsgen[cross-check]`.

The solver is given the meaning of a small part of the policy language, written down here a second time: Allow and Deny,
principals, actions, and text conditions on keys that a request may or may not carry.
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.prover import Budget, differences

LONG = os.environ.get("KMSGEN_LONG") == "1"
PAIRS, BLOCK = 1_000, 50
HOME, OTHER = "111122223333", "444455556666"
KEY = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP, OPS, PARTNER = f"arn:aws:iam::{HOME}:role/app", f"arn:aws:iam::{HOME}:role/ops", f"arn:aws:iam::{OTHER}:role/partner"
ROOTS = {HOME: f"arn:aws:iam::{HOME}:root", OTHER: f"arn:aws:iam::{OTHER}:root"}
CALLERS = (APP, OPS, PARTNER)
ACTIONS = ("kms:Decrypt", "kms:Encrypt")
KEYS = ("aws:PrincipalTag/a", "aws:PrincipalTag/b", "kms:EncryptionContext:c")
VALUES = ("x", "y", "x*", "*y", "*xy*", "?", "x?y", "xy")
OPERATORS = ("StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "StringLikeIfExists", "StringNotEqualsIfExists")


def random_statement(rng: random.Random) -> Statement:
    """Make a statement of the part of the language that the solver is told."""
    conditions: dict[tuple[str, str], Condition] = {}
    for _ in range(rng.randint(0, 3)):
        if rng.random() < 0.15:
            one = Condition("Null", rng.choice(KEYS), (rng.choice(("true", "false")),))
        else:
            one = Condition(rng.choice(OPERATORS), rng.choice(KEYS), tuple(rng.sample(VALUES, rng.randint(1, 2))))
        conditions[one.operator, one.key] = one
    who = tuple(Principal("AWS", name) for name in rng.sample((*CALLERS, *ROOTS.values(), "*"), rng.randint(1, 2)))
    effect = rng.choices((Effect.ALLOW, Effect.DENY), (3, 1))[0]
    return Statement(effect, tuple(rng.sample(ACTIONS, rng.randint(1, 2))), ("*",), who, tuple(conditions.values()))


class Meaning:
    """What policies mean, as terms of the solver: each key has a value and may be absent."""

    def __init__(self, cvc5: Any) -> None:
        self.kind = cvc5.Kind
        self.solver = cvc5.Solver(cvc5.TermManager())
        self.solver.setLogic("QF_SLIA")
        self.solver.setOption("strings-exp", "true")
        self.solver.setOption("tlimit-per", "20000")
        self.terms = self.solver.getTermManager()
        text, flag = self.terms.getStringSort(), self.terms.getBooleanSort()
        self.value = {key: self.terms.mkConst(text, f"value {key}") for key in KEYS}
        self.there = {key: self.terms.mkConst(flag, f"there {key}") for key in KEYS}

    def some(self, kind: Any, terms: list[Any], *, empty: bool) -> Any:
        """Join terms by and, or or."""
        return self.terms.mkBoolean(empty) if not terms else terms[0] if len(terms) == 1 else self.terms.mkTerm(kind, *terms)

    def negate(self, term: Any) -> Any:
        """Turn a term round."""
        return self.terms.mkTerm(self.kind.NOT, term)

    def matches(self, key: str, wanted: str, *, wild: bool) -> Any:
        """Say that a value is a text, or like a pattern."""
        if not wild:
            return self.terms.mkTerm(self.kind.EQUAL, self.value[key], self.terms.mkString(wanted))
        parts = [self.piece(character) for character in wanted]
        pattern = parts[0] if len(parts) == 1 else self.terms.mkTerm(self.kind.REGEXP_CONCAT, *parts)
        return self.terms.mkTerm(self.kind.STRING_IN_REGEXP, self.value[key], pattern)

    def piece(self, character: str) -> Any:
        """Say what one character of a pattern takes."""
        if character == "*":
            return self.terms.mkTerm(self.kind.REGEXP_STAR, self.terms.mkTerm(self.kind.REGEXP_ALLCHAR))
        if character == "?":
            return self.terms.mkTerm(self.kind.REGEXP_ALLCHAR)
        return self.terms.mkTerm(self.kind.STRING_TO_REGEXP, self.terms.mkString(character))

    def condition(self, condition: Condition) -> Any:
        """Say when a condition holds."""
        there, operator = self.there[condition.key], condition.operator
        if operator == "Null":
            return self.negate(there) if condition.values == ("true",) else there
        base = operator.removesuffix("IfExists")
        found = [self.matches(condition.key, value, wild=base.endswith("Like")) for value in condition.values]
        any_of = self.some(self.kind.OR, found, empty=False)
        negated = "Not" in base
        held = self.negate(any_of) if negated else any_of
        if operator.endswith("IfExists") or negated:
            return self.terms.mkTerm(self.kind.OR, self.negate(there), held)
        return self.terms.mkTerm(self.kind.AND, there, held)

    def statement(self, statement: Statement, caller: str, action: str) -> Any:
        """Say when a statement matches."""
        account = caller.split(":")[4]
        named = {principal.value for principal in statement.principals or ()} & {caller, ROOTS[account], "*"}
        if not named or action not in statement.actions:
            return self.terms.mkBoolean(False)  # noqa: FBT003 - the solver's constant
        return self.some(self.kind.AND, [self.condition(one) for one in statement.conditions], empty=True)

    def allowed(self, document: Document, caller: str, action: str) -> Any:
        """Say when a policy allows an action to a caller that has every IAM policy it could have."""
        by_effect: dict[Effect, list[Any]] = {Effect.ALLOW: [], Effect.DENY: []}
        for statement in document.statements:
            by_effect[statement.effect].append(self.statement(statement, caller, action))
        allows, denies = (self.some(self.kind.OR, by_effect[effect], empty=False) for effect in (Effect.ALLOW, Effect.DENY))
        return self.terms.mkTerm(self.kind.AND, allows, self.negate(denies))

    def gained(self, old: Document, new: Document, caller: str, action: str) -> bool | None:
        """Whether some request is allowed by the new policy and not by the old; None where the solver gives up."""
        before, after = self.allowed(old, caller, action), self.allowed(new, caller, action)
        result = self.solver.checkSatAssuming(self.terms.mkTerm(self.kind.AND, after, self.negate(before)))
        return None if result.isUnknown() else bool(result.isSat())


def bundle(document: Document) -> Bundle:
    """Make a bundle of one key."""
    return Bundle((KeyAccess(Key(KEY), document),))


@pytest.mark.long
@pytest.mark.skipif(not LONG, reason="opt-in: KMSGEN_LONG=1")
@pytest.mark.parametrize("block", range(PAIRS // BLOCK))
def test_gains_agree_with_the_solver(block: int) -> None:
    """For each caller and action, the prover finds a gain exactly where the solver says that there is one."""
    cvc5 = pytest.importorskip("cvc5")
    given_up = 0
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        rng = random.Random(seed)  # noqa: S311 - a seed makes a pair
        old, new = (Document(tuple(random_statement(rng) for _ in range(rng.randint(1, 5)))) for _ in range(2))
        found = differences(bundle(old), bundle(new), Budget(seconds=60))
        # the solver knows one reading of the policies; that another would give more is told beside the answer
        assert not found.reason or found.reason.startswith("AWS leaves open"), found.reason
        proved = {(name, action) for group in found.gained for name in group.principals for action in group.actions}
        meaning = Meaning(cvc5)
        for caller in CALLERS:
            for action in ACTIONS:
                answer = meaning.gained(old, new, caller, action)
                given_up += answer is None
                listed = (caller, action) in proved
                if answer is not None and _names(caller, old, new):
                    assert answer is listed, (seed, caller, action)
    assert given_up < BLOCK


def _names(caller: str, *documents: Document) -> bool:
    """Whether a policy names the caller, so that groups do too."""
    return any(
        one.value == caller for document in documents for statement in document.statements for one in statement.principals or ()
    )
