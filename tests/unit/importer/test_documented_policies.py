"""Policies as AWS, Terraform modules and the CDK write them come in as intents that give the same access."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.cli.jobs.import_ import Proved, import_subject
from kmsgen.prover.problem import Budget
from kmsgen.sources.beside import Beside
from kmsgen.sources.subject import read_subject

CASES = Path(__file__).parents[2] / "cases" / "import"
KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KINDS = {"terraform-module-asymmetric": ("ECC_NIST_P256", "SIGN_VERIFY")}
# Name of the file -> Sids of the statements that no intent says whole.
NOT_WHOLE = {
    "cloudtrail": {"Allow principals in the account to decrypt log files", "Allow alias creation during setup"},
    "k9": {"DenyEveryoneElse"},
}
# Name of the file -> lines that its intent must have: what is recognised is said in words.
LINES = {
    "api-default": ["  - principal: account"],
    "auto-scaling": ["  - service: autoscaling"],
    "cloudtrail-least": ["  - service: cloudtrail"],
    "cloudwatch-logs": ["  - service: logs"],
    "console-default": ["      - encrypt", "      - use-grants"],
    "dnssec": ["  - service: dnssec"],
    "karpenter": ["        - ec2"],
    "organization": ["  - principal: organization/o-exampleorgid", "  - deny-insecure-transport"],
    "rds": ["  - service: rds"],
}


def imported(name: str) -> Proved:
    """Import a case."""
    region = "us-east-1" if name in (*KINDS, "dnssec") else "us-west-2"  # Route 53 takes keys there only
    beside = Beside(key_arn=KEY.replace("us-west-2", region), kind=KINDS.get(name))
    return import_subject(read_subject(str(CASES / f"{name}.json"), beside), Budget(seconds=60))


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.json")))
def test_what_is_documented_comes_in_exactly(name: str) -> None:
    """The intent is proved to give the same access; what no intent says is named, and then nothing is claimed."""
    done = imported(name)
    assert {one.sid for one in done.unsaid} == NOT_WHOLE.get(name, set())
    assert done.is_same == (name not in NOT_WHOLE), [str(one) for one in (*done.unsaid, *done.found.gained, *done.found.lost)]
    assert not done.found.gained or name in NOT_WHOLE
    assert [line for line in LINES.get(name, []) if line not in done.imported.text.split("\n")] == []
