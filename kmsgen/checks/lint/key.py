"""A key with all that bears on it, and what is proved of it: what the lint rules by proof look at."""

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
    """The only key of a bundle, its key policy and the IAM policies as they are written; each proof is made when a rule asks.

    `minimal` is what the key policy, and the IAM policies that are looked at with this key, could do without.
    """

    def __init__(self, bundle: Bundle, policies: Sequence[Written], minimal: Minimality, budget: Budget) -> None:
        self.bundle = bundle
        self.policies = policies
        self.minimal = minimal
        self.budget = budget

    @property
    def place(self) -> Location:
        """Where the key policy is."""
        return self.policies[0].where(self.policies[0].steps)

    @property
    def name(self) -> str:
        """What the file calls the key, where it holds several."""
        return self.policies[0].key

    @cached_property
    def public(self) -> Proof:
        """Whether nobody has access whom no policy names: no search is needed where no Allow can mean a stranger."""
        return self._prove(NoPublic(), known=not any(map(_may_name_strangers, self.bundle.keys[0].policy.statements)))

    @cached_property
    def lockout(self) -> Proof:
        """Whether somebody can still change the key policy: no search is needed where the authorizer lets one of these do it."""
        keepers = self._keepers()
        principals = {**dict.fromkeys(keepers, _UNDESCRIBED), **self.bundle.principals}
        judge = Authorizer(self.bundle._replace(principals=principals))
        requests = (Request(principal, _PUT, (self.bundle.keys[0].key.arn,)) for principal in keepers)
        return self._prove(NoLockout(), known=any(judge.decide(one).outcome is Outcome.ALLOWED for one in requests))

    def _prove(self, question: Question, *, known: bool) -> Proof:
        return Proof(str(question), Result.PROVED) if known else prove(self.bundle, question, self.budget)

    def _keepers(self) -> list[str]:
        """Return some principals of the key's account that may change the policy: one that nothing names, and those named."""
        arn = self.bundle.keys[0].key.arn
        account = account_of(arn) or ""
        root = account_root(arn.split(":")[1], account)
        named = [principal.value for one in self.bundle.keys[0].policy.statements for principal in one.principals or ()]
        own = (one for one in named if account_of(one) == account and parse_arn(one) is not None and one != root)
        return list(dict.fromkeys([f"{root.removesuffix(':root')}:role/any-role", *own]))

    def place_of(self, labels: Sequence[str]) -> Location:
        """Return the place of the first statement with one of these labels; of the policy where there is none."""
        every = (statement for policy in self.policies for statement in policy.statements())
        found = (one.policy.place(one.number) for one in every if one.policy.label(one.number) in labels)
        return next(found, self.place)

    def written(self, statement: Statement) -> Iterator[tuple[Written, int]]:
        """Yield where a statement, the very same, is written: in which policies, as which of theirs."""
        for policy in self.policies:
            for number, one in enumerate(policy.document.statements):
                if one is statement:
                    yield policy, number


def _may_name_strangers(statement: Statement) -> bool:
    """Return whether an Allow may name somebody who stands nowhere in the policy; accounts, users and roles are named in full."""
    if statement.effect is Effect.DENY:
        return False
    principals = statement.principals or ()
    return statement.not_principal or any({"*", "?"} & set(one.value) or one.kind not in ("AWS", "Service") for one in principals)
