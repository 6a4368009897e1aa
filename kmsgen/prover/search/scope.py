"""What is asked about beside the bundles of a question."""

from typing import NamedTuple

from kmsgen.policy.document import Statement
from kmsgen.policy.grant import Grant
from kmsgen.prover.problem import Values
from kmsgen.prover.requests.constraints import Reading


class Scope(NamedTuple):
    """What is asked about beside the bundles: further statements and grants (the baseline), patterns of principals.

    `named` are statements that later scopes of the same universe have as their baseline: their words count from the start.

    With `described_only` there is nobody else; with `without_iam` there is, and has no IAM policies. A `stranger` has nothing
    that a policy names. Federated sessions are those of a `user`, if one is asked about; else of any. `operations` are those that
    a grant to create has to list among others. `reading` is how what AWS leaves open is read. Of roles that a
    pattern of `sessions` fits such sessions are asked about, or, with False, all others. With `bounded` who is not described has
    a permissions boundary that allows nothing. `directly`: no service calls for anybody, and MFA is proved by users alone.
    `untagged`: sessions of roles that are described have no tags beside their roles'.
    """

    statements: tuple[Statement, ...] = ()
    named: tuple[Statement, ...] = ()
    asked: Values = ()
    described_only: bool = False
    without_iam: bool = False
    stranger: bool = False
    user: str | None = None
    grants: tuple[Grant, ...] = ()
    operations: Values = ()
    reading: Reading = Reading()
    sessions: tuple[tuple[str, bool], ...] = ()
    bounded: bool = False
    directly: bool = False
    untagged: bool = False
