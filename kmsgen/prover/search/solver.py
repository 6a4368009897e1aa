"""The solver as the search asks it: where its own argument ends, and for a second opinion. It is imported only then."""

from importlib.util import find_spec

from kmsgen.prover.problem import Assignment, Meter, OutsideError
from kmsgen.prover.requests.components import Free
from kmsgen.prover.requests.space import Literals, OtherJudges

INSTALL = "pip install 'kmsgen[solver]'"


def beside() -> OtherJudges:
    """Return what the search asks beside itself."""
    return OtherJudges(_solve, installed=find_spec("cvc5") is not None)


def _solve(free: Free, literals: Literals, meter: Meter) -> Assignment | None:
    if find_spec("cvc5") is None:
        raise OutsideError(f"a solver would be asked: {INSTALL}")
    from kmsgen.prover.solver.literals import solve  # noqa: PLC0415 - the solver takes longer to load than all the rest

    try:
        return solve(free, literals, meter)
    except OutsideError as error:
        raise OutsideError(f"the solver was asked too: {error}") from None
