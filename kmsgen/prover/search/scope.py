"""What is asked about beside the bundles of a question."""

from typing import NamedTuple

from kmsgen.policy.document import Statement
from kmsgen.policy.grant import Grant
from kmsgen.prover.problem import Values
from kmsgen.prover.requests.constraints import Reading


class Scope(NamedTuple):
    """What is asked about beside the bundles: further statements and grants (the baseline), patterns of principals."""

    statements: tuple[Statement, ...] = ()
    named: tuple[Statement, ...] = ()  # what later scopes of the universe have as their baseline: their words count
    asked: Values = ()  # patterns of principals
    described_only: bool = False  # there is nobody else
    without_iam: bool = False  # others have no IAM policies
    stranger: bool = False  # whom no policy names by anything
    user: str | None = None  # whose federated sessions are asked about; else those of any
    grants: tuple[Grant, ...] = ()
    operations: Values = ()  # that a grant to create has to list among others
    reading: Reading = Reading()  # of what AWS leaves open
    sessions: tuple[tuple[str, bool], ...] = ()  # patterns of sessions: such of fitting roles, or, with False, all others
    bounded: bool = False  # who is not described has a permissions boundary that allows nothing
    directly: bool = False  # no service calls for anybody, and MFA is proved by users alone
    untagged: bool = False  # sessions of described roles have no tags beside their roles'
