"""What `kmsgen drift` compares: what intents compile to with what there is in a live account."""

from __future__ import annotations

from kmsgen.cli.console import say_note
from kmsgen.cli.jobs.live import changes, sides
from kmsgen.cli.reports import drift as report
from kmsgen.cli.reports.drift import Drift
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, together
from kmsgen.intent import load_intents
from kmsgen.intent.intent import Intent
from kmsgen.prover.difference import Tells, differences
from kmsgen.prover.problem import Budget
from kmsgen.sources.live.failures import OF_ONE_KEY, AwsError
from kmsgen.sources.live.session import Session, SignIn


def run(paths: tuple[str, ...], sign_in: SignIn, output: str, budget: Budget) -> int:
    """Print what differs for each intent; return the exit code. Raises KmsgenError with every one that cannot be compared."""
    session = Session(sign_in)
    found: list[Drift] = []
    failures: list[KmsgenError] = []
    for intent in load_intents(dict.fromkeys(paths)):
        try:
            found.append(_drift(intent, session, budget))
        except KmsgenError as error:
            if isinstance(error, AwsError) and error.kind not in OF_ONE_KEY:
                raise
            placed = [_placed(one, intent) for one in error.diagnostics]
            failures.append(InputError(placed))
            found.append(Drift(intent.name, intent.path, errors=tuple(placed)))
    report.show(found, output)
    for one in found:
        for name in one.gone:
            say_note(f"{one.path}: {name} does not exist")
    if failures:
        raise together(failures)
    return 1 if any(one.drifts for one in found) else 0


def _placed(problem: Diagnostic, intent: Intent) -> Diagnostic:
    return problem if problem.location.path == intent.path else problem._replace(location=Location(intent.path))


def _drift(intent: Intent, session: Session, budget: Budget) -> Drift:
    both = sides(intent, session)
    tells = (Tells(aliases=False), Tells())
    compared = differences(both.wanted, both.live, budget, described_only=not intent.governed, tells=tells)
    keys = tuple(access.key.arn for access in both.live.keys)
    return Drift(intent.name, intent.path, keys, compared, tuple(changes(both)), both.gone)
