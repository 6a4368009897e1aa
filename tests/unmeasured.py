"""Where no coverage is measured: in tests that are random, that wait for programs, or that go over what others tell as well.

Measured, these would take twice their time, and what they happen to reach beyond the others is no rule that a test
tells. Measured are the other modules of tests/unit, and the wheel, with the processes that they start.
"""

from __future__ import annotations

import os
import posix
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import coverage

TESTS = Path(__file__).parent
CONFIGURATION = "COVERAGE_PROCESS_CONFIG"
"""The variable by which coverage measures the processes that a test starts."""

FOLDERS = ("differential", "generators", "golden", "property", "real", "reference")
MODULES = (
    "test_authorizer_cases.py",
    "test_cli.py",
    "test_docs.py",
    "test_pre_commit.py",
    "test_signals.py",
    "unit/cli/test_killed_runs.py",
    "unit/cli/test_hostile_texts.py",
    "unit/cli/jobs/parallel/test_many.py",
    "unit/cli/test_one_door.py",
    "unit/cli/test_one_door_of_intents.py",
    "unit/cli/jobs/test_render.py",
    "unit/cli/jobs/test_simulate_lines.py",
    "unit/catalogue/test_generated.py",
    "unit/checks/intent/test_asked_services.py",
    "unit/checks/intent/test_guardrails.py",
    "unit/checks/intent/test_minimality.py",
    "unit/checks/intent/test_mutations.py",
    "unit/checks/intent/test_random.py",
    "unit/checks/intent/test_random_services.py",
    "unit/checks/intent/test_verification.py",
    "unit/checks/lint/test_aws_written.py",
    "unit/checks/lint/test_keys.py",
    "unit/compiler/services/test_printed.py",
    "unit/compiler/services/test_conditions.py",
    "unit/compiler/services/test_sources.py",
    "unit/importer/test_documented_policies.py",
    "unit/intent/test_invalid_cases.py",
    "unit/intent/test_valid_cases.py",
    "unit/prover/requests/test_space.py",
    "unit/prover/solver/test_literals.py",
    "unit/prover/test_minimality.py",
    "unit/prover/values/test_cells.py",
    "unit/prover/values/test_ranges.py",
    "unit/render/test_alias_condition.py",
    "unit/render/test_hostile_values.py",
    "unit/render/text/test_yaml_text.py",
    "unit/sources/cloudformation/test_public_templates.py",
    "unit/sources/terraform/test_real_plan.py",
)


def is_measured(module: Path) -> bool:
    """Return whether coverage is measured while the tests of a module run."""
    return not any(module.is_relative_to(TESTS / one) for one in (*FOLDERS, *MODULES))


@contextmanager
def unmeasured() -> Iterator[None]:
    """Stop the measurement of coverage, if there is one, in this process and in those that it starts meanwhile."""
    measured = coverage.Coverage.current()
    if measured is None:
        yield
        return
    configuration = os.environ.pop(CONFIGURATION)
    measured.stop()
    yield
    measured.start()
    os.environ[CONFIGURATION] = configuration


def leave_forks_out() -> None:
    """Measure nothing in what a test forks: a solver is asked hundreds of times, and each would write down what it reached."""
    left_out = ExitStack()

    def save_nothing() -> None:
        os._exit = posix._exit

    os.register_at_fork(
        before=lambda: left_out.enter_context(unmeasured()), after_in_parent=left_out.close, after_in_child=save_nothing
    )
