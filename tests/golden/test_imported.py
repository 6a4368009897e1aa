"""What is rendered and imported again is an intent that gives the same access."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.cli.jobs.import_ import import_subject
from kmsgen.prover.problem import Budget
from kmsgen.sources.beside import Beside
from kmsgen.sources.subject import read_subject
from tests.golden.cases import golden_case

FILES = Path(__file__).parent / "files"
POLICIES = sorted(FILES.glob("*/json/key-policy*.json"))
ID, MULTI_REGION_ID = "1234abcd-12ab-34cd-56ef-1234567890ab", "mrk-1234abcd12ab34cd56ef1234567890ab"


@pytest.mark.parametrize("path", POLICIES, ids=[f"{path.parents[1].name}-{path.stem}" for path in POLICIES])
def test_what_is_rendered_comes_in_again(path: Path) -> None:
    """Every key policy is said whole, and nothing is gained or lost in either direction."""
    key = golden_case(path.parents[1].name).deployment.bundle.keys[0].key
    arn = f"{key.arn.rpartition('/')[0]}/{MULTI_REGION_ID if key.multi_region else ID}"
    done = import_subject(read_subject(str(path), Beside(key_arn=arn, kind=(key.spec, key.usage))), Budget(seconds=60))
    assert done.is_same, [str(one) for one in (*done.unsaid, *done.found.gained, *done.found.lost, done.found.reason)]


def test_every_golden_policy_is_asked() -> None:
    """The folder holds the policies that the test above is about."""
    assert len(POLICIES) >= 26
