"""A key to lint, with its policies and the proofs about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from kmsgen.arn import account_of, account_root, parse_arn
from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.request import Request
from kmsgen.checks.lint.written import Written
from kmsgen.errors import Location
from kmsgen.policy.bundle import Bundle, PrincipalPolicies
from kmsgen.policy.document import Document, Effect, Statement
from kmsgen.prover.minimality import Minimality
from kmsgen.prover.problem import Budget
from kmsgen.prover.prove import prove
from kmsgen.prover.question import NoLockout, NoPublic, Proof, Question, Result

_PUT = "kms:PutKeyPolicy"
_UNDESCRIBED = PrincipalPolicies((Document((Statement(Effect.ALLOW, ("kms:*",), ("*",)),)),))


class LintedKey:
    """One key (alone in `bundle`), its key policy and IAM policies as written; proofs are made when a rule asks.

    `minimal`: the parts of the key policy, and of the IAM policies linted with this key, that could be removed.
    """

    def __init__(self, bundle: Bundle, policies: Sequence[Written], minimal: Minimality, budget: Budget) -> None:
        self.bundle = bundle
        self.policies = policies
        self.minimal = minimal
        self.budget = budget

    @property
    def place(self) -> Location:
        """The place of the key policy."""
        return self.policies[0].where(self.policies[0].steps)

    @property
    def name(self) -> str:
        """The name of the key in a file with several; else empty."""
        return self.policies[0].key

    @cached_property
    def public(self) -> Proof:
        """Proof that no principal unnamed in the policies has access; without a search where every Allow names its principals."""
        return self._prove(NoPublic(), known=not any(map(_may_name_strangers, self.bundle.keys[0].policy.statements)))

    @cached_property
    def lockout(self) -> Proof:
        """Proof that somebody can change the key policy; without a search where the authorizer allows it to one principal."""
        keepers = self._keepers()
        principals = {**dict.fromkeys(keepers, _UNDESCRIBED), **self.bundle.principals}
        judge = Authorizer(self.bundle._replace(principals=principals))
        requests = (Request(principal, _PUT, (self.bundle.keys[0].key.arn,)) for principal in keepers)
        return self._prove(NoLockout(), known=any(judge.decide(one).outcome is Outcome.ALLOWED for one in requests))

    def _prove(self, question: Question, *, known: bool) -> Proof:
        return Proof(str(question), Result.PROVED) if known else prove(self.bundle, question, self.budget)

    def _keepers(self) -> list[str]:
        """Return principals of the key's account who may be able to change the policy: an unnamed role, and all named ones."""
        arn = self.bundle.keys[0].key.arn
        account = account_of(arn) or ""
        root = account_root(arn.split(":")[1], account)
        named = [principal.value for one in self.bundle.keys[0].policy.statements for principal in one.principals or ()]
        own = (one for one in named if account_of(one) == account and parse_arn(one) is not None and one != root)
        return list(dict.fromkeys([f"{root.removesuffix(':root')}:role/any-role", *own]))

    def place_of(self, labels: Sequence[str]) -> Location:
        """Return the place of the first statement with one of these labels; else that of the policy."""
        every = (statement for policy in self.policies for statement in policy.statements())
        found = (one.policy.place(one.number) for one in every if one.policy.label(one.number) in labels)
        return next(found, self.place)

    def written(self, statement: Statement) -> Iterator[tuple[Written, int]]:
        """Yield each policy and statement number at which this very statement object is written."""
        for policy in self.policies:
            for number, one in enumerate(policy.document.statements):
                if one is statement:
                    yield policy, number


def _may_name_strangers(statement: Statement) -> bool:
    """Return whether an Allow may name principals that the policy does not spell out, by a wildcard or NotPrincipal."""
    if statement.effect is Effect.DENY:
        return False
    principals = statement.principals or ()
    return statement.not_principal or any({"*", "?"} & set(one.value) or one.kind not in ("AWS", "Service") for one in principals)
